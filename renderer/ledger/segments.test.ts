import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../shared/prompt/types.ts';
import { segmentsOf, sumsOf } from './segments.ts';

const ledger: Ledger = {
  entries: [
    { turnId: 'a', role: 'system', placement: 'in', tokens: 31, reason: 'head', neutralised: false },
    { turnId: 'b', role: 'user', placement: 'out', tokens: 900, reason: 'older', neutralised: false },
    { turnId: 'c', role: 'model', placement: 'out', tokens: null, reason: 'older', neutralised: false },
    { turnId: 'd', role: 'model', placement: 'trimmed', tokens: 148, reason: 'long', neutralised: false },
    { turnId: 'e', role: 'user', placement: 'in', tokens: 10, reason: 'recent', neutralised: false },
  ],
  total: 193, overhead: 4, reserve: 256, contextSize: 2048, cut: null, toRead: 62,
};

describe('the bar of the context', () => {
  test('shows what is sent, the reply and the rest, which together are the whole context', () => {
    const segments = segmentsOf(ledger);
    expect(segments.map((segment) => [segment.kind, segment.tokens])).toEqual([
      ['system', 31], ['model', 148], ['user', 10], ['overhead', 4], ['reserve', 256], ['free', 1599],
    ]);
    expect(segments.reduce((sum, segment) => sum + segment.tokens, 0)).toBe(2048);
  });

  test('its legend adds up to the same', () => {
    const sums = sumsOf(segmentsOf(ledger));
    expect([...sums.values()].reduce((sum, tokens) => sum + tokens, 0)).toBe(2048);
    expect(sums.get('user')).toBe(10);
  });
});
