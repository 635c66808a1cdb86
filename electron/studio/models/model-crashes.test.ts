import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../storage/core/open.ts';
import { fault } from '../../../shared/faults/failure.ts';
import { createCrashes } from './model-crashes.ts';

const model = { id: 'm', bytes: 1, modifiedAt: 1 };
const crash = fault('CRASH', { killed: false });

test('a store that takes no settings any more, or tells none, ends neither the studio nor a reply', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-crashes-'));
  const { db, close } = openStore(folder);
  const crashes = createCrashes(db);
  crashes.died(model, crash);
  crashes.died(model, crash);
  expect(crashes.fault(model)?.code).toBe('ASIDE');
  for (const change of ['INSERT', 'DELETE'])
    db.sqlite.exec(
      `CREATE TEMP TRIGGER full_${change} BEFORE ${change} ON settings BEGIN SELECT RAISE(ABORT, 'full'); END`,
    );
  crashes.forget(model);
  crashes.died(model, crash);
  expect(crashes.fault(model)?.code).toBe('ASIDE');
  db.sqlite.exec('DROP TABLE settings');
  crashes.forget(model);
  crashes.died(model, crash);
  close();
  rmSync(folder, { recursive: true });
});

test('an end under a grammar is no strike against the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-crashes-'));
  const { db, close } = openStore(folder);
  const crashes = createCrashes(db);
  for (let n = 0; n < 3; n++) crashes.died(model, fault('GRAMMAR_CRASH', {}));
  expect(crashes.fault(model)).toBeNull();
  close();
  rmSync(folder, { recursive: true });
});
