import { describe, expect, test } from 'vitest';
import { FaultError } from '../faults/failure.ts';
import { EMPTY_TREE, activePath, applyOps, childrenOf } from './tree.ts';
import type { Op, Turn, TurnTree } from './turn.ts';

const turn = (id: string, text = id): Turn => ({ id, role: 'model', speaker: null, marked: true, text });
const insert = (id: string, after: string | null, as: 'chain' | 'alternate' = 'chain'): Op => ({
  op: 'insert',
  turn: turn(id),
  after,
  as,
});
const remove = (turnId: string): Op => ({ op: 'remove', turnId });
const restore = (turnId: string): Op => ({ op: 'restore', turnId });
const setText = (turnId: string, version: number, at: number, del: number, ins: string): Op => ({
  op: 'setText',
  turnId,
  version,
  at,
  del,
  ins,
});

/** a → b → c, with an alternate b2 of b that goes on with d. The path is a, b, c. */
const STORY = applyOps(EMPTY_TREE, [
  insert('a', null),
  insert('b', 'a'),
  insert('c', 'b'),
  insert('b2', 'a', 'alternate'),
  insert('d', 'b2'),
  { op: 'activate', parentId: 'a', turnId: 'b' },
]);

const path = (tree: TurnTree): string[] => activePath(tree).map(({ id }) => id);
const after = (tree: TurnTree, id: string | null): string[] => childrenOf(tree, id).map((child) => child.id);
const shape = (tree: TurnTree): unknown => [
  tree.activeRootId,
  [...tree.turns.values()].map(({ version: _counted, restoredAt: _memory, ...rest }) => rest),
];

function faultOf(tree: TurnTree, ...ops: Op[]): string {
  try {
    applyOps(tree, ops);
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'none';
}

describe('T1: the path goes from turn to turn by what each goes on with', () => {
  test('the path', () => expect(path(STORY)).toEqual(['a', 'b', 'c']));
  test('alternates, oldest first', () => expect(after(STORY, 'a')).toEqual(['b', 'b2']));
  test('those that begin the chapter follow nothing', () => expect(after(STORY, null)).toEqual(['a']));
  test('a removed turn is none of them', () => expect(after(applyOps(STORY, [remove('b')]), 'a')).toEqual(['c', 'b2']));
  test('an empty chapter', () => expect([path(EMPTY_TREE), after(EMPTY_TREE, null)]).toEqual([[], []]));
});

describe('T2: a change is applied as one, or not at all', () => {
  test('the tree that was there is untouched', () => {
    const before = structuredClone(STORY);
    applyOps(STORY, [remove('a'), restore('a'), setText('a', 3, 0, 1, 'x')]);
    expect(STORY).toEqual(before);
  });
  test('a fault at the end undoes nothing, since nothing was done', () =>
    expect(faultOf(STORY, remove('b'), remove('b'))).toBe('NO_TURN'));
  test('every op on a turn counts; being moved or shown does not', () => {
    const tree = applyOps(STORY, [
      setText('b', 1, 0, 0, 'x'),
      { op: 'setRole', turnId: 'b', role: 'user', marked: true },
      { op: 'setSpeaker', turnId: 'b', speaker: 'Anna' },
      remove('b'),
      restore('b'),
    ]);
    expect([...tree.turns.values()].map(({ id, version }) => [id, version])).toEqual([
      ['a', 1],
      ['b', 6],
      ['c', 1],
      ['b2', 1],
      ['d', 1],
    ]);
    expect(tree.turns.get('b')).toMatchObject({ role: 'user', speaker: 'Anna', text: 'xb' });
  });
  test.each<[string, Op]>([
    ['NO_TURN', insert('x', 'nowhere')],
    ['NO_TURN', remove('nowhere')],
    ['NO_TURN', restore('nowhere')],
    ['NO_TURN', { op: 'setSpeaker', turnId: 'nowhere', speaker: null }],
    ['NO_TURN', { op: 'activate', parentId: 'nowhere', turnId: null }],
    ['ORDER', insert('b2', 'a')],
    ['ORDER', restore('b')],
    ['ORDER', { op: 'activate', parentId: 'a', turnId: 'd' }],
  ])('%s for %j', (code, op) => expect(faultOf(STORY, op)).toBe(code));
});

test('T3: orders and seqs are drawn from one clock', () => {
  const tree = applyOps(STORY, [remove('c'), insert('x', 'b'), remove('d')]);
  expect(['d', 'c', 'x'].map((id) => tree.turns.get(id)?.tombstone?.seq ?? tree.turns.get(id)?.order)).toEqual([
    8, 6, 7,
  ]);
});

describe('T4: inserting', () => {
  test('in the chain: all that followed follows the new turn', () => {
    const tree = applyOps(STORY, [insert('x', 'a')]);
    expect([path(tree), after(tree, 'a'), after(tree, 'x')]).toEqual([['a', 'x', 'b', 'c'], ['x'], ['b', 'b2']]);
  });
  test('at the start', () => expect(path(applyOps(STORY, [insert('x', null)]))).toEqual(['x', 'a', 'b', 'c']));
  test('an alternate has an empty tail, the old one keeps its own', () => {
    const tree = applyOps(STORY, [insert('b3', 'a', 'alternate')]);
    expect([path(tree), after(tree, 'a').indexOf('b3')]).toEqual([['a', 'b3'], 2]);
    expect(path(applyOps(tree, [{ op: 'activate', parentId: 'a', turnId: 'b2' }]))).toEqual(['a', 'b2', 'd']);
  });
});

describe('T5: a text is edited by patches on a version', () => {
  test('replaces', () =>
    expect(applyOps(STORY, [setText('a', 1, 0, 1, 'Hello'), setText('a', 2, 5, 0, '!')]).turns.get('a')?.text).toBe(
      'Hello!',
    ));
  test.each<[string, Op]>([
    ['CONFLICT', setText('a', 2, 0, 0, 'x')],
    ['RANGE', setText('a', 1, 1, 1, 'x')],
    ['RANGE', setText('a', 1, -1, 0, 'x')],
    ['RANGE', setText('a', 1, 0.5, 0, 'x')],
  ])('%s for %j', (code, op) => expect(faultOf(STORY, op)).toBe(code));
  test('never inside a surrogate pair', () => {
    const tree = applyOps(EMPTY_TREE, [{ op: 'insert', turn: turn('a', '😀'), after: null, as: 'chain' }]);
    expect([
      faultOf(tree, setText('a', 1, 1, 0, 'x')),
      faultOf(tree, setText('a', 1, 0, 1, 'x')),
      faultOf(tree, setText('a', 1, 0, 2, 'x')),
    ]).toEqual(['RANGE', 'RANGE', 'none']);
  });
  test('a text that was not sent stays unknown', () => {
    const unread = { ...STORY, turns: new Map([...STORY.turns].map(([id, one]) => [id, { ...one, text: null }])) };
    expect(applyOps(unread, [setText('a', 1, 50, 3, 'x')]).turns.get('a')).toMatchObject({ text: null, version: 2 });
    expect(faultOf(unread, setText('a', 9, 0, 0, 'x'))).toBe('CONFLICT');
  });
});

describe('T6 and T7: removing and restoring', () => {
  test('what followed moves up and is shown', () => {
    const tree = applyOps(STORY, [remove('b')]);
    expect([path(tree), after(tree, 'a')]).toEqual([
      ['a', 'c'],
      ['c', 'b2'],
    ]);
  });
  test('a turn that was not shown leaves the path as it is', () => {
    const tree = applyOps(STORY, [remove('b2')]);
    expect([path(tree), after(tree, 'a')]).toEqual([
      ['a', 'b', 'c'],
      ['b', 'd'],
    ]);
  });
  test('the last turn leaves its alternates hidden', () => {
    const tree = applyOps(STORY, [remove('c'), remove('b')]);
    expect([path(tree), after(tree, 'a')]).toEqual([['a'], ['b2']]);
  });
  test.each([[['a']], [['b']], [['b2']], [['c']], [['a', 'b', 'c']], [['c', 'b', 'a']], [['b', 'b2', 'd', 'a']]])(
    'removing %j and restoring in reverse is as before',
    (ids) => {
      const tree = applyOps(STORY, [...ids.map(remove), ...ids.toReversed().map(restore)]);
      expect(shape(tree)).toEqual(shape(STORY));
    },
  );
  test('it survives being stored and read in between', () => {
    const gone = applyOps(STORY, [remove('a'), remove('b')]);
    const read: TurnTree = { ...gone, turns: new Map(JSON.parse(JSON.stringify([...gone.turns]))) };
    expect(shape(applyOps(read, [restore('b'), restore('a')]))).toEqual(shape(STORY));
  });
  test('in another order, nothing is lost and the path shows what was restored', () => {
    const tree = applyOps(STORY, [remove('a'), remove('b'), restore('a')]);
    expect(path(tree)).toEqual(['a', 'c']);
    expect(path(applyOps(tree, [restore('b')]))).toEqual(['a', 'b', 'c']);
  });
  test('what was written in its place since follows it', () =>
    expect(path(applyOps(STORY, [remove('c'), insert('x', 'b'), restore('c')]))).toEqual(['a', 'b', 'c', 'x']));
  test('after another turn, before what is shown there', () => {
    const tree = applyOps(STORY, [remove('c'), { op: 'restore', turnId: 'c', after: 'a' }]);
    expect([path(tree), after(tree, 'c')]).toEqual([
      ['a', 'c', 'b'],
      ['b', 'b2'],
    ]);
    expect(path(applyOps(STORY, [remove('c'), { op: 'restore', turnId: 'c', after: null }]))).toEqual(['c', 'a', 'b']);
  });
});

describe('T8: showing another alternate', () => {
  test('shows its tail', () =>
    expect(path(applyOps(STORY, [{ op: 'activate', parentId: 'a', turnId: 'b2' }]))).toEqual(['a', 'b2', 'd']));
  test('or nothing', () =>
    expect(path(applyOps(STORY, [{ op: 'activate', parentId: 'a', turnId: null }]))).toEqual(['a']));
  test('also at the start', () =>
    expect(
      path(applyOps(STORY, [insert('x', null, 'alternate'), { op: 'activate', parentId: null, turnId: 'a' }])),
    ).toEqual(['a', 'b', 'c']));
});
