/** What a person and a model do to a page, at random. */
import type { TextChange } from '../../../shared/document/line-edits.ts';
import { splitsPair } from '../../../shared/document/draft.ts';
import { linePosition, textOffset } from '../../../shared/document/position.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { alternatesOf } from '../alternates.ts';
import { textRange, type TurnSpan } from '../../../shared/document/layout.ts';
import { isEscaped, turnText } from '../../../shared/document/grammar.ts';
import type { Op, TurnTree } from '../../../shared/document/turn.ts';
import type { Place, Stretch } from '../../../renderer/chapter/text-source.ts';
import { replacementEdits } from '../../../renderer/manuscript/find/replacement-edits.ts';
import type { Page } from './page.ts';
import { same } from './page.ts';
import type { Random } from './random.ts';

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
  'one\ntwo\nthree\n',
  '\n\\<|user|>\n',
  '<|user|>\n<|user|>\n<|model|>',
];
const PIECES = [
  '\n\\<|user|>',
  '\\<|model|>\n',
  'You see ',
  'a house.',
  '\n',
  '\n<|user|>',
  '<|',
  'model',
  '|>',
  '\\',
  '\n\n',
  '😀',
  '\n<|system|> x\n',
];

type Step = (page: Page, random: Random) => void;

const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [12, type],
  [6, paste],
  [8, erase],
  [3, eraseLines],
  [4, typeMark],
  [3, newRole],
  [3, severalCursors],
  [1, replaceAll],
  [9, undoSome],
  [5, redoSome],
  [5, choose],
  [4, reply],
  [3, retry],
  [2, continueTurn],
  [10, receive],
  [3, (page) => page.stop()],
  [3, mapPlaces],
  [6, thereAndBack],
];
const EDITS: readonly Step[] = [type, paste, erase, eraseLines, typeMark, newRole, severalCursors, replaceAll];
/** A person at the studio: its find bar and its keys, other chapters and other branches. */
const AT_THE_STUDIO: readonly (readonly [weight: number, step: Step])[] = [
  [7, findAndReplace],
  [9, deleteByKey],
  [5, goAwayAndComeBack],
  [4, removeAlternate],
];

/** The pinned seeds were found with the first steps alone. */
export const stepsOf = (which: 'first' | 'all'): readonly (readonly [weight: number, step: Step])[] =>
  which === 'first' ? STEPS : [...STEPS, ...AT_THE_STUDIO];

export function randomStep(page: Page, random: Random, steps: ReturnType<typeof stepsOf>): void {
  let at = random.int(steps.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, step] of steps) {
    at -= weight;
    if (at < 0) return step(page, random);
  }
}

function somePlace(page: Page, random: Random): { line: number; column: number } {
  const line = 1 + random.int(page.lines.length);
  const text = page.lineAt(line);
  const at = random.int(text.length + 1);
  return { line, column: splitsPair(text, at) ? at : at + 1 };
}

function change(
  from: { line: number; column: number },
  to: { line: number; column: number },
  text: string,
): TextChange {
  return {
    range: { startLineNumber: from.line, startColumn: from.column, endLineNumber: to.line, endColumn: to.column },
    text,
  };
}

/** A person's edit: one that reaches into the streaming turn stops the stream first. */
function edit(page: Page, changes: readonly TextChange[]): void {
  const span = page.layout.spans.find(({ id }) => id === page.stream?.turnId);
  const near = ({ range }: TextChange): boolean =>
    span !== undefined && range.startLineNumber <= span.line + span.lines && range.endLineNumber >= span.line - 1;
  if (changes.some(near)) page.stop();
  page.edit(changes);
}

function type(page: Page, random: Random): void {
  const place = somePlace(page, random);
  edit(page, [change(place, place, random.pick(WORDS))]);
}

function paste(page: Page, random: Random): void {
  const place = random.chance(0.5) ? { line: 1 + random.int(page.lines.length), column: 1 } : somePlace(page, random);
  edit(page, [change(place, place, random.pick(PASTES))]);
}

function typeMark(page: Page, random: Random): void {
  const line = 1 + random.int(page.lines.length);
  const end = { line, column: page.lineAt(line).length + 1 };
  const whole = random.chance(0.3);
  edit(page, [change(whole ? { line, column: 1 } : end, end, (whole ? '' : '\n') + random.pick(MARKS))]);
}

function erase(page: Page, random: Random): void {
  const [a, b] = [somePlace(page, random), somePlace(page, random)];
  const far = random.chance(0.3)
    ? b
    : { line: a.line, column: afterSome(page.lineAt(a.line), a.column, 1 + random.int(3)) };
  const [from, to] = a.line < far.line || (a.line === far.line && a.column <= far.column) ? [a, far] : [far, a];
  edit(page, [change(from, to, random.chance(0.2) ? random.pick(WORDS) : '')]);
}

function afterSome(text: string, column: number, count: number): number {
  const at = Math.min(column - 1 + count, text.length);
  return splitsPair(text, at) ? at + 2 : at + 1;
}

function eraseLines(page: Page, random: Random): void {
  const from = 1 + random.int(page.lines.length);
  const to = Math.min(page.lines.length, from + 1 + random.int(4));
  edit(page, [change({ line: from, column: 1 }, { line: to, column: 1 }, '')]);
}

function newRole(page: Page, random: Random): void {
  const span = random.pick(page.layout.spans);
  const end = span.marked ? { line: span.line, column: page.lineAt(span.line).length + 1 } : { line: 1, column: 1 };
  edit(page, [change({ line: span.line, column: 1 }, end, random.pick(MARKS.slice(0, 6)) + (span.marked ? '' : '\n'))]);
}

function severalCursors(page: Page, random: Random): void {
  const text = random.pick([...WORDS, ...MARKS, '\n<|user|>\n']);
  const lines = [...new Set([1, 2, 3].map(() => 1 + random.int(page.lines.length)))].sort((a, b) => a - b);
  const changes = lines.map((line) => {
    const column = random.chance(0.5) ? 1 : page.lineAt(line).length + 1;
    return change({ line, column }, { line, column }, text);
  });
  edit(page, changes);
}

function replaceAll(page: Page, random: Random): void {
  const line = page.lines.length;
  edit(page, [
    change({ line: 1, column: 1 }, { line, column: page.lineAt(line).length + 1 }, random.pick([...PASTES, '', 'x'])),
  ]);
}

function undoSome(page: Page, random: Random): void {
  page.stop();
  for (let steps = 1 + random.int(4); steps > 0 && page.canUndo(); steps--) page.undo();
}

function redoSome(page: Page, random: Random): void {
  page.stop();
  for (let steps = 1 + random.int(4); steps > 0 && page.canRedo(); steps--) page.redo();
}

/** Another alternate; undone, saved and redone at once now and then, which must remove nothing. */
function choose(page: Page, random: Random): void {
  page.stop();
  page.save();
  const turn = random.pick(activePath(page.tree));
  const others = alternatesOf(page.tree, turn.id).filter((id) => id !== turn.id);
  if (others.length === 0) return;
  page.follow([{ op: 'activate', parentId: turn.parentId, turnId: random.pick(others) }]);
  if (random.chance(0.5)) backAndForth(page);
}

function backAndForth(page: Page): void {
  page.save();
  for (const go of [() => page.undo(), () => page.redo()]) {
    go();
    const removed = page.save().filter((op) => op.op === 'remove' || op.op === 'insert');
    if (removed.length > 0) throw new Error(`Leaving a branch did not leave it whole: ${JSON.stringify(removed)}.`);
  }
}

function reply(page: Page, random: Random): void {
  page.stop();
  page.save();
  const path = activePath(page.tree);
  const after = random.chance(0.6) ? path.at(-1) : random.pick(path);
  if (after === undefined) return;
  const as = after.id === path.at(-1)?.id ? 'chain' : 'alternate';
  page.begin({
    op: 'insert',
    turn: { id: page.newId(), role: 'model', speaker: null, marked: true, text: '' },
    after: after.id,
    as,
  });
}

function retry(page: Page, random: Random): void {
  page.stop();
  page.save();
  const turn = random.pick(activePath(page.tree));
  page.begin({
    op: 'insert',
    turn: { id: page.newId(), role: 'model', speaker: null, marked: true, text: '' },
    after: turn.parentId,
    as: 'alternate',
  });
}

function continueTurn(page: Page, random: Random): void {
  page.stop();
  page.save();
  const turn = random.pick(page.turns());
  page.stream = { turnId: turn.id, offset: turn.text.length, text: '' };
}

function receive(page: Page, random: Random): void {
  for (let pieces = 1 + random.int(3); pieces > 0; pieces--) page.receive(random.pick(PIECES));
}

function mapPlaces(page: Page, random: Random): void {
  const span = random.pick(page.layout.spans);
  const { first, count } = textRange(span);
  const lines = page.lines.slice(first - 1, first - 1 + count);
  const offset = random.int(turnText(lines).length + 1);
  const place = linePosition(offset, lines);
  same(textOffset(place.line, place.column, lines), offset, 'A place in the text does not come back');
}

const SOUGHT = ['a', 'word', 'The', 'user', 'x', '|', '\\'];
const PUT = ['', 'b', 'a a', '\n', 'two\nlines', '<|user|>', '\n<|model|>', '<|'];

/** All the places of a word in the turns, or one of them, become something else: nothing but their text changes. */
function findAndReplace(page: Page, random: Random): void {
  const [word, text] = [random.pick(SOUGHT), random.pick(PUT)];
  const found = page.layout.spans.flatMap((span) => placesOf(page, span, word));
  if (found.length === 0) return;
  const all = random.chance(0.7);
  const places = all ? found : [random.pick(found)];
  const before = page.turns();
  const edits = replacementEdits(
    places.map((place) => ({ ...place, text })),
    page.lineAt,
  );
  edit(
    page,
    edits.map((one) => change(one.from, one.to, one.text)),
  );
  const now = page.turns();
  same(
    now.map(({ id, role, speaker }) => [id, role, speaker]),
    before.map(({ id, role, speaker }) => [id, role, speaker]),
    'Replacing changed more than text',
  );
  if (all)
    same(
      now.map((turn) => turn.text),
      before.map((turn) => turn.text.replaceAll(word, () => text)),
      'Not what was found was replaced',
    );
}

function placesOf(page: Page, span: TurnSpan, word: string): Stretch[] {
  const { first, count } = textRange(span);
  return Array.from({ length: count }, (_, index) => first + index).flatMap((line) => {
    const shown = page.lineAt(line);
    const places: Stretch[] = [];
    for (let at = shown.indexOf(word, isEscaped(shown) ? 1 : 0); at !== -1; at = shown.indexOf(word, at + word.length))
      places.push({ from: { line, column: at + 1 }, to: { line, column: at + word.length + 1 } });
    return places;
  });
}

/** As the keys that delete a letter, a word or the rest of a line do: at the end of a turn they join it to the next. */
function deleteByKey(page: Page, random: Random): void {
  const index = random.int(page.layout.spans.length);
  const span = page.layout.spans[index] as TurnSpan;
  const { first, count } = textRange(span);
  if (count === 0) return;
  const line = first + (random.chance(0.5) ? 0 : random.int(count));
  const text = page.lineAt(line);
  const at = random.chance(0.5) ? 0 : afterSome(text, 1, random.int(text.length + 1)) - 1;
  const place = { line, column: at + 1 };
  if (random.chance(0.5)) {
    if (at === 0) return line === first ? join(page, index) : edit(page, [change(endOf(page, line - 1), place, '')]);
    const from = random.pick([0, at - (/\S*\s*$/.exec(text.slice(0, at))?.[0].length ?? 0)]);
    return edit(page, [change({ line, column: from + 1 }, place, '')]);
  }
  if (at < text.length) {
    const to = random.pick([text.length, at + (/^\s*\S*/.exec(text.slice(at))?.[0].length ?? 0)]);
    return edit(page, [change(place, { line, column: to + 1 }, '')]);
  }
  if (line === first + count - 1) return join(page, index + 1);
  edit(page, [change(place, { line: line + 1, column: 1 }, '')]);
}

const endOf = (page: Page, line: number): Place => ({ line, column: page.lineAt(line).length + 1 });

/** The mark between two turns goes: two paragraphs stay two. */
function join(page: Page, index: number): void {
  const above = page.layout.spans[index - 1];
  const below = page.layout.spans[index];
  if (above === undefined || below === undefined) return;
  const { first, count } = textRange(below);
  const to = count === 0 ? endOf(page, below.line) : { line: first, column: 1 };
  edit(page, [change(endOf(page, above.line + above.lines - 1), to, count === 0 ? '' : '\n')]);
}

/** Undo after coming back brings every earlier text of the visit, and each can be saved. */
function goAwayAndComeBack(page: Page, random: Random): void {
  page.stop();
  page.save();
  page.comeBack(random.chance(0.5) ? [] : meanwhile(page, random));
  const { earlier, depth } = page;
  const back = random.chance(0.3) ? 0 : Math.max(0, depth - 1 - random.int(6));
  while (page.depth > back) {
    page.undo();
    same(page.text, earlier[page.depth], 'An earlier text did not come back');
    if (random.chance(0.3)) page.save();
  }
  page.save();
  for (; page.depth < depth && random.chance(0.9); page.redo()) if (random.chance(0.3)) page.save();
  page.save();
}

/** What another page or a reply does to a chapter that nobody shows. */
function meanwhile(page: Page, random: Random): readonly Op[] {
  const path = activePath(page.tree);
  const last = path.at(-1);
  if (last === undefined) return [];
  const turn = { id: page.newId(), role: 'model', speaker: null, marked: true, text: random.pick(PIECES) } as const;
  return random.pick<readonly Op[]>([
    [{ op: 'insert', turn, after: last.id, as: 'chain' }],
    [{ op: 'insert', turn, after: random.pick(path).parentId, as: 'beside' }],
    [{ op: 'insert', turn, after: random.pick(path).parentId, as: 'alternate' }],
    removal(page, random),
  ]);
}

/** The last turn that is shown goes, and an alternate takes its place. */
function removal(page: Page, random: Random): readonly Op[] {
  const last = activePath(page.tree).at(-1);
  const others = last === undefined ? [] : alternatesOf(page.tree, last.id).filter((id) => id !== last.id);
  if (last === undefined || others.length === 0) return [];
  return [
    { op: 'remove', turnId: last.id },
    { op: 'activate', parentId: last.parentId, turnId: random.pick(others) },
  ];
}

function removeAlternate(page: Page, random: Random): void {
  page.stop();
  page.save();
  const ops = removal(page, random);
  if (ops.length > 0) page.follow(ops);
}

/**
 * Edits, all undone, leave every branch as it was, and redone as they had made it. Saved only now and then, no branch
 * is missing. Changes to other branches in between may leave new ones behind, but none of the old ones otherwise than
 * it was.
 */
function thereAndBack(page: Page, random: Random): void {
  page.stop();
  page.save();
  const branching = random.chance(0.3);
  const always = branching || random.chance(0.5);
  const saveMaybe = (): void => {
    if (always || random.chance(0.5)) page.save();
  };
  const before = branches(page.tree);
  const start = page.depth;
  const { moved } = page;
  for (let edits = 1 + random.int(4); edits > 0; edits--) {
    random.pick(branching ? [...EDITS, choose, retry, reply] : EDITS)(page, random);
    saveMaybe();
  }
  page.stop();
  page.save();
  const after = branches(page.tree);
  const end = page.depth;
  for (; page.depth > start; saveMaybe()) page.undo();
  page.save();
  checkBack(before, branches(page.tree, always && !branching ? null : before), always);
  for (; page.depth < end; saveMaybe()) page.redo();
  page.save();
  checkBack(after, branches(page.tree, always ? null : after), always);
  if (always) same(page.moved, moved, 'Turns were moved that had not changed places');
}

function checkBack(before: Branches, now: Branches, exact: boolean): void {
  const seen = (rows: Branches): unknown => (exact ? rows : rows.map(([id]) => id));
  same(seen(now), seen(before), 'The branches did not come back');
}

type Branches = readonly (readonly [id: string, parent: string | null, goesOnWith: string | null])[];

/**
 * Every living turn, or those of the given ones, with what it follows and what it goes on with; the chapter's start as
 * well.
 */
function branches(tree: TurnTree, among: Branches | null = null): Branches {
  const ids = among?.map(([id]) => id);
  const living = [...tree.turns.values()].filter((turn) => turn.tombstone === null && ids?.includes(turn.id) !== false);
  const rows = living
    .map(({ id, parentId, activeChildId }) => [id, parentId, activeChildId] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [['start', null, tree.activeRootId], ...rows];
}
