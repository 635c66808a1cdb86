import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Backup } from '../../shared/contract/backups.ts';
import { isEnded } from '../../shared/contract/jobs.ts';
import { newId } from '../../shared/document/ids.ts';
import { checkStore } from '../../electron/storage/integrity/check.ts';
import {
  connect,
  ROOT,
  serve,
  temporaryFolder,
  type Connection,
  type Server,
  type StudioClient,
} from '../helpers/server.ts';

let data = '';
let server: Server;
let connection: Connection;
let client: StudioClient;

beforeEach(async () => {
  data = temporaryFolder('backups');
  server = await serve({ data });
  connection = await connect(server);
  ({ client } = connection);
});
afterEach(async () => {
  connection.close();
  await server.stop();
  rmSync(data, { recursive: true });
});

const paphos = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'electron/cli.ts'), ...args, '--data', data], { encoding: 'utf8' });

async function write(text: string): Promise<{ storyId: string; chapterId: string }> {
  const [story] = await client.stories.list();
  const storyId = story?.id ?? '';
  const [chapter] = await client.chapters.list({ storyId });
  const chapterId = chapter?.id ?? '';
  const { turns, structureRev } = await client.chapters.open({ id: chapterId });
  const hold = await client.writing.hold({ storyId });
  await hold.next();
  const [turn] = turns;
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [{ op: 'setText', turnId: turn?.id ?? '', version: turn?.version ?? 1, at: 0, del: 0, ins: text }],
  });
  return { storyId, chapterId };
}

async function made(): Promise<Backup> {
  const before = (await client.backups.list()).backups.length;
  await client.jobs.forget({ id: null });
  await client.backups.make();
  const signal = AbortSignal.timeout(30_000);
  for await (const jobs of await client.jobs.watch(undefined, { signal }))
    if (jobs.some((job) => job.kind === 'backup' && isEnded(job))) break;
  const { backups } = await client.backups.list();
  expect(backups).toHaveLength(before + 1);
  return backups[0] ?? expect.fail('there is no backup');
}

const textOf = async (chapterId: string): Promise<string> =>
  (await client.chapters.open({ id: chapterId })).turns.map(({ text }) => text ?? '').join('\n');

test('a backup is made, read, and put in place of the library, which is kept; a page hears of it', async () => {
  const { storyId, chapterId } = await write('Before the storm. ');
  const backup = await made();
  expect(backup).toMatchObject({ reason: 'asked', state: 'verified', size: { stories: 1 } });
  expect(await client.backups.look({ name: backup.name })).toMatchObject([{ id: storyId, isHere: true }]);
  const [chapter] = await client.backups.read({ name: backup.name, storyId });
  expect(chapter?.paragraphs.join(' ')).toContain('Before the storm.');

  await write('After it. ');
  const heard = await client.backups.restored();
  expect((await heard.next()).value).toBe(0);
  await client.backups.restore({ name: backup.name });
  expect((await heard.next()).value).toBe(1);
  expect(await textOf(chapterId)).not.toContain('After it.');
  await write('A new day. ');
  expect(await textOf(chapterId)).toContain('A new day.');

  const { backups } = await client.backups.list();
  expect(backups.map(({ reason }) => reason)).toEqual(['restore', 'asked']);
  const kept = backups[0]?.name ?? '';
  expect((await client.backups.read({ name: kept, storyId }))[0]?.paragraphs.join(' ')).toContain('After it.');
  const taken = await client.backups.take({ name: kept, storyId });
  expect(taken.storyId).not.toBe(storyId);
  expect((await client.stories.list()).map(({ id }) => id)).toContain(taken.storyId);
}, 60_000);

test('a second place gets each backup; one that cannot be written is told, and costs none', async () => {
  const second = join(temporaryFolder('drive'), 'stick');
  await client.backups.set({ limitBytes: 5e9, secondPlace: second });
  const first = await made();
  expect(first.inSecondPlace).toBe(true);
  expect(readdirSync(second).filter((name) => name.endsWith('.db'))).toEqual([first.name]);

  const refused = async (secondPlace: string): Promise<string> =>
    client.backups.set({ limitBytes: 5e9, secondPlace }).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );
  writeFileSync(join(data, 'no-folder'), '');
  for (const wrong of ['rel/ative', data, join(data, 'backups')])
    expect(await refused(wrong)).toBe('SECOND_PLACE_WRONG');
  for (const away of ['/proc/nope', join(second, 'a/b'), `/${'a'.repeat(300)}`, '/a\0b'])
    expect(await refused(away)).toBe('SECOND_PLACE_AWAY');
  expect((await client.backups.list()).settings.secondPlace).toBe(second);

  rmSync(second, { recursive: true });
  expect(await client.backups.list()).toMatchObject({
    secondFault: { code: 'SECOND_PLACE_AWAY' },
    backups: [{ name: first.name, inSecondPlace: false }],
  });
  await write('More. ');
  await made();
  expect(existsSync(second)).toBe(false);
  const listed = await (await client.jobs.watch()).next();
  const jobs = listed.done === true ? [] : listed.value;
  expect(jobs.find(({ kind }) => kind === 'backup')).toMatchObject({
    state: 'failed',
    fault: { code: 'BACKUP_NO_SECOND' },
  });
}, 60_000);

test('paphos backup beside the studio, paphos restore when it has ended; a store that is damaged is kept', async () => {
  const { chapterId } = await write('On the command line. ');
  const made = paphos('backup');
  expect([made.status, made.stderr]).toEqual([0, '']);
  const [{ name } = { name: '' }] = (await client.backups.list()).backups;
  expect(made.stdout).toBe(`${join(data, 'backups', name)}\n`);
  const refused = paphos('restore', name);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('Another Paphos is using')]);

  connection.close();
  await server.stop();
  const file = join(data, 'store.db');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0x2e, 8192, bytes.length - 4096));
  expect(paphos('restore').stderr).toContain(name);
  const restored = paphos('restore', name);
  expect([restored.status, restored.stdout]).toEqual([0, expect.stringMatching(/kept as .*store-replaced-/)]);
  expect(checkStore(data).problems).toEqual([]);
  // Where there is no library any more, nothing is kept.
  const kept = readdirSync(data).filter((entry) => entry.startsWith('store-'));
  rmSync(file);
  const anew = paphos('restore', name);
  expect([anew.status, anew.stdout]).toEqual([0, `The library in ${data} is now that of ${name}.\n`]);
  expect(readdirSync(data).filter((entry) => entry.startsWith('store-'))).toEqual(kept);
  server = await serve({ data });
  connection = await connect(server);
  ({ client } = connection);
  expect(await textOf(chapterId)).toContain('On the command line.');
}, 60_000);

test('a backup is no way out of its folder, and one that is gone is told', async () => {
  mkdirSync(join(data, 'backups'), { recursive: true });
  for (const name of ['../store.db', '/etc/passwd', 'a/b.db', 'none'])
    await expect(client.backups.look({ name })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(client.backups.look({ name: 'gone.db' })).rejects.toMatchObject({ code: 'BACKUP_GONE' });
  writeFileSync(join(data, 'backups/junk.db'), `SQLite format 3\0${'x'.repeat(9000)}`);
  const unread = { name: 'junk.db', storyId: newId() };
  const { look, read, take } = client.backups;
  for (const answer of [() => look(unread), () => read(unread), () => take(unread)])
    await expect(answer()).rejects.toMatchObject({ code: 'BACKUP_UNREADABLE' });
  // Opening a pipe waits for whoever writes into it.
  if (process.platform === 'win32') return;
  spawnSync('mkfifo', [join(data, 'backups/pipe.db')]);
  await expect(client.backups.look({ name: 'pipe.db' })).rejects.toMatchObject({ code: 'BACKUP_GONE' });
}, 60_000);
