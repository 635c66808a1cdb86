import { lazy, Suspense, useCallback, useEffect, type CSSProperties, type ReactElement } from 'react';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import { library, useChapters, useStories } from '../../library/library.ts';
import { api, whenOpen } from '../../lib/client.ts';
import { words } from '../../locales/index.ts';
import type { Manuscript as Editor } from '../../manuscript/manuscript.tsx';
import { Fallback } from '../../ui/fallback.tsx';
import { ActionBar } from './action-bar.tsx';
import { Banners, refuse } from './banners.tsx';
import { useHold } from './story-lock.ts';
import { useHeldText } from '../../workspace/held-text.ts';
import { remember, rememberedPlace, useFlag, useNumber } from '../../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import ui from '../../ui/ui.module.css';
import css from './page.module.css';

/** The editor is most of the program: it is fetched while the story is, and again if the studio was away. */
async function fetchManuscript(): Promise<{ default: typeof Editor }> {
  for (let attempt = 0; ; attempt++) {
    try {
      return { default: (await import('../../manuscript/manuscript.tsx')).Manuscript };
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await whenOpen();
    }
  }
}

const fetched = fetchManuscript();
const Manuscript = lazy(() => fetched);

/** `covered`: something lies over it that takes the keys. */
export function Page({ covered }: { readonly covered: boolean }): ReactElement {
  const place = useWorkspace((workspace) => workspace.place);
  const stories = useStories();
  const banners = useWorkspace((workspace) => workspace.banners);
  useHold(place?.storyId ?? null);
  return (
    <main
      className={css.page}
      inert={covered}
      ref={useEdges()}
      style={{ '--banners': `${String(banners)}px` } as CSSProperties}
    >
      <Banners />
      {place === null || place.chapterId === null ? (
        stories?.length === 0 ? (
          <NoStories />
        ) : null
      ) : (
        <Chapter storyId={place.storyId} chapterId={place.chapterId} />
      )}
    </main>
  );
}

/** What is told stands over the page, where no bar says a better place, not over what lies beside it. */
function useEdges(): (page: HTMLElement | null) => (() => void) | undefined {
  return useCallback((page) => {
    if (page === null) return undefined;
    const { style } = document.documentElement;
    const watch = new ResizeObserver(() => {
      const { left, width } = page.getBoundingClientRect();
      style.setProperty('--page-left', `${String(left)}px`);
      style.setProperty('--page-width', `${String(width)}px`);
    });
    watch.observe(page);
    return () => {
      watch.disconnect();
      style.removeProperty('--page-left');
      style.removeProperty('--page-width');
    };
  }, []);
}

function NoStories(): ReactElement {
  return (
    <div className={ui.empty}>
      <p>{words.library.noStories}</p>
      <button
        type="button"
        className={`${ui.button} ${ui.primary}`}
        autoFocus
        onClick={() => void library.createStory()}
      >
        {words.commands.newStory}
      </button>
    </div>
  );
}

interface ChapterProps {
  readonly storyId: string;
  readonly chapterId: string;
}

function Chapter({ storyId, chapterId }: ChapterProps): ReactElement {
  const reading = useWorkspace((workspace) => workspace.reading);
  const writer = useWorkspace((workspace) => workspace.writer);
  const title = useChapters(storyId)?.find((chapter) => chapter.id === chapterId)?.title ?? '';
  const retries = useNumber('retries', 1);
  const [showMarks] = useFlag('showMarks', false);
  const [plainInput] = useFlag('plainInput', false);
  const foot = useWorkspace((workspace) => workspace.bar + workspace.toasts);
  const top = useWorkspace((workspace) => workspace.banners);
  const loadFault = useOpenChapter((chapter) => chapter.loadFault);
  useFocusOnOpen();
  useEffect(() => () => useWorkspace.setState({ controller: null, menu: null, turnDialog: null }), []);
  return (
    <>
      <Fallback>
        <Suspense>
          <Manuscript
            key={`${chapterId} ${String(reading)}`}
            chapterId={chapterId}
            title={title}
            api={api}
            readOnly={writer === false}
            retries={retries}
            showMarks={showMarks}
            plainInput={plainInput}
            place={rememberedPlace(chapterId)}
            onPlace={(there) => remember(`place:${chapterId}`, JSON.stringify(there))}
            foot={foot}
            top={top}
            onRefused={refuse}
            onController={(controller) => useWorkspace.setState({ controller })}
            onRename={(next) => void library.renameChapter(chapterId, next)}
            onTurnMenu={(target, anchor) => useWorkspace.setState({ menu: { target, anchor } })}
          />
        </Suspense>
      </Fallback>
      {loadFault === null ? (
        <ActionBar />
      ) : (
        <div className={ui.empty} role="alert">
          <p className={ui.fault}>{sentenceOf(loadFault)}</p>
        </div>
      )}
    </>
  );
}

/** A chapter that opens takes the focus, but not from a dialog or a field that was opened meanwhile. */
function useFocusOnOpen(): void {
  const controller = useWorkspace((workspace) => workspace.controller);
  const isOpen = useOpenChapter((chapter) => !chapter.loading) === true;
  useEffect(() => {
    if (!isOpen) return;
    const isAsked =
      document.activeElement?.matches('input, textarea:not([data-held]), [data-layer] *, [role=dialog] *') === true ||
      useHeldText.getState().isComposing;
    if (!isAsked) controller?.focus();
    useWorkspace.setState({ turning: false });
  }, [controller, isOpen]);
}
