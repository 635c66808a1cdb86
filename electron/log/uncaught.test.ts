import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-uncaught-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A program that is to survive `act`. */
function write(act: string): string {
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { openLog } from ${url('log.ts')};
    import { guarded } from ${url('guarded.ts')};
    import { surviveUncaught } from ${url('uncaught.ts')};
    import { openStore } from ${url('../storage/core/open.ts')};
    import { abandonTransaction, transaction } from ${url('../storage/core/handle.ts')};
    const data = ${JSON.stringify(folder)};
    const log = openLog(data);
    const goOut = () => { throw new TypeError('The lamp went out.'); };
    ${act}`,
  );
  return program;
}

function run(act: string): { status: number | null; said: string; log: string } {
  const { status, stdout } = spawnSync(process.execPath, [write(act)], { encoding: 'utf8' });
  return { status, said: stdout, log: readFileSync(join(folder, 'paphos.log'), 'utf8') };
}

test.each([
  ['uncaughtException', 'setTimeout(goOut);'],
  ['unhandledRejection', 'void (async () => goOut())();'],
  ['caught', 'setTimeout(guarded(goOut));'],
])('%s: it is in the log and told, without its words, and the process goes on', (origin, act) => {
  const { status, said, log } = run(
    `surviveUncaught(log, () => undefined, (error) => console.log('told', error.name));
    ${act}
    setTimeout(() => console.log('goes on'), 20);`,
  );
  expect(said).toBe('told TypeError\ngoes on\n');
  expect(status).toBe(0);
  expect(log).toMatch(new RegExp(`error process\\.${origin} .*TypeError.*program\\.mjs`));
  expect(log).not.toContain('lamp');
});

test('a transaction that was broken off is taken back before anything else is stored', () => {
  const { said } = run(
    `const { db, close } = openStore(data);
    surviveUncaught(log, () => abandonTransaction(db), () => undefined);
    const put = (key) => db.sqlite.prepare("INSERT INTO settings (scope, key, value) VALUES ('x', ?, '1')").run(key);
    setTimeout(() => { db.sqlite.exec('BEGIN IMMEDIATE'); put('half'); goOut(); });
    setTimeout(() => {
      transaction(db, () => put('whole'));
      console.log(db.sqlite.prepare("SELECT key FROM settings WHERE scope = 'x'").pluck().all().join());
      close();
    }, 20);`,
  );
  expect(said).toBe('whole\n');
});

test('where nobody reads what is said any more, what is said there is no error', async () => {
  const program = write(
    `surviveUncaught(log, () => undefined, () => undefined);
    for (let n = 0; n < 9; n += 1) setImmediate(guarded(goOut));
    setTimeout(() => process.exit(0), 100);`,
  );
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.destroy();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(readFileSync(join(folder, 'paphos.log'), 'utf8').trimEnd().split('\n')).toHaveLength(9);
});

test('where even that fails nothing is known, and the process ends', () => {
  const { status, said, log } = run(
    `surviveUncaught(log, goOut, () => undefined);
    setTimeout(goOut);
    setTimeout(() => console.log('goes on'), 20);`,
  );
  expect([status, said]).toEqual([1, '']);
  expect(log).toContain('process.unsafe');
});
