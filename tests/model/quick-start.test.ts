import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import type { InferenceHost, LoadOptions } from '../../electron/engines/local/protocol.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { temporaryFolder } from '../helpers/server.ts';

const OPTIONS: LoadOptions = { path: makeModel({ size: 'tiny' }), contextSize: 512, threads: 1, gpu: false };
const metharme = formatByName('metharme') ?? expect.fail('no metharme');
const hosts: InferenceHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

interface Started {
  readonly host: InferenceHost;
  /** Processes that were started. */
  readonly processes: number[];
}

function newEngine(cache: string): Started {
  const processes: number[] = [];
  const start = forkEngine(cache);
  const host = createInferenceHost((device) => {
    const wire = start(device);
    processes.push(wire.pid ?? 0);
    return wire;
  });
  hosts.push(host);
  return { host, processes };
}

/** What a reply says, and where it went wrong the fault's code. */
async function reply(host: InferenceHost): Promise<string> {
  const turns = [{ id: 'turn', role: 'user', speaker: null, text: 'Start!' } as const];
  const job = host.generate({
    plan: { format: metharme, turns, open: false, reserve: 32, contextSize: 512, cut: null },
    sampling: { ...DEFAULT_SAMPLING, maxTokens: 8, banEnd: true, seed: 7 },
  });
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  await job.done;
  return text;
}

const passes = (cache: string): string[] => readdirSync(cache).filter((name) => name.startsWith('tested-'));

test('what is kept serves the next process, which writes the same; an end of the engine has the library tested anew', async () => {
  const cache = join(temporaryFolder('quick-start'), 'cache');
  const first = newEngine(cache);
  await first.host.load(OPTIONS, () => undefined);
  const text = await reply(first.host);
  expect(passes(cache)).toHaveLength(1);
  expect(readdirSync(join(cache, 'code'))).not.toEqual([]);
  await first.host.close();
  expect(passes(cache)).toHaveLength(1);

  const { host, processes } = newEngine(cache);
  host.warm({ device: null, cards: false });
  await host.load(OPTIONS, () => undefined);
  expect(processes).toEqual([host.pid]);
  expect(await reply(host)).toBe(text);
  const died = new Promise((resolve) => {
    host.onDeath(resolve);
  });
  process.kill(host.pid ?? expect.fail('there is no process'), 'SIGSEGV');
  await died;
  await expect.poll(() => passes(cache)).toEqual([]);
  expect(await reply(host)).toBe(text);
  expect(passes(cache)).toHaveLength(1);
});

test('a cache folder that cannot be used keeps no engine from its work', async () => {
  const folder = temporaryFolder('quick-start');
  writeFileSync(join(folder, 'cache'), 'a file in its place');
  const { host } = newEngine(join(folder, 'cache'));
  await host.load(OPTIONS, () => undefined);
  expect(await reply(host)).not.toBe('');

  const spoilt = temporaryFolder('quick-start');
  const kept = newEngine(spoilt);
  await kept.host.load(OPTIONS, () => undefined);
  await kept.host.close();
  spoil(join(spoilt, 'code'));
  const again = newEngine(spoilt);
  await again.host.load(OPTIONS, () => undefined);
  expect(await reply(again.host)).not.toBe('');
});

/** Every file of a folder says something else. */
function spoil(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) writeFileSync(join(entry.parentPath, entry.name), 'not what was compiled'.repeat(40));
  mkdirSync(join(folder, 'odd'), { recursive: true });
}
