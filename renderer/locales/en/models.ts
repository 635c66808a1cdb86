import type { PromptFormat, Trim } from '../../../shared/prompt/types.ts';
import { count } from '../../lib/numbers.ts';

const TRIMMED: Record<Exclude<Trim, 'none'>, string> = {
  start: 'at the beginning',
  end: 'at the end',
  both: 'at the ends',
};
const TRIMMED_BY: Record<NonNullable<PromptFormat['trimmedBy']>, string> = {
  tokenizer: ': the makers’ tokenizer takes it away beside its marks',
  template: ': the makers’ chat template takes it away',
};

/** Models, their formats and whether they fit. */
export const models = {
  model: 'Model',
  chooseModel: 'Choose a model',
  noModels: 'There are no models here yet.',
  add: 'Add a model file',
  addPath: 'Path of a GGUF file on this computer',
  addHint:
    'The file stays where it is: a link to it is put into the models folder. Of a model in several files, name one.',
  addOne: 'Add',
  noDrop: 'A browser does not say where a file is. Add a model file by its path, under Model.',
  unread: 'Not read',
  someUnread: 'Some files in the models folders are not read',
  added: 'The file is in the list of models. Choose it there to write with it.',
  unreadMore: (number: number) => `${count(number)} more like this.`,
  demo: 'demo model',
  loaded: 'Loaded',
  loading: (progress: number | null) =>
    progress === null ? 'Loading…' : `Loading ${count(Math.round(progress * 100))}%`,
  cannotOpen: 'Cannot be opened',
  format: 'Format',
  formatOf: (format: string) => `${format} format`,
  detected: (title: string | null) => (title === null ? 'Detected' : `Detected: ${title}`),
  files: (number: number) => `${count(number)} files`,
  odd: 'Something about this model is odd',
  fingerprint: 'SHA-256',
  genuine: (genuine: boolean) =>
    genuine
      ? 'This is the file that came with Paphos.'
      : 'This is not the file that came with Paphos. Install Paphos again if you did not change it.',
  formatDoctor: 'Format doctor',
  formatDoctorOf: (model: string) => `Format of ${model}`,
  confidence: { certain: 'Certain', likely: 'Likely', guess: 'A guess' },
  evidence: (format: string, reason: string) => `${format}: ${reason}`,
  whyFormat: (title: string) => `Evidence: ${title}`,
  otherThanDetected: 'You chose a different format from the one that the file points to.',
  formatWarnings: 'What to know',
  trims: ({ trim = 'none', trimmedBy }: Pick<PromptFormat, 'trim' | 'trimmedBy'>) =>
    trim === 'none'
      ? null
      : `White space ${TRIMMED[trim]} of a turn is left out of the prompt${trimmedBy === undefined ? '' : TRIMMED_BY[trimmedBy]}.`,
  formatSample: 'A short conversation, as the model reads it',
  formatTokens: (tokens: number) => `${count(tokens)} tokens`,
  tokenIds: 'Show numbers',
  tokenKinds: { control: 'control token', 'user-defined': 'added token', plain: 'token' },
  tokenName: (kind: string, id: number) => `${kind} ${id}`,
  tokenLegend: {
    control: 'Mark: one token that nobody can type',
    'user-defined': 'Mark that would be read in ordinary text too',
  },
  noTokens: 'The tokens are shown as soon as the model is loaded.',
  replyEndsAt: 'A reply ends at',
  contextSize: 'Context size',
  contextAuto: 'automatic',
  contextHint: (trained: number | null) =>
    trained === null
      ? 'Tokens that the model sees at once.'
      : `Tokens that the model sees at once. This one was trained with ${count(trained)}.`,
  trainedWith: (tokens: number) => `Trained with ${count(tokens)}`,
  contextRange: 'A whole number from 256 to 1,048,576.',
  apply: 'Apply',
  loadAgain: 'Load again',
  tryAgain: 'Try again',
  advanced: 'Advanced',
  fit: {
    looking: 'Checking whether it fits…',
    fits: (context: number) => `Fits into memory with a context of ${count(context)}.`,
    less: (asked: number, offered: number) =>
      `A context of ${count(asked)} does not fit into memory; ${count(offered)} does.`,
    smaller: (offered: number) => `Fits into memory with a smaller context: ${count(offered)}.`,
    no: 'Does not fit into memory. Close other programs, or choose a smaller model or a more strongly quantised file of this one.',
    notOnCard: 'Does not fit into the graphics card’s memory. Put fewer layers on it, or choose a smaller model.',
    take: (context: number) => `Load with ${count(context)}`,
    anyway: 'Try anyway',
    weights: (size: string) => `weights ${size}`,
    repacked: (size: string) => `the processor’s copy ${size}`,
    context: (size: string) => `context ${size}`,
    free: (size: string) => `${size} free`,
    card: (size: string, free: string) => `${size} of ${free} on the card`,
  },
};
