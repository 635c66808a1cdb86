import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { checkFile } from '../integrity/check.ts';
import { listNotes, setNote } from '../repositories/note-records.ts';
import { createStory } from '../repositories/stories.ts';
import { MIGRATIONS } from './index.ts';

test('a story of before has empty notes and takes words; a store that was not opened since is as whole as it was', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-story-notes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const storyId = newId();
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 14) });
  createStory(before.db, { id: storyId, title: 'Old', chapterId: newId(), turnId: newId() });
  before.close();
  expect(checkFile(join(folder, 'store.db'))).toEqual([]);

  const { db, close } = openStore(folder);
  expect(listNotes(db, storyId).map(({ text }) => text)).toEqual(['', '', '']);
  setNote(db, storyId, 'memory', { text: 'New.', depth: 4, role: 'system', sends: 'always' }, 0);
  expect(listNotes(db, storyId)[0]?.text).toBe('New.');
  close();
});
