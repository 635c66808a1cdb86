import type { VerifyFaults } from '../catalogue.ts';
import { count } from './numbers.ts';
import type { Sentences } from './sentences.ts';

export const verify = {
  HEAD_CHANGED: () => 'The head of the prompt changed while the window slid.',
  COUNTS_DIFFER: () => "The ledger's counts are not those of the engine.",
  NO_PROBABILITIES: () =>
    'The model gives no numbers as probabilities: its weights are damaged, or the engine computes them wrongly on ' +
    'this machine.',
  WORSE_THAN_CHANCE: ({ perplexity, vocabulary }) =>
    `The sample surprises this model more than chance would (perplexity ${count(Math.round(perplexity))}, vocabulary ` +
    `${count(vocabulary)}): it was never trained, or its weights are damaged.`,
} satisfies Sentences<VerifyFaults>;
