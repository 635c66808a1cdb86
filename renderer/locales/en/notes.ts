import { count } from '../../lib/numbers.ts';

/** What a story tells its model beside its turns. */
export const notes = {
  title: 'Notes',
  short: { memory: 'memory', authorsNote: 'author’s note', postHistory: 'last word' },
  fields: {
    memory: {
      label: 'Memory',
      placeholder: 'What must never be forgotten: who, where, what has happened.',
      stands: 'Stands at the beginning of every prompt.',
    },
    authorsNote: {
      label: 'Author’s note',
      placeholder: 'A nudge near the end: tone, pace, what should happen next.',
      stands: '',
    },
    postHistory: {
      label: 'Post-history instructions',
      placeholder: 'The last word before the reply: how long, in whose voice.',
      stands: 'Stands behind the last turn, right before the reply.',
    },
  },
  standsAt: (depth: number): string =>
    depth === 0
      ? 'Stands behind the last turn.'
      : depth === 1
        ? 'Stands in front of the last turn.'
        : `Stands in front of the last ${count(depth)} turns.`,
  states: { saving: 'Saving…', notSaved: 'Not saved' },
  sends: 'when it is sent',
  sendsNames: { always: 'With every reply', once: 'With the next reply', never: 'Not sent' },
  role: 'whose words',
  roles: { system: 'As a note', user: 'As you', model: 'As the story' },
  depth: 'Depth',
  depthHint: 'How many turns of the end stand behind it.',
  sent: 'It was sent. Other replies do without it.',
  sendAgain: 'Send it again',
  emptied: '(empty)',
  keepMine: 'Keep mine',
  takeTheirs: 'Take the other',
  chosen: { mine: 'Your text of the note is kept.', theirs: 'The other text of the note is taken.' },
};
