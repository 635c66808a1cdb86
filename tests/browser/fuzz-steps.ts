import type { editor } from 'monaco-editor/editor';
import type { Random } from '../helpers/document-fuzz/random.ts';
import type { ManuscriptHost } from './studio.ts';

/** A place as shares: of the manuscript's lines, and of the line's length. */
export type Spot = readonly [line: number, column: number];

/**
 * What a person does, as data: a sequence can be printed, sent to the page and run again. `leave`: for another chapter,
 * and back again; `thereAndBack`: all is undone and redone. `rest`: milliseconds until the next step.
 */
export type Step = { readonly rest: number } & (
  | { readonly does: 'type' | 'paste'; readonly at: Spot; readonly text: string }
  | { readonly does: 'replace'; readonly from: Spot; readonly to: Spot; readonly text: string }
  | { readonly does: 'findAndReplace'; readonly find: string; readonly text: string }
  | { readonly does: 'key'; readonly at: Spot; readonly key: string; readonly ctrl: boolean; readonly times: number }
  | { readonly does: 'replaceAll'; readonly text: string }
  | { readonly does: 'erase' | 'eraseAhead'; readonly at: Spot; readonly times: number }
  | { readonly does: 'undo' | 'redo'; readonly times: number }
  | { readonly does: 'look'; readonly at: Spot }
  | { readonly does: 'role'; readonly at: Spot; readonly role: 'system' | 'user' | 'model' }
  | { readonly does: 'speaker'; readonly at: Spot; readonly name: string | null }
  | {
      readonly does: 'note' | 'remove' | 'reply' | 'continue' | 'retry' | 'alternates' | 'previous' | 'next';
      readonly at: Spot;
    }
  | { readonly does: 'stop' | 'stopAll' | 'thereAndBack' | 'reload' | 'leave' }
);

const WORDS = ['a', 'word', ' ', 'The door. ', '\n', '\n\n', '\\', '<|', 'user|>', '😀', 'é', '|>', ' Narrator'];
const MARKS = [
  '<|system|>',
  '<|user|>',
  '<|model|>',
  '<|user|> Anna',
  '<|model|> Narrator',
  '<|user|> ',
  '\\<|user|>',
  '\\\\<|model|>',
  '<|users|>',
  '<|user|>x',
];
const PASTES = [
  '<|user|>\nHello\n<|model|>\nYes?\n',
  '\n<|model|>\n',
  '<|system|>\nA cave.\n<|user|>\nGo',
  'one\r\ntwo\nthree\n',
  '\uFEFFone\rtwo\u2028three\u2029four\u0085five\v\f',
  '\n\\<|user|>\n',
  '<|user|>\n<|user|>\n<|model|>',
];

export type Bare = Step extends infer S ? (S extends Step ? Omit<S, 'rest'> : never) : never;

const spot = (chance: Random): Spot => [chance.int(1000) / 1000, chance.pick([0, 0, 1, 1, chance.int(1000) / 1000])];
const low = (chance: Random): Spot => (chance.chance(0.6) ? [1, 1] : spot(chance));

const KINDS: readonly (readonly [weight: number, step: (chance: Random) => Bare])[] = [
  [14, (chance) => ({ does: 'type', at: spot(chance), text: chance.pick(WORDS) })],
  [
    8,
    (chance) => ({
      does: 'type',
      at: spot(chance),
      text: `\n${chance.pick(MARKS)}${chance.pick(['', '\n', '\nSo it goes.'])}`,
    }),
  ],
  [4, (chance) => ({ does: 'type', at: [1, 1], text: chance.pick(['I open the door.', 'Why?\nTell me.', 'Hush']) })],
  [8, (chance) => ({ does: 'paste', at: spot(chance), text: chance.pick([...PASTES, ...MARKS]) })],
  [
    8,
    (chance) => ({
      does: 'replace',
      from: spot(chance),
      to: spot(chance),
      text: chance.pick(['', '', '', 'x', '\n', ...MARKS]),
    }),
  ],
  [
    4,
    (chance) => ({
      does: 'findAndReplace',
      find: chance.pick(['a', 'e', 'The', 'user', '.', '\\', '|']),
      text: chance.pick(['', 'o', 'a a', '<|user|>', '\\<|model|>', ...WORDS.slice(0, 4)]),
    }),
  ],
  [
    6,
    (chance) => ({
      does: 'key',
      at: spot(chance),
      key: chance.pick(['Backspace', 'Delete', 'ArrowUp', 'ArrowLeft', 'ArrowRight']),
      ctrl: chance.chance(0.5),
      times: 1 + chance.int(3),
    }),
  ],
  [3, () => ({ does: 'thereAndBack' })],
  [2, (chance) => ({ does: 'replaceAll', text: chance.pick(['', '', 'x', ...PASTES]) })],
  [8, (chance) => ({ does: 'erase', at: spot(chance), times: 1 + chance.int(12) })],
  [4, (chance) => ({ does: 'eraseAhead', at: spot(chance), times: 1 + chance.int(12) })],
  [12, (chance) => ({ does: 'undo', times: 1 + chance.int(4) })],
  [7, (chance) => ({ does: 'redo', times: 1 + chance.int(4) })],
  [3, (chance) => ({ does: 'look', at: spot(chance) })],
  [3, (chance) => ({ does: 'role', at: spot(chance), role: chance.pick(['system', 'user', 'model']) })],
  [2, (chance) => ({ does: 'speaker', at: spot(chance), name: chance.pick(['Anna', 'The old man', null]) })],
  [2, (chance) => ({ does: 'note', at: spot(chance) })],
  [3, (chance) => ({ does: 'remove', at: spot(chance) })],
  [5, (chance) => ({ does: 'reply', at: low(chance) })],
  [2, (chance) => ({ does: 'continue', at: spot(chance) })],
  [4, (chance) => ({ does: 'retry', at: low(chance) })],
  [4, (chance) => ({ does: 'alternates', at: low(chance) })],
  [5, (chance) => ({ does: 'previous', at: low(chance) })],
  [4, (chance) => ({ does: 'next', at: low(chance) })],
  [3, () => ({ does: 'stop' })],
  [1, () => ({ does: 'stopAll' })],
  [1, () => ({ does: 'reload' })],
  [4, () => ({ does: 'leave' })],
  [4, (chance) => ({ does: 'remove', at: low(chance) })],
];
const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** 8 to 15 steps; most at once after each other, some with room for a save between. */
export function sequence(chance: Random): Step[] {
  return Array.from({ length: 8 + chance.int(8) }, (): Step => {
    let at = chance.int(TOTAL);
    const kind = KINDS.find(([weight]) => (at -= weight) < 0);
    if (kind === undefined) throw new Error('the weights do not add up');
    return { ...kind[1](chance), rest: chance.pick([0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 30, 230]) };
  });
}

export interface Played {
  /** On the page in the end. */
  readonly text: string;
  readonly notices: string[];
  /** Words like q7z, typed to be looked for, that a step brought onto the page and none took away again. */
  readonly written: string[];
  /** Those that a step took away. */
  readonly taken: string[];
  /** Those that were typed while the page takes keys, and are not on it. */
  readonly ignored: string[];
  /** Turns that were deleted: one with alternates goes when the studio has answered, with all that is in it then. */
  readonly removed: string[];
  /** Texts that an undo or redo did not bring back. */
  readonly lost: string[];
}

/** In the page, by texts and their versions: what was seen of them, the first one first. */
type Seen = Map<string, Map<number, string>>;

/**
 * Runs in the page: does the steps, as far as the page stays, and with `settle` waits until nothing is on its way.
 * `came`: back to a chapter that was left, with its history.
 */
export async function play(
  view: editor.IStandaloneCodeEditor,
  {
    steps,
    settle,
    came = false,
  }: { readonly steps: readonly Step[]; readonly settle: boolean; readonly came?: boolean },
): Promise<Played> {
  const { controller } = (view.getContainerDomNode() as ManuscriptHost).__paphosManuscript;
  const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const notices: string[] = [];
  let heard = controller.getState().notice?.key ?? 0;
  const stopListening = controller.subscribe(() => {
    const { notice } = controller.getState();
    if (notice === null || notice.key <= heard) return;
    heard = notice.key;
    notices.push(notice.message);
  });
  const page = window as unknown as { fuzzSeen?: Seen };
  page.fuzzSeen ??= new Map();
  const lost: string[] = [];
  const model = view.getModel();
  if (model === null) throw new Error('the page has no text');
  if (came && !page.fuzzSeen.has(model.id)) lost.push('the history of a chapter that was left');
  const texts = page.fuzzSeen.get(model.id) ?? new Map<number, string>();
  page.fuzzSeen.set(model.id, texts);
  const look = (): void => {
    const [version, text] = [model.getAlternativeVersionId(), model.getValue()];
    const known = texts.get(version);
    if (known !== undefined && known !== text)
      lost.push(`version ${String(version)} was ${JSON.stringify(known)} and is ${JSON.stringify(text)}`);
    texts.set(version, known ?? text);
  };
  look();
  const looking = view.onDidChangeModelContent(look);
  const thereAndBack = (): void => {
    const now = model.getValue();
    let undone = 0;
    for (; model.canUndo(); undone++) view.trigger('keyboard', 'undo', null);
    const [first] = texts.values();
    if (model.getValue() !== first) lost.push(`the first text: ${JSON.stringify(first)}`);
    for (; undone > 0; undone--) view.trigger('keyboard', 'redo', null);
    if (model.getValue() !== now) lost.push(`the last text: ${JSON.stringify(now)}`);
  };
  const press = (key: string, ctrlKey: boolean): void => {
    const keyCode = { Backspace: 8, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, Delete: 46 }[key] ?? 0;
    const event = { key, code: key, keyCode, ctrlKey, bubbles: true, cancelable: true };
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', event));
  };
  const fill = (label: string, text: string): void => {
    const field = document.querySelector<HTMLInputElement>(`search input[aria-label="${label}"]`);
    if (field === null) throw new Error(`there is no field ${label}`);
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const findAndReplace = async (find: string, text: string): Promise<void> => {
    controller.find('replace');
    while (document.querySelector('search input[aria-label="Replace with"]') === null) await rest(5);
    fill('Find in chapter', find);
    fill('Replace with', text);
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('search button')];
    buttons.find(({ textContent }) => textContent === 'Replace all')?.click();
    await rest(5);
    buttons.find(({ ariaLabel }) => ariaLabel === 'Close')?.click();
    view.focus();
  };
  const place = ([line, column]: Spot): { lineNumber: number; column: number } => {
    const lineNumber = 1 + Math.min(model.getLineCount() - 1, Math.floor(line * model.getLineCount()));
    return model.validatePosition({
      lineNumber,
      column: 1 + Math.round(column * (model.getLineMaxColumn(lineNumber) - 1)),
    });
  };
  const go = (at: Spot): void => view.setPosition(place(at), 'mouse');
  const keys = (text: string): void => {
    for (const key of text) view.trigger('keyboard', 'type', { text: key });
  };
  const turn = async (at: Spot): Promise<string> => {
    go(at);
    await rest(65);
    return controller.getState().caretTurnId ?? '';
  };
  const started: Promise<void>[] = [];
  const actions = {
    reply: () => controller.reply(),
    continue: () => controller.continue(),
    retry: () => controller.retry(),
    alternates: () => controller.retry(undefined, 3),
    previous: () => controller.previousAlternate(),
    next: () => controller.nextAlternate(),
  };
  const marked = (text: string | undefined): string[] => text?.match(/q\d+z/g) ?? [];
  const written = new Set<string>();
  const taken = new Set<string>();
  const removed: string[] = [];
  const ignored: string[] = [];
  const onPage = (): string[] => marked(view.getModel()?.getValue());
  /** What the person did to the words since they were `before`. */
  const note = (before: readonly string[]): void => {
    const after = new Set(onPage());
    for (const word of before.filter((one) => !after.has(one))) {
      taken.add(word);
      written.delete(word);
    }
    for (const word of after) {
      if (!before.includes(word)) written.add(word);
      taken.delete(word);
    }
  };
  view.focus();
  for (const step of steps) {
    const before = onPage();
    const isOpen = !controller.getState().readOnly;
    switch (step.does) {
      case 'type':
        go(step.at);
        keys(step.text);
        break;
      case 'paste':
        go(step.at);
        view.trigger('keyboard', 'paste', {
          text: step.text,
          pasteOnNewLine: false,
          multicursorText: null,
          mode: null,
        });
        break;
      case 'replace': {
        const [from, to] = [place(step.from), place(step.to)];
        view.setSelection(
          {
            startLineNumber: from.lineNumber,
            startColumn: from.column,
            endLineNumber: to.lineNumber,
            endColumn: to.column,
          },
          'mouse',
        );
        if (step.text === '') view.trigger('keyboard', 'deleteLeft', null);
        else keys(step.text);
        break;
      }
      case 'findAndReplace':
        await findAndReplace(step.find, step.text);
        break;
      case 'key':
        go(step.at);
        for (let left = step.times; left > 0; left--) press(step.key, step.ctrl);
        break;
      case 'thereAndBack':
        thereAndBack();
        break;
      case 'replaceAll': {
        const all = view.getModel()?.getFullModelRange();
        if (all) view.setSelection(all, 'mouse');
        if (step.text === '') view.trigger('keyboard', 'deleteLeft', null);
        else
          view.trigger('keyboard', 'paste', {
            text: step.text,
            pasteOnNewLine: false,
            multicursorText: null,
            mode: null,
          });
        break;
      }
      case 'erase':
        go(step.at);
        for (let left = step.times; left > 0; left--) view.trigger('keyboard', 'deleteLeft', null);
        break;
      case 'eraseAhead':
        go(step.at);
        for (let left = step.times; left > 0; left--) view.trigger('keyboard', 'deleteRight', null);
        break;
      case 'undo':
      case 'redo':
        for (let left = step.times; left > 0; left--) {
          // One may bring back what the next one takes away.
          const was = onPage();
          view.trigger('keyboard', step.does, null);
          note(was);
        }
        break;
      case 'look':
        go(step.at);
        break;
      case 'role':
        controller.setRole(await turn(step.at), step.role);
        break;
      case 'speaker':
        controller.setSpeaker(await turn(step.at), step.name);
        break;
      case 'note':
        controller.addNoteBefore(await turn(step.at));
        break;
      case 'remove': {
        const id = await turn(step.at);
        removed.push(id);
        controller.removeTurn(id);
        break;
      }
      case 'stop':
        started.push(controller.stop());
        break;
      case 'stopAll':
        started.push(controller.stopAll());
        break;
      case 'reload':
      case 'leave':
        break;
      default:
        go(step.at);
        started.push(
          actions[step.does]().catch((error: unknown) => {
            notices.push(String(error));
          }),
        );
    }
    note(before);
    if (isOpen && 'text' in step) {
      const after = onPage();
      ignored.push(...marked(step.text).filter((word) => !after.includes(word)));
    }
    await rest(step.rest);
    if (view.getModel() === null) break;
  }
  const quiet = (): boolean => {
    const { generation, others, save, loading } = controller.getState();
    return generation === null && others === 0 && save === 'saved' && !loading;
  };
  const end = performance.now() + 30_000;
  for (let calm = 0; settle && calm < 3;) {
    const ended = Promise.all(started)
      .then(() =>
        controller.flush().catch((error: unknown) => {
          notices.push(String(error));
        }),
      )
      .then(() => true);
    const done = await Promise.race([ended, rest(10_000).then(() => false)]);
    await rest(5);
    calm = done && quiet() ? calm + 1 : 0;
    if (performance.now() > end)
      throw new Error(
        `the page did not come to rest: ${JSON.stringify(controller.getState())} ${JSON.stringify(view.getModel()?.getValue())}`,
      );
    if (calm === 0) await rest(15);
  }
  stopListening();
  looking.dispose();
  return {
    text: view.getModel()?.getValue() ?? '',
    notices,
    written: [...written],
    taken: [...taken],
    ignored,
    removed,
    lost,
  };
}
