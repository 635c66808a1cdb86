import type { Role } from '../../../shared/document/turn.ts';
import type { Field, Segment, Placement, TextChange } from '../../../shared/prompt/types.ts';
import { count } from '../../lib/numbers.ts';

const ROLES: Record<Role, string> = { system: 'Note', user: 'You', model: 'Story' };
const PLACEMENTS: Record<Placement, string> = { in: 'in', trimmed: 'trimmed', out: 'out' };
const REASONS: Record<Segment['reason'], string | null> = {
  head: 'always first',
  example: 'while there is room',
  note: 'always at its depth',
  recent: null,
  anchor: 'what the reply answers',
  older: 'older than what fits',
  long: 'too long: only its end is read',
  steering: 'not sent in a prose chapter',
  empty: 'empty',
};

const CHANGES: Record<TextChange, string> = {
  neutralised: 'role words are sent as plain text',
  trimmed: 'white space at its ends is left out',
  clock: 'tells the time: all that follows is read anew with each reply',
  normalised: 'some characters are sent as the model’s vocabulary writes them',
};

const FIELDS: Record<Field, string> = {
  memory: 'Memory',
  authorsNote: 'Author’s note',
  postHistory: 'Post-history instructions',
  system: 'System prompt',
  persona: 'Persona',
  description: 'Description',
  personality: 'Personality',
  scenario: 'Scenario',
  example: 'Example messages',
  depthPrompt: 'Depth prompt',
};

/** What of the story is sent. */
export const ledger = {
  context: 'Context',
  ofContext: (used: number, size: number) => `${count(used)} of ${count(size)}`,
  roles: ROLES,
  fields: FIELDS,
  fieldOf: (field: string, name: string) => `${field} · ${name}`,
  roleTerms: { system: 'system turn', user: 'user turn', model: 'model turn' },
  placements: PLACEMENTS,
  reasons: REASONS,
  alwaysLast: 'always last',
  changes: CHANGES,
  littleRoom: (room: number) =>
    `Notes and format marks leave ${count(room)} tokens for the story. With a little less, a longer turn will be refused: shorten the notes, choose a larger context, or leave the reply fewer tokens.`,
  /** Of a text that is continued. */
  heldBack: (text: string) =>
    text.trim() === ''
      ? 'the space at its end is read with what follows'
      : `its end, “${text.trim()}”, is read with what follows`,
  date: (date: string) =>
    `The model is told the date (${date}), as its makers’ template asks: that of the day on which it was loaded.`,
  legend: { system: 'Note', user: 'You', model: 'Story', overhead: 'Marks', reserve: 'Reply', free: 'Free' },
  overhead: 'Format marks',
  uncounted: '–',
  uncountedLong: 'not counted yet',
  partlyCounted: (tokens: number) => (tokens === 0 ? '–' : `${count(tokens)}+`),
  partlyCountedLong: (tokens: number) => (tokens === 0 ? 'not counted yet' : `at least ${count(tokens)} tokens`),
  folds: {
    older: (turns: number) => `${count(turns)} older turns`,
    earlier: (turns: number) => `${count(turns)} turns`,
  },
  nothingSent: 'Nothing is sent yet. What you write, and notes that you add, will be listed here with what they cost.',
  noPlan: 'The context is counted as soon as a model is ready.',
  planSoon: 'The context is counted as soon as the model is free.',
  oldPlan: 'Counted before the model stopped. It will be counted again once a model is ready.',
};
