import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alternatesOf } from '../../tests/helpers/alternates.ts';
import { diffPath, patchOf } from './diff.ts';
import { EMPTY_TREE, activePath, applyOps } from './tree.ts';
import type { Op, Turn, TurnTree } from './turn.ts';
import { SEED } from '../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

const turn = (id: string, text = id): Turn => ({ id, role: 'model', speaker: null, marked: true, text });
const turns = (...ids: string[]): Turn[] => ids.map((id) => turn(id));
const newId = (): string => 'fresh';

/** The ops and the tree after them, whose path must be the page. */
function saved(tree: TurnTree, current: readonly Turn[]): { ops: readonly Op[]; tree: TurnTree } {
  const { ops, renamed } = diffPath(tree, current, newId);
  expect(renamed.size).toBe(0);
  const after = applyOps(tree, ops);
  expect(activePath(after).map(({ id, role, speaker, marked, text }) => ({ id, role, speaker, marked, text }))).toEqual(
    current,
  );
  return { ops, tree: after };
}

/** One page after another, each saved. */
const story = (...pages: readonly (readonly string[])[]): TurnTree =>
  pages.reduce((tree, page) => saved(tree, turns(...page)).tree, EMPTY_TREE);
const kinds = (ops: readonly Op[]): string[] =>
  ops.map((op) => `${op.op} ${op.op === 'insert' ? op.turn.id : (op.turnId ?? 'none')}`);
const alternate = (id: string, after: string | null): Op => ({ op: 'insert', turn: turn(id), after, as: 'alternate' });

describe('T9: the patch between two texts', () => {
  test.each([
    ['same', 'same', null],
    ['hello world', 'hello brave world', { at: 6, del: 0, ins: 'brave ' }],
    ['aaa', 'aa', { at: 2, del: 1, ins: '' }],
    ['', 'new', { at: 0, del: 0, ins: 'new' }],
    ['😀', '😁', { at: 0, del: 2, ins: '😁' }],
    ['😀', '🐀', { at: 0, del: 2, ins: '🐀' }],
  ])('from %j to %j', (before, after, patch) => expect(patchOf(before, after)).toEqual(patch));

  test('makes the one of the other, in well-formed pieces', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '😀', '😁', '🐀', '\n', 'a'.repeat(100)))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const patch = patchOf(before, after) ?? { at: 0, del: 0, ins: '' };
        expect(before.slice(0, patch.at) + patch.ins + before.slice(patch.at + patch.del)).toBe(after);
        expect(
          [patch.ins, before.slice(0, patch.at), before.slice(patch.at, patch.at + patch.del)].every((piece) =>
            piece.isWellFormed(),
          ),
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('is as small as can be where one letter was typed', () => {
    const long = 'word '.repeat(50_000);
    expect(patchOf(long, `${long.slice(0, 99_999)}x${long.slice(99_999)}`)).toEqual({ at: 99_999, del: 0, ins: 'x' });
  });
});

describe('T10 to T12: the path becomes the page', () => {
  test('nothing to do is no op', () => expect(saved(story(['a', 'b']), turns('a', 'b')).ops).toEqual([]));
  test('a new turn in the middle', () =>
    expect(kinds(saved(story(['a', 'b']), turns('a', 'x', 'b')).ops)).toEqual(['insert x']));
  test('a removed one', () => expect(kinds(saved(story(['a', 'b', 'c']), turns('a', 'c')).ops)).toEqual(['remove b']));
  test('a whole other page', () =>
    expect(kinds(saved(story(['a', 'b']), turns('x', 'y')).ops)).toEqual([
      'remove a',
      'remove b',
      'insert x',
      'insert y',
    ]));
  test('undoing restores, the last removed first', () =>
    expect(kinds(saved(story(['a', 'b', 'c', 'd'], ['a']), turns('a', 'b', 'c', 'd')).ops)).toEqual([
      'restore d',
      'restore c',
      'restore b',
    ]));
  test('some of what was removed comes back', () => {
    const tree = story(['a', 'b', 'c', 'd', 'e'], ['a']);
    expect(kinds(saved(tree, turns('a', 'b', 'd')).ops)).toEqual(['restore d', 'restore b']);
    expect(kinds(saved(saved(tree, turns('a', 'b', 'd')).tree, turns('a', 'b', 'c', 'd', 'e')).ops)).toEqual([
      'restore e',
      'restore c',
    ]);
  });
  test('what took a removed turn’s place goes when it comes back', () =>
    expect(kinds(saved(story(['a', 'b'], ['a', 'x']), turns('a', 'b')).ops)).toEqual(['remove x', 'restore b']));
  test('what was put between its neighbours goes first, so that nothing has to be moved', () =>
    expect(kinds(saved(story(['a', 'n', 'k'], ['a', 'k'], ['a', 'c', 'k']), turns('a', 'n', 'k')).ops)).toEqual([
      'remove c',
      'restore n',
    ]));
  test('a turn that came back before the one above it is under it again', () => {
    const early = saved(story(['a', 'd'], ['a', 't', 'd'], ['a', 't'], ['a']), turns('a', 'd'));
    expect(kinds(early.ops)).toEqual(['restore d']);
    expect(kinds(saved(early.tree, turns('a', 't', 'd')).ops)).toEqual(['restore t']);
  });
  test('a moved turn takes no tail along', () =>
    expect(kinds(saved(story(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']), turns('a', 'c', 'b')).ops)).toEqual([
      'remove d',
      'remove c',
      'restore c',
    ]));
  test('turns in another order are moved', () =>
    expect(kinds(saved(story(['a', 'b', 'c']), turns('a', 'c', 'b')).ops)).toEqual(['remove c', 'restore c']));
  test('an id that stands twice is renamed, the later one', () => {
    const { ops, renamed } = diffPath(story(['a', 'b']), turns('a', 'b', 'a'), newId);
    expect([...renamed]).toEqual([['a', 'fresh']]);
    expect(kinds(ops)).toEqual(['insert fresh']);
  });
});

describe('T11, T12 and T14: branches', () => {
  const two = applyOps(story(['a', 'b', 'c']), [alternate('b2', 'a')]);
  test('undoing a retry only activates, and so does redoing it', () => {
    const back = saved(two, turns('a', 'b', 'c'));
    expect(kinds(back.ops)).toEqual(['activate b']);
    expect(kinds(saved(back.tree, turns('a', 'b2')).ops)).toEqual(['activate b2']);
  });
  test('a turn put in front of another branch, saved together with the change to it', () => {
    const { ops, tree } = saved(two, turns('a', 'x', 'b', 'c'));
    expect(kinds(ops)).toEqual(['activate b', 'insert x']);
    expect(alternatesOf(tree, 'b')).toEqual(['b', 'b2']);
  });
  test('a branch that was shown in place of a removed turn stays when that comes back', () => {
    const instead = applyOps(saved(applyOps(two, [{ op: 'activate', parentId: 'a', turnId: 'b' }]), turns('a')).tree, [
      { op: 'activate', parentId: 'a', turnId: 'b2' },
    ]);
    const back = saved(instead, turns('a', 'b', 'c'));
    expect([kinds(back.ops), alternatesOf(back.tree, 'b')]).toEqual([
      ['restore c', 'restore b'],
      ['b', 'b2'],
    ]);
  });
  test('a page that ends before its branches hides them, and undoing shows them', () => {
    const ended = saved(two, turns('a'));
    expect(kinds(ended.ops)).toEqual(['remove b2']);
    const back = saved(ended.tree, turns('a', 'b2'));
    expect([kinds(back.ops), alternatesOf(back.tree, 'b2')]).toEqual([['restore b2'], ['b', 'b2']]);
  });
  test('a turn written where branches are hidden is one more of them', () =>
    expect(alternatesOf(saved(saved(two, turns('a')).tree, turns('a', 'x')).tree, 'x')).toEqual(['b', 'x']));
  test('redoing a replacement leaves no branch behind', () => {
    const first = story(['a'], ['x', 'y']);
    const back = saved(first, turns('a')).tree;
    const again = saved(back, turns('x', 'y')).tree;
    expect(alternatesOf(again, 'x')).toEqual(['x']);
  });
});

describe('T13: what a turn says is written where it differs', () => {
  test('role, speaker and text, on the versions that hold', () => {
    const tree = story(['a', 'b'], ['a']);
    const { ops } = saved(tree, [turn('a'), { id: 'b', role: 'user', speaker: 'Anna', marked: true, text: 'bc' }]);
    expect(ops).toEqual([
      { op: 'restore', turnId: 'b' },
      { op: 'setRole', turnId: 'b', role: 'user', marked: true },
      { op: 'setSpeaker', turnId: 'b', speaker: 'Anna' },
      { op: 'setText', turnId: 'b', version: 5, at: 1, del: 0, ins: 'c' },
    ]);
  });
  test('a first turn may lose its mark', () =>
    expect(saved(story(['a']), [{ ...turn('a'), marked: false }]).ops).toEqual([
      { op: 'setRole', turnId: 'a', role: 'model', marked: false },
    ]));
  test('a text that was never read is not guessed', () => {
    const tree = story(['a']);
    const unread = { ...tree, turns: new Map([...tree.turns].map(([id, one]) => [id, { ...one, text: null }])) };
    expect(() => diffPath(unread, turns('a'), newId)).toThrow('has not been read');
  });
});
