import { count } from '../../lib/numbers.ts';

/** Words that every feature uses. */
export const common = {
  undo: 'Undo',
  dismiss: 'Dismiss',
  details: 'Details',
  close: 'Close',
  ok: 'OK',
  cancel: 'Cancel',
  reload: 'Reload',
  failed: 'This part of the window failed. Everything that was saved is safe; reload the window to go on.',
  title: 'Title',
  numberField: 'Number field',
  tokens: (tokens: number) => `${count(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`,
  words: (number: number) => `${count(number)} ${number === 1 ? 'word' : 'words'}`,
};
