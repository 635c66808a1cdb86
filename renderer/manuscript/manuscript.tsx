import { useEffect, useRef, useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import { ChapterSession } from '../chapter/chapter-session.ts';
import { ChapterTitle } from './chapter-title.tsx';
import { loadFonts } from './create-editor.ts';
import { FindBar } from './find/find-bar.tsx';
import type { Finder } from './find/finder.ts';
import { ManuscriptText, type ManuscriptView } from './manuscript-view.ts';
import type { ManuscriptProps } from './props.ts';

/** The page of one chapter. A page is made once: another chapter is another component (give it a key). */
export function Manuscript({
  chapterId,
  title,
  api,
  readOnly = false,
  retries = 1,
  showMarks = false,
  plainInput = false,
  place,
  onPlace,
  onRefused,
  foot = 0,
  top = 0,
  onController,
  onTurnMenu,
  onRename,
}: ManuscriptProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [head] = useState(() => document.createElement('div'));
  const session = useRef<ChapterSession | null>(null);
  const view = useRef<ManuscriptView | null>(null);
  const now = {
    readOnly,
    retries,
    look: { showMarks, plainInput, foot, top },
    place,
    onPlace,
    onRefused,
    onController,
    onTurnMenu,
  };
  const latest = useRef(now);
  const [finder, setFinder] = useState<Finder | null>(null);
  useEffect(() => {
    latest.current = now;
  });

  useEffect(() => {
    if (host.current === null) return undefined;
    const room = document.createElement('div');
    room.className = 'ms-host';
    host.current.append(room);
    const { readOnly: isReadOnly, retries: count, place: before } = latest.current;
    const opened = new ChapterSession({
      api,
      chapterId,
      readOnly: isReadOnly,
      retries: count,
      place: before,
      onPlace: (there) => latest.current.onPlace(there),
      onRefused: () => latest.current.onRefused?.(),
      viewReady: loadFonts(),
      layText: (text, kept) =>
        new ManuscriptText(text, kept, {
          host: room,
          head,
          onTurnMenu: (target, anchor) => latest.current.onTurnMenu(target, anchor),
          onShown: (shown) => {
            view.current = shown;
            setFinder(shown.finder);
            shown.setLook(latest.current.look);
          },
        }),
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
      view.current = null;
      setFinder(null);
      opened.close();
      room.remove();
    };
  }, [api, chapterId, head]);

  useEffect(() => {
    session.current?.setReadOnly(readOnly);
  }, [readOnly]);
  useEffect(() => {
    session.current?.setRetries(retries);
  }, [retries]);
  useEffect(() => {
    view.current?.setLook({ showMarks, plainInput, foot, top });
  }, [showMarks, plainInput, foot, top]);

  return (
    <>
      <div className="manuscript" ref={host}>
        {createPortal(<ChapterTitle title={title} onRename={onRename} />, head)}
      </div>
      {finder === null ? null : <FindBar finder={finder} />}
    </>
  );
}
