/**
 * A manuscript as a person has it before them, without an editor: lines, layout, a stack to undo, a reply that streams
 * in, and the tree that the studio holds. Every step is held against a from-scratch oracle (M10).
 */
import { lineEditsOf } from '../../../shared/document/line-edits.ts';
import type { TextChange } from '../../../shared/document/line-edits.ts';
import { diffPath, patchOf } from '../../../shared/document/diff.ts';
import { parse, print, turnText } from '../../../shared/document/grammar.ts';
import { layoutOf, textRange, updateLayout, withIds } from '../../../shared/document/layout.ts';
import type { Layout } from '../../../shared/document/layout.ts';
import { activePath, applyOps } from '../../../shared/document/tree.ts';
import type { Op, Turn, TurnContent, TurnTree } from '../../../shared/document/turn.ts';
import { checkTree } from './check.ts';

interface State {
  readonly text: string;
  readonly ids: readonly string[];
}

interface Stream {
  readonly turnId: string;
  readonly offset: number;
  text: string;
}

export class Page {
  lines: string[] = [''];
  layout: Layout;
  tree: TurnTree;
  private stored: TurnTree;
  stream: Stream | null = null;
  /** How many turns a save had to move to another place. */
  moved = 0;
  private count = 0;
  private readonly states: State[];
  private state = 0;
  readonly newId = (): string => `t${++this.count}`;

  constructor() {
    this.tree = applyOps({ activeRootId: null, turns: new Map() }, [
      {
        op: 'insert',
        turn: { id: this.newId(), role: 'user', speaker: null, marked: true, text: '' },
        after: null,
        as: 'chain',
      },
    ]);
    this.stored = this.tree;
    this.lines = print(activePath(this.tree).map(written)).split('\n');
    this.layout = withIds(
      layoutOf(this.lines, this.newId),
      activePath(this.tree).map((turn) => turn.id),
    );
    this.states = [{ text: this.text, ids: this.layout.ids }];
  }

  get text(): string {
    return this.lines.join('\n');
  }

  readonly lineAt = (line: number): string => {
    const text = this.lines[line - 1];
    if (text === undefined) throw new RangeError(`There is no line ${line} of ${this.lines.length}.`);
    return text;
  };

  turns(): Turn[] {
    return this.layout.spans.map((span) => {
      const { first, count } = textRange(span);
      const text = turnText(Array.from({ length: count }, (_, index) => this.lineAt(first + index)));
      return { id: span.id, role: span.role, speaker: span.speaker, marked: span.marked, text };
    });
  }

  /** What an editor does with one event's changes; they must be in order and apart. */
  edit(changes: readonly TextChange[]): void {
    this.change(changes);
    this.remember();
  }

  /** How many steps can be undone. */
  get depth(): number {
    return this.state;
  }

  canUndo(): boolean {
    return this.state > 0;
  }

  canRedo(): boolean {
    return this.state < this.states.length - 1;
  }

  undo(): void {
    this.recall(this.state - 1);
  }

  redo(): void {
    this.recall(this.state + 1);
  }

  /** A reply or a retry: the studio adds a turn and the path changes with it. Only on a saved page. */
  begin(op: Extract<Op, { op: 'insert' }>): void {
    this.follow([op]);
    this.stream = { turnId: op.turn.id, offset: op.turn.text.length, text: '' };
  }

  /** Another alternate is chosen, or a continuation begins. Only on a saved page. */
  follow(ops: readonly Op[]): void {
    this.apply(ops);
    this.show();
  }

  private show(): void {
    const path = activePath(this.tree);
    this.replace(print(path.map(written)));
    this.layout = withIds(
      this.layout,
      path.map((turn) => turn.id),
    );
    same(
      this.turns().map((turn) => turn.text),
      path.map((turn) => turn.text),
      'A branch is not shown as it is',
    );
    this.remember();
  }

  /**
   * The person leaves the chapter and comes back; what the studio did to it meanwhile is a step of its history. Only on
   * a saved page.
   */
  comeBack(meanwhile: readonly Op[]): void {
    this.apply(meanwhile);
    this.tree = stored(this.tree);
    this.show();
  }

  /** Every text that an undo can bring back, the first one first. */
  get earlier(): readonly string[] {
    return this.states.slice(0, this.state).map(({ text }) => text);
  }

  /** A piece of the reply arrives and is written as text, whatever it is (M4). */
  receive(piece: string): void {
    const { stream } = this;
    if (stream === null) return;
    const turns = this.turns().map((turn) => {
      if (turn.id !== stream.turnId) return turn;
      const end = stream.offset + stream.text.length;
      return { ...turn, text: turn.text.slice(0, end) + piece + turn.text.slice(end) };
    });
    const { ids } = this.layout;
    this.replace(print(turns));
    if (this.layout.ids !== ids) throw new Error('A streamed piece changed the structure.');
    same(this.turns(), turns, 'A streamed piece is not shown as it is');
    stream.text += piece;
    this.remember();
  }

  /** The reply is done: saved but for the span, then the span joins. */
  stop(): void {
    if (this.stream === null) return;
    this.save();
    const { turnId, offset, text } = this.stream;
    this.stream = null;
    const version = this.tree.turns.get(turnId)?.version ?? 0;
    if (text !== '') this.apply([{ op: 'setText', turnId, version, at: offset, del: 0, ins: text }]);
    this.save();
  }

  /** Sends what differs, as the renderer does, and holds the tree against the page. Gives the ops. */
  save(): readonly Op[] {
    const current = this.turns().map((turn) => this.withoutSpan(turn));
    const { ops, renamed } = diffPath(this.tree, current, this.newId);
    if (renamed.size > 0) throw new Error(`Ids were not kept: ${JSON.stringify([...renamed])}.`);
    this.moved += ops.filter((op) => op.op === 'restore' && op.after !== undefined).length;
    this.apply(ops);
    same(
      activePath(this.tree).map(({ id, role, speaker, marked, text }) => ({
        id,
        role,
        speaker,
        marked,
        text: text ?? '',
      })),
      current,
      'The path is not the page',
    );
    return ops;
  }

  /** At the end: nothing streams, everything is saved, and studio and page have the same. */
  close(): void {
    this.stop();
    this.save();
    same(
      [this.stored.activeRootId, ...this.stored.turns],
      [this.tree.activeRootId, ...stored(this.tree).turns],
      'The studio has another tree',
    );
  }

  private withoutSpan(turn: Turn): Turn {
    const { stream } = this;
    if (stream === null || turn.id !== stream.turnId) return turn;
    return { ...turn, text: turn.text.slice(0, stream.offset) + turn.text.slice(stream.offset + stream.text.length) };
  }

  private apply(ops: readonly Op[]): void {
    const before = this.tree;
    this.tree = applyOps(before, JSON.parse(JSON.stringify(ops)) as Op[]);
    checkTree(before, this.tree, ops);
    // The studio reads its tree from the store for every change, and knows nothing that is only in memory.
    const next = applyOps(this.stored, ops);
    this.stored = ops.some((op) => op.op === 'restore') ? stored(next) : next;
  }

  private recall(state: number): void {
    const { text, ids } = this.states[state] as State;
    this.state = state;
    this.replace(text);
    this.layout = withIds(this.layout, ids);
  }

  private remember(): void {
    this.states.length = ++this.state;
    this.states.push({ text: this.text, ids: this.layout.ids });
  }

  /** One edit between the common beginning and end, as the editor's own undo would make. */
  private replace(text: string): void {
    const patch = patchOf(this.text, text);
    if (patch === null) return;
    const start = this.position(patch.at);
    const end = this.position(patch.at + patch.del);
    const range = {
      startLineNumber: start.line,
      startColumn: start.column,
      endLineNumber: end.line,
      endColumn: end.column,
    };
    this.change([{ range, text: patch.ins }]);
  }

  private change(changes: readonly TextChange[]): void {
    const old = { lines: this.lines, layout: this.layout };
    this.lines = changed(this.lines, changes);
    const edits = lineEditsOf(changes, this.lineAt);
    this.layout = updateLayout(old.layout, edits, this.newId);
    this.checkLayout();
    checkKept(old.layout, this.layout, changes);
  }

  private position(offset: number): { line: number; column: number } {
    const before = this.text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }

  private checkLayout(): void {
    const { layout } = this;
    const fresh = layoutOf(this.lines, () => '');
    const shape = ({ spans, lineCount }: Layout): unknown => [lineCount, spans.map((span) => ({ ...span, id: '' }))];
    same(shape(layout), shape(fresh), 'The layout is not that of the text');
    same(
      layout.spans.map((span) => span.id),
      layout.ids,
      'The ids are not those of the spans',
    );
    if (new Set(layout.ids).size !== layout.ids.length) throw new Error('An id stands twice.');
    const content = this.turns().map(({ role, speaker, marked, text }): TurnContent => ({
      role,
      speaker,
      marked,
      text,
    }));
    same(content, parse(this.text), 'The turns of the layout are not those of the text');
  }
}

function stored(tree: TurnTree): TurnTree {
  const turns = [...tree.turns].map(([id, { restoredAt: _memory, ...turn }]) => [id, turn] as const);
  return { activeRootId: tree.activeRootId, turns: new Map(turns) };
}

/** A turn of the tree as a manuscript can show it. */
function written(turn: Omit<Turn, 'text'> & { readonly text: string | null }): TurnContent {
  return { role: turn.role, speaker: turn.speaker, marked: turn.marked, text: turn.text ?? '' };
}

function changed(lines: readonly string[], changes: readonly TextChange[]): string[] {
  const result = [...lines];
  for (const { range, text } of changes.toReversed()) {
    const head = (result[range.startLineNumber - 1] ?? '').slice(0, range.startColumn - 1);
    const tail = (result[range.endLineNumber - 1] ?? '').slice(range.endColumn - 1);
    const count = range.endLineNumber - range.startLineNumber + 1;
    result.splice(range.startLineNumber - 1, count, ...(head + text + tail).split('\n'));
  }
  return result;
}

/** Turns whose mark no change touched are where they were, under the same id. */
function checkKept(before: Layout, after: Layout, changes: readonly TextChange[]): void {
  for (const span of before.spans) {
    let shift = 0;
    let touched = false;
    for (const { range, text } of changes) {
      const above =
        range.endLineNumber < span.line ||
        (range.endLineNumber === span.line &&
          range.endColumn === 1 &&
          (text === '' ? range.startColumn === 1 : text.endsWith('\n')));
      if (above && span.marked) shift += text.split('\n').length - 1 - (range.endLineNumber - range.startLineNumber);
      else if (range.startLineNumber <= span.line) touched = true;
    }
    // One that is above by the next one's being on its line is not.
    if (
      touched ||
      (changes.length > 1 && shift !== 0 && changes.some(({ range }) => range.endLineNumber === span.line))
    )
      continue;
    const now = after.spans.find((other) => other.line === span.line + shift);
    if (now?.id !== span.id) throw new Error(`Turn ${span.id} was not touched and is now ${now?.id ?? 'gone'}.`);
  }
}

export function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}:\n  ${a}\n  ${b}`);
}
