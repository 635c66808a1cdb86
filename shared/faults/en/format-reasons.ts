import type { FormatReasons } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

const EXACTLY = {
  all: 'every conversation exactly so',
  'without notes': 'conversations without notes exactly so',
  'with notes': 'conversations with notes exactly so',
  prefaced: 'conversations exactly so, behind a preface of its own that is sent too',
};
const ODDLY = {
  refuses: 'takes no conversation',
  endless: 'does not end',
  rewrites: 'does not write what is said as it was said',
  irregular: 'marks each turn in another way',
};
const HOW = { so: '', otherwise: ', but not quite as this format does', 'in channels': ': it speaks in channels' };

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

export const formatReasons = {
  BY_CARD: () => 'The card of the demo model says so.',
  BY_TEMPLATE: ({ of }) => `Its own chat template writes ${EXACTLY[of]}.`,
  BY_OWN_TEMPLATE: ({ of }) => `Read off its own chat template, which writes ${EXACTLY[of]}.`,
  BY_MARKS_IN_TEMPLATE: ({ marks, how }) => `Its own chat template writes ${list(marks)}${HOW[how]}.`,
  BY_VOCABULARY: ({ marks, otherTemplate }) =>
    `Its vocabulary holds ${list(marks)}${otherTemplate ? ', but its chat template is of another kind' : ''}.`,
  BY_NAME: ({ name, architecture }) =>
    `Its name is “${name}”${architecture === null ? '' : ` and its architecture ${architecture}`}.`,
  BY_THINKING: ({ mark }) => `It knows ${mark}.`,
  BY_NOTHING: () => 'No role marks in its vocabulary and no chat template: it continues text.',
  BY_ODD_TEMPLATE: ({ how, said }) =>
    `Its chat template ${ODDLY[how]}${said === null ? '' : ` (“${said}”)`}, so it cannot be said as turns.`,
} satisfies Sentences<FormatReasons>;
