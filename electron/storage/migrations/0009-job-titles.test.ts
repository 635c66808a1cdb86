import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../core/open.ts';
import { listJobs } from '../repositories/job-records.ts';
import { MIGRATIONS } from './index.ts';

test('a store of the version before keeps its jobs, which say in every language what they do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-titles-'));
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 9) });
  before.db.sqlite
    .prepare(
      "INSERT INTO jobs VALUES ('j', 'fingerprint', ?, 'Reading tale to know its file', 'done', NULL, NULL, NULL, NULL, 1, 2)",
    )
    .run(JSON.stringify({ name: 'tale' }));
  before.close();

  const { db, close } = openStore(folder);
  expect(listJobs(db)).toMatchObject([{ id: 'j', title: { code: 'JOB_READS_MODEL', params: { name: 'tale' } } }]);
  close();
  rmSync(folder, { recursive: true });
});
