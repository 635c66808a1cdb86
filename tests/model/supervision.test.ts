import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { TEMPO } from '../../electron/engines/local/host/tempo.ts';
import { FaultError } from '../../shared/faults/failure.ts';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import type { EngineReply, GenerateRequest } from '../../electron/engines/port.ts';
import type { InferenceHost, LoadedModel } from '../../electron/engines/local/protocol.ts';
import { createEngine } from '../../electron/studio/models/loaded-engine.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { DEFAULT_HARDWARE } from '../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { largeModel, makeModel } from '../helpers/model-maker.ts';

/** A stopped process is found within this; long enough for a busy machine. */
const HANG_MS = 4000;
const LARGE = largeModel();
const metharme =
  formatByName('metharme') ??
  (() => {
    throw new Error('no metharme');
  })();
const hosts: InferenceHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

function newHost(tempo = TEMPO): InferenceHost {
  const host = createInferenceHost(forkEngine(), { tempo, hasRoom: () => true, isShort: () => false });
  hosts.push(host);
  return host;
}

const load = (
  host: InferenceHost,
  path = LARGE,
  onProgress: (value: number) => void = () => undefined,
): Promise<LoadedModel> => host.load({ path, contextSize: 4096, threads: 1, gpu: false, branches: 1 }, onProgress);

function request(text: string, sampling: Partial<Sampling> = {}): GenerateRequest {
  return {
    plan: {
      format: metharme,
      turns: [{ id: 'turn', role: 'user', speaker: null, text }],
      open: false,
      reserve: 256,
      contextSize: 4096,
      cut: null,
    },
    sampling: { ...DEFAULT_SAMPLING, banEnd: true, ...sampling, seed: 7 },
  };
}
/** Seconds of reading. */
const LONG = 'the rain in the north '.repeat(250);
const shortReply = request('Start!', { maxTokens: 3 });

async function faultOf(promise: Promise<unknown>): Promise<StudioFault> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaultError)) throw new Error(`expected a fault, got ${String(error)}`);
  return error.fault;
}

const reading = (job: EngineReply): Promise<void> =>
  new Promise((resolve) => {
    job.onPrompt(({ done, total }) => {
      if (done > 0 && done < total) resolve();
    });
  });
const writing = (job: EngineReply): Promise<void> =>
  new Promise((resolve) => {
    job.onText(() => {
      resolve();
    });
  });

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Work {
  readonly end: Promise<unknown>;
}
/** Brings a process into the middle of its work. */
const PLACES: Readonly<Record<string, (host: InferenceHost) => Promise<Work>>> = {
  load: (host) =>
    new Promise((resolve) => {
      const end = load(host, LARGE, () => {
        resolve({ end });
      });
      end.catch(() => undefined);
    }),
  prompt: (host) => inReply(host, LONG, reading),
  generation: (host) => inReply(host, 'Start!', writing),
  async save(host) {
    const folder = mkdtempSync(join(tmpdir(), 'paphos-save-'));
    const written = request(LONG.slice(0, 1500), { maxTokens: 1 });
    await load(host);
    await host.generate(written).done;
    const end = host.work({ type: 'save', request: { path: join(folder, 'state'), sha256: null, plan: written.plan } });
    end.catch(() => undefined);
    while (readdirSync(folder).length === 0) await delay(1);
    return { end };
  },
};

async function inReply(host: InferenceHost, text: string, middle: (job: EngineReply) => Promise<void>): Promise<Work> {
  await load(host);
  const job = host.generate(request(text));
  await middle(job);
  return { end: job.done };
}

describe.each(Object.entries(PLACES))('struck in the %s', (_place, bring) => {
  test.each([
    ['SIGKILL', 'CRASH', 2000],
    ['SIGSTOP', 'HANG', HANG_MS + 2000],
  ] as const)('by %s: told in time, the next reply works, nothing is left behind', async (signal, code, within) => {
    const host = newHost({ ...TEMPO, pingMs: 200, hangMs: HANG_MS });
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    const { end } = await bring(host);
    const pid = host.pid ?? expect.fail('there is no process');
    const at = performance.now();
    process.kill(pid, signal);
    const fault = await faultOf(end);
    expect(performance.now() - at).toBeLessThan(within);
    expect(fault.code).toBe(code);
    await expect.poll(() => deaths).toEqual([fault]);
    expect(isRunning(pid)).toBe(false);

    expect((await host.generate(shortReply).done).stats.tokens).toBe(3);
    const next = host.pid ?? expect.fail('there is no process');
    expect(next).not.toBe(pid);
    await host.close();
    expect(isRunning(next)).toBe(false);
  });
});

test('an engine whose studio was killed while it read a long prompt does not stay behind', async () => {
  const from = (path: string): string =>
    JSON.stringify(new URL(`../../electron/engines/local/${path}`, import.meta.url).href);
  const script = `
    const { createInferenceHost } = await import(${from('host/supervisor.ts')});
    const { forkEngine } = await import(${from('host/fork-wire.ts')});
    const host = createInferenceHost(forkEngine());
    await host.load({ path: ${JSON.stringify(LARGE)}, contextSize: 4096, threads: 1, gpu: false }, () => undefined);
    const job = host.generate(${JSON.stringify(request(LONG))});
    job.onPrompt(({ done }) => { if (done > 0) console.log(host.pid); });`;
  const studio = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number.parseInt(
    await new Promise<string>((resolve) => {
      studio.stdout.once('data', (data: Buffer) => {
        resolve(data.toString());
      });
    }),
    10,
  );
  expect(isRunning(pid)).toBe(true);
  studio.kill('SIGKILL');
  await expect.poll(() => isRunning(pid), { timeout: 3000 }).toBe(false);
});

describe('one after the other', () => {
  test('a reply does not wait for idle work, which goes on after it', async () => {
    const host = newHost();
    await load(host);
    const order: string[] = [];
    const measured = host.perplexity({ text: LONG.slice(0, 1000), window: 64 });
    const begun = Promise.withResolvers<void>();
    measured.onProgress(() => {
      begun.resolve();
    });
    await begun.promise;
    const reply = host.generate(shortReply);
    await Promise.all([
      reply.done.then(() => order.push('reply')),
      measured.done.then(() => order.push('measurement')),
    ]);
    expect(order).toEqual(['reply', 'measurement']);
    expect((await measured.done).windows).toBeGreaterThan(3);
  });

  test('rest does not wait for idle work', async () => {
    const host = newHost();
    await load(host);
    const measured = host.perplexity({ text: LONG, window: 64 });
    const begun = Promise.withResolvers<void>();
    measured.onProgress(() => {
      begun.resolve();
    });
    await begun.promise;
    const pid = host.pid ?? expect.fail('there is no process');
    await host.rest();
    expect(isRunning(pid)).toBe(false);
    expect((await faultOf(measured.done)).code).toBe('YIELDED');
    expect(host.pid).toBeNull();
  });

  test('an idle reply is left at the next border of a chunk', async () => {
    const host = newHost();
    await load(host);
    const idle = host.generate(request(LONG), 'idle');
    await reading(idle);
    const reply = host.generate(shortReply);
    expect(await idle.done).toMatchObject({ reason: 'stopped', stats: { tokens: 0 } });
    expect((await reply.done).stats.tokens).toBe(3);
  });
});

test('two models: the one of before is there at once, with what it has read', async () => {
  const [first, second] = [makeModel(), makeModel({ seed: 2 })];
  const host = newHost();
  await load(host, first);
  const pid = host.pid;
  const long = request(LONG.slice(0, 2000), { maxTokens: 3 });
  await host.generate(long).done;
  await load(host, second);
  await host.generate(shortReply).done;
  await load(host, first);
  expect(host.pid).toBe(pid);
  const { stats } = await host.generate(long).done;
  expect(stats.reusedTokens).toBe(stats.promptTokens - 1);
});

test('a model that nobody uses leaves the memory; the next reply brings it back', async () => {
  const host = newHost();
  const engine = createEngine(() => host, {
    crashes: { died: () => undefined, forget: () => undefined, fault: () => null },
    restMinutes: () => 0.01,
    onReply: () => undefined,
  });
  const states: string[] = [];
  void (async () => {
    for await (const { state } of engine.watch()) if (states.at(-1) !== state) states.push(state);
  })();
  await engine.load({
    id: 'tiny',
    name: 'Tiny',
    options: { path: makeModel(), contextSize: 4096, threads: 1, gpu: false },
    hardware: DEFAULT_HARDWARE,
    format: metharme,
    bytes: 1,
    modifiedAt: 1,
    sha256: null,
  });
  const pid = host.pid ?? expect.fail('there is no process');
  await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  expect(engine.current()).toBeNull();
  expect(await engine.ready()).toMatchObject({ modelId: 'tiny', contextSize: 4096 });
  expect((await host.generate(shortReply).done).stats.tokens).toBe(3);
  expect(states.slice(0, 6)).toEqual(['idle', 'loading', 'ready', 'resting', 'loading', 'ready']);
  await engine.close();
});

describe.skipIf(process.platform !== 'linux')('memory', () => {
  const megabytes = (pid: number | 'self'): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

  test('main does not grow over 20 loads, and ends every process', async () => {
    const children = (): string => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
    const before = children();
    const path = makeModel();
    let warm = 0;
    for (let cycle = 0; cycle < 23; cycle++) {
      const host = newHost();
      await load(host, path);
      await host.generate(shortReply).done;
      await host.close();
      if (cycle === 2) warm = megabytes('self');
    }
    expect(megabytes('self') - warm).toBeLessThan(50);
    expect(children()).toBe(before);
  });

  test('the engine does not grow over 500 replies', async () => {
    const host = newHost();
    await load(host, makeModel());
    let warm = 0;
    for (let reply = 0; reply < 550; reply++) {
      const { stats } = await host.generate(request(`${String(reply)}: ${LONG.slice(0, 400)}`, { maxTokens: 8 })).done;
      expect(stats.tokens).toBe(8);
      if (reply === 50) warm = megabytes(host.pid ?? expect.fail('there is no process'));
    }
    expect(megabytes(host.pid ?? expect.fail('there is no process')) - warm).toBeLessThan(50);
  });
});
