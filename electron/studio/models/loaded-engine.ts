import { availableParallelism } from 'node:os';
import type { StudioFault } from '../../../shared/contract/common.ts';
import type { EngineStatus } from '../../../shared/contract/models.ts';
import type { GenerationStats } from '../../../shared/contract/writing.ts';
import type { Hardware } from '../../../shared/settings/hardware.ts';
import type { PromptFormat } from '../../../shared/prompt/types.ts';
import type { InferenceHost, LoadOptions } from '../../engines/local/protocol.ts';
import type { Crashes } from './model-crashes.ts';
import { channel, type Channel } from '../channel.ts';
import { faultOf, StudioError } from '../studio-error.ts';
import { isSameFile, type ModelVersion } from './model-files.ts';

export interface EngineModel extends ModelVersion {
  readonly name: string;
  readonly options: LoadOptions;
  readonly hardware: Hardware;
  readonly format: PromptFormat;
  readonly sha256: string | null;
}
export interface Ready {
  readonly modelId: string;
  readonly modelName: string;
  readonly device: string;
  readonly contextSize: number;
  readonly promptChunk: number;
  readonly hardware: Hardware;
  readonly format: PromptFormat;
  readonly sha256: string | null;
}

/** The inference process as the person sees it: which model, how far, how fast, what went wrong. */
export interface Engine {
  load(model: EngineModel): Promise<Ready>;
  /** What a reply is written with; waits for a load that is under way, and loads again what rests. After the death of the process: what was loaded, for the next job starts it again. */
  ready(): Promise<Ready | null>;
  /** What was loaded, if its file was replaced since its process ended: that must be loaded anew, as another model. */
  readonly replaced: EngineModel | null;
  /** What is loaded now. */
  current(): Ready | null;
  setFormat(modelId: string, format: PromptFormat): void;
  /** Unless the file that was loaded is another one. */
  setFingerprint(model: ModelVersion, sha256: string): void;
  unload(): Promise<void>;
  /** A reply was asked for; its model may have to be started first. */
  asked(): void;
  generating(): void;
  rested(stats: GenerationStats | null): void;
  /** Less is left to read than a moment ago. */
  hasReadAhead(): void;
  /** A model that is not loaded, and why. */
  refuse(model: Pick<EngineModel, 'id' | 'name'>, fault: StudioFault): void;
  /** The time of rest was changed. */
  restAnew(): void;
  watch(signal?: AbortSignal): AsyncGenerator<EngineStatus, void>;
  readonly host: InferenceHost;
  readonly busy: boolean;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly crashes: Crashes;
  /** Minutes without use after which the model leaves the memory; null: never. */
  readonly restMinutes: () => number | null;
  /** Hears what each reply took. */
  readonly onReply: (ready: Ready, stats: GenerationStats) => void;
}

const NOTHING: EngineStatus = {
  state: 'idle',
  modelId: null,
  modelName: null,
  device: null,
  progress: null,
  contextSize: null,
  tokensPerSecond: null,
  format: null,
  sha256: null,
  readAhead: 0,
  fault: null,
  hardware: null,
};

/** As many threads as cores cost ten times the time as soon as anything else runs. */
export const engineThreads = (): number =>
  Math.max(1, Number.parseInt(process.env['PAPHOS_THREADS'] ?? '', 10) || availableParallelism() - 1);
export const mayUseGpu = (): boolean => process.env['PAPHOS_GPU'] !== '0';

export function createEngine(
  createHost: () => InferenceHost,
  { crashes, restMinutes, onReply }: EngineOptions,
): Engine {
  let host = watched(createHost());
  let alive = false;
  const watchers = new Set<Channel<EngineStatus>>();
  let status = NOTHING;
  let chosen: EngineModel | null = null;
  let ready: Ready | null = null;
  let loading: Promise<Ready> | null = null;
  const show = (change: Partial<EngineStatus>): void => {
    status = { ...status, ...change };
    for (const watcher of watchers) watcher.push(status);
  };

  function watched(made: InferenceHost): InferenceHost {
    made.onDeath((fault: StudioFault) => {
      alive = false;
      if (chosen) crashes.died(chosen, fault);
      if (!loading) show({ state: 'stopped', progress: null, fault });
    });
    return made;
  }

  let resting: NodeJS.Timeout | undefined;
  /** Each use begins the time of rest anew. */
  const used = (): void => {
    clearTimeout(resting);
    const minutes = restMinutes();
    if (minutes !== null) resting = setTimeout(rest, minutes * 60_000).unref();
  };
  function rest(): void {
    if (status.state !== 'ready') return;
    alive = false;
    show({ state: 'resting', progress: null });
    void host.rest().catch(() => undefined);
  }

  async function start(model: EngineModel): Promise<Ready> {
    chosen = model;
    ready = null;
    alive = false;
    show({
      ...NOTHING,
      state: 'loading',
      modelId: model.id,
      modelName: model.name,
      format: model.format.name,
      sha256: model.sha256,
      progress: 0,
    });
    try {
      const loaded = await host.load(model.options, (progress) => {
        show({ progress });
      });
      ready = {
        modelId: model.id,
        modelName: model.name,
        device: loaded.device,
        contextSize: loaded.contextSize,
        promptChunk: loaded.hardware.promptChunk,
        hardware: model.hardware,
        format: model.format,
        sha256: model.sha256,
      };
      alive = true;
      show({
        state: 'ready',
        device: loaded.device,
        contextSize: loaded.contextSize,
        hardware: loaded.hardware,
        progress: null,
        fault: null,
      });
      used();
      return ready;
    } catch (error) {
      show({ state: 'failed', progress: null, fault: faultOf(error) });
      throw error;
    }
  }

  async function load(model: EngineModel): Promise<Ready> {
    if (loading) await loading.catch(() => undefined);
    const mine = start(model);
    loading = mine;
    try {
      return await mine;
    } finally {
      if (loading === mine) loading = null;
    }
  }

  return {
    get host() {
      return host;
    },
    get busy() {
      return status.state === 'generating' || status.state === 'loading';
    },
    load,
    async ready() {
      if (status.state === 'resting' && chosen && ready)
        await load({ ...chosen, format: ready.format, sha256: ready.sha256 });
      while (loading) await loading;
      return ready;
    },
    get replaced() {
      return host.isReplaced ? chosen : null;
    },
    current() {
      used();
      return alive ? ready : null;
    },
    setFormat(modelId, format) {
      if (ready?.modelId !== modelId) return;
      ready = { ...ready, format };
      show({ format: format.name });
    },
    setFingerprint(model, sha256) {
      if (!ready || !chosen || !isSameFile(chosen, model)) return;
      ready = { ...ready, sha256 };
      show({ sha256 });
    },
    async unload() {
      if (loading) throw new StudioError('BUSY', 'A model is being loaded. Wait until it is there, then unload it.');
      ready = null;
      alive = false;
      const old = host;
      host = watched(createHost());
      await old.close();
      show(NOTHING);
    },
    asked() {
      if (!alive) show({ state: 'loading', progress: null, fault: null });
    },
    generating() {
      alive = true;
      show({ state: 'generating', fault: null });
    },
    rested(stats) {
      if (ready && stats) onReply(ready, stats);
      if (alive) show({ state: 'ready', ...(stats ? { tokensPerSecond: stats.tokensPerSecond } : {}) });
      if (stats && chosen) crashes.forget(chosen);
      used();
    },
    refuse(model, fault) {
      if (status.modelId === null || status.modelId === model.id)
        show({ ...NOTHING, state: 'failed', modelId: model.id, modelName: model.name, fault });
    },
    restAnew: used,
    hasReadAhead() {
      show({ readAhead: status.readAhead + 1 });
    },
    watch(signal) {
      const watcher: Channel<EngineStatus> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      watcher.push(status);
      return watcher.iterator;
    },
    async close() {
      clearTimeout(resting);
      for (const watcher of [...watchers]) watcher.end();
      await host.close();
    },
  };
}
