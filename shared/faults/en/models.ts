import type { ModelFaults } from '../catalogue.ts';
import type { Sentences } from './sentences.ts';

const gone = (what: string): string =>
  `${what} is not there any more. Put the file back, or choose without it in the advanced settings.`;

const files = (file: string, more: number): string => (more === 0 ? `“${file}”` : `“${file}” and ${more} more`);

export const models = {
  NO_MODEL: () => 'This model file is not there any more. Put it back into the models folder, or choose another one.',
  NO_MODEL_FILE: ({ path }) =>
    `There is no GGUF file at “${path}”. Give its whole path, from the root of the disk to the name that ends in ` +
    '.gguf.',
  FOLDER_SILENT: ({ folder }) =>
    `The disk of ${folder} does not answer, so the models in it cannot be read now. Check the drive and its ` +
    'connection, or choose another model.',
  MODEL_NAME_TAKEN: ({ name }) =>
    `Another file called “${name}” is already in the models folder, so this one was not added. Rename one of them.`,
  MODEL_TOO_DEEP: ({ file, more }) =>
    `${files(file, more)} ${more === 0 ? 'is' : 'are'} too deep to be found. Move ${more === 0 ? 'it' : 'them'} at ` +
    'most one folder below the models folder.',
  WEIGHTS_NOT_READ: ({ file, more, kind }) =>
    `${files(file, more)} ${more === 0 ? 'holds' : 'hold'} ${kind === 'pytorch' ? 'PyTorch' : 'safetensors'} ` +
    'weights, which Paphos does not read yet. Get the model as a GGUF file.',
  NO_FORMAT: ({ name }) => `Paphos has no prompt format called “${name}”. Choose one from the list.`,
  NO_FORMAT_OF_UNREADABLE: () => 'This model cannot be opened, so it has no format. Choose another one.',
  ASIDE: () =>
    'This model ended the engine twice in a row, so it was put aside. Your text is safe. Choose another model, or ' +
    'try this one again: it may work with a smaller context, or once other programs are closed.',
  DRAFT_GONE: () => gone('The model that guesses ahead'),
  ADAPTER_GONE: () => gone('An adapter of this model'),
} satisfies Sentences<ModelFaults>;
