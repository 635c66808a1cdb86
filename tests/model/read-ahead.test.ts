import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { engineInMemory } from '../helpers/memory-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { FaultError } from '../../shared/faults/failure.ts';
import type { InferenceHost, LoadOptions } from '../../electron/engines/local/protocol.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { Cut, PlanRequest, PromptFormat, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { largeModel, makeModel } from '../helpers/model-maker.ts';
import { sizeOf } from '../helpers/sizes.ts';
import { temporaryFolder } from '../helpers/server.ts';

const metharme = formatByName('metharme') as PromptFormat;
/** So many lengths one after the other, of which each is another remainder of what reading begins at. */
const HEADS = sizeOf(6, 35);
const SMALL = (): string => makeModel({ size: 'small' });
const hosts: InferenceHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function loaded(changes: Partial<LoadOptions> = {}): Promise<InferenceHost> {
  const host = createInferenceHost(engineInMemory);
  hosts.push(host);
  await host.load({ path: SMALL(), contextSize: 1024, threads: 1, gpu: false, ...changes }, () => undefined);
  return host;
}

const turn = (id: string, role: PromptTurn['role'], text: string): PromptTurn => ({ id, role, speaker: null, text });
const plan = (turns: readonly PromptTurn[], cut: Cut | null = null): PlanRequest => ({
  format: metharme,
  turns,
  open: false,
  reserve: 64,
  contextSize: 1024,
  cut,
});
const words = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, n) => ['rain', 'lamp', 'pier', 'key', 'door'][(n * 7 + seed) % 5]).join(' ');

async function write(host: InferenceHost, request: PlanRequest, cold = false) {
  const job = host.generate({
    plan: request,
    cold,
    sampling: { ...DEFAULT_SAMPLING, temperature: 0, repetitionPenalty: 1, banEnd: true, maxTokens: 48, seed: 1 },
  });
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  const { stats } = await job.done;
  return { text, stats, ledger: (await job.accepted).ledger };
}

const prepare = (host: InferenceHost, request: PlanRequest) =>
  host.work<'prepare'>({ type: 'prepare', plan: request }, { priority: 'idle' });

describe('read ahead', () => {
  test('what stands before the next words is read in idle time; a switch back to the other branch costs nothing', async () => {
    const host = await loaded();
    const asked = [turn('s', 'system', words(20, 1)), turn('u', 'user', words(20, 2))];
    const first = await write(host, plan(asked));
    const [one, other] = [
      [...asked, turn('a', 'model', words(30, 3))],
      [...asked, turn('b', 'model', words(30, 4))],
    ];
    expect(first.stats.reusedTokens).toBe(0);
    for (const branch of [one, other]) {
      expect((await prepare(host, plan(branch))).tokens).toBeGreaterThan(30);
      expect((await prepare(host, plan(branch))).tokens).toBeLessThan(4);
    }
    for (const branch of [one, other, one]) {
      const { stats, text } = await write(host, plan([...branch, turn('n', 'user', 'Go on.')]));
      expect(stats.promptTokens - stats.reusedTokens).toBeLessThan(16);
      expect(text).toBe((await write(host, plan([...branch, turn('n', 'user', 'Go on.')]), true)).text);
    }
  });

  test('a window behind a near cut is ready before the key, whatever is typed', async () => {
    const host = await loaded();
    const turns = [turn('s', 'system', words(20, 1))];
    let cut: Cut | null = null;
    let cuts = 0;
    for (let index = 0; index < 24; index++) {
      await prepare(host, plan(turns, cut));
      turns.push(turn(`u${index}`, 'user', words(1 + (index % 7), index)));
      const { stats, ledger } = await write(host, plan(turns, cut));
      expect(stats.promptTokens - stats.reusedTokens).toBeLessThan(64);
      if (JSON.stringify(ledger.cut) !== JSON.stringify(cut)) cuts++;
      ({ cut } = ledger);
      turns.push(turn(`m${index}`, 'model', words(20, index)));
    }
    expect(cuts).toBeGreaterThan(3);
  });

  test('gives way to a reply at once', async () => {
    const host = await loaded({ contextSize: 8192 });
    const long = [turn('s', 'system', words(1200, 1))];
    const ahead = prepare(host, { ...plan(long), contextSize: 8192 }).catch((error: unknown) => error);
    const reply = await write(host, plan([turn('u', 'user', 'Go.')]));
    expect(reply.stats.tokens).toBe(48);
    expect(await ahead).toBeInstanceOf(FaultError);
    expect(((await ahead) as FaultError).fault.code).toBe('YIELDED');
  });
});

test('fast slide: what is kept moves up instead of being read again; off, it is read', async () => {
  for (const fastSlide of [true, false]) {
    const host = await loaded({ branches: 1, tuning: { fastSlide } });
    const head = turn('s', 'system', words(20, 1));
    const turns = Array.from({ length: 8 }, (_, index) =>
      turn(`t${index}`, index % 2 === 0 ? 'user' : 'model', words(6 + index, index)),
    );
    await write(host, plan([head, ...turns, turn('n', 'user', 'Go.')]));
    const { stats, ledger } = await write(host, plan([head, ...turns.slice(4), turn('n', 'user', 'Go.')]));
    const read = stats.promptTokens - stats.reusedTokens;
    expect(ledger.toRead).toBe(read);
    if (fastSlide) expect(read).toBeLessThan(16);
    else expect(read).toBeGreaterThan(80);
  }
});

test('fast slide keeps what both prompts share behind a head of any length', async () => {
  const host = await loaded({ branches: 1, tuning: { fastSlide: true } });
  for (let length = 0; length < HEADS; length++) {
    const head = turn('s', 'system', `${String(length)} ${words(20 + length, length)}`);
    const turns = Array.from({ length: 8 }, (_, index) =>
      turn(`t${index}`, index % 2 === 0 ? 'user' : 'model', words(9 + index, index)),
    );
    await write(host, plan([head, ...turns, turn('n', 'user', 'Go.')]));
    const { stats } = await write(host, plan([head, ...turns.slice(4), turn('n', 'user', 'Go.')]));
    expect(stats.reusedTokens / stats.promptTokens, `a head of ${String(20 + length)} words`).toBeGreaterThan(0.95);
  }
});

describe('state on disk', () => {
  const story = [turn('s', 'system', words(40, 1)), turn('u', 'user', words(60, 2)), turn('m', 'model', words(40, 3))];
  const next = plan([...story, turn('n', 'user', 'Go on.')]);

  async function saved(): Promise<string> {
    const host = await loaded();
    const path = join(temporaryFolder('state'), 'a.state');
    expect((await host.work<'save'>({ type: 'save', request: { path, sha256: null, plan: plan(story) } })).bytes).toBe(
      0,
    );
    await prepare(host, plan(story));
    expect(
      (await host.work<'save'>({ type: 'save', request: { path, sha256: null, plan: plan(story) } })).bytes,
    ).toBeGreaterThan(100_000);
    return path;
  }
  const restore = (host: InferenceHost, path: string) =>
    host.work<'restore'>({ type: 'restore', request: { path, sha256: null } });

  test('a story goes on at once after a restart, as it would have', async () => {
    const path = await saved();
    const host = await loaded();
    expect((await restore(host, path)).tokens).toBeGreaterThan(100);
    const { stats, text } = await write(host, next);
    expect(stats.promptTokens - stats.reusedTokens).toBeLessThan(16);
    expect(text).toBe((await write(host, next, true)).text);
  });

  test('killed while it is written: nothing half is left in its place, and the next reply works', async () => {
    const host = createInferenceHost(forkEngine());
    hosts.push(host);
    await host.load({ path: largeModel(), contextSize: 2048, threads: 1, gpu: false }, () => undefined);
    const long = { ...plan([turn('s', 'system', words(600, 1)), turn('u', 'user', 'Go.')]), contextSize: 2048 };
    await host.work({ type: 'prepare', plan: long });
    const folder = temporaryFolder('killed');
    const path = join(folder, 'a.state');
    const save = host
      .work({ type: 'save', request: { path, sha256: null, plan: long } })
      .catch((error: unknown) => error);
    while (readdirSync(folder).length === 0) await delay(1);
    process.kill(host.pid ?? expect.fail('there is no process'), 'SIGKILL');
    expect(await save).toMatchObject({ fault: { code: 'CRASH' } });
    expect(existsSync(path)).toBe(false);
    expect((await write(host, plan(story))).stats.tokens).toBe(48);
  });

  test('what is not exactly that is refused, never loaded, and the story is read again', async () => {
    const path = await saved();
    const damaged = `${path}.damaged`;
    const whole = readFileSync(path);
    const host = await loaded();
    const refused = async (by = host): Promise<void> => {
      const fault: unknown = await restore(by, damaged).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(FaultError);
      expect((fault as FaultError).fault.code).toBe('STATE');
    };
    for (const share of [0, 0.001, 0.1, 0.5, 0.9, 0.999]) {
      copyFileSync(path, damaged);
      truncateSync(damaged, Math.floor(whole.length * share));
      await refused();
    }
    for (const share of [0, 0.0001, 0.3, 0.7, 0.9999]) {
      const flipped = Buffer.from(whole);
      const at = Math.floor(whole.length * share);
      flipped.writeUInt8((whole[at] ?? 0) ^ 16, at);
      writeFileSync(damaged, flipped);
      await refused();
    }
    copyFileSync(path, damaged);
    await refused(await loaded({ contextSize: 2048 }));
    await refused(await loaded({ path: makeModel({ size: 'small', seed: 2 }) }));
    await refused(await loaded({ tuning: { keyCache: 'q8_0' } }));
    const { stats } = await write(host, next);
    expect(stats).toMatchObject({ reusedTokens: 0, tokens: 48 });
  });
});
