import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyOps } from '../../../shared/document/tree.ts';
import type { Op, TurnTree } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { SEED } from '../../../tests/helpers/sizes.ts';
import { LIMITS, ONE_BY_ONE, pieces } from './pieces.ts';

const EMPTY: TurnTree = { activeRootId: null, turns: new Map() };
const insert = (id: string, after: string | null, text: string): Op => ({
  op: 'insert',
  turn: { id, role: 'user', speaker: null, marked: true, text },
  after,
  as: 'chain',
});

test('what fits is one change', () => {
  const ops = [insert(newId(), null, 'a'), insert(newId(), null, 'b')];
  expect(pieces(ops, LIMITS)).toEqual([ops]);
  expect(pieces(ops, ONE_BY_ONE)).toEqual(ops.map((op) => [op]));
  expect(pieces([], LIMITS)).toEqual([]);
});

test('whatever the limits, the pieces make the same tree, keep to them, and cut no character in two', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n'), maxLength: 60 });
  fc.assert(
    fc.property(
      text,
      text,
      fc.integer({ min: 2, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      (first, more, most, ops) => {
        const id = newId();
        const all: Op[] = [
          insert(id, null, first),
          { op: 'setText', turnId: id, version: 1, at: 0, del: 0, ins: more },
          insert(newId(), id, more),
        ];
        const changes = pieces(all, { ops, text: most });
        for (const change of changes) {
          expect(change.length).toBeLessThanOrEqual(ops);
          const texts = change.map((op) => (op.op === 'insert' ? op.turn.text : op.op === 'setText' ? op.ins : ''));
          expect(texts.join('').length).toBeLessThanOrEqual(most);
          for (const one of texts) expect(one.isWellFormed()).toBe(true);
        }
        const whole = [...applyOps(EMPTY, all).turns.values()].map((turn) => turn.text);
        // A setText behind an insert that was cut expects the version that the insert's parts have made by then.
        const counted = changes.flat().map((op, index, list) => {
          if (op.op !== 'setText') return op;
          const before = list.slice(0, index).filter((one) => one.op === 'setText' && one.turnId === op.turnId).length;
          return { ...op, version: 1 + before };
        });
        const parts = [...applyOps(EMPTY, counted).turns.values()].map((turn) => turn.text);
        expect(parts).toEqual(whole);
      },
    ),
    { seed: SEED },
  );
});
