import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fault } from '../../../shared/faults/failure.ts';
import { FakeEngine } from '../../../tests/helpers/fake-engine.ts';
import type { EngineStatus } from '../../../shared/contract/models.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import { DEFAULT_HARDWARE } from '../../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { createEngine, type Engine, type EngineModel } from './loaded-engine.ts';

let fake: FakeEngine;
let engine: Engine;
let states: EngineStatus['state'][];
let minutes: number | null;

beforeEach(() => {
  fake = new FakeEngine();
  minutes = null;
  engine = createEngine(() => fake, {
    crashes: { died: () => undefined, forget: () => undefined, fault: () => null },
    restMinutes: () => minutes,
    onReply: () => undefined,
  });
  states = [];
  void (async () => {
    for await (const { state } of engine.watch()) if (states.at(-1) !== state) states.push(state);
  })();
});
afterEach(() => engine.close());

const format = formatByName('metharme') ?? expect.fail('no metharme');
const model = (id: string): EngineModel => ({
  id,
  name: id,
  options: { path: `/${id}`, contextSize: 1024, threads: 1, gpu: false },
  hardware: DEFAULT_HARDWARE,
  format,
  bytes: 1,
  modifiedAt: 1,
  sha256: null,
});
async function status(): Promise<EngineStatus> {
  for await (const now of engine.watch()) return now;
  throw new Error('nothing is told');
}
const reply = () =>
  engine.host.generate({
    plan: {
      format,
      turns: [{ id: 'turn', role: 'user', speaker: null, text: 'Who is there?' }],
      open: false,
      reserve: 16,
      contextSize: 1024,
      cut: null,
    },
    sampling: { ...DEFAULT_SAMPLING, maxTokens: 3, seed: 1 },
  });

test('three loads that are asked for at once follow each other, and the last one stays', async () => {
  fake.holdsLoads = true;
  const loads = ['one', 'two', 'three'].map((id) => engine.load(model(id)));
  for (let n = 1; n <= 3; n += 1) {
    await expect.poll(() => fake.loads.length).toBe(n);
    fake.loads[n - 1]?.open();
    await loads[n - 1];
  }
  expect(fake.mostLoading).toBe(1);
  expect(engine.current()).toMatchObject({ modelId: 'three' });
  expect(await status()).toMatchObject({ state: 'ready', modelId: 'three' });
});

test('where the settings cannot be read, a model is loaded and a reply ends all the same', async () => {
  const unread = createEngine(() => new FakeEngine(), {
    crashes: { died: () => undefined, forget: () => undefined, fault: () => null },
    restMinutes: () => {
      throw new Error('The disk is gone.');
    },
    onReply: () => undefined,
  });
  expect(await unread.load(model('one'))).toMatchObject({ modelId: 'one' });
  unread.replied(null);
  expect(unread.current()).toMatchObject({ modelId: 'one' });
  await unread.close();
});

test('a process that ends in a load leaves its model to be loaded again, and one that refuses it does not', async () => {
  fake.holdsLoads = true;
  const cutOff = engine.load(model('one'));
  await expect.poll(() => fake.loads.length).toBe(1);
  fake.die();
  fake.loads[0]?.fail(fault('CRASH', { killed: false }));
  await expect(cutOff).rejects.toThrow('stopped unexpectedly');
  expect(await status()).toMatchObject({ state: 'stopped', modelId: 'one', fault: { code: 'CRASH' } });
  expect(engine.toLoadAgain).toMatchObject({ id: 'one' });

  const refused = engine.load(model('one'));
  await expect.poll(() => fake.loads.length).toBe(2);
  fake.loads[1]?.fail(fault('LOAD', {}));
  await expect(refused).rejects.toThrow('could not be opened');
  expect(await status()).toMatchObject({ state: 'failed', fault: { code: 'LOAD' } });
  expect(engine.toLoadAgain).toBeNull();
});

test.each([
  fault('NOT_A_TOKEN', { text: 'castle' }),
  fault('WINDOW_TOO_SMALL', { what: 'notes', turn: false, need: 900, room: 400, contextSize: 512, reserve: 112 }),
  fault('BREAKER', { failures: 3 }),
])('after a death, a reply that is refused with $code leaves an engine that is ready, and says so', async (refusal) => {
  await engine.load(model('one'));
  fake.die();
  expect(await status()).toMatchObject({ state: 'stopped', fault: { code: 'CRASH' } });
  expect(engine.current()).toBeNull();
  fake.refusal = refusal;
  await expect(reply().done).rejects.toMatchObject({ fault: refusal });
  engine.replied(null);
  expect(await status()).toMatchObject({ state: 'ready', fault: null });
  expect(engine.current()).toMatchObject({ modelId: 'one' });
});

test('after a death, a reply that is stopped before it begins leaves it stopped, with the fault that was told', async () => {
  await engine.load(model('one'));
  fake.die();
  const job = reply();
  job.stop();
  expect(await job.done).toMatchObject({ reason: 'stopped' });
  engine.replied(null);
  expect(await status()).toMatchObject({ state: 'stopped', fault: { code: 'CRASH' } });
});

test('a load that fails says so, and the next one is not in its way', async () => {
  fake.holdsLoads = true;
  const failing = engine.load(model('one'));
  const next = engine.load(model('two'));
  fake.loads[0]?.fail(fault('LOAD', {}));
  await expect(failing).rejects.toMatchObject({ fault: { code: 'LOAD' } });
  await expect.poll(() => fake.loads.length).toBe(2);
  expect(await status()).toMatchObject({ state: 'loading', modelId: 'two', progress: 0.5, fault: null });
  fake.loads[1]?.open();
  expect(await next).toMatchObject({ modelId: 'two' });
  await expect.poll(() => states).toEqual(['idle', 'loading', 'failed', 'loading', 'ready']);
});

test('two replies that wake it wait for one load', async () => {
  vi.useFakeTimers();
  try {
    minutes = 1;
    await engine.load(model('one'));
    vi.advanceTimersByTime(60_001);
  } finally {
    vi.useRealTimers();
  }
  expect(await status()).toMatchObject({ state: 'resting', fault: null });
  expect(engine.current()).toBeNull();
  fake.holdsLoads = true;
  const waking = [engine.ready(), engine.ready()];
  expect(await status()).toMatchObject({ state: 'loading' });
  fake.loads.at(-1)?.open();
  expect((await Promise.all(waking)).map((ready) => ready?.modelId)).toEqual(['one', 'one']);
  expect(fake.loads).toHaveLength(2);
});
