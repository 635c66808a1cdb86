import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { listCandidates, saveCandidates } from '../repositories/reply-candidates.ts';
import { openStore } from '../core/open.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { listStories } from '../repositories/stories.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps what it holds, and its replies can have candidates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-candidates-'));
  const [story, chapter, turn, generation] = [newId(), newId(), newId(), newId()];
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 4) });
  createOldStory(before.db.sqlite, { id: story, title: 'Old', chapterId: chapter, turnId: turn });
  before.db.sqlite
    .prepare(
      "INSERT INTO generations VALUES (?, ?, ?, 'reply', 0, 0, '{}', 1, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL)",
    )
    .run(generation, chapter, turn);
  before.close();

  const { db, close } = openStore(folder);
  expect(listStories(db).map(({ title }) => title)).toEqual(['Old']);
  expect(listCandidates(db, { turnId: turn })).toEqual([]);
  saveCandidates(db, generation, Uint8Array.of(1, 2, 3));
  const stored = [{ generationId: generation, turnId: turn, offset: 0, record: Buffer.of(1, 2, 3) }];
  expect(listCandidates(db, { turnId: turn })).toEqual(stored);
  expect(listCandidates(db, { generationId: generation })).toEqual(stored);
  close();
  rmSync(folder, { recursive: true });
});
