import type { Difference } from '../../shared/faults/catalogue.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { GenerationStats, StopReason } from '../../shared/contract/writing.ts';
import type { Ledger, PlanRequest } from '../../shared/prompt/types.ts';
import type { Sampling } from '../../shared/settings/sampling.ts';

export interface TaskOptions {
  /**
   * `asked`: somebody waits for it. `idle`: it waits until nobody does, and gives way as soon as somebody does again.
   */
  readonly priority?: 'asked' | 'idle';
  /** Takes the work back, whether it waits or runs. */
  readonly signal?: AbortSignal;
  /** Idle work that gave way begins again when there is time; without it, it ends with YIELDED. */
  readonly again?: boolean;
}

/** A token as a person reads it: a control token by its name, a piece of a character by its bytes. */
export interface TokenPiece {
  readonly id: number;
  readonly text: string;
  readonly kind: 'control' | 'user-defined' | 'plain';
}
/** A prompt in its tokens, and those that end a text by the model's file. */
export interface TokenisedPrompt {
  readonly tokens: readonly TokenPiece[];
  readonly ends: readonly TokenPiece[];
}
export interface GenerateRequest {
  readonly plan: PlanRequest;
  readonly sampling: Sampling & { readonly seed: number };
  /** Reads the whole prompt anew: the same request then gives the same tokens, always. */
  readonly cold?: boolean;
}

/** Continuations of one prefix: of a chat in a format (`open: false`: the reply is opened), or of an open last turn. */
export interface ScoreRequest {
  readonly prefix: Pick<PlanRequest, 'format' | 'turns' | 'open'>;
  readonly endings: readonly string[];
}
/** Natural logarithms of probabilities: the `sum` is that of `tokens`, in order. `bytes`: of the ending in UTF-8. */
export interface EndingScore {
  readonly sum: number;
  readonly tokens: readonly { readonly id: number; readonly logProbability: number }[];
  readonly bytes: number;
}
/** A generation: awaitable and cancellable; its text comes through `onText`. */
export interface EngineReply {
  readonly accepted: Promise<{ ledger: Ledger; headTokens: readonly number[] }>;
  /** `candidates`: the other words, as in candidate-record.ts; null if none were asked for or a grammar ruled. */
  readonly done: Promise<{
    reason: Exclude<StopReason, 'error'>;
    stats: GenerationStats;
    position: number;
    candidates: Uint8Array | null;
  }>;
  onPrompt(listener: (progress: { done: number; total: number; reused: number }) => void): void;
  onText(listener: (text: string) => void): void;
  /** Somebody waits for what was begun as idle work: it gives way no more. False if it was stopped already. */
  raise(): boolean;
  stop(): void;
}

/** Work that no reader waits for: it begins when no reply is asked for. Stopped, it rejects with STOPPED. */
export interface Measurement<T> {
  readonly done: Promise<T>;
  /** A share from 0 to 1. */
  onProgress(listener: (share: number) => void): void;
  stop(): void;
}

/** Where the studio keeps what was read. `sha256`: of the model file, as far as it is known. */
export interface StateFile {
  readonly path: string;
  readonly sha256: string | null;
}
/** How an engine computes, as it alone understands it: kept with each reply that it writes. */
export type EngineSetup = Readonly<Record<string, unknown>>;

/** What is read before anybody asks, and kept on disk. */
export interface ReadAheadPort {
  /** Another one when the engine was started again: what it was given before is gone with it. */
  readonly life: unknown;
  /** Reads as idle work what the next reply will need; answers with how many tokens that were. */
  prepare(plan: PlanRequest): Promise<number>;
  /** As idle work. */
  save(file: StateFile, plan: PlanRequest, signal: AbortSignal): Promise<void>;
  restore(file: StateFile): Promise<void>;
}

/**
 * What the studio knows of an engine, wherever it computes. It holds one model and one queue: what somebody waits for
 * goes in its order, idle work only when nobody waits. Whatever fails is a fault in words.
 */
export interface EnginePort {
  /** `estimated`: counts and ledgers are guessed from the text. */
  readonly tokenizer: 'exact' | 'estimated';
  /** `loading`: it is being started, or gets its model, whoever asked for it. */
  readonly state: 'empty' | 'loading' | 'loaded';
  /** The model that was loaded is another one by now: it must be loaded anew. */
  readonly isReplaced: boolean;
  /** Called when the state is another one. */
  onChange(listener: () => void): void;
  /** Called when it ends unasked, with what happened in words. */
  onDeath(listener: (fault: StudioFault) => void): void;
  /** What keeps it from making a reply again that was written in the one setup, now that it has the other. */
  differences(once: EngineSetup, now: EngineSetup): readonly Difference[];
  plan(request: PlanRequest): Promise<Ledger>;
  /** Idle work: waits while a reply is written. */
  count(texts: readonly string[]): Promise<readonly number[]>;
  tokens(request: PlanRequest): Promise<TokenisedPrompt>;
  /** Starts the engine if it must. As idle work it is `stopped` when it has to give way. */
  generate(request: GenerateRequest, priority?: TaskOptions['priority']): EngineReply;
  /** Scores the endings in order; null where the engine tells no probabilities. */
  readonly score: ((request: ScoreRequest) => Measurement<readonly EndingScore[]>) | null;
  /** Null where nothing can be read ahead. */
  readonly readAhead: ReadAheadPort | null;
  /**
   * Gives back what it holds once what was asked for is done; idle work is dropped. What was loaded stays chosen: the
   * next task starts it again.
   */
  rest(): Promise<void>;
  close(): Promise<void>;
}
