import type { PresetName } from '../../../shared/settings/presets.ts';
import type { Step } from '../../../shared/settings/sampling.ts';
import type { FieldGroup, NumberKey } from '../../../shared/settings/sampling-fields.ts';

export interface Said {
  readonly label: string;
  readonly hint: string;
}

/** The numbers of sampling. */
export const samplingFields: Record<NumberKey, Said> = {
  temperature: { label: 'Temperature', hint: 'Low is predictable, high is wild. 0 always takes the likeliest word.' },
  minP: { label: 'Min-p', hint: 'Leaves out words less likely than this share of the likeliest one.' },
  repetitionPenalty: { label: 'Repetition', hint: 'Makes recent words less likely. 1 is off.' },
  maxTokens: { label: 'Reply length', hint: 'The most tokens that a reply may have.' },
  minTokens: {
    label: 'At least',
    hint: 'The reply does not end before it has this many tokens, unless a grammar ends it. 0 is off.',
  },
  thinkingTokens: {
    label: 'Thinking',
    hint: 'The most tokens that a model which thinks may spend on it before it answers. 0: it answers at once.',
  },
  candidates: {
    label: 'Other words',
    hint: 'How many other words are kept with each word that is written, to look at later. 0 is none.',
  },
  topP: { label: 'Top-p', hint: 'Keeps the likeliest words that together have this probability. 1 is off.' },
  topK: { label: 'Top-k', hint: 'Keeps this many of the likeliest words. 0 is off.' },
  typicalP: {
    label: 'Typical-p',
    hint: 'Keeps the words that surprise as much as is usual here, up to this probability: neither the dull nor the odd ones. 1 is off.',
  },
  tailFree: {
    label: 'Tail-free',
    hint: 'Cuts off the tail where the probabilities have levelled out. 1 is off, 0.95 is gentle.',
  },
  topNSigma: {
    label: 'Top-n-sigma',
    hint: 'Keeps words at most this many standard deviations below the likeliest, however high the temperature. 0 is off, 1 is usual.',
  },
  xtcProbability: {
    label: 'XTC',
    hint: 'How often the most obvious words are skipped where there are several good ones; never the end or a new line. 0 is off.',
  },
  xtcThreshold: { label: 'XTC threshold', hint: 'The probability from which a word counts as good.' },
  dynamicRange: {
    label: 'Range',
    hint: 'How far the temperature moves down where the model is sure and up where it is not. 0 keeps it still.',
  },
  dynamicExponent: { label: 'Exponent', hint: 'Above 1 it rises late, below 1 early.' },
  mirostatTau: {
    label: 'Mirostat',
    hint: 'The surprise to aim at, in bits. It takes the place of what leaves out words. 0 is off, 5 is usual.',
  },
  mirostatEta: { label: 'Mirostat rate', hint: 'How fast it learns.' },
  repetitionRange: {
    label: 'Range',
    hint: 'How many recent tokens the repetition, frequency and presence penalties look at. 0 is none.',
  },
  frequencyPenalty: { label: 'Frequency', hint: 'Subtracted for each time a word occurs in the range. 0 is off.' },
  presencePenalty: { label: 'Presence', hint: 'Subtracted once if a word occurs in the range. 0 is off.' },
  dryStrength: {
    label: 'DRY',
    hint: 'Keeps whole sequences from being repeated, in all of the prompt and the reply. 0 is off, 0.8 is usual.',
  },
  dryBase: { label: 'DRY base', hint: 'How fast it grows with the length of the sequence.' },
  dryAllowed: { label: 'DRY allowed', hint: 'Sequences up to this many tokens may be repeated.' },
  dryRange: { label: 'DRY range', hint: 'How many tokens it looks back. 0 is all of them.' },
};

export const samplingGroups: Record<FieldGroup['name'], Said> = {
  choice: { label: 'Choice of words', hint: 'What leaves out unlikely words. One or two of them are enough.' },
  warmth: {
    label: 'Dynamic temperature',
    hint: 'A temperature that follows the model’s doubt, or the text’s surprise.',
  },
  repeats: {
    label: 'Repeated words',
    hint: 'Against words and sentences that keep coming back. Ends and the marks of the format do not count.',
  },
};

export const samplingSteps: Record<Step, string> = {
  penalties: 'Penalties',
  dry: 'DRY',
  topNSigma: 'Top-n-sigma',
  topK: 'Top-k',
  tailFree: 'Tail-free',
  typicalP: 'Typical-p',
  topP: 'Top-p',
  minP: 'Min-p',
  xtc: 'XTC',
  temperature: 'Temperature',
};

export const samplingPresets: Record<PresetName, Said> = {
  balanced: { label: 'Balanced', hint: 'Keeps to the thread, with room for a turn of its own.' },
  precise: { label: 'Precise', hint: 'Close to the likeliest words: for rules, summaries, steady voices.' },
  wild: { label: 'Wild', hint: 'Skips the obvious and does not repeat itself: for first drafts and odd ideas.' },
  deterministic: { label: 'Deterministic', hint: 'Always the likeliest word: the same text gives the same reply.' },
  'oasst-typical2': { label: 'typical 0.2', hint: 'The words nearest to the usual surprise, a fifth of them.' },
  'oasst-typical3': { label: 'typical 0.3', hint: 'The words nearest to the usual surprise, nearly a third of them.' },
  'oasst-nucleus9': { label: 'nucleus 0.9', hint: 'The likeliest words that together make up nine tenths.' },
  'oasst-k50': { label: 'top-k 50', hint: 'The fifty likeliest words.' },
  'oasst-greedy': { label: 'greedy', hint: 'Always the likeliest word that does not repeat itself.' },
  'oasst-demo-typical2': { label: 'typical 0.2, demo', hint: 'As in the report, a little cooler and of all words.' },
  'oasst-demo-nucleus9': { label: 'nucleus 0.9, demo', hint: 'As in the report, a little cooler and of all words.' },
  'oasst-demo-k50': { label: 'top-k 50, demo', hint: 'The fifty likeliest words, a little cooler.' },
  'oasst-k50-precise': { label: 'top-k 50, precise', hint: 'The fifty likeliest words, nearly always the first.' },
  'oasst-k50-creative': { label: 'top-k 50, creative', hint: 'The fifty likeliest words, more evenly.' },
};
