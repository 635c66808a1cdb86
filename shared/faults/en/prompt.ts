import type { PromptFaults } from '../catalogue.ts';
import { count } from './numbers.ts';
import type { Sentences } from './sentences.ts';

const NAMES = { marks: 'marks of the reply', head: 'notes in front of the chapter', notes: 'notes' };

export const prompt = {
  WINDOW_TOO_SMALL({ what, turn, need, room, contextSize, reserve }) {
    const left =
      `but a context of ${count(contextSize)} tokens leaves the prompt ${count(room)} when ${count(reserve)} are ` +
      'kept for the reply';
    const beside = turn ? `The last turn has too little room beside the ${NAMES[what]}, which` : `The ${NAMES[what]}`;
    const advice =
      what === 'marks' && !turn
        ? 'Choose a larger context, or leave the reply fewer tokens.'
        : 'Shorten them, choose a larger context, or leave the reply fewer tokens.';
    return `${beside} take ${count(need)} tokens, ${left}. ${advice} Your text is safe.`;
  },
} satisfies Sentences<PromptFaults>;
