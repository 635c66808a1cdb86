import type { DocumentFaults } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

const SEE = 'Nothing was changed; open the chapter again to see it as it is.';

export const document = {
  NO_TURN: () => `That turn is no longer in the story. ${SEE}`,
  CONFLICT: ({ turnId }) =>
    turnId === null
      ? 'The chapter was changed elsewhere in the meantime. What is stored is safe and yours is still on the page; ' +
        'open the chapter again to join them.'
      : 'This turn was changed elsewhere in the meantime. The stored text is safe and yours is still on the page.',
  RANGE: () => `This edit reaches outside the stored text of its turn, or into the middle of a character. ${SEE}`,
  ORDER: () => `This change does not fit the chapter as it is now. ${SEE}`,
} satisfies Sentences<DocumentFaults>;
