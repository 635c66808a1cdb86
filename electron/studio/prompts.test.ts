import { expect, test } from 'vitest';
import type { Ledger, PromptTurn, Segment } from '../../shared/prompt/types.ts';
import { wholeLedger } from './prompts.ts';

const turn = (id: string): PromptTurn => ({ id, role: 'user', speaker: null, text: id });
const segment = (kind: 'turn' | 'note', id: string, placement: Segment['placement'], tokens: number | null): Segment => ({ source: { kind, id }, role: 'user', placement, tokens, at: null, reason: 'recent', neutralised: false });

test('turns that were too far back for the planner stand where they belong, with their counts where known; notes keep their place', () => {
  const ledger: Ledger = {
    segments: [segment('turn', 'head', 'in', 4), segment('turn', 'asked', 'out', null), segment('note', 'note', 'in', 3), segment('turn', 'last', 'in', 5), segment('note', 'end', 'in', 2)],
    total: 14, overhead: 0, reserve: 10, contextSize: 100, cut: null, toRead: 1,
  };
  const turns = ['head', 'old', 'asked', 'older', 'last'].map(turn);
  const { segments } = wholeLedger(ledger, { turns, versions: new Map(), open: false }, ({ id }) => (id === 'older' ? null : id.length));
  expect(segments.map(({ source, placement, tokens }) => [source.id, placement, tokens])).toEqual([
    ['head', 'in', 4], ['old', 'out', 3], ['asked', 'out', 5], ['older', 'out', null], ['note', 'in', 3], ['last', 'in', 5], ['end', 'in', 2],
  ]);
});
