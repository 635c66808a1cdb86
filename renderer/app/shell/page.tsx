import { Suspense, useCallback, useEffect, type CSSProperties, type ReactElement } from 'react';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import { library, useChapters, useStories } from '../../library/library.ts';
import { words } from '../../locales/index.ts';
import { Fallback } from '../../ui/fallback.tsx';
import { toast } from '../../ui/toasts.tsx';
import { ActionBar, WritingBar } from './action-bar.tsx';
import { Banners, refuse } from './banners.tsx';
import { useHold } from './story-lock.ts';
import { StoryViews } from './story-views.tsx';
import { useSession } from './use-session.ts';
import { runCommand } from '../commands/use-command.ts';
import { showStoryIn, useView, type ViewProps } from '../views.ts';
import { useHeldText } from '../../workspace/held-text.ts';
import { useFlag, useNumber } from '../../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import ui from '../../ui/ui.module.css';
import css from './page.module.css';

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
      {place === null ? null : <StoryViews storyId={place.storyId} where="page" />}
      <div className={css.view}>
        <Banners />
        {place === null || place.chapterId === null ? (
          stories?.length === 0 ? (
            <NoStories />
          ) : null
        ) : (
          <Chapter storyId={place.storyId} chapterId={place.chapterId} />
        )}
      </div>
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

/** An open chapter is a component of its own: it is another one where it must be read again. */
function Chapter({ storyId, chapterId }: ChapterProps): ReactElement {
  const reading = useWorkspace((workspace) => workspace.reading);
  return <OpenChapter key={`${chapterId} ${String(reading)}`} storyId={storyId} chapterId={chapterId} />;
}

function OpenChapter({ storyId, chapterId }: ChapterProps): ReactElement {
  const writer = useWorkspace((workspace) => workspace.writer);
  const title = useChapters(storyId)?.find((chapter) => chapter.id === chapterId)?.title ?? '';
  const [showMarks] = useFlag('showMarks', false);
  const [plainInput] = useFlag('plainInput', false);
  const foot = useWorkspace((workspace) => workspace.bar + workspace.toasts);
  const top = useWorkspace((workspace) => workspace.banners);
  const loadFault = useOpenChapter((chapter) => chapter.loadFault);
  const session = useSession({
    chapterId,
    readOnly: writer === false,
    retries: useNumber('retries', 1),
    onRefused: refuse,
  });
  const { id, bar, Component } = useView(storyId);
  useFocusOnOpen();
  useEffect(() => () => useWorkspace.setState({ menu: null, turnDialog: null }), []);
  return (
    <>
      <Fallback>
        <Suspense>
          {session === null ? null : (
            <Component
              key={id}
              session={session}
              title={title}
              showMarks={showMarks}
              plainInput={plainInput}
              foot={foot}
              top={top}
              bar={<WritingBar />}
              onRename={(next) => void library.renameChapter(chapterId, next)}
              onTurnMenu={openTurnMenu}
              onFind={(ask) => {
                showStoryIn('manuscript');
                session.whenShown(() => session.find(ask));
              }}
              onReply={reply}
            />
          )}
        </Suspense>
      </Fallback>
      {loadFault !== null ? (
        <div className={ui.empty} role="alert">
          <p className={ui.fault}>{sentenceOf(loadFault)}</p>
        </div>
      ) : bar === 'floats' ? (
        <ActionBar />
      ) : null}
    </>
  );
}

const openTurnMenu: ViewProps['onTurnMenu'] = (target, anchor) => useWorkspace.setState({ menu: { target, anchor } });

function reply(): void {
  const reason = runCommand('reply');
  if (reason !== null) toast(reason);
}

/** A chapter that opens takes the focus, but not from a dialog or a field that was opened meanwhile. */
function useFocusOnOpen(): void {
  const controller = useWorkspace((workspace) => workspace.controller);
  const isOpen = useOpenChapter((chapter) => !chapter.loading) === true;
  useEffect(() => {
    // When a chapter is left, the page is first drawn with the one before.
    if (!isOpen || controller !== useWorkspace.getState().controller) return;
    const isAsked =
      document.activeElement?.matches('input, textarea:not([data-held]), [data-layer] *, [role=dialog] *') === true ||
      useHeldText.getState().isComposing;
    if (!isAsked) controller?.focus();
    useWorkspace.setState({ turning: false });
  }, [controller, isOpen]);
}
