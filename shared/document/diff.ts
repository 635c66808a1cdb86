/** The ops that make a tree's path equal to what the manuscript shows (rules T9 to T14). */
import {
  activeAfter,
  applyOp,
  cameAfter,
  livingChildren,
  livingParent,
  livingTurn,
  openDraft,
  splitsPair,
} from './draft.ts';
import type { Draft } from './draft.ts';
import type { Op, Turn, TurnTree } from './turn.ts';

export interface Patch {
  readonly at: number;
  readonly del: number;
  readonly ins: string;
}

/**
 * The one replacement between the common beginning and the common end, never inside a surrogate pair; null where
 * nothing differs.
 */
export function patchOf(before: string, after: string): Patch | null {
  if (before === after) return null;
  const limit = Math.min(before.length, after.length);
  let head = commonRun(limit, (from, to) => before.slice(from, to) === after.slice(from, to));
  if (splitsPair(before, head) || splitsPair(after, head)) head--;
  const fromEnd = (text: string, from: number, to: number): string => text.slice(text.length - to, text.length - from);
  let tail = commonRun(limit - head, (from, to) => fromEnd(before, from, to) === fromEnd(after, from, to));
  if (splitsPair(before, before.length - tail) || splitsPair(after, after.length - tail)) tail--;
  return { at: head, del: before.length - tail - head, ins: after.slice(head, after.length - tail) };
}

/**
 * The longest run from 0 that is equal, found by doubling and halving: slices compare far faster than single
 * characters.
 */
function commonRun(limit: number, equal: (from: number, to: number) => boolean): number {
  let run = 0;
  let step = 64;
  while (run < limit && equal(run, Math.min(limit, run + step))) {
    run = Math.min(limit, run + step);
    step *= 2;
  }
  let stop = Math.min(limit, run + step);
  while (run < stop) {
    const middle = (run + stop + 1) >> 1;
    if (equal(run, middle)) run = middle;
    else stop = middle - 1;
  }
  return run;
}

export interface PathDiff {
  readonly ops: readonly Op[];
  /** Ids that stood twice, with those that the later of the two turns has instead. */
  readonly renamed: ReadonlyMap<string, string>;
}

interface Work {
  readonly draft: Draft;
  readonly ops: Op[];
  /** Ids that the path shall have. */
  readonly wanted: ReadonlySet<string>;
}

/**
 * What to do to the tree so that its active path is `current`. Nothing is ever lost by it: what leaves the path is
 * removed restorably, or stays as a branch.
 */
export function diffPath(tree: TurnTree, current: readonly Turn[], newId: () => string): PathDiff {
  const wanted = new Set<string>();
  const renamed = new Map<string, string>();
  const path = current.map((turn) => {
    const id = wanted.has(turn.id) ? newId() : turn.id;
    if (id !== turn.id) renamed.set(turn.id, id);
    wanted.add(id);
    return id === turn.id ? turn : { ...turn, id };
  });
  const work: Work = { draft: openDraft(tree), ops: [], wanted };
  clearBetween(work, path);
  restoreRemoved(work, path);
  walk(work, path);
  for (const turn of path) writeContent(work, turn);
  return { ops: work.ops, renamed };
}

function emit(work: Work, op: Op): void {
  applyOp(work.draft, op);
  work.ops.push(op);
}

/**
 * T10: what stands between two turns of the path, and is not of it, goes first, so that removed turns come back to the
 * place they left.
 */
function clearBetween(work: Work, current: readonly Turn[]): void {
  const { draft } = work;
  let previous: string | null = null;
  for (const { id } of current) {
    const turn = livingTurn(draft, id);
    if (turn === null) continue;
    const between: string[] = [];
    let above = turn.parentId;
    while (above !== null && above !== previous) {
      between.unshift(above);
      above = livingTurn(draft, above)?.parentId ?? null;
    }
    if (above === previous && !between.some((other) => work.wanted.has(other)))
      for (const other of between) emit(work, { op: 'remove', turnId: other });
    previous = id;
  }
}

/**
 * T11: removed turns of the path come back in reverse order of their removal; what was put in their place since goes.
 */
function restoreRemoved(work: Work, current: readonly Turn[]): void {
  const { draft } = work;
  const removed = current.flatMap(({ id }) => {
    const turn = draft.turns.get(id);
    return turn?.tombstone ? [{ turn, seq: turn.tombstone.seq }] : [];
  });
  for (const { turn, seq } of removed.sort((a, b) => b.seq - a.seq)) {
    clearAfter(work, livingParent(draft, turn), (instead) => cameAfter(draft, instead, seq));
    emit(work, { op: 'restore', turnId: turn.id });
  }
}

/**
 * T12: from the start, turn by turn: activate what is there, remove what is in the way, insert what is new; then end
 * the path.
 */
function walk(work: Work, current: readonly Turn[]): void {
  const { draft } = work;
  const known = nextKnown(draft, current);
  let previous: string | null = null;
  for (const [index, turn] of current.entries()) {
    // Turns put in front of a branch follow it when the path changes to it.
    const branch = known[index] ?? null;
    if (branch !== null && activeAfter(draft, previous) !== branch && livingTurn(draft, branch)?.parentId === previous)
      emit(work, { op: 'activate', parentId: previous, turnId: branch });
    place(work, turn, previous);
    previous = turn.id;
  }
  clearAfter(work, previous);
}

/** For every place the first turn from there on that the tree has. */
function nextKnown(draft: Draft, current: readonly Turn[]): (string | null)[] {
  const known: (string | null)[] = [];
  let next: string | null = null;
  for (let index = current.length - 1; index >= 0; index--) {
    const id = current[index]?.id ?? null;
    if (id !== null && draft.turns.has(id)) next = id;
    known[index] = next;
  }
  return known;
}

function place(work: Work, turn: Turn, previous: string | null): void {
  const { draft } = work;
  const { id, role, speaker, marked, text } = turn;
  if (activeAfter(draft, previous) === id) return;
  clearAfter(work, previous);
  const next = activeAfter(draft, previous);
  if (next === id) return;
  if (livingTurn(draft, id) !== null) {
    clearAfter(work, id);
    emit(work, { op: 'remove', turnId: id });
    emit(work, { op: 'restore', turnId: id, after: previous });
    return;
  }
  // With branches here and none of them shown, the new turn is one more of them.
  const as = next === null && livingChildren(draft, previous).length > 0 ? 'alternate' : 'chain';
  emit(work, { op: 'insert', turn: { id, role, speaker, marked, text }, after: previous, as });
}

/** Removes what is shown after a turn, one after the other, as far as it is not on the page and may go. */
function clearAfter(work: Work, id: string | null, mayGo: (next: string) => boolean = () => true): void {
  for (;;) {
    const next = activeAfter(work.draft, id);
    if (next === null || work.wanted.has(next) || !mayGo(next)) return;
    emit(work, { op: 'remove', turnId: next });
  }
}

/** T13: role and mark, speaker, text, where they differ. */
function writeContent(work: Work, turn: Turn): void {
  const held = livingTurn(work.draft, turn.id);
  if (held === null) return;
  if (held.role !== turn.role || held.marked !== turn.marked)
    emit(work, { op: 'setRole', turnId: turn.id, role: turn.role, marked: turn.marked });
  if (held.speaker !== turn.speaker) emit(work, { op: 'setSpeaker', turnId: turn.id, speaker: turn.speaker });
  if (held.text === null)
    throw new RangeError(`The text of turn ${turn.id} has not been read yet, so that it cannot be compared.`);
  const patch = patchOf(held.text, turn.text);
  const version = livingTurn(work.draft, turn.id)?.version ?? held.version;
  if (patch !== null) emit(work, { op: 'setText', turnId: turn.id, version, ...patch });
}
