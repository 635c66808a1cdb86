import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { applyChange } from '../repositories/changes.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { listStories } from '../repositories/stories.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps its stories, and a change that it took is still known by its id', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-bound-'));
  const [changeId, chapterId, turnId] = [newId(), newId(), newId()];
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 8) });
  createOldStory(before.db.sqlite, { id: newId(), title: 'Old', chapterId, turnId });
  const ack = { structureRev: 1, versions: { [turnId]: 2 } };
  before.db.sqlite.prepare('INSERT INTO changes (change_id, ack) VALUES (?, ?)').run(changeId, JSON.stringify(ack));
  before.close();

  const { db, close } = openStore(folder);
  expect(listStories(db).map(({ title }) => title)).toEqual(['Old']);
  const op = { op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'Typed.' } as const;
  expect(applyChange(db, { changeId, chapterId, structureRev: 1, ops: [op] })).toEqual(ack);
  close();
  rmSync(folder, { recursive: true });
});
