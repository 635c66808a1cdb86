import { count } from '../../lib/numbers.ts';

/** The settings of the program. */
export const settings = {
  library: 'Library',
  title: 'Settings',
  theme: 'Theme',
  themes: { system: 'System', paper: 'Paper', sepia: 'Sepia', ink: 'Ink', contrast: 'High contrast' },
  rest: 'Memory',
  restNever: 'Keep the model loaded',
  restAfter: (minutes: number) =>
    minutes < 60
      ? `Unload it when unused for ${count(minutes)} minutes`
      : `Unload it when unused for ${count(minutes / 60)} ${minutes === 60 ? 'hour' : 'hours'}`,
  restHint: 'That frees its memory for other programs. The next Reply loads it again by itself.',
  page: 'Page',
  showMarks: 'Show marks',
  showMarksHint:
    'The lines that say whose turn begins, such as <|user|>, stand on the page as text that you can edit. A name after one is the speaker’s.',
  plainInput: 'Plain text input',
  plainInputHint:
    'For screen readers and input methods (Japanese, Chinese, Vietnamese and others) that do not work well with the page.',
  idle: 'Idle time',
  prepareReplies: 'Write ahead for the options',
  prepareRepliesHint:
    'While you read a reply that ends in things to do, answers to the first three are written ahead, in memory only. Send one of them as it stands and its answer is there at once. It keeps the processor busy, so it is off by default.',
};
