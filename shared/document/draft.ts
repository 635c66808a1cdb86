/** A tree being changed by any number of ops, which ask for no more of it than the place they change (T1 to T8). */
import { failure } from '../faults/failure.ts';
import type { Op, TreeTurn, Turn, TurnTree } from './turn.ts';

type Parent = string | null;

/** The turns of a draft: all of a tree in memory, or those of a stored one that an op asked for. */
export interface DraftTurns {
  get(id: string): TreeTurn | undefined;
  has(id: string): boolean;
  set(id: string, turn: TreeTurn): void;
  /** Ids of the turns after one, removed ones included, for the draft to keep. */
  group(parent: Parent): Set<string>;
  /** The largest order or seq of them as they are now. */
  latest(): number;
}

export interface Draft {
  root: Parent;
  readonly turns: DraftTurns;
  /** The latest order or seq; null until one is needed, and again when a tombstone goes. */
  latest: number | null;
}

interface DraftInMemory extends Draft {
  readonly all: Map<string, TreeTurn>;
}

export function openDraft(tree: TurnTree): DraftInMemory {
  const all = new Map(tree.turns);
  return { root: tree.activeRootId, turns: turnsInMemory(all), latest: null, all };
}

export function closeDraft(draft: DraftInMemory): TurnTree {
  return { activeRootId: draft.root, turns: draft.all };
}

function turnsInMemory(all: Map<string, TreeTurn>): DraftTurns {
  let groups: Map<Parent, Set<string>> | null = null;
  return {
    get: (id) => all.get(id),
    has: (id) => all.has(id),
    set: (id, turn) => all.set(id, turn),
    group(parent) {
      groups ??= groupAll(all);
      let group = groups.get(parent);
      if (group === undefined) groups.set(parent, (group = new Set()));
      return group;
    },
    latest: () => [...all.values()].reduce((last, turn) => Math.max(last, turn.order, turn.tombstone?.seq ?? 0), 0),
  };
}

function groupAll(turns: ReadonlyMap<string, TreeTurn>): Map<Parent, Set<string>> {
  const groups = new Map<Parent, Set<string>>();
  for (const turn of turns.values()) {
    const group = groups.get(turn.parentId);
    if (group === undefined) groups.set(turn.parentId, new Set([turn.id]));
    else group.add(turn.id);
  }
  return groups;
}

/** The turn if it is there and not removed. */
export function livingTurn(draft: Draft, id: string): TreeTurn | null {
  const turn = draft.turns.get(id);
  return turn !== undefined && turn.tombstone === null ? turn : null;
}

/** The turn that the path goes on with after this one (null: at the start of the chapter). */
export function activeAfter(draft: Draft, id: Parent): Parent {
  return id === null ? draft.root : (draft.turns.get(id)?.activeChildId ?? null);
}

/** The living turns after one (null: those that begin the chapter), oldest first. */
export function livingChildren(draft: Draft, id: Parent): string[] {
  return groupOf(draft, id).filter((child) => livingTurn(draft, child) !== null);
}

/** Where a removed turn would come back: under the nearest living turn above it. */
export function livingParent(draft: Draft, turn: TreeTurn): Parent {
  let parent = turn.parentId;
  while (parent !== null && livingTurn(draft, parent) === null) parent = draft.turns.get(parent)?.parentId ?? null;
  return parent;
}

export function applyOp(draft: Draft, op: Op): void {
  switch (op.op) {
    case 'insert':
      return insert(draft, op.turn, op.after, op.as);
    case 'setText':
      return setText(draft, op);
    case 'setRole':
      return change(draft, demand(draft, op.turnId), { role: op.role, marked: op.marked });
    case 'setSpeaker':
      return change(draft, demand(draft, op.turnId), { speaker: op.speaker });
    case 'remove':
      return remove(draft, demand(draft, op.turnId));
    case 'restore':
      return restore(draft, op.turnId, op.after);
    case 'activate':
      return activate(draft, op.parentId, op.turnId);
  }
}

function insert(draft: Draft, turn: Turn, after: Parent, as: 'chain' | 'alternate' | 'beside'): void {
  if (after !== null) demand(draft, after);
  if (draft.turns.has(turn.id)) throw failure('ORDER', { turnId: turn.id }, { detail: 'there is such a turn already' });
  const order = tick(draft);
  const activeChildId = as === 'chain' ? activeAfter(draft, after) : null;
  const followers = as === 'chain' ? livingChildren(draft, after) : [];
  const { id, role, speaker, marked, text } = turn;
  draft.turns.set(id, {
    id,
    parentId: after,
    activeChildId,
    order,
    role,
    speaker,
    marked,
    text,
    version: 1,
    interrupted: false,
    tombstone: null,
  });
  draft.turns.group(after).add(id);
  for (const follower of followers) move(draft, follower, id);
  if (as !== 'beside') setActive(draft, after, id);
}

function setText(draft: Draft, op: Extract<Op, { op: 'setText' }>): void {
  const turn = demand(draft, op.turnId);
  if (turn.version !== op.version)
    throw failure(
      'CONFLICT',
      { turnId: turn.id },
      { detail: `made on version ${op.version}, it is at ${turn.version}` },
    );
  const { at, del, ins } = op;
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(del) || at < 0 || del < 0)
    throw failure('RANGE', { turnId: turn.id }, { detail: `no valid place (${at}, ${del})` });
  const text = turn.text;
  if (text !== null && (at + del > text.length || splitsPair(text, at) || splitsPair(text, at + del)))
    throw failure('RANGE', { turnId: turn.id }, { detail: `(${at}, ${del}) of ${text.length} characters` });
  change(draft, turn, { text: text === null ? null : text.slice(0, at) + ins + text.slice(at + del) });
}

function remove(draft: Draft, turn: TreeTurn): void {
  const wasActive = activeAfter(draft, turn.parentId) === turn.id;
  const children = groupOf(draft, turn.id);
  change(draft, turn, { tombstone: { seq: tick(draft), children, wasActive } });
  for (const child of children) if (livingTurn(draft, child) !== null) move(draft, child, turn.parentId);
  if (wasActive) setActive(draft, turn.parentId, turn.activeChildId);
}

function restore(draft: Draft, id: string, after: Parent | undefined): void {
  const turn = draft.turns.get(id);
  if (turn === undefined) throw failure('NO_TURN', { turnId: id });
  if (turn.tombstone === null) throw failure('ORDER', { turnId: id }, { detail: 'it is not removed' });
  if (typeof after === 'string') demand(draft, after);
  if (after === undefined) comeBack(draft, turn, turn.tombstone);
  else comeBackAfter(draft, turn, after);
}

/**
 * Back above the children it had: exact right after its removal; later, above those that still stand where it left them
 * and what was written there since.
 */
function comeBack(
  draft: Draft,
  turn: TreeTurn,
  { seq, children, wasActive }: NonNullable<TreeTurn['tombstone']>,
): void {
  const parent = livingParent(draft, turn);
  const shown = activeAfter(draft, parent);
  const taken = heirs(draft, children, seq).filter((heir) => draft.turns.get(heir)?.parentId === parent);
  if (wasActive && shown !== null && !taken.includes(shown) && (draft.turns.get(shown)?.order ?? 0) > seq)
    taken.push(shown);
  const wasAbove = shown !== null && taken.includes(shown);
  const own =
    turn.activeChildId !== null && taken.includes(turn.activeChildId) && livingTurn(draft, turn.activeChildId) !== null;
  const activeChildId = wasAbove ? shown : own ? turn.activeChildId : null;
  settle(draft, turn.id, parent, taken, activeChildId);
  if (wasActive || wasAbove) setActive(draft, parent, turn.id);
}

function comeBackAfter(draft: Draft, turn: TreeTurn, after: Parent): void {
  const shown = activeAfter(draft, after);
  const followers = shown === null ? [] : livingChildren(draft, after);
  settle(draft, turn.id, after, followers, shown);
  setActive(draft, after, turn.id);
}

function settle(draft: Draft, id: string, parent: Parent, children: readonly string[], activeChildId: Parent): void {
  move(draft, id, parent);
  change(draft, demandAny(draft, id), { tombstone: null, activeChildId, restoredAt: latest(draft) });
  draft.latest = null;
  for (const child of children) move(draft, child, id);
}

function activate(draft: Draft, parent: Parent, id: Parent): void {
  if (parent !== null) demand(draft, parent);
  if (id !== null && demand(draft, id).parentId !== parent)
    throw failure('ORDER', { turnId: id }, { detail: `it does not follow ${parent ?? 'the start'}` });
  setActive(draft, parent, id);
}

/** The turns themselves and, for those removed after that moment, also those that moved up when they went. */
function heirs(draft: Draft, ids: readonly string[], seq: number): string[] {
  const found = new Set(ids);
  for (const id of found) {
    const tombstone = draft.turns.get(id)?.tombstone;
    if (tombstone && tombstone.seq > seq) for (const child of tombstone.children) found.add(child);
  }
  return [...found];
}

/** Whether a turn was put where it is after that moment: inserted, or restored. */
export function cameAfter(draft: Draft, id: string, seq: number): boolean {
  const turn = draft.turns.get(id);
  return turn !== undefined && (turn.order > seq || (turn.restoredAt ?? 0) >= seq);
}

/** The clock of this chapter: orders and the seqs of tombstones are drawn from it (T3). */
function latest(draft: Draft): number {
  draft.latest ??= draft.turns.latest();
  return draft.latest;
}

function tick(draft: Draft): number {
  draft.latest = latest(draft) + 1;
  return draft.latest;
}

function change(draft: Draft, turn: TreeTurn, fields: Partial<TreeTurn>): void {
  draft.turns.set(turn.id, { ...turn, ...fields, version: turn.version + 1 });
}

function move(draft: Draft, id: string, parent: Parent): void {
  const turn = demandAny(draft, id);
  draft.turns.group(turn.parentId).delete(id);
  draft.turns.group(parent).add(id);
  draft.turns.set(id, { ...turn, parentId: parent });
}

function setActive(draft: Draft, parent: Parent, id: Parent): void {
  if (parent === null) draft.root = id;
  else draft.turns.set(parent, { ...demandAny(draft, parent), activeChildId: id });
}

function demand(draft: Draft, id: string): TreeTurn {
  const turn = livingTurn(draft, id);
  if (turn === null) throw failure('NO_TURN', { turnId: id });
  return turn;
}

function demandAny(draft: Draft, id: string): TreeTurn {
  const turn = draft.turns.get(id);
  if (turn === undefined) throw failure('NO_TURN', { turnId: id });
  return turn;
}

function groupOf(draft: Draft, parent: Parent): string[] {
  const order = (id: string): number => draft.turns.get(id)?.order ?? 0;
  return [...draft.turns.group(parent)].sort((a, b) => order(a) - order(b));
}

/** Whether a border lies inside a surrogate pair. */
export function splitsPair(text: string, at: number): boolean {
  return (
    at > 0 &&
    at < text.length &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(at) & 0xfc00) === 0xdc00
  );
}
