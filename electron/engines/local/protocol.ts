import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { LoadedHardware, Survey } from '../../../shared/contract/models.ts';
import type { GenerationStats, StopReason } from '../../../shared/contract/writing.ts';
import type { Ledger, PlanRequest } from '../../../shared/prompt/types.ts';
import type { GpuLayers, KeyCache } from '../../../shared/settings/hardware.ts';
import type {
  EndingScore,
  EnginePort,
  GenerateRequest,
  TaskOptions,
  Measurement,
  ReadAheadPort,
  ScoreRequest,
  StateFile,
  TokenisedPrompt,
} from '../port.ts';

/** Messages between main and the inference process. Plain data only; `id` pairs answers with requests. */
export const PROTOCOL_VERSION = 1;
/** Prompt chunks end at absolute multiples of this many tokens, unless a load says otherwise. */
export const PROMPT_CHUNK = 128;
export const MAX_BRANCHES = 4;

export interface LoadOptions {
  readonly path: string;
  readonly contextSize: number | null;
  readonly threads: number;
  readonly gpu: boolean;
  /**
   * How many evaluated prompts are kept in memory, 1 to MAX_BRANCHES, as far as there is room for them. Default:
   * MAX_BRANCHES.
   */
  readonly branches?: number;
  /** What is left out is as in DEFAULT_TUNING. */
  readonly tuning?: Partial<Tuning>;
  /** Bytes that the load may take at most; else what is free. */
  readonly memory?: number;
  /** Also if it will not fit, by the estimate. */
  readonly anyway?: boolean;
}
export interface Tuning {
  /** Prompt chunks end at absolute multiples of this many tokens; null: measured by the load. */
  readonly promptChunk: number | null;
  readonly gpuLayers: GpuLayers;
  /** The only graphics card that the process may see, by its place in the list; null: all. */
  readonly device: number | null;
  readonly keyCache: KeyCache;
  readonly adapters: readonly { readonly path: string; readonly scale: number }[];
  /** A model file that guesses ahead. */
  readonly draft: string | null;
  readonly lookup: boolean;
  /** When the window slides, what is kept moves up without being read again (KV shift): faster, and no longer exact. */
  readonly fastSlide: boolean;
}
export const DEFAULT_TUNING: Tuning = {
  promptChunk: PROMPT_CHUNK,
  gpuLayers: 'auto',
  device: null,
  keyCache: 'f16',
  adapters: [],
  draft: null,
  lookup: false,
  fastSlide: false,
};

/** What a process of the engine is fixed to from its start. `device`: the only graphics card it sees; null: all. */
export interface EngineKind {
  readonly device: number | null;
  /** Whether it looks for graphics cards at all. */
  readonly cards: boolean;
}
export const wantsCards = ({ gpu, tuning }: Pick<LoadOptions, 'gpu' | 'tuning'>): boolean =>
  gpu && tuning?.gpuLayers !== 0;
export const kindOf = (options: Pick<LoadOptions, 'gpu' | 'tuning'>): EngineKind => ({
  device: options.tuning?.device ?? null,
  cards: wantsCards(options),
});

export interface SaveRequest extends StateFile {
  readonly plan: PlanRequest;
}
export interface LoadedModel {
  readonly architecture: string;
  readonly name: string;
  readonly contextSize: number;
  readonly trainedContext: number;
  readonly device: string;
  /** How many tasks run side by side. */
  readonly parallel: number;
  readonly vocabulary: {
    readonly size: number;
    readonly kind: 'bpe' | 'spm';
    readonly bos: boolean;
    readonly roleTokens: readonly string[];
  };
  readonly hardware: LoadedHardware;
}
/** `window` in tokens, as llama-perplexity's `--ctx-size`. */
export interface PerplexityRequest {
  readonly text: string;
  readonly window: number;
}
/**
 * `deviation`: the standard error that llama-perplexity prints behind `+/-`; `tokens`: of the whole text, of which
 * `scored` count.
 */
export interface Perplexity {
  readonly value: number;
  readonly deviation: number;
  readonly tokens: number;
  readonly windows: number;
  readonly scored: number;
}

export type ToEngine =
  | { readonly type: 'load'; readonly id: number; readonly options: LoadOptions }
  /** Gets the library ready before its model is known. `cards`: whether it looks for graphics cards. */
  | { readonly type: 'warm'; readonly id: number; readonly cards: boolean }
  /** What a load would find. `freed`: bytes that will be free by then. */
  | {
      readonly type: 'survey';
      readonly id: number;
      readonly options: LoadOptions;
      readonly freed: LoadedHardware['memory'];
    }
  | { readonly type: 'plan'; readonly id: number; readonly request: PlanRequest }
  | { readonly type: 'count'; readonly id: number; readonly texts: readonly string[] }
  | { readonly type: 'tokens'; readonly id: number; readonly request: PlanRequest }
  | { readonly type: 'generate'; readonly id: number; readonly request: GenerateRequest }
  | { readonly type: 'score'; readonly id: number; readonly request: ScoreRequest }
  | { readonly type: 'perplexity'; readonly id: number; readonly request: PerplexityRequest }
  | { readonly type: 'prepare'; readonly id: number; readonly plan: PlanRequest }
  | { readonly type: 'save'; readonly id: number; readonly request: SaveRequest }
  | { readonly type: 'restore'; readonly id: number; readonly request: StateFile }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'ping'; readonly id: number };

export type FromEngine =
  | { readonly type: 'hello'; readonly version: number; readonly pid: number }
  | { readonly type: 'progress'; readonly id: number; readonly value: number }
  | { readonly type: 'loaded'; readonly id: number; readonly model: LoadedModel }
  | { readonly type: 'warmed'; readonly id: number }
  | { readonly type: 'surveyed'; readonly id: number; readonly survey: Survey }
  | { readonly type: 'planned'; readonly id: number; readonly ledger: Ledger }
  | { readonly type: 'counted'; readonly id: number; readonly counts: readonly number[] }
  | { readonly type: 'tokenised'; readonly id: number; readonly prompt: TokenisedPrompt }
  | {
      readonly type: 'prompt';
      readonly id: number;
      readonly done: number;
      readonly total: number;
      readonly reused: number;
    }
  /**
   * Sent once a generation's prompt is planned, before it is evaluated. `headTokens` are the ids of the head, `total`
   * equals the engine's position when the prompt is read.
   */
  | { readonly type: 'accepted'; readonly id: number; readonly ledger: Ledger; readonly headTokens: readonly number[] }
  | { readonly type: 'text'; readonly id: number; readonly text: string }
  | {
      readonly type: 'done';
      readonly id: number;
      readonly reason: Exclude<StopReason, 'error'>;
      readonly stats: GenerationStats;
      readonly position: number;
      readonly candidates: Uint8Array | null;
    }
  | { readonly type: 'scored'; readonly id: number; readonly endings: readonly EndingScore[] }
  | { readonly type: 'perplexed'; readonly id: number; readonly result: Perplexity }
  /** How many tokens were read ahead, saved in how many bytes, brought back. */
  | { readonly type: 'prepared'; readonly id: number; readonly tokens: number }
  | { readonly type: 'saved'; readonly id: number; readonly bytes: number }
  | { readonly type: 'restored'; readonly id: number; readonly tokens: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly fault: StudioFault };

/**
 * Each request that has an answer, and which one; `failed` instead if there is none. What comes before it are notices.
 */
export const ANSWERS = {
  load: 'loaded',
  warm: 'warmed',
  survey: 'surveyed',
  plan: 'planned',
  count: 'counted',
  tokens: 'tokenised',
  generate: 'done',
  score: 'scored',
  perplexity: 'perplexed',
  prepare: 'prepared',
  save: 'saved',
  restore: 'restored',
} as const;
export type Asking = Extract<ToEngine, { type: keyof typeof ANSWERS }>;
export type AnswerTo<T extends Asking['type']> = Extract<FromEngine, { type: (typeof ANSWERS)[T] }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export type Request<T extends Asking['type'] = Asking['type']> = WithoutId<Extract<Asking, { type: T }>>;

/** The wire to an inference process, whatever carries it: fork, utilityProcess, or structuredClone in memory. */
export interface EngineWire {
  readonly pid: number | null;
  send(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** The only truth about its end. */
  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void;
  kill(): void;
  /** It ended, and nobody had ended it: what was taken for granted of it is tested again at the next start. */
  distrust?(): void;
  /** The last lines that the process wrote to its error stream. */
  log?(): readonly string[];
}
/** `device`: the only graphics card that it may see; null: all. */
export type StartEngine = (device: number | null) => EngineWire;

/** The engine on this computer. */
export interface InferenceHost extends EnginePort {
  /** The model of before stays in memory if there is room for both, and coming back to it costs nothing. */
  load(options: LoadOptions, onProgress: (value: number) => void): Promise<LoadedModel>;
  /** Starts a process that has no model yet; the next load of its kind goes on in it. Told nobody where it fails. */
  warm(kind: EngineKind): void;
  readonly score: (request: ScoreRequest) => Measurement<readonly EndingScore[]>;
  readonly readAhead: ReadAheadPort;
  /**
   * Anything else that the engine can do, in the same queue; `notice` hears what comes before the answer. Idle work
   * does not start the engine.
   */
  work<T extends Exclude<Asking['type'], 'load' | 'warm' | 'generate'>>(
    request: Request<T>,
    options?: TaskOptions,
    notice?: (message: FromEngine) => void,
  ): Promise<AnswerTo<T>>;
  perplexity(request: PerplexityRequest): Measurement<Perplexity>;
  readonly pid: number | null;
  /** Bytes that loaded models take; another one may have them. */
  readonly held: LoadedHardware['memory'];
  /** False while its process is silent: by its heartbeat, whatever it computes. */
  readonly isAnswering: boolean;
  /** Ends a process that does not answer; its task fails with HANG. */
  giveUp(): void;
}
