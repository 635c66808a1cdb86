import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { NoteContent } from '../../../shared/contract/notes.ts';
import { newId } from '../../../shared/document/ids.ts';
import { putStory, readStory } from '../backups/take-story.ts';
import { openStore, type Store } from '../core/open.ts';
import { checkStore } from '../integrity/check.ts';
import { listNotes, markSent, notesFor, setNote } from './note-records.ts';
import { createStory, removeStory } from './stories.ts';

const content = (text: string, more: Partial<NoteContent> = {}): NoteContent => ({
  text,
  depth: 4,
  role: 'system',
  sends: 'always',
  ...more,
});

function storeWithStory(): { folder: string; store: Store; storyId: string } {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-notes-'));
  const store = openStore(folder);
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  const storyId = newId();
  createStory(store.db, { id: storyId, title: 'Tale', chapterId: newId(), turnId: newId() });
  return { folder, store, storyId };
}

test('a story has three notes, empty at first, and keeps what is written into each', () => {
  const { store, storyId } = storeWithStory();
  expect(listNotes(store.db, storyId).map(({ kind, text, version }) => [kind, text, version])).toEqual([
    ['memory', '', 0],
    ['authorsNote', '', 0],
    ['postHistory', '', 0],
  ]);
  setNote(store.db, storyId, 'authorsNote', content('Slowly.', { depth: 2, role: 'user' }), 0);
  expect(listNotes(store.db, storyId)[1]).toEqual({
    kind: 'authorsNote',
    ...content('Slowly.', { depth: 2, role: 'user' }),
    isSent: false,
    version: 1,
  });
});

test('what somebody else wrote is not overwritten; the same words again are no change', () => {
  const { store, storyId } = storeWithStory();
  setNote(store.db, storyId, 'memory', content('Mine.'), 0);
  // The answer was lost and it is sent again.
  expect(setNote(store.db, storyId, 'memory', content('Mine.'), 0).version).toBe(1);
  expect(() => setNote(store.db, storyId, 'memory', content('Theirs.'), 0)).toThrow(
    expect.objectContaining({ fault: { code: 'NOTE_CHANGED', params: {} } }),
  );
  expect(listNotes(store.db, storyId)[0]?.text).toBe('Mine.');
});

test('one that is sent once goes with one reply, and with others in its place, until it is written anew', () => {
  const { store, storyId } = storeWithStory();
  const once = setNote(store.db, storyId, 'authorsNote', content('A knock.', { sends: 'once' }), 0);
  const sentTo = (place: string): string[] => notesFor(store.db, storyId, place).map(({ text }) => text);
  expect(sentTo('after a')).toEqual(['A knock.']);
  markSent(store.db, storyId, 'after a', [once]);
  expect([sentTo('after a'), sentTo('after b')]).toEqual([['A knock.'], []]);
  expect(listNotes(store.db, storyId)[1]?.isSent).toBe(true);

  const again = setNote(store.db, storyId, 'authorsNote', content('A knock.', { sends: 'once' }), 1);
  expect([again.isSent, sentTo('after b')]).toEqual([false, ['A knock.']]);
  setNote(store.db, storyId, 'authorsNote', content('Two knocks.', { sends: 'once' }), 2);
  // What was planned before the new words were there did not send them.
  markSent(store.db, storyId, 'after b', [again]);
  expect(sentTo('after c')).toEqual(['Two knocks.']);
});

test('what is switched off or empty is not sent, and stays', () => {
  const { store, storyId } = storeWithStory();
  setNote(store.db, storyId, 'memory', content('Off.', { sends: 'never' }), 0);
  setNote(store.db, storyId, 'postHistory', content(' \n'), 0);
  expect(notesFor(store.db, storyId, 'after a')).toEqual([]);
  expect(listNotes(store.db, storyId)[0]?.text).toBe('Off.');
});

test('a deleted story takes none', () => {
  const { store, storyId } = storeWithStory();
  removeStory(store.db, storyId);
  expect(() => setNote(store.db, storyId, 'memory', content('Late.'), 0)).toThrow(
    expect.objectContaining({ fault: { code: 'STORY_DELETED', params: {} } }),
  );
});

test('a story that is taken out of a backup brings them', () => {
  const { store, storyId } = storeWithStory();
  setNote(store.db, storyId, 'memory', content('Kept.'), 0);
  const other = putStory(store.db, readStory(store.db, storyId), 1);
  expect(other).not.toBe(storyId);
  expect(listNotes(store.db, other)[0]?.text).toBe('Kept.');
  setNote(store.db, other, 'memory', content('Another.'), 1);
  expect(listNotes(store.db, storyId)[0]?.text).toBe('Kept.');
});

test('a byte of one that changes on the disk is found', () => {
  const { folder, store, storyId } = storeWithStory();
  setNote(store.db, storyId, 'memory', content('Unmistakable words.'), 0);
  store.db.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  expect(checkStore(folder)).toMatchObject({ ok: true });
  const copy = mkdtempSync(join(tmpdir(), 'paphos-notes-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  const bytes = readFileSync(join(folder, 'store.db'));
  bytes[bytes.indexOf('Unmistakable')] = 'O'.charCodeAt(0);
  writeFileSync(join(copy, 'store.db'), bytes);
  expect(checkStore(copy).problems.map(({ fault }) => fault.code)).toEqual(['CHECK_NOTE']);
});
