import { useEngine } from '../../models/engine-status.ts';
import { words } from '../../lib/words.ts';
import type { ManuscriptController, Possible } from '../../manuscript/controller.ts';
import { toastFault } from '../../ui/toasts.tsx';
import { togglePanel } from '../shell/panels.ts';
import { useNumber } from '../shell/remembered.ts';
import { useManuscript, useWorkspace } from '../shell/workspace.ts';

/** Something that can be done: once in words, for the bar, the palette and the shortcut sheet. `why` says why it would do nothing now. */
export interface Command {
  readonly title: string;
  readonly keys: string | null;
  readonly why: string | null;
  readonly run: () => void;
}

type Page = (controller: ManuscriptController) => Promise<void> | void;

function onPage(work: Page): () => void {
  return () => {
    const { controller } = useWorkspace.getState();
    if (controller === null) return;
    Promise.resolve(work(controller)).catch(toastFault);
  };
}

/** The bar changes under the focus while a reply is written; what is typed next belongs to the text. */
function onTheText(work: Page): Page {
  return (page) => {
    page.focus();
    return work(page);
  };
}

/** Commands that write, with why they cannot now. */
function useWriting() {
  const open = useManuscript(() => true) === true;
  const canReply = useManuscript((page) => page.canReply);
  const canContinue = useManuscript((page) => page.canContinue);
  const canRetry = useManuscript((page) => page.canRetry);
  const reader = useWorkspace((session) => session.writer === false);
  const noModel = useEngine(
    (engine) => engine.state === 'failed' || (engine.state === 'idle' && engine.fault !== null),
  );
  const blocked = !open ? words.opening : reader ? words.readerOnly : noModel ? words.noModel : null;
  const writing = (title: string, keys: string | null, possible: Possible | null, work: Page): Command => ({
    title,
    keys,
    why: blocked ?? (possible?.ok === false ? possible.why : null),
    run: onPage(onTheText(work)),
  });
  return { open, blocked, writing, canReply, canContinue, canRetry };
}

/** Several answers at once, by name. */
export function useAlternateCommands(): readonly Command[] {
  const { writing, canReply, canRetry } = useWriting();
  return [2, 3, 4].flatMap((count) => [
    writing(words.replyWith(count), null, canReply, (page) => page.reply(count)),
    writing(words.retryWith(count), null, canRetry, (page) => page.retry(undefined, count)),
  ]);
}

export function useCommands() {
  const { open, blocked, writing, canReply, canContinue, canRetry } = useWriting();
  const alternates = useManuscript((page) => page.alternates?.count ?? 0) ?? 0;
  const others = useManuscript((page) => page.others) ?? 0;
  const retries = useNumber('retries', 1);
  const noFormat = useEngine((engine) => engine.modelId === null);
  const alternate = (title: string, keys: string, work: Page): Command => ({
    title,
    keys,
    why: (blocked === words.noModel ? null : blocked) ?? (alternates < 2 ? words.noAlternates : null),
    run: onPage(work),
  });
  return {
    reply: writing(words.reply, words.keys.reply, canReply, (page) => page.reply()),
    continue: writing(words.continue, null, canContinue, (page) => page.continue()),
    retry: writing(words.retryTimes(retries), words.keys.retry, canRetry, (page) => page.retry()),
    again: writing(words.again, null, canRetry, (page) => page.again()),
    stop: { title: words.stop, keys: words.keys.stop, why: null, run: onPage(onTheText((page) => page.stop())) },
    stopAll: {
      title: words.stopAll,
      keys: null,
      why: others === 0 ? words.noOthers : null,
      run: onPage(onTheText((page) => page.stopAll())),
    },
    previousAlternate: alternate(words.previousAlternate, words.keys.previous, (page) => page.previousAlternate()),
    nextAlternate: alternate(words.nextAlternate, words.keys.next, (page) => page.nextAlternate()),
    firstOption: writing(words.takeOption(1), words.keys.option(1), canReply, (page) => page.takeOption(1)),
    secondOption: writing(words.takeOption(2), words.keys.option(2), canReply, (page) => page.takeOption(2)),
    thirdOption: writing(words.takeOption(3), words.keys.option(3), canReply, (page) => page.takeOption(3)),
    find: {
      title: words.find,
      keys: words.keys.find,
      why: open ? null : words.opening,
      run: onPage((page) => page.find()),
    },
    binder: { title: words.toggleBinder, keys: words.keys.binder, why: null, run: () => togglePanel('binder') },
    inspector: {
      title: words.toggleInspector,
      keys: words.keys.inspector,
      why: null,
      run: () => togglePanel('inspector'),
    },
    palette: {
      title: words.palette,
      keys: words.keys.palette,
      why: null,
      run: () => useWorkspace.setState({ dialog: 'palette' }),
    },
    format: {
      title: words.openFormatDoctor,
      keys: null,
      why: noFormat ? words.noModel : null,
      run: () => useWorkspace.setState({ dialog: 'format' }),
    },
    settings: {
      title: words.settings,
      keys: null,
      why: null,
      run: () => useWorkspace.setState({ dialog: 'settings' }),
    },
    shortcuts: {
      title: words.shortcuts,
      keys: words.keys.shortcuts,
      why: null,
      run: () => useWorkspace.setState({ dialog: 'shortcuts' }),
    },
  } as const satisfies Record<string, Command>;
}
