import { count, duration } from '../../lib/numbers.ts';

/** The bar below the text, the menu of a turn, alternates and other words. */
export const writing = {
  writingBar: 'Writing',
  selectionBar: 'Selection',
  firstHint: (key: string) => `${key}: let the story answer`,
  toRead: (tokens: number, ms: number | null) =>
    `${count(tokens)} to read${ms === null ? '' : ` · about ${duration(ms)}`}`,
  readAlready: (tokens: number) =>
    tokens === 0
      ? 'None of it has been read yet.'
      : `${count(tokens)} more ${tokens === 1 ? 'token has' : 'tokens have'} already been read.`,
  thenWrites: (speed: string) => `Then about ${speed} tokens/s.`,
  lastRead: (read: number, reused: number) => `Last reply: read ${count(read)}, reused ${count(reused)}.`,
  waiting: (progress: number | null) =>
    progress === null ? 'Waiting…' : `Waiting for the model… ${count(Math.round(progress * 100))}%`,
  reading: (done: number, total: number) => `Reading ${count(done)} of ${count(total)}`,
  alternates: (number: number, total: number) => `${count(number)} / ${count(total)}`,
  alternatesBeside: 'Alternates',
  others: (number: number) => `Writing ${count(number)} more`,
  retryCount: 'Alternates per Retry',
  alternatesPerRetry: (number: number) => `${count(number)} ${number === 1 ? 'alternate' : 'alternates'}`,
  sameAlternates: 'At temperature 0 all alternates are the same. Raise it under Sampling for different ones.',
  turnMenu: 'Turn',
  turnRole: 'Role',
  speaker: 'Speaker',
  speakerHint: 'Who speaks in this turn. Leave it empty for nobody in particular.',
  otherWords: 'Other words',
  written: 'What was written',
  otherWordsFor: (word: string) => `Other words in place of “${word}”`,
  otherWordsHint:
    'The model’s own probabilities, before sampling changes anything. Choose a word to see what else could have stood there.',
  noOtherWords:
    'No other words were kept with this turn. Under Sampling, Other words says how many are kept with a reply; with a grammar there are none.',
};
