import { count } from '../../lib/numbers.ts';
import { samplingFields, samplingGroups, samplingPresets, samplingSteps } from './sampling-names.ts';

/** How the next word is chosen. */
export const sampling = {
  fields: samplingFields,
  groups: samplingGroups,
  steps: samplingSteps,
  presets: samplingPresets,
  title: 'Sampling',
  seed: 'Seed',
  seedHint: 'The same seed and text give the same reply. Empty: a new one each time.',
  seedRandom: 'random',
  banEnd: 'Keep writing',
  banEndHint: 'The reply never ends by itself, only by its length or Stop.',
  endsAtSentence: 'End at a whole sentence',
  endsAtSentenceHint:
    'Where a reply stops at its length limit, the sentence that it had begun is left out. The page says so, and can bring it back.',
  preset: 'Preset',
  suited: 'Suited to the model',
  suitedHint: 'What the model’s makers or Paphos found right for it.',
  summary: (title: string, changed: boolean) => (changed ? `${title}, changed` : title),
  reset: 'Reset',
  sources: {
    paphos: 'Paphos',
    'oasst-report': 'Open-Assistant’s sampling report',
    'oasst-demo': 'Open-Assistant’s live demo',
  },
  order: 'Order',
  orderHint: 'What is first sees every word, what is last only what the others have left.',
  earlier: (step: string) => `${step} earlier`,
  later: (step: string) => `${step} later`,
  isFirst: 'It is already the first.',
  isLast: 'It is already the last.',
  texts: 'Words and phrases',
  entries: (number: number) => `${count(number)} ${number === 1 ? 'entry' : 'entries'}`,
  bannedTokens: 'Banned words',
  bannedTokensHint:
    'One per line; upper and lower case are the same. A word never comes, however it is spelled in tokens; it may be part of a longer one. <|endoftext|> and its like are tokens, and so is # and a number. \\s is a space, \\n a new line.',
  bannedPhrases: 'Banned phrases',
  bannedPhrasesHint:
    'One per line; upper and lower case are the same. When one is written it is taken back, unseen, and something else comes.',
  bias: 'Logit bias',
  biasHint:
    'One per line: word = 2 makes it likelier, word = -2 less likely. It has to be one token; # and a number is one, and so are <|endoftext|> and its like.',
  breakers: 'DRY sequence breakers',
  breakersHint: 'One per line. No repeated sequence reaches across these. \\n is a new line, \\s a space.',
  noNumber: (line: string) => `“${line}” has no number. Write it as: word = 2`,
  tooMuch: (bias: string) => `${bias} is too much: from −100 to 100.`,
  tooManyLines: (most: number) => `At most ${count(most)} lines.`,
  tooLong: (start: string, most: number) => `“${start}…” is too long: at most ${count(most)} characters.`,
  grammar: 'Grammar',
  grammarRules:
    'A grammar is on: all that is set here chooses among the words that it allows, and its end ends the reply. Other words are not kept.',
  grammarKinds: { none: 'None', gbnf: 'GBNF', json: 'JSON schema' },
  grammarHints: {
    none: 'A grammar limits what a reply can say.',
    gbnf: 'In the grammar language of llama.cpp. It is read when a reply begins.',
    json: 'The reply is JSON that fits this schema. It is read when a reply begins.',
  },
  noRoot: 'A grammar needs a line that begins with: root ::=',
  noSchema: 'A schema is an object in braces.',
  noJson: (why: string) => `This is not valid JSON yet: ${why}`,
  defaults: 'Defaults',
};
