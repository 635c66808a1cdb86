import type { ModelFaults } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

const gone = (what: string): string =>
  `${what} is not there any more. Put the file back, or choose without it in the advanced settings.`;

export const models = {
  NO_MODEL: () => 'This model file is not there any more. Put it back into the models folder, or choose another one.',
  NO_FORMAT: ({ name }) => `Paphos has no prompt format called “${name}”. Choose one of the list.`,
  NO_FORMAT_OF_UNREADABLE: () => 'This model cannot be opened, so it has no format. Choose another one.',
  ASIDE: () =>
    'This model ended the engine twice in a row, so it was put aside. Your text is safe. Choose another model, or try this one again: it may work with a smaller context, or once other programs are closed.',
  DRAFT_GONE: () => gone('The model that guesses ahead'),
  ADAPTER_GONE: () => gone('An adapter of this model'),
} satisfies Sentences<ModelFaults>;
