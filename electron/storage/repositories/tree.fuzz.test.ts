import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { activePath, applyOps } from '../../../shared/document/tree.ts';
import { ROLES, type Op, type TurnTree } from '../../../shared/document/turn.ts';
import { applyChange } from './changes.ts';
import { checkStore } from '../integrity/check.ts';
import { openStore, type Store } from '../core/open.ts';
import { closeAll } from './revisions.ts';
import { createStory } from './stories.ts';
import { readTree } from './turns.ts';

const SEEDS = sizeOf(10, 200);
const CHANGES = 50;

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

/** An op that mostly fits the tree; sometimes it names what is gone, an old version or a place outside the text. */
function anyOp(tree: TurnTree, below: (n: number) => number): Op {
  const turns = [...tree.turns.values()];
  const some = turns[below(turns.length)];
  if (!some) throw new Error('a chapter has at least one turn');
  const length = some.text?.length ?? 0;
  const at = below(length + 1);
  switch (below(12)) {
    case 0:
    case 1: {
      const id = below(15) === 0 ? some.id : newId();
      const turn = {
        id,
        role: ROLES[below(3)] ?? 'user',
        speaker: below(3) === 0 ? 'Ada' : null,
        marked: below(2) === 0,
        text: 'word '.repeat(below(6)),
      };
      return {
        op: 'insert',
        turn,
        after: below(8) === 0 ? null : some.id,
        as: (['chain', 'alternate', 'beside'] as const)[below(3)] ?? 'chain',
      };
    }
    case 2:
      return { op: 'setRole', turnId: some.id, role: ROLES[below(3)] ?? 'user', marked: below(2) === 0 };
    case 3:
      return { op: 'setSpeaker', turnId: some.id, speaker: below(2) === 0 ? null : 'Babbage' };
    case 4:
      return { op: 'remove', turnId: some.id };
    case 5:
    case 6: {
      const turnId = turns.filter((turn) => turn.tombstone)[0]?.id ?? some.id;
      return below(3) === 0
        ? { op: 'restore', turnId, after: below(4) === 0 ? null : some.id }
        : { op: 'restore', turnId };
    }
    case 7:
      return { op: 'activate', parentId: some.parentId, turnId: below(6) === 0 ? null : some.id };
    default:
      return {
        op: 'setText',
        turnId: some.id,
        version: some.version - (below(20) === 0 ? 1 : 0),
        at,
        del: below(length - at + (below(20) === 0 ? 9 : 1)),
        ins: 'né'.repeat(below(4)),
      };
  }
}

/** What a store keeps of a tree. */
function kept(tree: TurnTree): TurnTree['turns'] {
  return new Map([...tree.turns].map(([id, { restoredAt: _memory, ...turn }]) => [id, turn]));
}

/** The words of what a chapter shows, as it keeps them. */
const wordsOf = ({ db }: Store, chapterId: string): unknown =>
  db.sqlite.prepare('SELECT words FROM chapters WHERE id = ?').pluck().get(chapterId);

/** The same, counted turn by turn. */
function wordsShown({ db }: Store, tree: TurnTree): number {
  const ofTurn = db.sqlite.prepare('SELECT words FROM turns WHERE id = ?').pluck();
  return activePath(tree).reduce((sum, { id }) => sum + (ofTurn.get(id) as number), 0);
}

function inMemory(tree: TurnTree, ops: readonly Op[]): TurnTree | null {
  try {
    return applyOps(tree, ops);
  } catch {
    return null;
  }
}

test('the stored tree is the tree in memory, change by change, closed revisions and restarts between', () => {
  let accepted = 0;
  for (let seed = SEED; seed < SEED + SEEDS; seed += 1) {
    const below = random(seed);
    const folder = mkdtempSync(join(tmpdir(), 'paphos-fuzz-'));
    const chapterId = newId();
    let store = openStore(folder);
    createStory(store.db, { id: newId(), title: 'Fuzz', chapterId, turnId: newId() });
    let tree: TurnTree = readTree(store.db, chapterId, { texts: 'all' });
    let structureRev = 1;
    for (let i = 0; i < CHANGES; i += 1) {
      const ops: Op[] = [];
      for (let left = 1 + below(4); left > 0; left -= 1) ops.push(anyOp(inMemory(tree, ops) ?? tree, below));
      const next = inMemory(tree, ops);
      const act = () => applyChange(store.db, { changeId: newId(), chapterId, structureRev, ops });
      if (next) {
        const ack = act();
        accepted += 1;
        for (const [id, version] of Object.entries(ack.versions)) expect(next.turns.get(id)?.version).toBe(version);
        structureRev = ack.structureRev;
        tree = next;
      } else expect(act).toThrowError(expect.objectContaining({ name: 'FaultError' }));
      if (below(5) === 0) closeAll(store.db, 'rest');
      if (below(12) === 0) {
        store.close();
        store = openStore(folder);
      }
      const stored = readTree(store.db, chapterId, { texts: 'all' });
      expect(
        { root: stored.activeRootId, turns: stored.turns, structureRev: stored.structureRev },
        `seed ${seed}, change ${i}`,
      ).toEqual({ root: tree.activeRootId, turns: kept(tree), structureRev });
      expect(wordsOf(store, chapterId), `words, seed ${seed}, change ${i}`).toEqual(wordsShown(store, stored));
    }
    store.close();
    expect(checkStore(folder).problems).toEqual([]);
    rmSync(folder, { recursive: true });
  }
  // Mostly more than half; with few seeds somewhat less at times.
  expect(accepted).toBeGreaterThan((SEEDS * CHANGES) / 3);
}, 900_000);
