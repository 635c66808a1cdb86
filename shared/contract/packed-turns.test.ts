import { expect, test } from 'vitest';
import type { TreeTurn } from '../document/turn.ts';
import { packTurns, unpackTurns } from './packed-turns.ts';

const turn = (id: string, change: Partial<TreeTurn> = {}): TreeTurn => ({
  id,
  parentId: null,
  activeChildId: null,
  order: 1,
  role: 'user',
  speaker: null,
  marked: true,
  text: '',
  version: 1,
  interrupted: false,
  tombstone: null,
  ...change,
});

test('turns come out of a packing as they went in', () => {
  const turns = [
    turn('a', { activeChildId: 'c', text: 'Two\nlines, “signs”, 🙂 and \u0000\ud800.', marked: false, role: 'model' }),
    turn('b', { text: null, order: 2, version: 7, tombstone: { seq: 9, children: ['c', 'gone'], wasActive: true } }),
    turn('c', { parentId: 'a', order: 3, speaker: 'Mira', interrupted: true, role: 'system' }),
    turn('d', { parentId: 'elsewhere', activeChildId: 'further', order: 4, speaker: 'Mira', text: '{"ids":[]}\n' }),
    turn('e', { parentId: 'c', speaker: '', text: 'Last.' }),
  ];
  expect(unpackTurns(packTurns(turns))).toEqual(turns);
  expect(unpackTurns(JSON.parse(JSON.stringify(packTurns(turns))) as string)).toEqual(turns);
  expect(unpackTurns(packTurns([]))).toEqual([]);
});
