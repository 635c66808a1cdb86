import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { listFoundModels, rememberFoundModels } from '../repositories/found-models.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { listStories } from '../repositories/stories.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps its stories, and remembers which model files were found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-found-'));
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 7) });
  createOldStory(before.db.sqlite, { id: newId(), title: 'Old', chapterId: newId(), turnId: newId() });
  before.close();

  const { db, close } = openStore(folder);
  expect(listStories(db).map(({ title }) => title)).toEqual(['Old']);
  expect(listFoundModels(db)).toEqual([]);
  const file = (name: string) => ({ id: name, path: `/models/${name}.gguf`, name, bytes: 7, modifiedAt: 1 });
  rememberFoundModels(db, [file('tale'), file('ode')]);
  expect(listFoundModels(db).map(({ name }) => name)).toEqual(['ode', 'tale']);
  rememberFoundModels(db, [file('tale')]);
  expect(listFoundModels(db)).toEqual([file('tale')]);
  close();
  rmSync(folder, { recursive: true });
});
