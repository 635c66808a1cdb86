import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { appendJournal, endedReply, endGeneration } from '../repositories/generation-records.ts';
import { openStore } from '../core/open.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { first } from './0001-first.ts';
import { brokenWeights } from './0002-broken-weights.ts';
import { MIGRATIONS } from './index.ts';

test('replies of before stay; one that was running becomes text of its turn, and what it wrote is known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-ended-'));
  const [story, chapterId, turnId] = [newId(), newId(), newId()];
  const old = openStore(folder, { migrations: [first, brokenWeights] });
  createOldStory(old.db.sqlite, { id: story, title: 'Story', chapterId, turnId });
  const settings = JSON.stringify({ sampling: { seed: 7 } });
  const insert = old.db.sqlite.prepare(
    "INSERT INTO generations VALUES (?, ?, ?, 'continue', 0, 0, ?, 7, NULL, NULL, NULL, ?, 1, ?)",
  );
  insert.run('ended', chapterId, turnId, settings, 'end', 2);
  insert.run('running', chapterId, turnId, settings, null, null);
  appendJournal(old.db, 'running', 1, 'It opened.');
  old.close();

  const { db, recovered, close } = openStore(folder, { migrations: MIGRATIONS });
  expect(recovered.map(({ generationId, text }) => ({ generationId, text }))).toEqual([
    { generationId: 'running', text: 'It opened.' },
  ]);
  expect(endedReply(db, 'ended')).toBeNull();
  expect(endedReply(db, 'running')).toMatchObject({
    reason: 'error',
    offset: 0,
    text: 'It opened.',
    sampling: { seed: 7 },
  });
  expect(() => endGeneration(db, { generationId: 'ended', reason: 'end', stats: null, candidates: null })).toThrow(
    /already ended/,
  );
  close();
  rmSync(folder, { recursive: true });
});
