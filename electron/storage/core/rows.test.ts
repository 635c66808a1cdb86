import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { createStory } from '../repositories/stories.ts';
import { openStore } from './open.ts';
import { findTurn, needChapter, needStory, saveChapter, saveStory, saveTurn } from './rows.ts';

test('a row that is not there is not taken for saved', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-rows-'));
  const { db, close } = openStore(folder);
  const [story, chapter, turn] = [newId(), newId(), newId()];
  createStory(db, { id: story, title: 'Story', chapterId: chapter, turnId: turn });
  const row = findTurn(db, turn) ?? expect.fail('there is no turn');
  saveTurn(db, row, { version: 2 });
  const gone = { id: newId() };
  for (const save of [
    () => saveTurn(db, { ...row, ...gone }, { version: 3 }),
    () => saveChapter(db, { ...needChapter(db, chapter), ...gone }, { title: 'Another' }),
    () => saveStory(db, { ...needStory(db, story), ...gone }, { title: 'Another' }),
  ])
    expect(save).toThrow(/0 rows were changed where one was meant/);
  close();
  rmSync(folder, { recursive: true });
});
