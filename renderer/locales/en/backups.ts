import type { Backup, BackupReason, LibrarySize } from '../../../shared/contract/backups.ts';
import { count, fileSize } from '../../lib/numbers.ts';

const percent = (said: string, share: number | null): string =>
  share === null ? `${said}…` : `${said} ${count(Math.floor(100 * share))}%`;

const many = (value: number, one: string, more: string): string => `${count(value)} ${value === 1 ? one : more}`;

/** Copies of the library. */
export const backups = {
  title: 'Backups',
  intro:
    'Made after every half hour of work, when you quit, and before anything large. Each is opened and checked once it is written. Where that takes more than a few seconds, quitting does not wait: the backup is made after the next start, as it is of whatever else no backup holds yet.',
  none: 'No backups yet. The first is made after half an hour of work, or now if you like.',
  list: 'Backups',
  when: 'When',
  why: 'Why',
  chapters: 'Chapters',
  size: 'Size',
  state: 'State',
  reasons: {
    work: 'half-hour',
    start: 'after a start',
    quit: 'on quit',
    asked: 'by you',
    update: 'before an update',
    restore: 'before a restore',
    repair: 'before a repair',
  } satisfies Record<BackupReason, string>,
  states: {
    verified: 'verified',
    damaged: 'damaged',
    changed: 'changed since',
    unknown: 'not checked',
  } satisfies Record<Backup['state'], string>,
  stateHints: {
    verified: 'Opened after it was written, and every turn compared with its hash.',
    damaged: 'Something in it is not as it was saved. Whole stories can still be taken out of it.',
    changed: 'The file is not the one that was checked.',
    unknown: 'Made by an older version of Paphos, which kept no record of it.',
  } satisfies Record<Backup['state'], string>,
  alsoIn: 'also in the second folder',
  today: (time: string) => `today ${time}`,
  yesterday: (time: string) => `yesterday ${time}`,
  details: 'This backup',
  holds: ({ stories, chapters, turns }: LibrarySize) =>
    [many(stories, 'story', 'stories'), many(chapters, 'chapter', 'chapters'), many(turns, 'turn', 'turns')].join(', '),
  inAll: (bytes: number) => `${fileSize(bytes)} in all`,
  make: 'Back up now',
  making: (share: number | null) => percent('Making a backup', share),
  look: 'Look inside',
  back: (to: string) => `‹ ${to}`,
  stories: 'Stories in this backup',
  noStories: 'There are no stories in it.',
  story: ({ chapters, turns }: { readonly chapters: number; readonly turns: number }) =>
    `${many(chapters, 'chapter', 'chapters')}, ${many(turns, 'turn', 'turns')}`,
  read: 'Read',
  readOnly: (title: string) => `“${title}” as it was`,
  take: 'Take out',
  takeHint: (isHere: boolean) =>
    isHere ? 'It is put beside the one that you have now.' : 'It is put back into your library.',
  actionOn: (action: string, title: string) => `${action}: ${title}`,
  taken: (title: string) => `“${title}” is in your library.`,
  open: 'Open',
  restore: 'Restore the whole library…',
  restoreSure: (when: string) => `Put the library of “${when}” in place of what you have now?`,
  restoreKept: 'What you have now is kept as a backup first.',
  restoreNow: 'Restore',
  restoring: (share: number | null) => percent('Restoring', share),
  restored:
    'The library was restored from a backup. This page still shows what was there before, and some of it is not saved.',
  reload: 'Load the library',
  checked: (when: string, problems: number) =>
    problems === 0
      ? `Checked ${when}: everything is whole.`
      : `Checked ${when}: ${many(problems, 'problem', 'problems')}.`,
  notChecked: 'The library has not been checked yet. It is checked weekly.',
  check: 'Check the library',
  checking: (share: number | null) => percent('Checking', share),
  findings: 'What is damaged',
  place: 'Kept in',
  second: 'Second folder',
  secondHint: 'A folder on another drive. Every backup is copied there as well.',
  noSecond: 'none',
  limit: 'Size limit',
  limits: { '1000000000': '1 GB', '5000000000': '5 GB', '20000000000': '20 GB', '100000000000': '100 GB' },
  save: 'Use this folder',
  noneFolder: 'Use no second folder',
};
