import { isDeepStrictEqual } from 'node:util';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { EngineStatus, LoadedHardware } from '../../../shared/contract/models.ts';
import type { GenerationStats } from '../../../shared/contract/writing.ts';
import type { Hardware } from '../../../shared/settings/hardware.ts';
import type { PromptFormat } from '../../../shared/prompt/types.ts';
import type { EngineKind, InferenceHost, LoadOptions } from '../../engines/local/protocol.ts';
import type { LocalSetup } from '../../engines/local/setup.ts';
import type { EnginePort, EngineSetup } from '../../engines/port.ts';
import type { Crashes } from './model-crashes.ts';
import { channel, type Channel } from '../channel.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import { isSameFile, type ModelVersion } from './model-files.ts';
import { guarded } from '../../log/guarded.ts';

export interface EngineModel extends ModelVersion {
  readonly name: string;
  readonly options: LoadOptions;
  readonly hardware: Hardware;
  readonly format: PromptFormat;
  readonly sha256: string | null;
}
export type Named = Pick<EngineModel, 'id' | 'name'>;
export interface Ready {
  readonly modelId: string;
  readonly modelName: string;
  readonly device: string;
  readonly contextSize: number;
  readonly setup: EngineSetup;
  readonly format: PromptFormat;
  readonly sha256: string | null;
}

/** An engine whose models are files of this computer. */
export type LoadingEngine = EnginePort & Pick<InferenceHost, 'load' | 'warm' | 'held' | 'isAnswering' | 'giveUp'>;

/** The inference process as the person sees it: which model, how far, how fast, what went wrong. */
export interface Engine {
  /** One after the other. */
  load(model: EngineModel): Promise<Ready>;
  /** Starts a process for the first load. */
  warm(kind: EngineKind): void;
  /**
   * What a reply is written with; waits for a load that is under way, and loads again what rests. After the death of
   * the process: what was loaded, for the next task starts it again.
   */
  ready(): Promise<Ready | null>;
  /** What must be loaded anew: its process ended in its load, or its file was replaced since its process ended. */
  readonly toLoadAgain: EngineModel | null;
  /** What is loaded now. */
  current(): Ready | null;
  /** What is loaded, rests, or was loaded when its process ended. */
  readonly chosen: Ready | null;
  readonly isLoading: boolean;
  setFormat(modelId: string, format: PromptFormat): void;
  /** Unless the file that was loaded is another one. */
  setFingerprint(model: ModelVersion, sha256: string): void;
  /** Whether it reads or writes for a reply. */
  writes(isWriting: boolean): void;
  /** A reply has ended. */
  replied(stats: GenerationStats | null): void;
  /** Less is left to read than a moment ago. */
  hasReadAhead(): void;
  /** A model that is not loaded, and why. */
  refuse(model: Named, fault: StudioFault): void;
  /** The time of rest was changed. */
  restAnew(): void;
  watch(signal?: AbortSignal): AsyncGenerator<EngineStatus, void>;
  readonly host: EnginePort;
  /** Bytes that loaded models take; another one may have them. */
  readonly held: LoadedHardware['memory'];
  readonly busy: boolean;
  /** Ends its process where that does not answer. */
  giveUp(): void;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly crashes: Crashes;
  /** Minutes without use after which the model leaves the memory; null: never. */
  readonly restMinutes: () => number | null;
  /** Hears what each reply took. */
  readonly onReply: (ready: Ready, stats: GenerationStats) => void;
}

export function createEngine(
  createHost: () => LoadingEngine,
  { crashes, restMinutes, onReply }: EngineOptions,
): Engine {
  const watchers = new Set<Channel<EngineStatus>>();
  const host = watched(createHost());
  /** What was loaded last, or is being loaded; `named` also where its load was refused. */
  let model: EngineModel | null = null;
  let named: Named | null = null;
  let ready: Ready | null = null;
  let hardware: LoadedHardware | null = null;
  let loading: Promise<Ready> | null = null;
  let progress: number | null = null;
  let isResting = false;
  let isWriting = false;
  let trouble: { readonly state: 'failed' | 'stopped'; readonly fault: StudioFault } | null = null;
  let tokensPerSecond: number | null = null;
  let readAhead = 0;
  let told: EngineStatus | null = null;

  /** The one place that says how it stands. */
  function state(): EngineStatus['state'] {
    if (loading !== null || host.state === 'loading') return 'loading';
    if (isResting) return 'resting';
    if (host.state === 'loaded' && ready !== null) return isWriting ? 'generating' : 'ready';
    return trouble?.state ?? 'idle';
  }

  function status(): EngineStatus {
    const now = state();
    return {
      state: now,
      modelId: named?.id ?? null,
      modelName: named?.name ?? null,
      device: ready?.device ?? null,
      progress: now === 'loading' ? progress : null,
      contextSize: ready?.contextSize ?? null,
      tokensPerSecond,
      format: (ready ?? model)?.format.name ?? null,
      sha256: (ready ?? model)?.sha256 ?? null,
      readAhead,
      answers: host.isAnswering,
      fault: now === trouble?.state ? trouble.fault : null,
      hardware,
    };
  }

  function tell(): void {
    const now = status();
    if (isDeepStrictEqual(now, told)) return;
    told = now;
    for (const watcher of watchers) watcher.push(now);
  }

  function watched(made: LoadingEngine): LoadingEngine {
    made.onDeath((fault: StudioFault) => {
      if (model) crashes.died(model, fault);
      trouble = { state: 'stopped', fault };
    });
    made.onChange(tell);
    return made;
  }

  let resting: NodeJS.Timeout | undefined;
  /** A store that tells nothing keeps no reply from its end. */
  function minutesUntilRest(): number | null {
    try {
      return restMinutes();
    } catch {
      return null;
    }
  }
  /** Each use begins the time of rest anew. */
  const used = (): void => {
    clearTimeout(resting);
    const minutes = minutesUntilRest();
    if (minutes !== null) resting = setTimeout(guarded(rest), minutes * 60_000).unref();
  };
  function rest(): void {
    if (state() !== 'ready') return;
    isResting = true;
    tell();
    host.rest().catch(() => undefined);
  }

  /** Forgets the model that was there. */
  function choose(next: EngineModel | null): void {
    model = next;
    named = next;
    [ready, hardware, trouble, tokensPerSecond] = [null, null, null, null];
    [readAhead, isResting] = [0, false];
  }

  async function start(chosen: EngineModel): Promise<Ready> {
    const loaded = await host.load(chosen.options, (share) => {
      progress = share;
      tell();
    });
    hardware = loaded.hardware;
    ready = {
      modelId: chosen.id,
      modelName: chosen.name,
      device: loaded.device,
      contextSize: loaded.contextSize,
      setup: {
        promptChunk: loaded.hardware.promptChunk,
        hardware: chosen.hardware,
        ownBuild: loaded.hardware.ownBuild,
      } satisfies LocalSetup,
      format: chosen.format,
      sha256: chosen.sha256,
    };
    used();
    return ready;
  }

  async function load(next: EngineModel): Promise<Ready> {
    while (loading !== null) await loading.catch(() => undefined);
    choose(next);
    progress = 0;
    loading = start(next);
    tell();
    try {
      return await loading;
    } catch (error) {
      // Where its process ended, that is told already.
      if (trouble === null) trouble = { state: 'failed', fault: faultOf(error) };
      throw error;
    } finally {
      [loading, progress] = [null, null];
      tell();
    }
  }

  return {
    get host() {
      return host;
    },
    get held() {
      return host.held;
    },
    get busy() {
      return state() === 'generating' || state() === 'loading';
    },
    get isLoading() {
      return loading !== null;
    },
    get chosen() {
      return ready;
    },
    load,
    warm: (kind) => host.warm(kind),
    async ready() {
      if (isResting && model && ready) await load({ ...model, format: ready.format, sha256: ready.sha256 });
      while (loading) await loading;
      return ready;
    },
    get toLoadAgain() {
      const isCutOff = loading === null && ready === null && trouble?.state === 'stopped';
      return isCutOff || host.isReplaced ? model : null;
    },
    current() {
      used();
      return host.state === 'loaded' && !isResting ? ready : null;
    },
    setFormat(modelId, format) {
      if (ready?.modelId !== modelId) return;
      ready = { ...ready, format };
      tell();
    },
    setFingerprint(read, sha256) {
      if (!ready || !model || !isSameFile(model, read)) return;
      ready = { ...ready, sha256 };
      tell();
    },
    writes(now) {
      isWriting = now;
      tell();
    },
    replied(stats) {
      if (stats !== null && stats.tokens > 0) {
        if (ready) onReply(ready, stats);
        if (model) crashes.forget(model);
        ({ tokensPerSecond } = stats);
      }
      used();
      tell();
    },
    refuse(refused, fault) {
      if (loading !== null || (named !== null && named.id !== refused.id) || trouble?.fault === fault) return;
      choose(null);
      named = refused;
      trouble = { state: 'failed', fault };
      tell();
    },
    restAnew: used,
    hasReadAhead() {
      readAhead += 1;
      tell();
    },
    watch(signal) {
      const watcher: Channel<EngineStatus> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      watcher.push(status());
      return watcher.iterator;
    },
    giveUp() {
      if (!host.isAnswering) host.giveUp();
    },
    async close() {
      clearTimeout(resting);
      for (const watcher of [...watchers]) watcher.end();
      await host.close();
    },
  };
}
