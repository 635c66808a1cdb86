import type { StudioFault } from '../../shared/contract/common.ts';
import type { GenerationStats, StopReason } from '../../shared/contract/writing.ts';
import type { Ledger, PlanRequest } from '../../shared/prompt/types.ts';
import type { Sampling } from '../../shared/settings/sampling.ts';

/** Messages between main and the inference process. Plain data only; `id` pairs answers with requests. */
export const PROTOCOL_VERSION = 1;
/** Prompt chunks end at absolute multiples of this many tokens. */
export const PROMPT_CHUNK = 128;

export interface LoadOptions { readonly path: string; readonly contextSize: number | null; readonly threads: number; readonly gpu: boolean }
export interface LoadedModel {
  readonly architecture: string; readonly name: string; readonly contextSize: number; readonly trainedContext: number; readonly device: string;
  readonly vocabulary: { readonly size: number; readonly kind: 'bpe' | 'spm'; readonly bos: boolean; readonly roleTokens: readonly string[] };
}
export interface GenerateRequest { readonly plan: PlanRequest; readonly sampling: Sampling & { readonly seed: number } }

export type ToEngine =
  | { readonly type: 'load'; readonly id: number; readonly options: LoadOptions }
  | { readonly type: 'plan'; readonly id: number; readonly request: PlanRequest }
  | { readonly type: 'count'; readonly id: number; readonly texts: readonly string[] }
  | { readonly type: 'generate'; readonly id: number; readonly request: GenerateRequest }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'ping'; readonly id: number };

export type FromEngine =
  | { readonly type: 'hello'; readonly version: number; readonly pid: number }
  | { readonly type: 'progress'; readonly id: number; readonly value: number }
  | { readonly type: 'loaded'; readonly id: number; readonly model: LoadedModel }
  | { readonly type: 'planned'; readonly id: number; readonly ledger: Ledger }
  | { readonly type: 'counted'; readonly id: number; readonly counts: readonly number[] }
  | { readonly type: 'prompt'; readonly id: number; readonly done: number; readonly total: number; readonly reused: number }
  /** Sent once a generation's prompt is planned, before it is evaluated. `headTokens` are the ids of the head, `total` equals the engine's position when the prompt is read. */
  | { readonly type: 'accepted'; readonly id: number; readonly ledger: Ledger; readonly headTokens: readonly number[] }
  | { readonly type: 'text'; readonly id: number; readonly text: string }
  | { readonly type: 'done'; readonly id: number; readonly reason: Exclude<StopReason, 'error'>; readonly stats: GenerationStats; readonly position: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly fault: StudioFault };

/** The wire to an inference process, whatever carries it: fork, utilityProcess, or structuredClone in memory. */
export interface EngineWire {
  readonly pid: number | null;
  send(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** The only truth about its end. */
  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void;
  kill(): void;
  /** The last lines that the process wrote to its error stream. */
  log?(): readonly string[];
}
export type StartEngine = () => EngineWire;

/** A generation: awaitable and cancellable; its text comes through `onText`. */
export interface EngineJob {
  readonly accepted: Promise<{ ledger: Ledger; headTokens: readonly number[] }>;
  readonly done: Promise<{ reason: Exclude<StopReason, 'error'>; stats: GenerationStats; position: number }>;
  onPrompt(listener: (progress: { done: number; total: number; reused: number }) => void): void;
  onText(listener: (text: string) => void): void;
  stop(): void;
}

/** What the studio knows of inference. Rejections are EngineFault (fault: StudioFault). */
export interface InferenceHost {
  load(options: LoadOptions, onProgress: (value: number) => void): Promise<LoadedModel>;
  plan(request: PlanRequest): Promise<Ledger>;
  count(texts: readonly string[]): Promise<readonly number[]>;
  generate(request: GenerateRequest): EngineJob;
  readonly pid: number | null;
  /** Called when the process ends unasked, with what happened in words. */
  onDeath(listener: (fault: StudioFault) => void): void;
  close(): Promise<void>;
}
