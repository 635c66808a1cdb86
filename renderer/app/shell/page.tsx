import { lazy, Suspense, useCallback, useEffect, useState, type CSSProperties, type ReactElement } from 'react';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import { library, useChapters, useStories } from '../../library/library.ts';
import { api, isAway, useConnection, whenOpen } from '../../lib/client.ts';
import { words } from '../../locales/index.ts';
import type { Manuscript as Editor } from '../../manuscript/manuscript.tsx';
import { Fallback } from '../../ui/fallback.tsx';
import { toast, toastFault } from '../../ui/toasts.tsx';
import { ActionBar } from './action-bar.tsx';
import { useHold } from './story-lock.ts';
import { useSaving } from './use-saving.ts';
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
      ref={useLeftEdge()}
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

/** Toasts stand over the page, where no bar says a better place, not over what lies beside it. */
function useLeftEdge(): (page: HTMLElement | null) => (() => void) | undefined {
  return useCallback((page) => {
    if (page === null) return undefined;
    const { style } = document.documentElement;
    const watch = new ResizeObserver(() =>
      style.setProperty('--page-left', `${String(page.getBoundingClientRect().left)}px`),
    );
    watch.observe(page);
    return () => {
      watch.disconnect();
      style.removeProperty('--page-left');
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

function takeOver(): void {
  const { place } = useWorkspace.getState();
  if (place !== null) api.writing.takeOver({ storyId: place.storyId }).catch(toastFault);
}

/** Takes back what was told. */
let unsay: (() => void) | null = null;
/** Whoever types where another tab writes is told once, for as long as that can be read. */
function refuse(): void {
  unsay ??= toast(words.manuscript.readOnly, {
    action: { label: words.shell.takeOver, run: takeOver },
    onClose: () => {
      unsay = null;
    },
  });
}

/** A chapter that opens takes the focus, but not from a dialog or a field that was opened meanwhile. */
function useFocusOnOpen(): void {
  const controller = useWorkspace((workspace) => workspace.controller);
  const isOpen = useOpenChapter((chapter) => !chapter.loading) === true;
  useEffect(() => {
    if (!isOpen) return;
    const isAsked = document.activeElement?.matches('input, textarea, [data-layer] *, [role=dialog] *') === true;
    if (!isAsked) controller?.focus();
    useWorkspace.setState({ turning: false });
  }, [controller, isOpen]);
}

/** What is read stays below them, and all of it can be scrolled free. */
function measureBanners(node: HTMLElement | null): (() => void) | undefined {
  if (node === null) return undefined;
  const watch = new ResizeObserver(() => useWorkspace.setState({ banners: node.offsetHeight }));
  watch.observe(node);
  return () => {
    watch.disconnect();
    useWorkspace.setState({ banners: 0 });
  };
}

function Banners(): ReactElement | null {
  const connection = useConnection();
  const reader = useWorkspace((workspace) => workspace.writer === false);
  useEffect(() => {
    if (!reader) unsay?.();
  }, [reader]);
  const saving = useSaving();
  const lost = isAway(connection);
  const refused = saving?.fault?.code === 'UNREACHABLE' ? null : (saving?.fault ?? null);
  const damaged = useOpenChapter((chapter) => chapter.damaged) ?? [];
  if (!lost && !reader && refused === null && damaged.length === 0) return null;
  return (
    <div className={css.banners} ref={measureBanners}>
      {lost ? (
        <p className={css.banner} role="status" aria-label={words.shell.connection}>
          {connection.refused
            ? words.shell.studioRefused
            : connection.attempts > 8
              ? words.shell.studioGone
              : words.shell.reconnecting}
          {saving?.state === 'notSaved' ? <SaveCopy /> : null}
        </p>
      ) : null}
      {refused === null ? null : (
        <p className={css.banner} role="status" aria-label={words.shell.store}>
          {sentenceOf(refused)}
          <SaveCopy />
        </p>
      )}
      {damaged.length === 0 ? null : <Damaged turns={damaged} />}
      {reader ? (
        <p className={css.banner} role="status" aria-label={words.shell.reader}>
          {words.shell.reader}
          <button type="button" className={ui.link} onClick={takeOver}>
            {words.shell.takeOver}
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** Turns that are not as they were saved: where they stand, and where an earlier text may be. */
function Damaged({ turns }: { readonly turns: readonly string[] }): ReactElement {
  const controller = useWorkspace((workspace) => workspace.controller);
  const [next, setNext] = useState(0);
  const show = (): void => {
    controller?.revealTurn(turns[next % turns.length] ?? '');
    setNext(next + 1);
  };
  return (
    <p className={css.banner} role="alert" aria-label={words.shell.damage}>
      {words.shell.damagedTurns(turns.length)}
      <button type="button" className={ui.link} onClick={show}>
        {words.shell.showDamaged}
      </button>
      <button type="button" className={ui.link} onClick={() => useWorkspace.setState({ dialog: 'backups' })}>
        {words.backups.title}
      </button>
    </p>
  );
}

function SaveCopy(): ReactElement {
  return (
    <button type="button" className={ui.link} onClick={() => useWorkspace.setState({ dialog: 'save copy' })}>
      {words.copy.title}
    </button>
  );
}
