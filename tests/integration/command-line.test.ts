import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../shared/document/ids.ts';
import { connect, EMBEDDED_MODEL, ROOT, serve, temporaryFolder } from '../helpers/server.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const paphos = (args: readonly string[], options: { uid?: number; gid?: number } = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { ...process.env, PAPHOS_THREADS: '1', HOME: temporaryFolder('home') };
    const child = execFile(
      process.execPath,
      [join(ROOT, 'electron/cli.ts'), ...args],
      { env, ...options },
      (error, out, err) => {
        resolve({ code: error ? (child.exitCode ?? 1) : 0, out, err });
      },
    );
  });
const writing = (...more: string[]): Promise<Outcome> =>
  paphos([
    'write',
    '--system',
    'A fairy tale.',
    '--user',
    'Tell me about a fox.',
    '--temperature',
    '1',
    '--max-tokens',
    '60',
    ...more,
  ]);

test('write at temperature 1: one seed gives one text, also under load; another seed another text', async () => {
  const calm = await writing('--seed', '7');
  expect(calm.code).toBe(0);
  expect(calm.out.trim().length).toBeGreaterThan(40);
  expect(calm.err).toMatch(/metharme .* tokens read, \d+ written .* tokens\/s · seed 7/);
  const load = [1, 2].map(() => spawn(process.execPath, ['-e', 'for (;;);']));
  const busy = await writing('--seed', '7').finally(() => {
    for (const child of load) child.kill('SIGKILL');
  });
  expect(busy.out).toBe(calm.out);
  const other = await writing('--seed', '8');
  expect(other.out).not.toBe(calm.out);
}, 180_000);

test('write says what is wrong with a model file, and fails', async () => {
  const folder = temporaryFolder('bad');
  const truncated = join(folder, 'truncated.gguf');
  writeFileSync(truncated, readFileSync(EMBEDDED_MODEL).subarray(0, 1_000_000));
  const text = join(folder, 'text.gguf');
  writeFileSync(text, 'this is a shopping list');
  for (const [model, words] of [
    [truncated, /^Paphos: This model file is cut off/],
    [text, /GGUF/],
    [join(folder, 'absent.gguf'), /^Paphos: The model file is not there/],
  ] as const) {
    const outcome = await writing('--model', model);
    expect(outcome.code).not.toBe(0);
    expect(outcome.out).toBe('');
    expect(outcome.err).toMatch(words);
    expect(outcome.err).not.toMatch(/\n\s+at /);
  }
  const huge = await writing('--context', '100000000');
  expect(huge).toMatchObject({ code: 2, err: expect.stringMatching(/^Paphos: --context must be a whole number/) });
}, 180_000);

test('write with a format that thinks is left room for its thoughts too', async () => {
  const long = ['write', '--user', 'word '.repeat(600), '--context', '512', '--max-tokens', '8', '--temperature', '0'];
  const { code, err } = await paphos([...long, '--format', 'qwen3']);
  expect(code).toBe(0);
  // Half of the window at most is kept for the reply: here all of that.
  expect(Number(/(\d+) tokens read/.exec(err)?.[1])).toBeLessThanOrEqual(256);
}, 60_000);

test('write says what it cannot do in a sentence, with an exit code', async () => {
  const nothing = await paphos(['write']);
  expect([nothing.code, nothing.err]).toEqual([
    2,
    'Paphos: Nothing to answer: give --system "…", --user "…", or both.\n',
  ]);
  const seed = await paphos(['write', '--user', 'Hi', '--seed', 'x']);
  expect([seed.code, seed.err]).toEqual([
    2,
    'Paphos: --seed must be a whole number from 0 to 4294967295; “x” is not.\n',
  ]);
  const model = await paphos(['write', '--user', 'Hi', '--model', join(ROOT, 'package.json')]);
  expect([model.code, model.out]).toEqual([1, '']);
  expect(model.err).toMatch(/^Paphos: This is not a model file/);
  // A longer text than the context is answered by its end.
  const long = await paphos(['write', '--user', 'word '.repeat(3000), '--context', '256', '--max-tokens', '4']);
  expect(long.code).toBe(0);
  expect(Number(/(\d+) tokens read/.exec(long.err)?.[1])).toBeLessThan(256);
}, 60_000);

test('check says of a folder that was closed in order that it is whole, and of one without stories that there are none', async () => {
  const data = temporaryFolder('check');
  const server = await serve({ data });
  await server.stop();
  const sound = await paphos(['check', '--data', data]);
  expect([sound.code, sound.out]).toEqual([0, `${data}: everything is as it was written.\n`]);
  const empty = await paphos(['check', '--data', temporaryFolder('empty')]);
  expect(empty.code).toBe(1);
  expect(empty.err).toMatch(/There are no stories in/);
}, 60_000);

test('whoever reads what a command says may leave early: it ends quietly, with its own exit code', async () => {
  const data = temporaryFolder('left');
  const server = await serve({ data });
  await server.stop();
  for (const command of ['check', 'repair']) {
    const child = spawn(process.execPath, [join(ROOT, 'electron/cli.ts'), command, '--data', data]);
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, said], command).toEqual([0, '']);
  }
}, 60_000);

test('check finds a byte that was changed on the disk, and repair puts it back', async () => {
  const data = temporaryFolder('check');
  const server = await serve({ data });
  const { client, close } = await connect(server);
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title: 'Checked', chapterId, turnId });
  await (await client.writing.hold({ storyId }))[Symbol.asyncIterator]().next();
  const { structureRev } = await client.chapters.open({ id: chapterId });
  await client.writing.applyChange({
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [
      { op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'The lighthouse keeper counts the ships. '.repeat(50) },
    ],
  });
  close();
  await server.stop();
  const sound = await paphos(['check', '--data', data]);
  expect(sound).toMatchObject({ code: 0 });
  expect(await paphos(['backup', '--data', data])).toMatchObject({ code: 0 });
  const file = join(data, 'store.db');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('keeper counts');
  expect(at).toBeGreaterThan(0);
  bytes[at] = 'b'.charCodeAt(0);
  writeFileSync(file, bytes);
  const damaged = await paphos(['check', '--data', data]);
  expect(damaged.code).not.toBe(0);
  expect(damaged.out + damaged.err).toMatch(/Checked|turn/i);
  const tried = await paphos(['repair', '--dry-run', '--data', data]);
  expect([tried.code, tried.out]).toEqual([1, expect.stringContaining('1 turn exactly as it was saved.\n')]);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  const repaired = await paphos(['repair', '--data', data]);
  expect([repaired.code, repaired.out]).toEqual([
    0,
    expect.stringMatching(/^What was there is kept as .*-repair\.db\.\n1 turn exactly as it was saved\.\n$/),
  ]);
  const again = await paphos(['repair', '--data', data]);
  expect([again.code, again.out]).toEqual([0, `${data}: everything is as it was written.\n`]);
  expect(await paphos(['check', '--data', data])).toMatchObject({ code: 0 });
}, 120_000);

test.skipIf(process.getuid?.() !== 0)(
  'a data folder that cannot be written: a sentence, and nothing is touched (as another user)',
  async () => {
    const data = temporaryFolder('readonly');
    const server = await serve({ data });
    await server.stop();
    const before = readFileSync(join(data, 'store.db'));
    for (const folder of [data, join(data, 'backups')]) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
    const nobody = { uid: 65_534, gid: 65_534 };
    const outcome = await paphos(['serve', '--no-open', '--json', '--port', '0', '--data', data], nobody);
    expect(outcome.code).not.toBe(0);
    expect(outcome.err).toMatch(/write|read-only|permission/i);
    expect(outcome.err).not.toMatch(/\n\s+at /);
    expect(readFileSync(join(data, 'store.db')).equals(before)).toBe(true);
  },
  60_000,
);

test('a library that is missing is a question, a new one is an answer, and a copy is a library of its own', async () => {
  const drive = temporaryFolder('drive');
  const data = join(drive, 'stories');
  const args = ['serve', '--no-open', '--json', '--port', '0', '--data', data];
  const first = await serve({ data });
  const place = temporaryFolder('place');
  const copied = await paphos(['copy', '--to', place, '--data', data]);
  expect(copied).toMatchObject({ code: 0, err: '' });
  expect(await paphos(['check', '--data', copied.out.trim()])).toMatchObject({ code: 0 });
  await first.stop();
  rmSync(data, { recursive: true });
  const asked = await paphos(args);
  expect(asked).toMatchObject({ code: 1, out: '' });
  expect(asked.err).toMatch(/There was a library in .*stories.*Connect the drive.*--new-library/);
  expect(readdirSync(drive)).toEqual([]);
  const second = await serve({ data, more: ['--new-library'] });
  await second.stop();
  const third = await serve({ data });
  await third.stop();
}, 120_000);

test('export writes a story that is open in a studio, beside what is there, and says what it does not know', async () => {
  const data = temporaryFolder('export');
  const server = await serve({ data });
  const { client, close } = await connect(server);
  const [id, chapterId, turnId] = [newId(), newId(), newId()];
  await client.stories.create({ id, title: 'The Key: in the Rain?', chapterId, turnId });
  const held = (await client.writing.hold({ storyId: id }))[Symbol.asyncIterator]();
  await held.next();
  const op = { op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'I *try* the key.' } as const;
  await client.writing.applyChange({ changeId: newId(), chapterId, structureRev: 1, ops: [op] });
  const out = temporaryFolder('out');
  const [first, second] = [join(out, 'key.md'), join(out, 'none', 'key.md')];
  expect(await paphos(['export', 'the key: in the rain?', '--as', 'markdown', '--out', first, '--data', data])).toEqual(
    { code: 0, out: `${first}\n`, err: '' },
  );
  expect(readFileSync(first, 'utf8')).toBe('# The Key: in the Rain?\n\n## Chapter 1\n\nI *try* the key.\n');
  for (const [args, words, code] of [
    [[id, '--as', 'markdown', '--out', second], /key\.md could not be written; the system says ENOENT/, 1],
    [[id, '--as', 'scroll'], /exports nothing as “scroll”.*markdown/, 2],
    [['Another', '--as', 'text'], /“Another” names no story.*The Key: in the Rain\?/, 2],
    [['--as', 'text'], /Say which story/, 2],
  ] as const) {
    const told = await paphos(['export', ...args, '--data', data]);
    expect(told).toMatchObject({ code, out: '' });
    expect(told.err).toMatch(words);
  }
  close();
  await server.stop();
}, 60_000);
