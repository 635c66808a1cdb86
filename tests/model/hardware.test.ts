import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type FaultError } from '../../shared/faults/failure.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { engineInMemory } from '../helpers/memory-wire.ts';
import type { InferenceHost, LoadedModel, Tuning } from '../../electron/engines/local/protocol.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PlanRequest } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { makeAdapter } from '../helpers/adapter-maker.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { temporaryFolder } from '../helpers/server.ts';

const prose = formatByName('prose');
const STORY = 'The fox and the owl. The fox and the owl. The fox and the owl. The fox and';
const LLAMA = makeModel({ architecture: 'llama', vocabulary: 'spm' });
/** Goes round and round, as a story does that repeats itself. */
const ROUND = makeModel({ kind: 'bigram', chain: ['abcdefghijkla'] });

let host: InferenceHost;
afterEach(() => host.close());

async function load(path: string, tuning: Partial<Tuning> = {}, branches?: number): Promise<LoadedModel> {
  host = createInferenceHost(engineInMemory);
  const options = { path, contextSize: 512, threads: 1, gpu: false, tuning };
  return host.load(branches === undefined ? options : { ...options, branches }, () => undefined);
}

function told(text: string): PlanRequest {
  if (!prose) throw new Error('no prose format');
  return {
    format: prose,
    turns: [{ id: 'a', role: 'model', speaker: null, text }],
    open: true,
    reserve: 48,
    contextSize: 512,
    cut: null,
  };
}

async function write(change: Partial<Sampling> = {}, text = STORY) {
  const sampling = { ...DEFAULT_SAMPLING, temperature: 0, repetitionPenalty: 1, maxTokens: 48, ...change, seed: 5 };
  const job = host.generate({ plan: told(text), sampling });
  let written = '';
  job.onText((piece) => {
    written += piece;
  });
  return { stats: (await job.done).stats, written };
}

const refused = async (tuning: Partial<Tuning>): Promise<FaultError['fault']> =>
  load(LLAMA, tuning).then(
    () => {
      throw new Error('it was loaded');
    },
    (error: FaultError) => error.fault,
  );

async function plain(path: string): Promise<string> {
  await load(path);
  const { written } = await write();
  await host.close();
  return written;
}

test('what was read is of use to a context with as many branches, and to no other', async () => {
  const plan = told('The fox and the owl. '.repeat(20));
  const request = { path: join(temporaryFolder('branches'), 'state'), sha256: null };
  await load(LLAMA, {}, 2);
  await host.generate({ plan, sampling: { ...DEFAULT_SAMPLING, maxTokens: 1, seed: 1 } }).done;
  await host.work({ type: 'save', request: { ...request, plan } });
  await host.close();
  await load(LLAMA, {}, 2);
  expect((await host.work<'restore'>({ type: 'restore', request })).tokens).toBeGreaterThan(64);
  await host.close();
  await load(LLAMA, {}, 1);
  await expect(host.work({ type: 'restore', request })).rejects.toMatchObject({
    fault: { code: 'STATE', detail: 'made with another context' },
  });
});

describe('adapters', () => {
  test('one changes what is written, as strongly as it is asked to; at strength 0 nothing changes', async () => {
    const without = await plain(LLAMA);
    await load(LLAMA, { adapters: [{ path: makeAdapter(), scale: 1 }] });
    expect((await write()).written).not.toBe(without);
    await host.close();
    await load(LLAMA, { adapters: [{ path: makeAdapter(), scale: 0 }] });
    expect((await write()).written).toBe(without);
  });

  test('what was read with one is of no use once its file is another', async () => {
    const adapters = [{ path: makeAdapter(), scale: 1 }];
    const path = join(temporaryFolder('adapter-state'), 'state');
    await load(LLAMA, { adapters });
    const { done } = host.generate({
      plan: told('The fox and the owl. '.repeat(20)),
      sampling: { ...DEFAULT_SAMPLING, maxTokens: 1, seed: 1 },
    });
    await done;
    await host.work({ type: 'save', request: { path, sha256: null, plan: told('The fox and the owl. '.repeat(20)) } });
    await host.close();
    await load(LLAMA, { adapters });
    expect((await host.work<'restore'>({ type: 'restore', request: { path, sha256: null } })).tokens).toBeGreaterThan(
      64,
    );
    await host.close();
    utimesSync(adapters[0]?.path ?? '', 1, 1);
    await load(LLAMA, { adapters });
    await expect(host.work({ type: 'restore', request: { path, sha256: null } })).rejects.toMatchObject({
      fault: { code: 'STATE', detail: 'made with another context' },
    });
  });

  test('one that does not suit is refused, with why', async () => {
    const rubbish = join(temporaryFolder('adapter'), 'rubbish.gguf');
    writeFileSync(rubbish, 'hello');
    const cases = [
      [rubbish, 'ADAPTER_UNREADABLE'],
      [LLAMA, 'NOT_AN_ADAPTER'],
      [makeAdapter({ architecture: 'gptneox' }), 'ADAPTER_OF_OTHER_MODEL'],
      [makeAdapter({ incomplete: true }), 'ADAPTER_INCOMPLETE'],
      [makeAdapter({ alpha: 'u32' }), 'ADAPTER_UNREADABLE'],
      [makeAdapter({ matrices: [['blk.0.attn_q', 32, 32]] }), 'ADAPTER_REFUSED'],
    ] as const;
    for (const [path, code] of cases) {
      expect((await refused({ adapters: [{ path, scale: 1 }] })).code).toBe(code);
      await host.close();
    }
  });
});

describe('guessing ahead', () => {
  test('from the story itself: the same reply, and some guesses are right', async () => {
    const without = await plain(ROUND);
    expect((await load(ROUND, { lookup: true })).hardware.speculation).toBe('lookup');
    const { written, stats } = await write({}, 'abcdefghijklabcdefghijkl');
    await host.close();
    expect(stats.guesses?.right).toBeGreaterThan(10);
    await load(ROUND);
    expect((await write({}, 'abcdefghijklabcdefghijkl')).written).toBe(written);
    expect(without).toHaveLength(48);
  });

  test('with a smaller model: the same reply, and with a seed the same one again', async () => {
    const without = await plain(LLAMA);
    expect((await load(LLAMA, { draft: LLAMA })).hardware.speculation).toBe('draft');
    const { written, stats } = await write();
    expect(written).toBe(without);
    const drawn = await write({ temperature: 0.8 });
    expect((await write({ temperature: 0.8 })).written).toBe(drawn.written);
    expect(stats.guesses).toBeDefined();
    await host.close();
    await load(ROUND, { draft: ROUND });
    expect((await write({}, 'abcdefghijkl')).stats.guesses?.right).toBeGreaterThan(10);
  });

  test('the end stays banned, and a bias holds beside DRY', async () => {
    const ending = makeModel({ kind: 'bigram', chain: ['abcdefgh<|endoftext|>'] });
    await load(ending, { lookup: true });
    expect((await write({}, 'ab')).written).toBe('cdefgh');
    expect((await write({ banEnd: true }, 'ab')).stats.tokens).toBe(48);
    await host.close();
    await load(ROUND, { lookup: true });
    const dry = { dryStrength: 5, dryBase: 4, maxTokens: 1 };
    expect((await write({ ...dry, logitBias: [] }, 'abcdabc')).written).not.toBe('d');
    expect((await write({ ...dry, logitBias: [{ text: 'd', bias: 0.5 }] }, 'abcdabc')).written).not.toBe('d');
  });

  test('a model with another vocabulary cannot guess', async () => {
    expect((await refused({ draft: ROUND })).code).toBe('DRAFT_VOCABULARY');
  });
});

test('smaller keys take less memory, and say that the exact mode is off', async () => {
  const whole = await load(ROUND);
  const without = await write({}, 'abcdefghijkl');
  await host.close();
  for (const keyCache of ['q8_0', 'q4_0'] as const) {
    const loaded = await load(ROUND, { keyCache });
    expect(loaded.hardware.memory.ram).toBeLessThan(whole.hardware.memory.ram);
    expect(loaded.hardware.exact).toBe(false);
    // A bigram model looks at no keys.
    expect((await write({}, 'abcdefghijkl')).written).toBe(without.written);
    await host.close();
  }
  expect(whole.hardware.exact).toBe(true);
});

test('what comes with a model counts as its memory', async () => {
  const {
    hardware: {
      memory: { ram: alone },
    },
  } = await load(LLAMA);
  await host.close();
  expect((await load(LLAMA, { draft: LLAMA })).hardware.memory.ram).toBeGreaterThan(1.9 * alone);
  await host.close();
  const path = makeAdapter();
  expect((await load(LLAMA, { adapters: [{ path, scale: 1 }] })).hardware.memory.ram - alone).toBe(statSync(path).size);
});

test('a graphics card that is not there: the processor computes, and that is said', async () => {
  host = createInferenceHost(engineInMemory);
  const { hardware, device } = await host.load(
    { path: ROUND, contextSize: 512, threads: 1, gpu: true, tuning: { gpuLayers: 'max' } },
    () => undefined,
  );
  expect(hardware).toMatchObject({
    gpuLayers: 0,
    vram: null,
    warning: { code: 'NO_CARD' },
  });
  expect(device).toBe('CPU, 1 thread');
});
