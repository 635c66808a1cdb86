import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { endedReply, replyById } from '../repositories/generation-records.ts';
import { openStore } from '../core/open.ts';
import { removedItems } from '../repositories/removed.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { readTree } from '../repositories/turns.ts';
import { MIGRATIONS } from './index.ts';

test('replies of before are known, asked by nobody; the turn of one that was running stays, though it is empty', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-asked-'));
  const [story, chapterId, turnId, generation] = [newId(), newId(), newId(), newId()];
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 5) });
  createOldStory(before.db.sqlite, { id: story, title: 'Old', chapterId, turnId });
  const settings = JSON.stringify({ sampling: { seed: 7 } });
  before.db.sqlite
    .prepare(
      "INSERT INTO generations VALUES (?, ?, ?, 'reply', 0, 0, ?, 7, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL)",
    )
    .run(generation, chapterId, turnId, settings);
  before.close();

  const { db, recovered, close } = openStore(folder);
  expect(recovered).toMatchObject([{ generationId: generation, text: '' }]);
  expect(replyById(db, generation)).toEqual({ chapterId, asked: null });
  expect(replyById(db, newId())).toBeNull();
  expect(endedReply(db, generation)).toMatchObject({ reason: 'error', text: '', undone: null });
  expect(readTree(db, chapterId, { texts: 'path' }).turns.get(turnId)).toMatchObject({ tombstone: null, text: '' });
  expect(removedItems(db)).toEqual([]);
  close();
  rmSync(folder, { recursive: true });
});
