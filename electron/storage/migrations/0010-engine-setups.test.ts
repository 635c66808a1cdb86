import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { MIGRATIONS } from './index.ts';

test('replies of the version before say how they were computed, and can be made again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-setups-'));
  const [chapterId, turnId] = [newId(), newId()];
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 10) });
  createOldStory(before.db.sqlite, { id: newId(), title: 'Old', chapterId, turnId });
  const insert = before.db.sqlite.prepare(
    `INSERT INTO generations (id, chapter_id, turn_id, kind, start_offset, span_offset, settings, seed, started_at)
    VALUES (?, ?, ?, 'reply', 0, 0, ?, 1, 1)`,
  );
  const stored = [
    {
      sampling: { seed: 1 },
      format: 'f',
      contextSize: 9,
      promptChunk: 128,
      hardware: { keyCache: 'f16', lookup: true },
    },
    { sampling: { seed: 1 }, format: 'f', contextSize: 9, promptChunk: 64 },
    { sampling: { seed: 1 } },
  ];
  for (const [at, settings] of stored.entries()) insert.run(String(at), chapterId, turnId, JSON.stringify(settings));
  before.close();

  const { db, close } = openStore(folder);
  const kept = db.sqlite.prepare('SELECT settings FROM generations ORDER BY id').pluck().all() as string[];
  const common = { sampling: { seed: 1 }, format: 'f', contextSize: 9 };
  expect(kept.map((settings) => JSON.parse(settings) as unknown)).toEqual([
    { ...common, setup: { promptChunk: 128, hardware: { keyCache: 'f16', lookup: true } } },
    { ...common, setup: { promptChunk: 64, hardware: null } },
    { sampling: { seed: 1 } },
  ]);
  close();
  rmSync(folder, { recursive: true });
});
