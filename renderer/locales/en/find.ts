import { count } from '../../lib/numbers.ts';

/** Find and replace on the page. */
export const find = {
  bar: 'Find and replace',
  query: 'Find in chapter',
  replacement: 'Replace with',
  matches: 'Matches',
  matchCase: 'Match case',
  wholeWord: 'Whole words',
  isRegex: 'Regular expression',
  limit: 'Only in what is selected',
  next: 'Next match',
  previous: 'Previous match',
  showReplace: 'Show or hide Replace',
  replace: 'Replace',
  replaceAll: 'Replace all',
  close: 'Close',
  none: 'None',
  of: (number: number, all: number) => `${count(number)} of ${count(all)}`,
  found: (all: number) => `${count(all)} found`,
  replaced: (all: number) => `${count(all)} replaced`,
  searching: 'Searching…',
  invalid: (why: string) => `Not a valid regular expression: ${why}.`,
  keepsChanging: 'Nothing was replaced: the text kept changing meanwhile. Try again when it rests.',
  tooSlow: 'This expression takes too long on this chapter, so it was stopped. Make it more exact.',
  notSearched: 'The chapter could not be searched. Reload the page to try again.',
};
