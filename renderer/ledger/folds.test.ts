import { expect, test } from 'vitest';
import type { Segment } from '../../shared/prompt/types.ts';
import { isFold, rowsOf, tokensOf, type Row } from './folds.ts';

const turn = (id: string, part: Partial<Segment> = {}): Segment => ({
  source: { kind: 'turn', id },
  role: 'model',
  placement: 'in',
  tokens: 10,
  at: 0,
  reason: 'recent',
  changes: [],
  ...part,
});
const many = (name: string, count: number, part: Partial<Segment> = {}): Segment[] =>
  Array.from({ length: count }, (_, index) => turn(`${name}${String(index + 1)}`, part));
const out = { placement: 'out', reason: 'older' } as const;
const shown = (rows: readonly Row[]): string[] =>
  rows.map((row) => (isFold(row) ? `${row.kind} ${String(row.segments.length)}` : row.source.id));

test('what is out by its age is one line, and so is what is in before the newest six turns', () => {
  const rows = rowsOf([turn('note', { reason: 'head' }), ...many('old', 24, out), ...many('new', 15)]);
  expect(shown(rows)).toEqual(['note', 'older 24', 'earlier 9', 'new10', 'new11', 'new12', 'new13', 'new14', 'new15']);
});

test('one turn alone is not folded', () => {
  expect(shown(rowsOf([turn('old', out), ...many('new', 7)]))[0]).toBe('old');
  expect(shown(rowsOf([turn('old', out), ...many('new', 7)]))[1]).toBe('new1');
});

test('what is out for another reason, or trimmed, stands for itself', () => {
  const steering = turn('steering', { placement: 'out', reason: 'steering' });
  const trimmed = turn('trimmed', { placement: 'trimmed', reason: 'long' });
  expect(shown(rowsOf([steering, ...many('old', 2, out), trimmed]))).toEqual(['steering', 'older 2', 'trimmed']);
});

test('the tokens of a line are those of its turns, as far as they are counted', () => {
  const counted = rowsOf(many('old', 3, out))[0];
  const partly = rowsOf([...many('old', 3, out), turn('uncounted', { ...out, tokens: null })])[0];
  expect(counted !== undefined && isFold(counted) ? tokensOf(counted) : null).toEqual({ tokens: 30, isAll: true });
  expect(partly !== undefined && isFold(partly) ? tokensOf(partly) : null).toEqual({ tokens: 30, isAll: false });
});
