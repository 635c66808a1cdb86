import type { CheckFaults, TurnProblem } from '../catalogue.ts';
import { count } from './numbers.ts';
import type { Sentences } from './sentences.ts';

function wrong(problem: TurnProblem): string {
  switch (problem.of) {
    case 'row':
      return 'its role, speaker or place has changed on disk';
    case 'history':
      return `its history has ${count(problem.found)} of ${count(problem.expected)} entries`;
    case 'length':
      return `its text has ${count(problem.found)} characters instead of ${count(problem.expected)}`;
    case 'entry':
      return `entry ${problem.seq} of its history, of ${problem.at}, has changed on disk`;
    case 'edit':
      return 'an edit that was saved last has changed on disk';
    case 'next':
      return 'it goes on with a turn that does not follow it';
    case 'parent':
      return 'it follows a turn that is not in this chapter';
    case 'unreadable':
      return `it cannot be read (${problem.why})`;
  }
}

export const check = {
  CHECK_NO_STORE: ({ folder }) =>
    `There is no library in ${folder}. If stories should be here, look for another data folder before anything is ` +
    'written.',
  CHECK_LOG: () =>
    'The newest changes, which were not yet in the main file, are damaged: some of what was written last cannot be ' +
    'read. Everything before them is checked below.',
  CHECK_UNFINISHED: () =>
    'The last write was not finished when Paphos or the computer stopped. Nothing acknowledged is missing.',
  CHECK_UNREADABLE: ({ why }) => `A part of the library cannot be read (${why}).`,
  CHECK_STRUCTURE: ({ finding }) => `SQLite finds its own structure damaged (${finding}).`,
  CHECK_ORPHAN: ({ table, parent }) => `A row of ${table} belongs to something in ${parent} that is not there.`,
  CHECK_STORY: ({ title }) =>
    `The story “${title}” is not as it was saved: its title or whether it was deleted has changed on disk.`,
  CHECK_CHAPTER: ({ title }) =>
    `The chapter “${title}” is not as it was saved: its title or its place has changed on disk.`,
  CHECK_CHARACTER: ({ name }) =>
    `The character “${name}” is not as it was saved: something in its row has changed on disk.`,
  CHECK_ASSET: ({ problem }) =>
    problem === 'missing'
      ? 'The file of a character’s picture or card is missing.'
      : 'The file of a character’s picture or card is not as it was saved.',
  CHECK_BEGINNING: ({ title }) => `The chapter “${title}” begins with a turn that is not in it.`,
  CHECK_TURN: ({ turn, chapter, problem }) => `Turn ${turn} of “${chapter}” is not as it was saved: ${wrong(problem)}.`,
  CHECK_REPLY: () => 'A reply that was being written is not as it was saved.',
  CHECK_CANDIDATES: () =>
    'The other words that were recorded with a reply are not as they were saved, so they are not shown. Its text is ' +
    'not affected.',
  CHECK_NOTE: () => 'A note of a story (memory, author’s note or post-history instructions) is not as it was saved.',
  CHECK_WORDS: ({ title }) =>
    `The number of words of “${title}” was not right. No text is affected; a check in Paphos, or "paphos repair", ` +
    'counts them anew.',
  CHECK_JOB: () => 'An entry in the list of long work cannot be read any more, so it is left out there.',
  CHECK_SETTING: ({ key }) => `The setting ${key} cannot be read any more; it goes back to its default.`,
} satisfies Sentences<CheckFaults>;
