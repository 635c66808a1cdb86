/**
 * Which lines of a manuscript are which turn's, kept up to date edit by edit (rules M2, M3, M7).
 *
 * A `Layout` is immutable. An edit inside a line gives back the very same layout, one that only moves lines the same
 * `ids` array, so that "has the structure changed" is `===`. Lines are 1-based, as an editor counts them. The cost of
 * an update is the number of turns and the lines touched, never the length of the manuscript.
 */
import { alignIds } from './align.ts';
import { readMark } from './grammar.ts';
import type { Role } from './turn.ts';

export interface TurnSpan {
  readonly id: string;
  readonly role: Role;
  readonly speaker: string | null;
  readonly marked: boolean;
  /** The line of its mark; 1 for an unmarked first turn. */
  readonly line: number;
  /** How many lines it has, that of its mark included. */
  readonly lines: number;
}

export interface Layout {
  readonly ids: readonly string[];
  readonly spans: readonly TurnSpan[];
  readonly lineCount: number;
}

/**
 * Old lines `fromLine` to `toLine` became `newLines`. `toLine = fromLine - 1` only inserts whole lines; no new line
 * only removes.
 */
export interface LineEdit {
  readonly fromLine: number;
  readonly toLine: number;
  readonly newLines: readonly string[];
}

/** Where a turn begins, while a layout is being made. */
type Start = Omit<TurnSpan, 'id' | 'lines'>;

/** Prose at the very start needs no mark (M3). */
const UNMARKED: Start = { role: 'model', speaker: null, marked: false, line: 1 };

export function layoutOf(lines: readonly string[], newId: () => string): Layout {
  const whole = lines.length > 0 ? lines : [''];
  const marks = marksIn(whole, 1);
  const starts = marks[0]?.line === 1 ? marks : [UNMARKED, ...marks];
  return build(starts, starts.map(newId), whole.length, null);
}

/**
 * The layout after edits of whole lines: in the lines of `layout`, from top to bottom, none overlapping another. Turns
 * that no edit touches keep their ids; a split one keeps it on its first part, merged ones have the first one's; marks
 * that an edit wrote anew are aligned with those it took away (M7).
 */
export function updateLayout(layout: Layout, edits: readonly LineEdit[], newId: () => string): Layout {
  const { spans } = layout;
  const starts: Start[] = [];
  const ids: string[] = [];
  let next = 0;
  let shift = 0;
  const keepBefore = (line: number): void => {
    for (let span = spans[next]; span !== undefined && span.line < line; span = spans[++next]) {
      starts.push(shift === 0 ? span : { ...span, line: span.line + shift });
      ids.push(span.id);
    }
  };
  for (const { fromLine, toLine, newLines } of joined(edits)) {
    keepBefore(fromLine);
    const touched = next;
    // An unmarked first turn begins above line 1: whatever is put in front of it is its own.
    const inFront = fromLine === 1 && toLine < 1 && spans[0]?.marked === false;
    while (inFront ? next === touched : (spans[next]?.line ?? Infinity) <= toLine) next++;
    const taken = spans.slice(touched, next);
    const written = marksIn(newLines, fromLine + shift);
    const bare = fromLine === 1 && (newLines.length > 0 ? written[0]?.line !== 1 : spans[next]?.line !== toLine + 1);
    const below = inFront && !bare ? taken[0]?.id : undefined;
    starts.push(...(bare ? [UNMARKED, ...written] : written));
    if (below !== undefined) ids.push(...written.slice(1).map(newId), below);
    else ids.push(...alignIds(taken, bare ? [UNMARKED, ...written] : written, newId));
    shift += newLines.length - (toLine - fromLine + 1);
  }
  keepBefore(Infinity);
  return build(starts, ids, Math.max(1, layout.lineCount + shift), layout);
}

/** Edits that touch each other as one. */
function joined(edits: readonly LineEdit[]): LineEdit[] {
  const apart: LineEdit[] = [];
  for (const edit of edits) {
    const last = apart.at(-1);
    if (last === undefined || edit.fromLine > last.toLine + 1) apart.push(edit);
    else
      apart[apart.length - 1] = {
        fromLine: last.fromLine,
        toLine: edit.toLine,
        newLines: [...last.newLines, ...edit.newLines],
      };
  }
  return apart;
}

function marksIn(lines: readonly string[], firstLine: number): Start[] {
  const starts: Start[] = [];
  for (let index = 0; index < lines.length; index++) {
    const mark = readMark(lines[index] ?? '');
    if (mark !== null) starts.push({ role: mark.role, speaker: mark.speaker, marked: true, line: firstLine + index });
  }
  return starts;
}

/** Spans from where turns begin; whatever equals what was there before is the same object. */
function build(starts: readonly Start[], ids: readonly string[], lineCount: number, old: Layout | null): Layout {
  const spans = starts.map(({ role, speaker, marked, line }, index): TurnSpan => {
    const span = {
      id: ids[index] ?? '',
      role,
      speaker,
      marked,
      line,
      lines: (starts[index + 1]?.line ?? lineCount + 1) - line,
    };
    const before = old?.spans[index];
    return before !== undefined && sameSpan(before, span) ? before : span;
  });
  if (old === null) return { ids, spans, lineCount };
  if (lineCount === old.lineCount && sameItems(spans, old.spans)) return old;
  return { ids: sameItems(ids, old.ids) ? old.ids : ids, spans, lineCount };
}

function sameSpan(a: TurnSpan, b: TurnSpan): boolean {
  return (
    a.id === b.id &&
    a.role === b.role &&
    a.speaker === b.speaker &&
    a.marked === b.marked &&
    a.line === b.line &&
    a.lines === b.lines
  );
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** The same lines with other ids, as when an undo brings back those of an earlier version. */
export function withIds(layout: Layout, ids: readonly string[]): Layout {
  if (sameItems(ids, layout.ids)) return layout;
  if (ids.length !== layout.spans.length)
    throw new RangeError(`${layout.spans.length} turns cannot have ${ids.length} ids.`);
  return {
    ids,
    spans: layout.spans.map((span, index) => ({ ...span, id: ids[index] ?? span.id })),
    lineCount: layout.lineCount,
  };
}

/** The turn that a line belongs to. */
export function spanAt(layout: Layout, line: number): TurnSpan {
  return layout.spans[indexAt(layout, line)] as TurnSpan;
}

/** The place in `spans` of the turn that a line belongs to. */
export function indexAt(layout: Layout, line: number): number {
  let low = 0;
  let high = layout.spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((layout.spans[middle]?.line ?? 1) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The lines of a turn's text, its mark left out: from `first` on, `count` of them (none where a mark is the last line).
 */
export function textRange(span: TurnSpan): { readonly first: number; readonly count: number } {
  const mark = span.marked ? 1 : 0;
  return { first: span.line + mark, count: span.lines - mark };
}
