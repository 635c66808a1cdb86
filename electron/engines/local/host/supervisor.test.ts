import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { formatByName } from '../../../../shared/prompt/formats/formats.ts';
import { DEFAULT_SAMPLING } from '../../../../shared/settings/sampling.ts';
import { fault, FaultError } from '../../../../shared/faults/failure.ts';
import { createInferenceHost } from './supervisor.ts';
import type { GenerateRequest } from '../../port.ts';
import {
  type EngineWire,
  type FromEngine,
  type InferenceHost,
  type LoadedModel,
  type LoadOptions,
  PROTOCOL_VERSION,
  type StartEngine,
  type ToEngine,
} from '../protocol.ts';

/** What the supervisor does about engines that misbehave on cue; tests/model has the real one. */
const TEMPO = { pingMs: 10, quietMs: 20, hangMs: 50, helloMs: 100, stopMs: 50, firstMs: 5000, silenceMs: 5000 };
const OPTIONS: LoadOptions = { path: '/a.gguf', contextSize: null, threads: 1, gpu: false };
const MODEL: LoadedModel = {
  architecture: 'x',
  name: 'x',
  contextSize: 1024,
  trainedContext: 1024,
  device: 'CPU',
  parallel: 1,
  vocabulary: { size: 1, kind: 'bpe', bos: false, roleTokens: [] },
  hardware: {
    promptChunk: 128,
    gpuLayers: 0,
    memory: { ram: 1, vram: 0 },
    vram: null,
    exact: true,
    ownBuild: false,
    speculation: null,
    warning: null,
  },
};
const REQUEST: GenerateRequest = {
  plan: {
    format:
      formatByName('metharme') ??
      (() => {
        throw new Error();
      })(),
    turns: [],
    open: false,
    reserve: 10,
    contextSize: 1024,
    cut: null,
  },
  sampling: { ...DEFAULT_SAMPLING, seed: 1 },
};

type Answer = (message: ToEngine, tell: (message: FromEngine) => void, die: () => void) => void;

interface Engines {
  readonly start: StartEngine;
  readonly started: () => number;
  /** Ends one of them each. */
  readonly running: () => (() => void)[];
  /** So many messages of a kind came to any of them. */
  readonly heard: (type: ToEngine['type']) => number;
  /** So many ends were told. */
  readonly ended: () => number;
}

/** Engines that follow a script. */
function scripted(
  answer: Answer,
  hello: FromEngine | null = { type: 'hello', version: PROTOCOL_VERSION, pid: 1 },
): Engines {
  let started = 0;
  let ended = 0;
  const heard: ToEngine['type'][] = [];
  const alive = new Set<() => void>();
  const start: StartEngine = () => {
    started++;
    let dead = false;
    let listener: (message: FromEngine) => void = () => undefined;
    let onExit: Parameters<EngineWire['onExit']>[0] = () => undefined;
    const tell = (message: FromEngine): void => {
      setImmediate(() => {
        if (!dead) listener(message);
      });
    };
    const die = (): void => {
      if (!dead) {
        dead = true;
        alive.delete(die);
        setImmediate(() => {
          onExit({ code: null, signal: 'SIGABRT' });
          ended++;
        });
      }
    };
    alive.add(die);
    if (hello !== null) tell(hello);
    return {
      pid: null,
      send: (message) => {
        heard.push(message.type);
        answer(message, tell, die);
      },
      onMessage: (given) => {
        listener = given;
      },
      onExit: (given) => {
        onExit = given;
      },
      kill: die,
    };
  };
  return {
    start,
    started: () => started,
    running: () => [...alive],
    heard: (type) => heard.filter((one) => one === type).length,
    ended: () => ended,
  };
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate);
};
/** A few rounds of the supervisor's own work. */
const rounds = (engine: Engines, count = 3): Promise<void> => {
  const from = engine.heard('ping');
  return until(() => engine.heard('ping') >= from + count);
};

const well: Answer = ({ type, id }, tell) => {
  if (type === 'load') tell({ type: 'loaded', id, model: MODEL });
  if (type === 'ping') tell({ type: 'pong', id });
};

const newHost = (start: StartEngine): InferenceHost =>
  createInferenceHost(start, { tempo: TEMPO, hasRoom: () => true });

async function faultOf(promise: Promise<unknown>): Promise<StudioFault> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaultError)) throw new Error(`expected a fault, got ${String(error)}`);
  return error.fault;
}

describe('a process that waits for its first model', () => {
  const warmly: Answer = (message, tell, die) => {
    if (message.type === 'warm') tell({ type: 'warmed', id: message.id });
    else well(message, tell, die);
  };

  test('gets it; nobody is told of the process before', async () => {
    const engine = scripted(warmly);
    const host = newHost(engine.start);
    host.warm({ device: null, cards: false });
    host.warm({ device: null, cards: false });
    await until(() => engine.heard('warm') === 1);
    expect([host.state, host.pid]).toEqual(['empty', null]);
    await host.load(OPTIONS, () => undefined);
    host.warm({ device: null, cards: false });
    expect([engine.started(), host.state]).toEqual([1, 'loaded']);
    await host.close();
    expect(engine.running()).toEqual([]);
  });

  test('also where it is not ready yet', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    host.warm({ device: null, cards: false });
    await host.load(OPTIONS, () => undefined);
    expect(engine.started()).toBe(1);
    await host.close();
  });

  test.each([
    ['sees another card', { device: 1, cards: false }],
    ['looks for cards', { device: null, cards: true }],
  ])('gives way to one of the kind that is wanted where it %s', async (_how, kind) => {
    const engine = scripted(warmly);
    const host = newHost(engine.start);
    host.warm(kind);
    await until(() => engine.heard('warm') === 1);
    await host.load(OPTIONS, () => undefined);
    expect([engine.started(), engine.running().length]).toEqual([2, 1]);
    await host.close();
  });

  test('may end or never begin, and nobody hears of it', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'warm') die();
      else warmly(message, tell, die);
    });
    const host = newHost(engine.start);
    const deaths: StudioFault[] = [];
    host.onDeath((told) => deaths.push(told));
    host.warm({ device: null, cards: false });
    await until(() => engine.ended() === 1);
    await host.load(OPTIONS, () => undefined);
    await host.close();
    expect(deaths).toEqual([]);

    const none = newHost(() => {
      throw new Error('no engine');
    });
    none.warm({ device: null, cards: false });
    await none.close();
  });

  test('goes with its host', async () => {
    const engine = scripted(warmly);
    const host = newHost(engine.start);
    host.warm({ device: null, cards: false });
    await host.close();
    host.warm({ device: null, cards: false });
    expect([engine.started(), engine.running()]).toEqual([1, []]);
  });
});

describe('the trust in its library', () => {
  /** How often it was lost. */
  const lost = async (engine: Engines, end: (host: InferenceHost) => Promise<unknown>): Promise<number> => {
    let times = 0;
    const host = newHost((device) => ({ ...engine.start(device), distrust: () => (times += 1) }));
    await host.load(OPTIONS, () => undefined);
    await end(host);
    await host.close();
    return times;
  };

  test('is lost by an end that nobody had asked for', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'generate') die();
      else well(message, tell, die);
    });
    expect(await lost(engine, (host) => faultOf(host.generate(REQUEST).done))).toBe(1);
  });

  test('is lost by silence', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type !== 'ping') well(message, tell, die);
    });
    expect(await lost(engine, (host) => faultOf(host.generate(REQUEST).done))).toBe(1);
  });

  test('is not lost by an end that was asked for', async () => {
    expect(await lost(scripted(well), (host) => host.rest())).toBe(0);
  });
});

describe('the breaker', () => {
  test('an end under a grammar is the grammar’s: no fault of the file, and the engine starts again as often as it is asked', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'generate') die();
      else well(message, tell, die);
    });
    const host = newHost(engine.start);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    await host.load(OPTIONS, () => undefined);
    const ruled = { ...REQUEST, sampling: { ...REQUEST.sampling, grammarKind: 'gbnf' as const } };
    for (let n = 0; n < 4; n++) expect((await faultOf(host.generate(ruled).done)).code).toBe('GRAMMAR_CRASH');
    expect(new Set(deaths.map(({ code }) => code))).toEqual(new Set(['GRAMMAR_CRASH']));
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('CRASH');
    await host.close();
  });

  test('after three deaths in a row the engine is not started unasked; asking tries once more', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'generate') die();
      else well(message, tell, die);
    });
    const host = newHost(engine.start);
    await host.load(OPTIONS, () => undefined);
    for (let i = 0; i < 3; i++) expect((await faultOf(host.generate(REQUEST).done)).code).toBe('CRASH');
    expect(engine.started()).toBe(3);
    const fault = await faultOf(host.generate(REQUEST).done);
    expect(fault).toEqual({ code: 'BREAKER', params: { failures: 3 } });
    expect(engine.started()).toBe(3);

    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('CRASH');
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('BREAKER');
    expect(engine.started()).toBe(4);
    await host.close();
  });

  test('a file that cannot be opened is no failure of the engine', async () => {
    const host = newHost(
      scripted((message, tell, die) => {
        if (message.type === 'load') tell({ type: 'failed', id: message.id, fault: fault('NOT_GGUF', {}) });
        else well(message, tell, die);
      }).start,
    );
    for (let i = 0; i < 5; i++) expect((await faultOf(host.load(OPTIONS, () => undefined))).code).toBe('NOT_GGUF');
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('NO_ENGINE');
    await host.close();
  });
});

describe('the pulse', () => {
  test('an engine that answers nothing is ended, and told as a hang', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'load') well(message, tell, die);
    });
    const host = newHost(engine.start);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('HANG');
    expect(deaths.map(({ code }) => code)).toEqual(['HANG']);
    expect(host.pid).toBeNull();
    await host.close();
  });

  test('one that falls silent is said not to answer long before it is ended, until it answers again', async () => {
    let isSilent = false;
    const engine = scripted((message, tell, die) => {
      if (!isSilent || message.type === 'load') well(message, tell, die);
    });
    const host = createInferenceHost(engine.start, { tempo: { ...TEMPO, hangMs: 60_000 } });
    const told: boolean[] = [];
    host.onChange(() => {
      if (told.at(-1) !== host.isAnswering) told.push(host.isAnswering);
    });
    await host.load(OPTIONS, () => undefined);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    isSilent = true;
    await until(() => !host.isAnswering);
    isSilent = false;
    await until(() => host.isAnswering);
    expect(told).toEqual([true, false, true]);

    isSilent = true;
    const reply = faultOf(host.generate(REQUEST).done);
    await until(() => !host.isAnswering);
    host.giveUp();
    expect((await reply).code).toBe('HANG');
    expect(deaths.map(({ code }) => code)).toEqual(['HANG']);
    expect(host.isAnswering).toBe(true);
    await host.close();
  });

  test('a reply without any progress is ended, though the engine answers', async () => {
    const host = createInferenceHost(scripted(well).start, { tempo: { ...TEMPO, firstMs: 60 } });
    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('HANG');
    await host.close();
  });

  test('a reply that stands still in its middle is ended much sooner than one that has not begun', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'generate') tell({ type: 'prompt', id: message.id, done: 128, total: 512, reused: 0 });
      else well(message, tell, die);
    });
    const host = createInferenceHost(engine.start, { tempo: { ...TEMPO, silenceMs: 60 } });
    await host.load(OPTIONS, () => undefined);
    expect((await faultOf(host.generate(REQUEST).done)).code).toBe('HANG');
    expect(engine.heard('ping')).toBeLessThan(TEMPO.firstMs / TEMPO.pingMs / 5);
    await host.close();
  });

  test('an engine that does not start, and one of another version', async () => {
    const silent = newHost(scripted(well, null).start);
    expect((await faultOf(silent.load(OPTIONS, () => undefined))).code).toBe('START');
    const other = newHost(scripted(well, { type: 'hello', version: 99, pid: 1 }).start);
    expect((await faultOf(other.load(OPTIONS, () => undefined))).code).toBe('PROTOCOL');
    await Promise.all([silent.close(), other.close()]);
  });
});

describe('stopping', () => {
  test('an engine that does not heed a stop is ended; the reply is stopped, not failed', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    await host.load(OPTIONS, () => undefined);
    const reply = host.generate(REQUEST);
    await until(() => engine.heard('generate') === 1);
    reply.stop();
    expect((await reply.done).reason).toBe('stopped');
    expect(deaths.map(({ code }) => code)).toEqual(['UNHEEDED']);
    const next = host.generate(REQUEST);
    await until(() => engine.heard('generate') === 2);
    expect(engine.started()).toBe(2);
    next.stop();
    await next.done;
    await host.close();
  });

  test('a reply stopped while it waits never begins', async () => {
    const asked: number[] = [];
    const engine = scripted((message, tell, die) => {
      if (message.type === 'generate') asked.push(message.request.sampling.seed);
      well(message, tell, die);
    });
    const host = newHost(engine.start);
    const begin = (seed: number) => host.generate({ ...REQUEST, sampling: { ...REQUEST.sampling, seed } });
    await host.load(OPTIONS, () => undefined);
    const [first, second, third] = [begin(1), begin(2), begin(3)];
    second.stop();
    expect((await second.done).reason).toBe('stopped');
    await until(() => asked.length === 1);
    first.stop();
    await first.done;
    await until(() => asked.length === 2);
    expect(asked).toEqual([1, 3]);
    third.stop();
    await third.done;
    await host.close();
  });

  test('closing ends what runs and what waits', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    await host.load(OPTIONS, () => undefined);
    const replies = [host.generate(REQUEST), host.generate(REQUEST)];
    await until(() => engine.heard('generate') === 1);
    await host.close();
    expect((await Promise.all(replies.map((reply) => faultOf(reply.done)))).map(({ code }) => code)).toEqual([
      'UNLOADED',
      'CLOSED',
    ]);
    expect(host.pid).toBeNull();
  });
});

describe('models', () => {
  const other = (name: string): LoadOptions => ({ ...OPTIONS, path: `/${name}.gguf` });
  const load = (host: InferenceHost, options = OPTIONS): Promise<LoadedModel> => host.load(options, () => undefined);

  test('each has a process of its own; one that is loaded as it was asked for is kept', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    await load(host);
    await load(host);
    expect(engine.running()).toHaveLength(1);
    await load(host, { ...OPTIONS, contextSize: 512 });
    expect(engine.started()).toBe(2);
    expect(engine.running()).toHaveLength(1);
    await host.close();
  });

  test('the one of before stays for switching back, the one before that goes', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    for (const name of ['a', 'b', 'a', 'b', 'c', 'b']) await load(host, other(name));
    expect(engine.started()).toBe(3);
    expect(engine.running()).toHaveLength(2);
    await load(host, other('a'));
    expect(engine.started()).toBe(4);
    await host.close();
    expect(engine.running()).toEqual([]);
  });

  test('a file that was replaced is another model, though its name is the same', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    const folder = mkdtempSync(join(tmpdir(), 'paphos-replaced-'));
    const options = { ...OPTIONS, path: join(folder, 'a.gguf') };
    writeFileSync(options.path, 'as it came');
    for (let i = 0; i < 2; i++) await host.load(options, () => undefined);
    expect(engine.started()).toBe(1);
    writeFileSync(options.path, 'downloaded again');
    for (let i = 0; i < 2; i++) await host.load(options, () => undefined);
    expect(engine.started()).toBe(2);
    expect(engine.running()).toHaveLength(1);
    await host.close();
    rmSync(folder, { recursive: true });
  });

  test('without room for two, there is one', async () => {
    const engine = scripted(well);
    const host = createInferenceHost(engine.start, { tempo: TEMPO, hasRoom: () => false });
    for (const name of ['a', 'b', 'a']) await load(host, other(name));
    expect(engine.started()).toBe(3);
    expect(engine.running()).toHaveLength(1);
    await host.close();
  });

  test('the one in reserve goes as soon as memory becomes short', async () => {
    const engine = scripted(well);
    let short = false;
    const host = createInferenceHost(engine.start, { tempo: TEMPO, hasRoom: () => true, isShort: () => short });
    for (const name of ['a', 'b']) await load(host, other(name));
    await rounds(engine);
    expect(engine.running()).toHaveLength(2);
    short = true;
    await expect.poll(() => engine.running().length).toBe(1);
    await load(host, other('b'));
    expect(engine.started()).toBe(2);
    await host.close();
  });

  test("the end of the one in reserve is nobody's loss", async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    const deaths: StudioFault[] = [];
    host.onDeath((fault) => deaths.push(fault));
    await load(host, other('a'));
    await load(host, other('b'));
    engine.running()[0]?.();
    await until(() => engine.ended() === 1);
    expect(deaths).toEqual([]);
    await load(host, other('a'));
    expect(engine.started()).toBe(3);
    await host.close();
  });

  test('rest does not wait for idle work, which does not start the engine again', async () => {
    const engine = scripted((message, tell, die) => {
      if (message.type === 'abort') tell({ type: 'failed', id: message.id, fault: fault('STOPPED', {}) });
      else well(message, tell, die);
    });
    const host = newHost(engine.start);
    await load(host);
    const measured = [
      host.perplexity({ text: 'long', window: 64 }),
      host.perplexity({ text: 'longer', window: 64 }),
    ].map(({ done }) => faultOf(done));
    await until(() => engine.heard('perplexity') === 1);
    await host.rest();
    expect(engine.running()).toEqual([]);
    expect((await Promise.all(measured)).map(({ code }) => code)).toEqual(['YIELDED', 'YIELDED']);
    await host.close();
    expect(engine.started()).toBe(1);
  });

  test('rest ends every process when nothing is left to do; the next reply starts the chosen model again', async () => {
    const engine = scripted(well);
    const host = newHost(engine.start);
    await load(host, other('a'));
    await load(host, other('b'));
    const reply = host.generate(REQUEST);
    const resting = host.rest();
    await until(() => engine.heard('generate') === 1);
    await rounds(engine);
    expect(engine.running()).toHaveLength(2);
    reply.stop();
    await resting;
    expect(engine.running()).toEqual([]);
    const next = host.generate(REQUEST);
    await until(() => engine.heard('generate') === 2);
    expect(engine.running()).toHaveLength(1);
    next.stop();
    await host.close();
  });
});
