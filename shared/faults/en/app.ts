import type { AppFaults } from '../catalogue.ts';
import { size } from './numbers.ts';
import type { Sentences } from './sentences.ts';

export const app = {
  INTERNAL: () =>
    'Something inside Paphos went wrong. What was saved is safe; try again, and restart Paphos if it happens twice.',
  BAD_REQUEST: () =>
    'Paphos did not understand this request and did nothing. Reload the page: it may be older than Paphos itself.',
  TOO_LARGE: ({ bytes }) =>
    `This is too much at once (${size(bytes)}), and nothing was changed. Do it in smaller parts: paste a text ` +
    'chapter by chapter, for instance.',
  UNREACHABLE: () => 'Paphos did not answer. What you wrote stays on this page, which keeps trying.',
  PORT_IN_USE: ({ port }) =>
    `${port === null ? 'The port of last time' : `Port ${port}`} is in use by another program. Choose another one ` +
    'with --port N, or leave --port out to take a free one.',
  NO_STORE: ({ folder }) => `There are no stories in ${folder} (no store.db). Name the right folder with --data DIR.`,
  BUILD_LACKS: ({ missing }) =>
    `The engine’s library cannot be built here. What is missing: ${missing.join(', ')}. The one that came with it ` +
    'stays in use.',
  BUILD_FAILED: () =>
    'The engine’s library could not be built; what went wrong stands above. The one that came with it stays in use.',
  NO_DEMO_MODEL: () => 'The embedded model is missing. Name a model file.',
  NO_LINK: ({ name }) =>
    `Paphos could not make a link to ${name} in its models folder. Nothing was changed. Copy the file there yourself.`,
  USAGE_COMMAND: ({ command, known }) => `There is no command “${command}”. Paphos has: ${known.join(', ')}.`,
  USAGE_NUMBER: ({ name, given, low, high, whole }) =>
    `--${name} must be ${whole ? 'a whole number' : 'a number'} from ${low} to ${high}; “${given}” is not.`,
  USAGE_FORMAT: ({ name, known }) => `There is no format “${name}”. Choose one of: ${known.join(', ')}.`,
  USAGE_NO_TEXT: () => 'Nothing to answer: give --system "…", --user "…", or both.',
  USAGE_EXPORT_FORMAT: ({ name, known }) =>
    `${name === null ? 'Say what to export as with --as' : `Paphos exports nothing as “${name}”`}. Choose one of: ` +
    `${known.join(', ')}.`,
  USAGE_MANY_STORIES: () => 'One story is exported at a time. Put a title of several words in quotation marks.',
  USAGE_STORY: ({ given, known }) =>
    `${given === null ? 'Say which story to export.' : `“${given}” names no story, or several.`} ` +
    (known.length === 0 ? 'There is none in this folder.' : `Give a title or an id: ${known.join('; ')}.`),
  USAGE_BACKUP: ({ given, known }) =>
    `${given === null ? 'Say which backup' : `There is no backup “${given}”`}: ` +
    `${known.length === 0 ? 'there are none in this folder' : known.join(', ')}.`,
  USAGE_CHARACTERS: ({ given, known }) =>
    `${given === null ? 'Say what to do with characters' : `Paphos does not know “characters ${given}”`}: ` +
    `${known.join(', ')}.`,
  USAGE_CHARACTER: ({ given, known }) =>
    `${given === null ? 'Say which character to export.' : `“${given}” names no character, or several.`} ` +
    (known.length === 0 ? 'There is none in this folder.' : `Give a name or an id: ${known.join('; ')}.`),
  USAGE_NO_CARDS: () => 'Name the files of the characters to import.',
  NOT_EXPORTED: () => 'The file could not be made, and nothing was changed. Try again, or choose another format.',
  USAGE_COPY: () => 'Say where the copy is to go: --to FOLDER.',
  NO_FOLDER: ({ folder }) =>
    `There is no folder ${folder} on this computer, so nothing was written. Name one that is there, by its whole path.`,
  FILE_NOT_WRITTEN: ({ file, said }) =>
    `${file} could not be written; the system says ${said}. What was there before is unchanged. Choose another place.`,
  USAGE_MANY_MODELS: () => 'verify looks at one model file at a time.',
} satisfies Sentences<AppFaults>;
