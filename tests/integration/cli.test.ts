import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ROOT, serve, temporaryFolder } from '../helpers/server.ts';

async function paphos(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'electron/cli.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PAPHOS_THREADS: '1' },
  });
  const ended = new Promise<number | null>((done) => {
    child.on('close', done);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}
const ADVENTURE = [
  'write',
  '--system',
  'This is a text adventure. Offer three things to do on each turn.',
  '--user',
  'Start.',
  '--temperature',
  '1',
  '--max-tokens',
  '60',
];

test('write: the same seed gives the same words in separate runs, another seed others', async () => {
  const [first, again, other] = await Promise.all([
    paphos(...ADVENTURE, '--seed', '7'),
    paphos(...ADVENTURE, '--seed', '7'),
    paphos(...ADVENTURE, '--seed', '8'),
  ]);
  expect(first.code).toBe(0);
  expect(first.out.trim().length).toBeGreaterThan(20);
  expect(again.out).toBe(first.out);
  expect(other.out).not.toBe(first.out);
  expect(first.err).toMatch(/metharme .* tokens read, \d+ written .* tokens\/s · seed 7/);
}, 60_000);

test('write: a format that thinks is left room for its thoughts too', async () => {
  const long = ['write', '--user', 'word '.repeat(600), '--context', '512', '--max-tokens', '8', '--temperature', '0'];
  const { code, err } = await paphos(...long, '--format', 'qwen3');
  expect(code).toBe(0);
  // Half of the window at most is kept for the reply: here all of that.
  expect(Number(/(\d+) tokens read/.exec(err)?.[1])).toBeLessThanOrEqual(256);
}, 60_000);

test('write: what it cannot do it says in a sentence, with an exit code', async () => {
  const nothing = await paphos('write');
  expect([nothing.code, nothing.err]).toEqual([
    2,
    'Paphos: Nothing to answer: give --system "…", --user "…", or both.\n',
  ]);
  const seed = await paphos('write', '--user', 'Hi', '--seed', 'x');
  expect([seed.code, seed.err]).toEqual([
    2,
    'Paphos: --seed must be a whole number from 0 to 4294967295; “x” is not.\n',
  ]);
  const model = await paphos('write', '--user', 'Hi', '--model', join(ROOT, 'package.json'));
  expect([model.code, model.out]).toEqual([1, '']);
  expect(model.err).toMatch(/^Paphos: This is not a model file/);
  const window = await paphos('write', '--user', 'word '.repeat(3000), '--context', '256');
  expect(window.code === 0 || /tokens/.test(window.err)).toBe(true);
}, 60_000);

test('check: a folder that was closed in order is sound; one without stories is said to be so', async () => {
  const data = temporaryFolder('check');
  const server = await serve({ data });
  await server.stop();
  const sound = await paphos('check', '--data', data);
  expect([sound.code, sound.out]).toEqual([0, `${data}: everything is as it was written.\n`]);
  const empty = await paphos('check', '--data', temporaryFolder('empty'));
  expect(empty.code).toBe(1);
  expect(empty.err).toMatch(/There are no stories in/);
}, 60_000);
