import { useEngine } from '../../models/engine-status.ts';
import { words } from '../../locales/index.ts';
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
  const blocked = !open
    ? words.shell.opening
    : reader
      ? words.commands.readerOnly
      : noModel
        ? words.commands.noModel
        : null;
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
    writing(words.commands.replyWith(count), null, canReply, (page) => page.reply(count)),
    writing(words.commands.retryWith(count), null, canRetry, (page) => page.retry(undefined, count)),
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
    why: (blocked === words.commands.noModel ? null : blocked) ?? (alternates < 2 ? words.commands.noAlternates : null),
    run: onPage(work),
  });
  return {
    reply: writing(words.commands.reply, words.commands.keys.reply, canReply, (page) => page.reply()),
    continue: writing(words.commands.continue, null, canContinue, (page) => page.continue()),
    retry: writing(words.commands.retryTimes(retries), words.commands.keys.retry, canRetry, (page) => page.retry()),
    again: writing(words.commands.again, null, canRetry, (page) => page.again()),
    stop: {
      title: words.commands.stop,
      keys: words.commands.keys.stop,
      why: null,
      run: onPage(onTheText((page) => page.stop())),
    },
    stopAll: {
      title: words.commands.stopAll,
      keys: null,
      why: others === 0 ? words.commands.noOthers : null,
      run: onPage(onTheText((page) => page.stopAll())),
    },
    previousAlternate: alternate(words.commands.previousAlternate, words.commands.keys.previous, (page) =>
      page.previousAlternate(),
    ),
    nextAlternate: alternate(words.commands.nextAlternate, words.commands.keys.next, (page) => page.nextAlternate()),
    firstOption: writing(words.commands.takeOption(1), words.commands.keys.option(1), canReply, (page) =>
      page.takeOption(1),
    ),
    secondOption: writing(words.commands.takeOption(2), words.commands.keys.option(2), canReply, (page) =>
      page.takeOption(2),
    ),
    thirdOption: writing(words.commands.takeOption(3), words.commands.keys.option(3), canReply, (page) =>
      page.takeOption(3),
    ),
    find: {
      title: words.commands.find,
      keys: words.commands.keys.find,
      why: open ? null : words.shell.opening,
      run: onPage((page) => page.find()),
    },
    binder: {
      title: words.commands.toggleBinder,
      keys: words.commands.keys.binder,
      why: null,
      run: () => togglePanel('binder'),
    },
    inspector: {
      title: words.commands.toggleInspector,
      keys: words.commands.keys.inspector,
      why: null,
      run: () => togglePanel('inspector'),
    },
    palette: {
      title: words.commands.palette,
      keys: words.commands.keys.palette,
      why: null,
      run: () => useWorkspace.setState({ dialog: 'palette' }),
    },
    format: {
      title: words.commands.openFormatDoctor,
      keys: null,
      why: noFormat ? words.commands.noModel : null,
      run: () => useWorkspace.setState({ dialog: 'format' }),
    },
    settings: {
      title: words.settings.title,
      keys: null,
      why: null,
      run: () => useWorkspace.setState({ dialog: 'settings' }),
    },
    shortcuts: {
      title: words.commands.shortcuts,
      keys: words.commands.keys.shortcuts,
      why: null,
      run: () => useWorkspace.setState({ dialog: 'shortcuts' }),
    },
  } as const satisfies Record<string, Command>;
}
