import { useEffect, useRef, type ReactElement } from 'react';
import type { ManuscriptProps } from '../chapter/controller.ts';
import { ManuscriptSession } from '../chapter/chapter-session.ts';

/** The page of one chapter. A page is made once: another chapter is another component (give it a key). */
export function Manuscript({
  chapterId,
  api,
  readOnly = false,
  retries = 1,
  showMarks = false,
  plainInput = false,
  onController,
  onTurnMenu,
}: ManuscriptProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const session = useRef<ManuscriptSession | null>(null);
  const latest = useRef({ readOnly, retries, view: { showMarks, plainInput }, onController, onTurnMenu });
  useEffect(() => {
    latest.current = { readOnly, retries, view: { showMarks, plainInput }, onController, onTurnMenu };
  });

  useEffect(() => {
    if (host.current === null) return undefined;
    const room = document.createElement('div');
    room.className = 'ms-host';
    host.current.append(room);
    const opened = new ManuscriptSession({
      ...latest.current,
      host: room,
      api,
      chapterId,
      onTurnMenu: (target, anchor) => latest.current.onTurnMenu(target, anchor),
    });
    session.current = opened;
    latest.current.onController(opened);
    const leave = (): void => opened.saveNow();
    window.addEventListener('pagehide', leave);
    window.addEventListener('blur', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('blur', leave);
      latest.current.onController(null);
      session.current = null;
      opened.dispose();
      room.remove();
    };
  }, [api, chapterId]);

  useEffect(() => {
    session.current?.setReadOnly(readOnly);
  }, [readOnly]);
  useEffect(() => {
    session.current?.setRetries(retries);
  }, [retries]);
  useEffect(() => {
    session.current?.setView({ showMarks, plainInput });
  }, [showMarks, plainInput]);

  return <div className="manuscript" ref={host} />;
}
