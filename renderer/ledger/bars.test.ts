import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../shared/prompt/types.ts';
import { barsOf, sumsOf } from './bars.ts';

const ledger: Ledger = {
  segments: [
    {
      source: { kind: 'turn', id: 'a' },
      role: 'system',
      placement: 'in',
      tokens: 31,
      at: 0,
      reason: 'head',
      changes: [],
    },
    {
      source: { kind: 'turn', id: 'b' },
      role: 'user',
      placement: 'out',
      tokens: 900,
      at: null,
      reason: 'older',
      changes: [],
    },
    {
      source: { kind: 'turn', id: 'c' },
      role: 'model',
      placement: 'out',
      tokens: null,
      at: null,
      reason: 'older',
      changes: [],
    },
    {
      source: { kind: 'turn', id: 'd' },
      role: 'model',
      placement: 'trimmed',
      tokens: 148,
      at: 31,
      reason: 'long',
      changes: [],
    },
    {
      source: { kind: 'turn', id: 'e' },
      role: 'user',
      placement: 'in',
      tokens: 10,
      at: 179,
      reason: 'recent',
      changes: [],
    },
  ],
  total: 193,
  overhead: 4,
  room: 1756,
  leastRoom: 64,
  reserve: 256,
  contextSize: 2048,
  cut: null,
  heldBack: '',
  date: null,
  toRead: 62,
};

describe('the bar of the context', () => {
  test('shows what is sent, the reply and the rest, which together are the whole context', () => {
    const bars = barsOf(ledger);
    expect(bars.map((bar) => [bar.kind, bar.tokens])).toEqual([
      ['system', 31],
      ['model', 148],
      ['user', 10],
      ['overhead', 4],
      ['reserve', 256],
      ['free', 1599],
    ]);
    expect(bars.reduce((sum, bar) => sum + bar.tokens, 0)).toBe(2048);
  });

  test('its legend adds up to the same', () => {
    const sums = sumsOf(barsOf(ledger));
    expect([...sums.values()].reduce((sum, tokens) => sum + tokens, 0)).toBe(2048);
    expect(sums.get('user')).toBe(10);
  });
});
