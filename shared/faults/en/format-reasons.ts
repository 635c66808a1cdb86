import type { FormatReasons } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

const EXACTLY = {
  all: 'every conversation exactly so',
  'without notes': 'conversations without notes exactly so',
  'with notes': 'conversations with notes exactly so',
  prefaced: 'conversations exactly so, behind a preface of its own that is left out',
};
const HOW = { so: '', otherwise: ', but not quite as this format does', 'in channels': ': it speaks in channels' };

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

export const formatReasons = {
  BY_CARD: () => 'The card of the demo model says so.',
  BY_TEMPLATE: ({ of }) => `Its own chat template writes ${EXACTLY[of]}.`,
  BY_OWN_TEMPLATE: ({ exact }) =>
    exact
      ? 'Read off its own chat template, which writes every conversation exactly so.'
      : 'Read off its own chat template, which does more than mark turns: that is left out.',
  BY_MARKS_IN_TEMPLATE: ({ marks, how }) => `Its own chat template writes ${list(marks)}${HOW[how]}.`,
  BY_VOCABULARY: ({ marks, otherTemplate }) =>
    `Its vocabulary holds ${list(marks)}${otherTemplate ? ', but its chat template is of another kind' : ''}.`,
  BY_NAME: ({ name, architecture }) =>
    `Its name is “${name}”${architecture === null ? '' : ` and its architecture ${architecture}`}.`,
  BY_THINKING: ({ mark }) => `It knows ${mark}.`,
  BY_NOTHING: ({ hasTemplate }) =>
    hasTemplate
      ? 'Its chat template is of a kind that is not known here.'
      : 'No role marks in its vocabulary and no chat template: it continues text.',
} satisfies Sentences<FormatReasons>;
