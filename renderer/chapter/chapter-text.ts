import { countWords } from '../../shared/document/count-words.ts';
import { diffPath } from '../../shared/document/diff.ts';
import { isEscaped, isNormal, normalise } from '../../shared/document/grammar.ts';
import { lineEditsOf } from '../../shared/document/line-edits.ts';
import {
  indexAt,
  layoutOf,
  spanAt,
  textRange,
  updateLayout,
  withIds,
  type Layout,
  type LineEdit,
  type TurnSpan,
} from '../../shared/document/layout.ts';
import { optionsOf } from '../../shared/document/options.ts';
import { activePath, applyOps } from '../../shared/document/tree.ts';
import type { Op, Turn, TurnContent, TurnTree } from '../../shared/document/turn.ts';
import { withoutReasoning } from '../../shared/prompt/plan/reasoning.ts';
import { movedBy, placedChanges, type PlacedChange } from './placed-changes.ts';
import { sameTurn, sameTurns } from './same-turns.ts';
import type { StreamingSpan } from './streaming-span.ts';
import type { PageChange, Place, SourceChange, TextSource } from './text-source.ts';
import { offsetInTurn, placeInTurn, readTurn, turnLength } from './turn-text.ts';

/** How much at a turn's beginning and end is as it was last sent, in units of its text without the live span. */
interface Untouched {
  readonly head: number;
  readonly tail: number;
}

/** What an edit did that the rest of the page must know of. */
export interface Touched {
  /** Lines of the new text to be dressed anew. */
  readonly fromLine: number;
  readonly toLine: number;
  readonly structure: boolean;
  /** The edit changed the live span itself, or its turn as a whole. */
  readonly disturbed: boolean;
}

const growth = ({ text, rangeLength }: SourceChange): number => text.length - rangeLength;

const isAsking = (turn: Pick<TurnContent, 'role' | 'speaker'> | undefined): boolean =>
  turn?.role === 'user' && turn.speaker === null;

/**
 * The turns of the page: where each lies, which id it has, what of it is not saved. It holds no text: that is the
 * source's, and it is read no further than an edit reached.
 */
export class ChapterText {
  private readonly source: TextSource;
  private readonly newId: () => string;
  private known: Layout;
  /** The ids at each version of the text. */
  private readonly past: Map<number, readonly string[]>;
  private readonly unsaved = new Map<string, Untouched | 'whole'>();
  private readonly escaped = new Set<string>();
  private structure = false;
  /** Turns that the person took off the page: no others are removed. */
  private readonly dropped = new Set<string>();
  /** Places that move along with what is written before them. */
  private readonly tracked = new Set<{ place: Place }>();
  /** The versions that an edit of the studio's led to: who redoes one turns away from what it took off the page. */
  private readonly led = new Set<number>();
  private places: { readonly layout: Layout; readonly at: ReadonlyMap<string, number> } | null = null;
  private span: StreamingSpan | null = null;

  /** `past`: of the visits before, where the text has their undo history. */
  constructor(
    source: TextSource,
    ids: readonly string[],
    version: number,
    newId: () => string,
    past = new Map<number, readonly string[]>(),
  ) {
    this.source = source;
    this.newId = newId;
    this.past = past;
    const lines = source.allLines();
    let next = 0;
    this.known = withIds(
      layoutOf(lines, () => ids[next++] ?? ''),
      ids,
    );
    lines.forEach((line, index) => {
      if (isEscaped(line)) this.escaped.add(spanAt(this.known, index + 1).id);
    });
    this.past.set(version, this.known.ids);
  }

  get layout(): Layout {
    return this.known;
  }
  /** What is being written into one of the turns that are shown. */
  get live(): StreamingSpan | null {
    return this.span;
  }

  spanOf(id: string): TurnSpan | null {
    if (this.places?.layout !== this.known)
      this.places = { layout: this.known, at: new Map(this.known.ids.map((one, index) => [one, index])) };
    return this.known.spans[this.places.at.get(id) ?? -1] ?? null;
  }

  /** The empty user turn at the end, after a model turn, into which the person can write at once. */
  readyTurn(): TurnSpan | null {
    return this.known.spans.at(-2)?.role === 'model' ? this.emptyEnd() : null;
  }

  /** The turn at the end, where it is the person's and empty. */
  emptyEnd(): TurnSpan | null {
    const last = this.known.spans.at(-1);
    return last !== undefined && isAsking(last) && this.isEmpty(last) ? last : null;
  }

  /** What the last reply offers to the person, who can answer at once. */
  offered(): string[] {
    const last = this.known.spans.at(-2);
    if (last === undefined || this.readyTurn() === null) return [];
    return optionsOf(withoutReasoning(this.textOf(last), {}));
  }

  /** The line of each of these on the page. */
  offeredLines(): number[] {
    const { length } = this.offered();
    const last = this.known.spans.at(-2);
    if (last === undefined || length === 0) return [];
    let end = last.line + last.lines - 1;
    while (this.source.line(end).trim() === '') end--;
    return Array.from({ length }, (_, index) => end - length + 1 + index);
  }

  /**
   * Whether a ready turn belongs at the end: after a model turn that nobody is writing in, unless nothing is written at
   * all.
   */
  wantsReadyTurn(): boolean {
    const last = this.known.spans.at(-1);
    if (last?.role !== 'model' || last.id === this.span?.turnId) return false;
    return this.known.spans.length > 1 || !this.isBlank();
  }

  isBlank(): boolean {
    return this.known.spans.every((span) => this.isEmpty(span));
  }

  isEmpty(span: TurnSpan): boolean {
    const { first, count } = textRange(span);
    return count === 0 || (count === 1 && this.source.line(first) === '');
  }

  /** False only where no line of a turn is written with an escape. */
  hasEscapes(span: TurnSpan): boolean {
    return this.escaped.has(span.id);
  }

  placeOf(span: TurnSpan, offset: number): Place {
    return placeInTurn(this.source, span, offset, !this.escaped.has(span.id));
  }

  offsetOf(span: TurnSpan, place: Place): number {
    return offsetInTurn(this.source, span, place, !this.escaped.has(span.id));
  }

  lengthOf(span: TurnSpan): number {
    return turnLength(this.source, span, !this.escaped.has(span.id));
  }

  /**
   * Follows a place in a turn while the text changes. The answer tells once where in the turn's text it is by then, the
   * end where it has left it; null where the page does not show the turn any more.
   */
  track(turnId: string, offset: number): () => number | null {
    const span = this.spanOf(turnId);
    if (span === null) return () => null;
    const spot = { place: this.placeOf(span, offset) };
    this.tracked.add(spot);
    return () => {
      this.tracked.delete(spot);
      const now = this.spanOf(turnId);
      if (now === null) return null;
      const isBehind = spot.place.line >= now.line + now.lines;
      return isBehind ? this.lengthOf(now) : this.offsetOf(now, spot.place);
    };
  }

  /** A turn's text as the page has it, the live span included. */
  textOf(span: TurnSpan): string {
    return readTurn(this.source, span, !this.escaped.has(span.id));
  }

  /**
   * Follows a change of the text. `ids`: those that the turns have from now on; `mirrored`: the studio has it already.
   */
  changed(change: PageChange, options: { ids?: readonly string[]; mirrored?: boolean } = {}): Touched {
    const before = this.known;
    for (const spot of this.tracked) spot.place = movedBy(spot.place, change.changes);
    const edits = lineEditsOf(change.changes, (line) => this.source.line(line));
    const after = updateLayout(before, edits, this.newId);
    const ids = options.ids ?? (change.rewound !== null ? this.past.get(change.version) : undefined);
    this.known = ids !== undefined && ids.length === after.spans.length ? withIds(after, ids) : after;
    this.past.set(change.version, this.known.ids);
    const structure = !sameTurns(before, this.known);
    const isRedone = change.rewound === 'redo' && this.led.has(change.version);
    if (options.mirrored === true) this.led.add(change.version);
    if (structure) this.noteDropped(before, options.mirrored !== true && !isRedone);
    if (structure && options.mirrored !== true) this.structure = true;
    const first = edits[0]?.fromLine ?? 1;
    const last =
      edits.reduce((shift, edit) => shift + edit.newLines.length - (edit.toLine - edit.fromLine + 1), 0) +
      (edits.at(-1)?.toLine ?? 1);
    for (const edit of edits) this.noteEscapes(edit, edits);
    if (structure && this.escaped.size > 0)
      for (const { id } of this.between(Math.max(1, first - 1), last + 1)) this.escaped.add(id);
    const disturbed = options.mirrored !== true && this.note(before, change.changes);
    const fromSpan = spanAt(this.known, Math.min(first, this.known.lineCount));
    const toSpan = spanAt(this.known, Math.min(Math.max(first, last), this.known.lineCount));
    return {
      fromLine: structure ? fromSpan.line : first,
      toLine: structure ? toSpan.line + toSpan.lines - 1 : Math.max(first, last) + 1,
      structure,
      disturbed,
    };
  }

  private noteDropped(before: Layout, byPerson: boolean): void {
    const ids = new Set(this.known.ids);
    for (const id of ids) this.dropped.delete(id);
    if (byPerson) for (const id of before.ids) if (!ids.has(id)) this.dropped.add(id);
  }

  /** The turns that lines of the new text belong to. */
  private between(first: number, last: number): readonly TurnSpan[] {
    const { lineCount, spans } = this.known;
    return spans.slice(
      indexAt(this.known, Math.min(first, lineCount)),
      indexAt(this.known, Math.min(Math.max(first, last), lineCount)) + 1,
    );
  }

  private noteEscapes(edit: LineEdit, all: readonly LineEdit[]): void {
    let shift = 0;
    for (const other of all)
      if (other.fromLine < edit.fromLine) shift += other.newLines.length - (other.toLine - other.fromLine + 1);
    edit.newLines.forEach((line, index) => {
      if (isEscaped(line)) this.escaped.add(spanAt(this.known, edit.fromLine + shift + index).id);
    });
  }

  /** Marks what is unsaved; answers whether a change disturbed the live span. */
  private note(before: Layout, changes: readonly SourceChange[]): boolean {
    let disturbed = false;
    const within = new Map<TurnSpan, PlacedChange[]>();
    for (const change of placedChanges(changes)) {
      const turn = this.turnAround(before, change);
      const others = turn === null ? undefined : within.get(turn);
      if (turn === null) disturbed = this.noteAround(change) || disturbed;
      else if (others === undefined) within.set(turn, [change]);
      else others.push(change);
    }
    for (const [turn, all] of within) disturbed = this.noteWithin(turn, all) || disturbed;
    return disturbed;
  }

  /** Marks that came, went or moved change the turns on both sides of them. */
  private noteAround({ from, to }: PlacedChange): boolean {
    const touched = this.between(Math.max(1, from.line - 1), to.line + 1);
    for (const span of touched) this.unsaved.set(span.id, 'whole');
    const live = this.span?.turnId;
    return live !== undefined && (this.spanOf(live) === null || touched.some(({ id }) => id === live));
  }

  /** The turn within whose text a change stayed, and all of whose marks it left alone. */
  private turnAround(before: Layout, { range, from, to }: PlacedChange): TurnSpan | null {
    const holds = (span: TurnSpan, first: number, last: number): boolean =>
      first >= textRange(span).first && last <= span.line + span.lines - 1;
    const old = spanAt(before, range.startLineNumber);
    const turn = spanAt(this.known, from.line);
    return old.id === turn.id &&
      before.ids.length === this.known.ids.length &&
      holds(old, range.startLineNumber, range.endLineNumber) &&
      holds(turn, from.line, to.line)
      ? turn
      : null;
  }

  /** The changes within one turn, from top to bottom. */
  private noteWithin(turn: TurnSpan, changes: readonly PlacedChange[]): boolean {
    const plain = !this.escaped.has(turn.id);
    const length = turnLength(this.source, turn, plain);
    const offsetOf = (place: Place): number => offsetInTurn(this.source, turn, place, plain);
    const live = this.span?.turnId === turn.id ? this.span : null;
    if (live === null) {
      const [first, last] = [changes[0], changes.at(-1)];
      if (first !== undefined && last !== undefined)
        this.shrink(turn.id, offsetOf(first.from), length - offsetOf(last.to), plain);
      return false;
    }
    // From the last one up: by so much those above it will move it.
    let moved = changes.reduce((sum, change) => sum + growth(change), 0);
    for (const change of changes.toReversed()) {
      moved -= growth(change);
      const [start, tail] = [offsetOf(change.from), length - offsetOf(change.to)];
      // How long the escapes were that went is not known.
      const where = !plain && moved !== 0 ? 'inside' : live.edited(start - moved, tail, length - moved);
      if (where === 'before') this.shrink(turn.id, start, tail - live.length, plain);
      else if (where === 'behind') this.shrink(turn.id, start - live.length, tail, plain);
      else {
        this.unsaved.set(turn.id, 'whole');
        return true;
      }
    }
    return false;
  }

  private shrink(id: string, head: number, tail: number, plain: boolean): void {
    const known = this.unsaved.get(id);
    if (!plain || known === 'whole') this.unsaved.set(id, 'whole');
    else
      this.unsaved.set(
        id,
        known === undefined ? { head, tail } : { head: Math.min(known.head, head), tail: Math.min(known.tail, tail) },
      );
  }

  /** A turn that is shown is being written into. `length`: so much of that stands on the page already. */
  openLive(span: StreamingSpan, length = 0): void {
    const turn = this.spanOf(span.turnId);
    span.show(length, turn === null ? 0 : this.lengthOf(turn));
    this.span = span;
  }

  /** The span belongs to its turn from now on. `exact`: the page shows just what was stored. */
  closeLive(exact: boolean): void {
    if (this.span !== null && (!exact || this.unsaved.has(this.span.turnId)))
      this.unsaved.set(this.span.turnId, 'whole');
    this.span = null;
  }

  /** The page turns away from the span: it is written on elsewhere. */
  leaveLive(): void {
    this.span?.leave();
    this.span = null;
  }

  /** The turns as they are to be stored: without the ready turn and the live span. */
  currentTurns(tree?: TurnTree): Turn[] {
    const ready = this.readyTurn();
    const spans = ready === null ? this.known.spans : this.known.spans.slice(0, -1);
    return spans.map((span) => ({
      id: span.id,
      role: span.role,
      speaker: span.speaker,
      marked: span.marked,
      text: this.storedText(span, tree),
    }));
  }

  private storedText(span: TurnSpan, tree: TurnTree | undefined): string {
    if (!this.unsaved.has(span.id)) {
      const held = tree?.turns.get(span.id);
      if (held?.text != null && held.tombstone === null) return held.text;
    }
    const text = this.textOf(span);
    return normalise(this.span?.turnId === span.id ? this.span.without(text) : text).text;
  }

  get hasUnsaved(): boolean {
    return this.structure || this.unsaved.size > 0;
  }

  /** The ops that bring the tree to what the page shows; from now on they count as sent. */
  take(tree: TurnTree): Op[] {
    const ops = this.patches(tree) ?? this.wholeDiff(tree);
    this.structure = false;
    this.unsaved.clear();
    return ops;
  }

  /** The page shows what the store has. */
  standsAsStored(): void {
    this.structure = false;
    this.unsaved.clear();
    this.dropped.clear();
  }

  /** Turns that no page can show as the store has them (M6) are to be stored as this one shows them. */
  mend(tree: TurnTree): void {
    for (const { id } of this.known.spans) {
      const text = tree.turns.get(id)?.text;
      if (text != null && !isNormal(text)) this.unsaved.set(id, 'whole');
    }
  }

  /** What was taken did not arrive: everything is compared anew the next time. */
  putBack(): void {
    this.structure = true;
    for (const { id } of this.known.spans) this.unsaved.set(id, 'whole');
  }

  /** The store has this id in another chapter: the turn gets one of its own. */
  renew(turnId: string): void {
    this.rename(new Map([[turnId, this.newId()]]));
    this.structure = true;
  }

  private rename(renamed: ReadonlyMap<string, string>): void {
    this.known = withIds(
      this.known,
      this.known.ids.map((id) => renamed.get(id) ?? id),
    );
  }

  /**
   * The patches of turns in which only text changed, made without reading more than what changed; null where that is
   * not enough.
   */
  private patches(tree: TurnTree): Op[] | null {
    if (this.structure) return null;
    const ready = this.readyTurn();
    const ops: Op[] = [];
    for (const [id, untouched] of this.unsaved) {
      const span = this.spanOf(id);
      const held = tree.turns.get(id);
      if (untouched === 'whole' || span === null || id === ready?.id || held?.text == null || held.tombstone !== null)
        return null;
      if (!isNormal(held.text)) return null;
      const live = this.span?.turnId === id ? this.span : null;
      const { head, tail } = untouched;
      const del = held.text.length - head - tail;
      const length = turnLength(this.source, span, true) - (live?.length ?? 0);
      if (del < 0 || length - tail < head) return null;
      const base = this.source.offsetAt(textRange(span).first, 1);
      const ins = (live?.around(head, length - tail) ?? [[head, length - tail] as const])
        .map(([from, to]) => this.source.slice(base + from, base + to))
        .join('');
      if (del > 0 || ins !== '')
        ops.push({ op: 'setText', turnId: id, version: held.version, at: head, del, ins: normalise(ins).text });
    }
    return ops;
  }

  /** Ours beside theirs: from the first turn that differs, the page becomes a branch of its own. */
  beside(theirs: TurnTree): Op[] {
    const ours = this.currentTurns();
    const path = activePath(theirs);
    const at = ours.findIndex((turn, index) => !sameTurn(turn, path[index]));
    const own = at === -1 ? [] : ours.slice(at);
    if (at === -1 && ours.length === path.length) return [];
    const ready = this.readyTurn();
    const renamed = new Map(
      [...own, ...(ready === null ? [] : [ready])].map(({ id }) => [id, theirs.turns.has(id) ? this.newId() : id]),
    );
    this.rename(renamed);
    if (at === -1) return [{ op: 'activate', parentId: ours.at(-1)?.id ?? null, turnId: null }];
    let after = ours[at - 1]?.id ?? null;
    return own.map((turn, index): Op => {
      const id = renamed.get(turn.id) ?? turn.id;
      const op: Op = { op: 'insert', turn: { ...turn, id }, after, as: index === 0 ? 'alternate' : 'chain' };
      after = id;
      return op;
    });
  }

  private wholeDiff(tree: TurnTree): Op[] {
    const before = [...this.turnAway(tree), ...this.emptied(tree)];
    const { ops, renamed } = diffPath(applyOps(tree, before), this.currentTurns(tree), this.newId);
    if (renamed.size > 0) this.rename(renamed);
    return [...before, ...ops];
  }

  /** The ready turn held a word that is erased again: it goes as it stands, empty, so that nothing was deleted. */
  private emptied(tree: TurnTree): Op[] {
    const held = tree.turns.get(this.readyTurn()?.id ?? '');
    if (held?.text == null || held.tombstone !== null || held.text === '' || countWords(held.text) > 1) return [];
    return [{ op: 'setText', turnId: held.id, version: held.version, at: 0, del: held.text.length, ins: '' }];
  }

  /** A branch that the studio shows and that the page never had is not removed from it, but turned away. */
  private turnAway(tree: TurnTree): Op[] {
    const path = activePath(tree);
    const at = path.findIndex(({ id, text }) => text !== '' && !this.dropped.has(id) && this.spanOf(id) === null);
    if (at === -1 || path.slice(at).some(({ id }) => this.spanOf(id) !== null)) return [];
    return [{ op: 'activate', parentId: path[at - 1]?.id ?? null, turnId: null }];
  }
}
