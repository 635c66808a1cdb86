import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { StudioFault } from '../../shared/contract/common.ts';
import { formatByName } from '../../shared/prompt/formats.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { EngineFault } from './fault.ts';
import { createInferenceHost } from './host.ts';
import { type EngineWire, type FromEngine, type GenerateRequest, type LoadedModel, type LoadOptions, PROTOCOL_VERSION, type StartEngine, type ToEngine } from './protocol.ts';

/** What the supervisor does about engines that misbehave on cue; tests/model has the real one. */
const TEMPO = { pingMs: 10, hangMs: 50, helloMs: 100, stopMs: 50, silenceMs: 5000 };
const OPTIONS: LoadOptions = { path: '/a.gguf', contextSize: null, threads: 1, gpu: false };
const MODEL: LoadedModel = { architecture: 'x', name: 'x', contextSize: 1024, trainedContext: 1024, device: 'CPU', parallel: 1, vocabulary: { size: 1, kind: 'bpe', bos: false, roleTokens: [] }, hardware: { promptChunk: 128, gpuLayers: 0, memory: { ram: 1, vram: 0 }, vram: null, exact: true, speculation: null, warning: null } };
const REQUEST: GenerateRequest = {
  plan: { format: formatByName('metharme') ?? (() => { throw new Error(); })(), turns: [], open: false, reserve: 10, contextSize: 1024, cut: null },
  sampling: { ...DEFAULT_SAMPLING, seed: 1 },
};

type Answer = (message: ToEngine, tell: (message: FromEngine) => void, die: () => void) => void;

/** Engines that follow a script; counts how many were started. */
function scripted(answer: Answer, hello: FromEngine | null = { type: 'hello', version: PROTOCOL_VERSION, pid: 1 }): { start: StartEngine; started: () => number } {
  let started = 0;
  const start: StartEngine = () => {
    started++;
    let dead = false;
    let listener: (message: FromEngine) => void = () => undefined;
    let onExit: Parameters<EngineWire['onExit']>[0] = () => undefined;
    const tell = (message: FromEngine): void => { setImmediate(() => { if (!dead) listener(message); }); };
    const die = (): void => { if (!dead) { dead = true; setImmediate(() => { onExit({ code: null, signal: 'SIGABRT' }); }); } };
    if (hello !== null) tell(hello);
    return { pid: null, send: (message) => { answer(message, tell, die); }, onMessage: (given) => { listener = given; }, onExit: (given) => { onExit = given; }, kill: die };
  };
  return { start, started: () => started };
}

const well: Answer = ({ type, id }, tell) => {
  if (type === 'load') tell({ type: 'loaded', id, model: MODEL });
  if (type === 'ping') tell({ type: 'pong', id });
};

async function faultOf(promise: Promise<unknown>): Promise<StudioFault> {
  const error: unknown = await promise.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof EngineFault)) throw new Error(`expected a fault, got ${String(error)}`);
  return error.fault;
}

describe('the breaker', () => {
  test('after three deaths in a row the engine is not started unasked; asking tries once more', async () => {
    const engine = scripted((message, tell, die) => { if (message.type === 'generate') die(); else well(message, tell, die); });
    const host = createInferenceHost(engine.start, TEMPO);
    await host.load(OPTIONS, () => undefined);
    for (let i = 0; i < 3; i++) expect((await faultOf(host.generate(REQUEST).done)).code).toBe('CRASH');
    expect(engine.started()).toBe(3);
    const fault = await faultOf(host.generate(REQUEST).done);
    expect(fault.code).toBe('BREAKER');
    expect(fault.message).toMatch(/3 times in a row.*Choose a smaller context or another model/);
    expect(engine.started()).toBe(3);

    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('CRASH');
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('BREAKER');
    expect(engine.started()).toBe(4);
    await host.close();
  });

  test('a file that cannot be opened is no failure of the engine', async () => {
    const host = createInferenceHost(scripted((message, tell, die) => {
      if (message.type === 'load') tell({ type: 'failed', id: message.id, fault: { code: 'NOT_GGUF', message: 'No.' } });
      else well(message, tell, die);
    }).start, TEMPO);
    for (let i = 0; i < 5; i++) expect((await faultOf(host.load(OPTIONS, () => undefined))).code).toBe('NOT_GGUF');
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('NO_ENGINE');
    await host.close();
  });
});

describe('the pulse', () => {
  test('an engine that answers nothing is ended, and told as a hang', async () => {
    const engine = scripted((message, tell, die) => { if (message.type === 'load') well(message, tell, die); });
    const host = createInferenceHost(engine.start, TEMPO);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('HANG');
    expect(deaths.map(({ code }) => code)).toEqual(['HANG']);
    expect(host.pid).toBeNull();
    await host.close();
  });

  test('a reply without any progress is ended, though the engine answers', async () => {
    const host = createInferenceHost(scripted(well).start, { ...TEMPO, silenceMs: 60 });
    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('HANG');
    await host.close();
  });

  test('an engine that does not start, and one of another version', async () => {
    const silent = createInferenceHost(scripted(well, null).start, TEMPO);
    expect((await faultOf(silent.load(OPTIONS, () => undefined))).code).toBe('START');
    const other = createInferenceHost(scripted(well, { type: 'hello', version: 99, pid: 1 }).start, TEMPO);
    expect((await faultOf(other.load(OPTIONS, () => undefined))).code).toBe('VERSION');
    await Promise.all([silent.close(), other.close()]);
  });
});

describe('stopping', () => {
  test('an engine that does not heed a stop is ended; the reply is stopped, not failed', async () => {
    const engine = scripted(well);
    const host = createInferenceHost(engine.start, TEMPO);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    await host.load(OPTIONS, () => undefined);
    const job = host.generate(REQUEST);
    await delay(20);
    job.stop();
    expect((await job.done).reason).toBe('stopped');
    expect(deaths).toEqual([]);
    const next = host.generate(REQUEST);
    await delay(50);
    expect(engine.started()).toBe(2);
    next.stop();
    await next.done;
    await host.close();
  });

  test('a reply stopped while it waits never begins', async () => {
    const asked: string[] = [];
    const host = createInferenceHost(scripted((message, tell, die) => { asked.push(message.type); well(message, tell, die); }).start, TEMPO);
    await host.load(OPTIONS, () => undefined);
    const [first, second] = [host.generate(REQUEST), host.generate(REQUEST)];
    second.stop();
    expect((await second.done).reason).toBe('stopped');
    await delay(20);
    first.stop();
    await first.done;
    await delay(20);
    expect(asked.filter((type) => type === 'generate')).toHaveLength(1);
    await host.close();
  });

  test('closing ends what runs and what waits', async () => {
    const host = createInferenceHost(scripted(well).start, TEMPO);
    await host.load(OPTIONS, () => undefined);
    const jobs = [host.generate(REQUEST), host.generate(REQUEST)];
    await delay(10);
    await host.close();
    expect((await Promise.all(jobs.map((job) => faultOf(job.done)))).map(({ code }) => code)).toEqual(['NO_ENGINE', 'CLOSED']);
    expect(host.pid).toBeNull();
  });
});

test('another model gets another process; the same one is kept', async () => {
  const engine = scripted(well);
  const host = createInferenceHost(engine.start, TEMPO);
  await host.load(OPTIONS, () => undefined);
  await host.load(OPTIONS, () => undefined);
  expect(engine.started()).toBe(1);
  await host.load({ ...OPTIONS, contextSize: 512 }, () => undefined);
  expect(engine.started()).toBe(2);
  await host.close();
});
