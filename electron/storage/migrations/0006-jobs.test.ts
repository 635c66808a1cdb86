import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { addJob, listJobs } from '../repositories/job-records.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { listStories } from '../repositories/stories.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps its stories, and jobs can be written down', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-jobs-'));
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 6) });
  createOldStory(before.db.sqlite, { id: newId(), title: 'Old', chapterId: newId(), turnId: newId() });
  before.close();

  const { db, close } = openStore(folder);
  expect(listStories(db).map(({ title }) => title)).toEqual(['Old']);
  expect(listJobs(db)).toEqual([]);
  const job = addJob(db, {
    id: newId(),
    kind: 'count',
    params: { to: 3 },
    title: { code: 'JOB_READS_MODEL', params: { name: 'tale' } },
  });
  expect(listJobs(db)).toEqual([job]);
  expect(job).toMatchObject({ state: 'waiting', params: { to: 3 }, progress: null, checkpoint: null, fault: null });
  close();
  rmSync(folder, { recursive: true });
});
