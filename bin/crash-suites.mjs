// What a kill, a power cut, a full disk and a damaged one leave of a library: `npm run crash`, or some suites by name.
// With --nightly at their full sizes; with --shard 2/4 the second quarter of those, with a seed of its own.
import { parseArgs } from 'node:util';
import { runNamed } from './named-suites.mjs';

const SUITES = {
  kills: ['unit', 'electron/storage/core/kill.test.ts'],
  'power-cuts': ['integration', 'tests/crash/power-cut.test.ts'],
  migrations: ['unit', 'electron/storage/migrations/kill.test.ts'],
  backups: ['unit', 'electron/storage/backups/backups.test.ts'],
  'full-disk': ['unit', 'electron/storage/core/full-disk.test.ts'],
  'failing-disk': ['integration', 'tests/crash/failing-disk.test.ts'],
  damage: ['unit', 'electron/storage/integrity/damage.test.ts'],
  repair: ['unit', 'electron/storage/repair/repair.test.ts'],
  'large-library': ['integration', 'tests/crash/large-library.test.ts'],
  characters: ['integration', 'tests/crash/characters.test.ts'],
  server: ['integration', 'tests/crash/server.test.ts'],
  'whole-app': ['browser', 'tests/browser/faults.spec.ts'],
};

const { values, positionals } = parseArgs({
  options: { nightly: { type: 'boolean' }, shard: { type: 'string' } },
  allowPositionals: true,
});
if (values.nightly) process.env.PAPHOS_DEEP = '1';
if (values.shard !== undefined) process.env.PAPHOS_SHARD = values.shard;
runNamed(SUITES, positionals);
