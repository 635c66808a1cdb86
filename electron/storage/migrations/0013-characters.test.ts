import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { checkStore } from '../integrity/check.ts';
import { listCharacters } from '../repositories/character-records.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps its stories, and has no characters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-characters-'));
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 13) });
  createStory(before.db, { id: newId(), title: 'Harbour', chapterId: newId(), turnId: newId() });
  before.close();

  const { db, close } = openStore(folder);
  expect(listStories(db)).toMatchObject([{ title: 'Harbour' }]);
  expect(listCharacters(db, { kind: 'character' })).toEqual({ total: 0, items: [] });
  close();
  expect(checkStore(folder)).toEqual({ ok: true, problems: [], notes: [] });
  rmSync(folder, { recursive: true });
});
