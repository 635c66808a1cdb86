import { expect, test } from 'vitest';
import type { Connection } from '../../lib/client.ts';
import { connectionSentence, readerSentence } from './banner-sentences.ts';
import type { Saving } from './use-saving.ts';

const AT = new Date(2026, 10, 28, 9, 5).getTime();
const CONNECTIONS: Readonly<Record<string, Connection>> = {
  open: { state: 'open', attempts: 0, refused: false },
  connecting: { state: 'connecting', attempts: 0, refused: false },
  'just lost': { state: 'lost', attempts: 1, refused: false },
  away: { state: 'lost', attempts: 2, refused: false },
  gone: { state: 'lost', attempts: 9, refused: false },
  refused: { state: 'lost', attempts: 9, refused: true },
};
const STATES: readonly (Saving['state'] | null)[] = [null, 'saved', 'saving', 'notSaved', 'readingAlong', 'behind'];

const savingOf = (state: Saving['state'] | null): Saving | null =>
  state === null ? null : { state, fault: null, asOf: state === 'behind' ? AT : null };

const ALL = Object.keys(CONNECTIONS).flatMap((name) =>
  [false, true].flatMap((isReader) => STATES.map((state) => ({ name, isReader, state }))),
);

test.for(ALL)('what is told is so: $name, reads: $isReader, $state', ({ name, isReader, state }) => {
  const [connection, saving] = [CONNECTIONS[name], savingOf(state)];
  if (connection === undefined) return expect.fail(name);
  const told = connectionSentence(connection, { isReader, saving });
  if (['open', 'connecting', 'just lost'].includes(name)) return expect(told).toBeNull();
  const promises = /is saved as soon as Paphos answers/.test(told ?? '');
  expect(promises).toBe(!isReader && state !== null && name !== 'refused');
  // A page that holds nothing unsaved does not ask to be kept for that.
  if (state !== 'notSaved') expect(told).not.toMatch(/not saved/);
  else if (isReader || name === 'refused') expect(told).toMatch(/not saved/);
  expect(told?.includes('as it was at 09:05.')).toBe(isReader && state === 'behind' && name !== 'refused');
  expect(told).not.toMatch(/reads along|another tab/i);
  expect(told?.includes('If Paphos was closed')).toBe(name === 'gone');
});

test('a page reads along only while it does', () => {
  const told = STATES.map((state) => readerSentence(savingOf(state)));
  expect(told.filter((one) => one.includes('reads along'))).toEqual([readerSentence(savingOf('readingAlong'))]);
  expect(told.filter((one) => one.includes('not saved'))).toEqual([readerSentence(savingOf('notSaved'))]);
});
