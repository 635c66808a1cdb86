import type { FormatFaults } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

const notes = (template: string, inFront: boolean): string =>
  `The model's own chat template ${template} notes (system turns), so it may not heed them. This format sends them ` +
  `${inFront ? 'in front of your words' : 'all the same'}.`;

export const format = {
  MARKS_NOT_IN_VOCABULARY: ({ marks }) =>
    `Role marks are plain text in this model: ${marks.join(' ')} ` +
    `${marks.length > 1 ? 'are not tokens' : 'is not a token'} of its vocabulary. It was probably taught another ` +
    'format; the same letters in what you write are sent so that they mark nothing.',
  MARKS_ARE_WORDS: ({ marks }) =>
    `Role marks are plain text in this format (${marks.join(' ')}). The same words in what you write are sent so ` +
    'that they mark nothing.',
  MARKS_IN_ORDINARY_TEXT: ({ marks }) =>
    `${marks.join(' ')} would also be read as ${marks.length > 1 ? 'marks' : 'a mark'} in ordinary text. Where you ` +
    'write them they are taken apart.',
  NO_END_TOKEN: () =>
    'The model file does not name the token that ends a text. It is guessed; if none is found, a reply ends at a ' +
    'role mark or at its length.',
  TEMPLATE_NOT_RUN: ({ why }) =>
    `The model's own chat template could not be run, so it is no evidence. It ended with “${why}”.`,
  TEMPLATE_REFUSES_NOTES: ({ inFront }) => notes('takes no', inFront),
  TEMPLATE_DROPS_NOTES: ({ inFront }) => notes('drops', inFront),
  TEMPLATE_DIFFERS: () =>
    "The model's own chat template writes conversations in another way. If its replies are odd, that is the first " +
    'thing to look at.',
} satisfies Sentences<FormatFaults>;
