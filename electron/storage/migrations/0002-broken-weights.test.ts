import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getModel, recordFingerprint, rememberModel } from '../repositories/model-records.ts';
import { openStore } from '../core/open.ts';
import { first } from './0001-first.ts';
import { MIGRATIONS } from './index.ts';

test('a model that was known keeps what was chosen for it, and takes what is found in its file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-broken-'));
  const old = openStore(folder, { migrations: [first] });
  old.db.sqlite
    .prepare("INSERT INTO models VALUES ('m', '/a.gguf', 'a', 10, 20, NULL, 'llama', 2048, 'oasst', 512, 30)")
    .run();
  old.close();
  const { db, close } = openStore(folder, { migrations: MIGRATIONS });
  expect(getModel(db, 'm')).toMatchObject({ chosenFormat: 'oasst', contextSize: 512, sha256: null, broken: null });
  recordFingerprint(db, { id: 'm', bytes: 11, modifiedAt: 20, sha256: 'of another file', broken: null });
  expect(getModel(db, 'm')?.sha256).toBeNull();
  recordFingerprint(db, { id: 'm', bytes: 10, modifiedAt: 20, sha256: 'ab', broken: 'blk.0.ffn_up.weight' });
  const known = getModel(db, 'm');
  expect(known).toMatchObject({ sha256: 'ab', broken: 'blk.0.ffn_up.weight', chosenFormat: 'oasst' });
  if (known) rememberModel(db, { ...known, contextSize: 256 });
  expect(getModel(db, 'm')).toEqual({ ...known, contextSize: 256 });
  close();
  rmSync(folder, { recursive: true });
});
