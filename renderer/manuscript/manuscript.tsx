import { useEffect, useRef, useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import { ChapterTitle } from './chapter-title.tsx';
import { FindBar } from './find/find-bar.tsx';
import { showAsPage, type ManuscriptView } from './manuscript-view.ts';
import type { ManuscriptProps } from './props.ts';

/** A chapter as a long page. It is made once: another chapter is another component (give it a key). */
export function Manuscript({
  session,
  title,
  showMarks = false,
  plainInput = false,
  foot = 0,
  top = 0,
  onTurnMenu,
  onRename,
}: ManuscriptProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [head] = useState(() => document.createElement('div'));
  const [view, setView] = useState<ManuscriptView | null>(null);
  const now = { look: { showMarks, plainInput, foot, top }, onTurnMenu };
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });

  useEffect(() => {
    if (host.current === null) return undefined;
    const room = document.createElement('div');
    room.className = 'ms-host';
    host.current.append(room);
    session.showIn((text, chapter) => {
      const shown = showAsPage(text, chapter, {
        host: room,
        head,
        onTurnMenu: (target, anchor) => latest.current.onTurnMenu(target, anchor),
      });
      shown.setLook(latest.current.look);
      setView(shown);
      return shown;
    });
    return () => {
      setView(null);
      room.remove();
    };
  }, [session, head]);

  useEffect(() => {
    view?.setLook({ showMarks, plainInput, foot, top });
  }, [view, showMarks, plainInput, foot, top]);

  return (
    <>
      <div className="manuscript" data-view-text ref={host}>
        {createPortal(<ChapterTitle title={title} onRename={onRename} />, head)}
      </div>
      {view === null ? null : <FindBar finder={view.finder} />}
    </>
  );
}
