import { isDeepStrictEqual } from 'node:util';
import type { Ledger, PlanRequest } from '../../shared/prompt/types.ts';
import type { StudioFault } from '../../shared/contract/common.ts';
import { EngineProcess, TEMPO, type Tempo } from './engine-process.ts';
import { EngineFault } from './fault.ts';
import { Generation } from './generation.ts';
import { measurement } from './measurement.ts';
import { type AnswerTo, type Asking, DEFAULT_TUNING, type EngineJob, type FromEngine, type GenerateRequest, type InferenceHost, type LoadedModel, type LoadOptions, type Request, type StartEngine } from './protocol.ts';
import { JobQueue, type JobOptions } from './queue.ts';

/** After so many failures of the engine itself in a row it is not started again unasked. */
const BREAKER = 3;
/** Faults of the engine, not of what it was asked. */
const INFRASTRUCTURE = new Set(['CRASH', 'HANG', 'START', 'LOAD']);

/** The supervisor: starts the engine when it is needed, keeps one job at a time, and survives its death. A model has a process of its own. */
export function createInferenceHost(start: StartEngine, tempo: Tempo = TEMPO): InferenceHost {
  const deathListeners: ((fault: StudioFault) => void)[] = [];
  let current: EngineProcess | null = null;
  let loaded: { readonly options: LoadOptions; readonly model: LoadedModel } | null = null;
  /** What the next job needs, whether or not a process has it now. */
  let wanted: LoadOptions | null = null;
  let failures = 0;
  let closed = false;
  const queue = new JobQueue(() => loaded?.model.parallel ?? 1);

  const counted = async <T>(job: Promise<T>): Promise<T> => {
    try {
      return await job;
    } catch (error) {
      if (error instanceof EngineFault && INFRASTRUCTURE.has(error.fault.code)) failures++;
      throw error;
    }
  };

  const startProcess = async (device: number | null): Promise<EngineProcess> => {
    const engine = new EngineProcess(() => start(device), tempo);
    current = engine;
    void engine.ended.then((fault) => {
      if (current === engine) { current = null; loaded = null; }
      if (fault !== null && !closed) for (const listener of deathListeners) listener(fault.fault);
    });
    await engine.started;
    return engine;
  };

  const loadFresh = async (options: LoadOptions, onProgress: (value: number) => void): Promise<LoadedModel> => {
    await current?.kill();
    const engine = await startProcess(options.tuning?.device ?? null);
    try {
      const { answer } = engine.ask<'load'>({ type: 'load', options }, (message) => { if (message.type === 'progress') onProgress(message.value); });
      const { model } = await answer;
      loaded = { options, model };
      return model;
    } catch (error) {
      // What a failed load left behind is not known.
      await engine.kill();
      if (error instanceof EngineFault && !INFRASTRUCTURE.has(error.fault.code)) wanted = null;
      throw error;
    }
  };

  const ensureLoaded = async (): Promise<EngineProcess> => {
    if (current?.alive === true && loaded !== null) return current;
    if (wanted === null) throw new EngineFault('NO_ENGINE', 'No model is loaded. Choose one first.');
    if (failures >= BREAKER) {
      throw new EngineFault('BREAKER', `The model stopped ${failures} times in a row, so it is not started again by itself. Your text is safe. Choose a smaller context or another model, or load this one again to try once more.`);
    }
    await loadFresh(wanted, () => undefined);
    return ensureLoaded();
  };

  const readyNow = async (): Promise<EngineProcess> => {
    if (current?.alive === true && loaded !== null) return current;
    throw new EngineFault('NO_ENGINE', 'No model is ready. Choose one, or wait until it is loaded.');
  };

  const ask = <T extends Asking['type']>(engineOf: () => Promise<EngineProcess>, request: Request<T>, options: JobOptions, notice?: (message: FromEngine) => void): Promise<AnswerTo<T>> =>
    queue.add((stop) => counted(engineOf().then((engine) => {
      const { id, answer } = engine.ask(request, notice);
      whenAborted(stop, () => { engine.abort(id); });
      return answer;
    })), options);

  return {
    get pid() { return current?.pid ?? null; },

    load: (options, onProgress) => queue.add(async () => {
      if (current?.alive === true && loaded !== null && sameModel(loaded.options, options)) return loaded.model;
      wanted = options;
      const model = await counted(loadFresh(options, onProgress));
      // A process that is started again must not measure anew.
      wanted = { ...options, tuning: { ...options.tuning, promptChunk: model.hardware.promptChunk } };
      loaded &&= { options: wanted, model };
      // Somebody asked for it: one more try before the breaker opens again.
      failures = Math.min(failures, BREAKER - 1);
      return model;
    }, { alone: true }),

    plan: async (request: PlanRequest): Promise<Ledger> => (await (await readyNow()).ask<'plan'>({ type: 'plan', request }).answer).ledger,
    count: async (texts) => (await ask<'count'>(readyNow, { type: 'count', texts }, { priority: 'idle', again: true })).counts,
    tokens: async (request) => (await (await readyNow()).ask<'tokens'>({ type: 'tokens', request }).answer).prompt,

    generate(request: GenerateRequest, priority = 'asked'): EngineJob {
      const generation = new Generation(request);
      queue.add(async (stop) => {
        if (generation.stopped) return;
        whenAborted(stop, () => { generation.stop(); });
        await counted((priority === 'idle' ? readyNow() : ensureLoaded()).then((engine) => generation.run(engine)));
        failures = 0;
      }, { priority }).catch((error: unknown) => { generation.fail(error); });
      return generation;
    },

    work: (request, options = {}, notice) => ask(options.priority === 'idle' ? readyNow : ensureLoaded, request, options, notice),
    score: (request) => measurement(async (signal, notice) => (await ask<'score'>(ensureLoaded, { type: 'score', request }, { priority: 'idle', again: true, signal }, notice)).endings),
    perplexity: (request) => measurement(async (signal, notice) => (await ask<'perplexity'>(ensureLoaded, { type: 'perplexity', request }, { priority: 'idle', again: true, signal }, notice)).result),

    onDeath: (listener) => { deathListeners.push(listener); },

    async close() {
      closed = true;
      const idle = queue.close(new EngineFault('CLOSED', 'Paphos is closing.'));
      await current?.kill();
      await idle;
    },
  };
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

function sameModel(a: LoadOptions, b: LoadOptions): boolean {
  return a.path === b.path && a.contextSize === b.contextSize && a.threads === b.threads && a.gpu === b.gpu && isDeepStrictEqual({ ...DEFAULT_TUNING, ...a.tuning }, { ...DEFAULT_TUNING, ...b.tuning });
}
