import { isDeepStrictEqual } from 'node:util';
import { differentSetup } from '../setup.ts';
import type { Ledger, PlanRequest } from '../../../../shared/prompt/types.ts';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { TEMPO, type Tempo } from './tempo.ts';
import { EngineProcess } from './engine-process.ts';
import { failure, FaultError } from '../../../../shared/faults/failure.ts';
import { stampsOf } from './file-stamp.ts';
import { Generation } from './engine-reply.ts';
import { measurement } from './measurement.ts';
import type { EngineReply, GenerateRequest, TaskOptions, ReadAheadPort } from '../../port.ts';
import {
  type AnswerTo,
  type Asking,
  DEFAULT_TUNING,
  type EngineKind,
  type FromEngine,
  type InferenceHost,
  kindOf,
  type LoadedModel,
  type LoadOptions,
  type Request,
  type StartEngine,
} from '../protocol.ts';
import { TaskQueue } from './task-queue.ts';
import { hasRoomBeside, isMemoryShort } from './memory-room.ts';
import { guarded, inBackground } from '../../../log/guarded.ts';

/** After so many failures of the engine itself in a row it is not started again unasked. */
const BREAKER = 3;
/** Faults of the engine, not of what it was asked. */
const INFRASTRUCTURE = new Set(['CRASH', 'HANG', 'START', 'LOAD']);

/** A process with the model that it has, or is getting. `files`: as they were when it read them. */
interface Seat {
  readonly engine: EngineProcess;
  readonly files: string;
  options: LoadOptions;
  model: LoadedModel | null;
}
interface Supervision {
  readonly tempo?: Tempo;
  readonly hasRoom?: (other: LoadedModel, options: LoadOptions) => boolean;
  readonly isShort?: () => boolean;
}

/**
 * The supervisor: starts the engine when it is needed, keeps the queue of its tasks, and survives its death. A model
 * has a process of its own; the model of before stays for switching back as long as memory allows.
 */
export function createInferenceHost(
  start: StartEngine,
  { tempo = TEMPO, hasRoom = hasRoomBeside, isShort = isMemoryShort }: Supervision = {},
): InferenceHost {
  const deathListeners: ((fault: StudioFault) => void)[] = [];
  const changeListeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of changeListeners) listener();
  };
  let seat: Seat | null = null;
  let spare: Seat | null = null;
  /** A process that waits for its first model. */
  let warm: { readonly engine: EngineProcess; readonly kind: EngineKind } | null = null;
  /** What the next task needs, whether or not a process has it now, and its files as they were when they were read. */
  let wanted: Pick<Seat, 'options' | 'files'> | null = null;
  let failures = 0;
  let closed = false;
  const queue = new TaskQueue(() => seat?.model?.parallel ?? 1);

  const watch = setInterval(
    guarded(() => (spare !== null && isShort() ? spare.engine.kill() : undefined)),
    tempo.pingMs,
  ).unref();

  const counted = async <T>(task: Promise<T>): Promise<T> => {
    try {
      return await task;
    } catch (error) {
      if (error instanceof FaultError && INFRASTRUCTURE.has(error.fault.code)) failures++;
      throw error;
    }
  };

  const newProcess = (kind: EngineKind): EngineProcess => new EngineProcess(() => start(kind.device), tempo, changed);

  const warmUp = async (kind: EngineKind): Promise<void> => {
    const engine = newProcess(kind);
    warm = { engine, kind };
    await engine.started;
    await engine.ask<'warm'>({ type: 'warm', cards: kind.cards }).answer;
  };

  /** The process that waits, if it is of that kind; any other one goes. */
  const takeWarm = async (kind: EngineKind): Promise<EngineProcess | null> => {
    const taken = warm;
    warm = null;
    if (taken?.engine.alive === true && isDeepStrictEqual(taken.kind, kind)) return taken.engine;
    await taken?.engine.kill();
    return null;
  };

  const startProcess = async (options: LoadOptions): Promise<Seat> => {
    const kind = kindOf(options);
    const engine = (await takeWarm(kind)) ?? newProcess(kind);
    const made: Seat = { engine, files: stampsOf(options), options, model: null };
    seat = made;
    changed();
    const bury = (fault: FaultError | null): void => {
      if (spare === made) spare = null;
      if (seat !== made) return;
      seat = null;
      if (fault !== null && !closed) for (const listener of deathListeners) listener(fault.fault);
      changed();
    };
    inBackground(engine.ended.then(bury));
    await engine.started;
    return made;
  };

  /** Another model keeps its process where there is room for both; the one before it goes. */
  const makeRoom = async (options: LoadOptions): Promise<void> => {
    if (seat?.model && seat.options.path !== options.path) {
      await spare?.engine.kill();
      [spare, seat] = [seat, null];
    } else {
      await seat?.engine.kill();
    }
    if (spare?.model && !hasRoom(spare.model, options)) await spare.engine.kill();
  };

  const loadFresh = async (options: LoadOptions, onProgress: (value: number) => void): Promise<LoadedModel> => {
    await makeRoom(options);
    const made = await startProcess(options);
    try {
      const { answer } = made.engine.ask<'load'>({ type: 'load', options }, (message) => {
        if (message.type === 'progress') onProgress(message.value);
      });
      made.model = (await answer).model;
      changed();
      return made.model;
    } catch (error) {
      // What a failed load left behind is not known.
      await made.engine.kill();
      if (error instanceof FaultError && !INFRASTRUCTURE.has(error.fault.code)) wanted = null;
      throw error;
    }
  };

  const load = async (options: LoadOptions, onProgress: (value: number) => void): Promise<LoadedModel> => {
    if (seat?.model && holds(seat, options)) return seat.model;
    if (spare?.model && holds(spare, options)) {
      const { model } = spare;
      [seat, spare] = [spare, seat];
      wanted = seat;
      return model;
    }
    const files = stampsOf(options);
    wanted = { options, files };
    const model = await counted(loadFresh(options, onProgress));
    // A process that is started again must not measure anew.
    wanted = { files, options: { ...options, tuning: { ...options.tuning, promptChunk: model.hardware.promptChunk } } };
    if (seat !== null) seat.options = wanted.options;
    return model;
  };

  const readyNow = async (): Promise<EngineProcess> => {
    if (seat?.model) return seat.engine;
    throw failure('NO_ENGINE', {});
  };

  const isReplaced = (): boolean => !seat?.model && wanted !== null && stampsOf(wanted.options) !== wanted.files;

  const ensureLoaded = async (): Promise<EngineProcess> => {
    if (seat?.model) return seat.engine;
    if (wanted === null) throw failure('NO_ENGINE', {});
    if (isReplaced()) throw failure('REPLACED', {});
    if (failures >= BREAKER) throw failure('BREAKER', { failures });
    await loadFresh(wanted.options, () => undefined);
    return readyNow();
  };

  const endProcesses = async (): Promise<void> => {
    for (const one of [seat, spare, warm]) await one?.engine.kill();
  };

  const ask = <T extends Asking['type']>(
    engineOf: () => Promise<EngineProcess>,
    request: Request<T>,
    options: TaskOptions,
    notice?: (message: FromEngine) => void,
  ): Promise<AnswerTo<T>> =>
    queue.add(
      (stop) =>
        counted(
          engineOf().then((engine) => {
            const { id, answer } = engine.ask(request, notice);
            whenAborted(stop, () => {
              engine.abort(id);
            });
            return answer;
          }),
        ),
      options,
    );

  const work: InferenceHost['work'] = (request, options = {}, notice) =>
    ask(options.priority === 'idle' ? readyNow : ensureLoaded, request, options, notice);

  const readAhead: ReadAheadPort = {
    get life() {
      return seat?.engine.pid ?? null;
    },
    prepare: async (plan) => (await work<'prepare'>({ type: 'prepare', plan }, { priority: 'idle' })).tokens,
    async save(file, plan, signal) {
      await work<'save'>({ type: 'save', request: { ...file, plan } }, { priority: 'idle', signal });
    },
    async restore(request) {
      await work<'restore'>({ type: 'restore', request });
    },
  };

  return {
    tokenizer: 'exact',
    readAhead,
    work,
    get pid() {
      return seat?.engine.pid ?? null;
    },
    get state() {
      if (seat === null) return 'empty';
      return seat.model === null ? 'loading' : 'loaded';
    },
    onChange: (listener) => {
      changeListeners.push(listener);
    },
    get isAnswering() {
      return seat === null || seat.engine.answers;
    },
    giveUp() {
      seat?.engine.giveUp();
    },
    get isReplaced() {
      return isReplaced();
    },
    get held() {
      const memories = [seat, spare].flatMap((one) => one?.model?.hardware.memory ?? []);
      return {
        ram: memories.reduce((sum, { ram }) => sum + ram, 0),
        vram: memories.reduce((sum, { vram }) => sum + vram, 0),
      };
    },

    load: (options, onProgress) =>
      queue.add(
        async () => {
          const model = await load(options, onProgress);
          // Somebody asked for it: one more try before the breaker opens again.
          failures = Math.min(failures, BREAKER - 1);
          return model;
        },
        { alone: true },
      ),

    plan: async (request: PlanRequest): Promise<Ledger> =>
      (await (await readyNow()).ask<'plan'>({ type: 'plan', request }).answer).ledger,
    count: async (texts) =>
      (await ask<'count'>(readyNow, { type: 'count', texts }, { priority: 'idle', again: true })).counts,
    tokens: async (request) => (await (await readyNow()).ask<'tokens'>({ type: 'tokens', request }).answer).prompt,

    generate(request: GenerateRequest, priority = 'asked'): EngineReply {
      let isIdle = priority === 'idle';
      const generation = new Generation(request, () => {
        isIdle = false;
        queue.raise(task);
      });
      const task = async (stop: AbortSignal): Promise<void> => {
        if (generation.stopped) return;
        whenAborted(stop, () => {
          generation.stop();
        });
        await counted((isIdle ? readyNow() : ensureLoaded()).then((engine) => generation.run(engine)));
        failures = 0;
      };
      queue.add(task, { priority }).catch((error: unknown) => {
        generation.fail(error);
      });
      return generation;
    },

    differences: differentSetup,
    score: (request) =>
      measurement(
        async (signal, notice) =>
          (
            await ask<'score'>(
              ensureLoaded,
              { type: 'score', request },
              { priority: 'idle', again: true, signal },
              notice,
            )
          ).endings,
      ),
    perplexity: (request) =>
      measurement(
        async (signal, notice) =>
          (
            await ask<'perplexity'>(
              ensureLoaded,
              { type: 'perplexity', request },
              { priority: 'idle', again: true, signal },
              notice,
            )
          ).result,
      ),

    onDeath: (listener) => {
      deathListeners.push(listener);
    },

    warm(kind) {
      // It was not asked for: a load that fails says why.
      if (!closed && seat === null && warm === null) warmUp(kind).catch(() => undefined);
    },

    rest() {
      queue.dropIdle(failure('YIELDED', {}));
      return queue.add(endProcesses, { alone: true });
    },

    async close() {
      closed = true;
      clearInterval(watch);
      const idle = queue.close(failure('CLOSED', {}));
      await endProcesses();
      await idle;
    },
  };
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', guarded(act), { once: true });
}

function holds({ options: a, files }: Seat, b: LoadOptions): boolean {
  return (
    files === stampsOf(b) &&
    a.contextSize === b.contextSize &&
    a.threads === b.threads &&
    a.gpu === b.gpu &&
    isDeepStrictEqual({ ...DEFAULT_TUNING, ...a.tuning }, { ...DEFAULT_TUNING, ...b.tuning })
  );
}
