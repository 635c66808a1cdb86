import { useEffect, useState, type ReactElement } from 'react';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import { api, isAway, useConnection } from '../../lib/client.ts';
import { words } from '../../locales/index.ts';
import { toast, toastFault } from '../../ui/toasts.tsx';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import { connectionSentence, readerSentence } from './banner-sentences.ts';
import { useSaving } from './use-saving.ts';
import ui from '../../ui/ui.module.css';
import css from './banners.module.css';

function takeOver(): void {
  const { place } = useWorkspace.getState();
  // A call would wait, and take over whenever the studio is back.
  if (isAway(useConnection.getState())) toast(words.commands.studioAway);
  else if (place !== null) api.writing.takeOver({ storyId: place.storyId }).catch(toastFault);
}

/** Takes back what was told. */
let unsay: (() => void) | null = null;
/** Whoever types where another tab writes is told once, for as long as that can be read. */
export function refuse(): void {
  const away = isAway(useConnection.getState());
  unsay ??= toast(away ? words.commands.studioAway : words.manuscript.readOnly, {
    action: away ? null : { label: words.shell.takeOver, run: takeOver },
    onClose: () => {
      unsay = null;
    },
  });
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

export function Banners(): ReactElement | null {
  const connection = useConnection();
  const reader = useWorkspace((workspace) => workspace.writer === false);
  useEffect(() => {
    if (!reader) unsay?.();
  }, [reader]);
  const saving = useSaving();
  const lost = connectionSentence(connection, { isReader: reader, saving });
  const refused = saving?.fault?.code === 'UNREACHABLE' ? null : (saving?.fault ?? null);
  const damaged = useOpenChapter((chapter) => chapter.damaged) ?? [];
  const read = reader && lost === null;
  if (lost === null && !read && refused === null && damaged.length === 0) return null;
  return (
    <div className={css.banners} ref={measureBanners}>
      {lost === null ? null : (
        <p className={css.banner} role="status" aria-label={words.shell.connection}>
          {lost}
          {saving?.state === 'notSaved' ? <SaveCopy /> : null}
        </p>
      )}
      {refused === null ? null : (
        <p className={css.banner} role="status" aria-label={words.shell.store}>
          {sentenceOf(refused)}
          <SaveCopy />
        </p>
      )}
      {damaged.length === 0 ? null : <Damaged turns={damaged} />}
      {read ? (
        <p className={css.banner} role="status" aria-label={words.shell.reader}>
          {readerSentence(saving)}
          <button type="button" className={ui.link} onClick={takeOver}>
            {words.shell.takeOver}
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** Turns that are not as they were saved: where they stand, and the way back. */
function Damaged({ turns }: { readonly turns: readonly string[] }): ReactElement {
  const controller = useWorkspace((workspace) => workspace.controller);
  const isReader = useWorkspace((workspace) => workspace.writer === false);
  const [shown, setShown] = useState(-1);
  const show = (): void => {
    const next = (shown + 1) % turns.length;
    controller?.revealTurn(turns[next] ?? '');
    setShown(next);
  };
  const damagedTurn = turns[Math.max(0, shown)] ?? null;
  return (
    <p className={css.banner} role="alert" aria-label={words.shell.damage}>
      {words.shell.damagedTurns(turns.length)}
      <button type="button" className={ui.link} onClick={show}>
        {words.shell.showDamaged}
      </button>
      {isReader ? null : (
        <>
          <button
            type="button"
            className={ui.link}
            onClick={() => useWorkspace.setState({ dialog: 'good text', damagedTurn })}
          >
            {words.repair.goodOf}
          </button>
          <button type="button" className={ui.link} onClick={() => useWorkspace.setState({ dialog: 'repair' })}>
            {words.repair.all}
          </button>
        </>
      )}
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
