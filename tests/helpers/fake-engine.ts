import type { EngineReply, GenerateRequest } from '../../electron/engines/port.ts';
import type { LoadedModel } from '../../electron/engines/local/protocol.ts';
import type { LoadingEngine } from '../../electron/studio/models/loaded-engine.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { failure, fault, FaultError } from '../../shared/faults/failure.ts';
import { planPrompt } from '../../shared/prompt/plan/plan.ts';
import type { Ledger, PlanRequest, Tokenizer } from '../../shared/prompt/types.ts';

const PIECE = 4;

/** Guesses: so many characters are a token. */
function guessingTokenizer(): Tokenizer {
  const pieces: string[] = [];
  const idOf = (piece: string): number => {
    const known = pieces.indexOf(piece);
    return known < 0 ? pieces.push(piece) - 1 : known;
  };
  return {
    bos: null,
    kind: 'bpe',
    tokenize: (text) => (text.match(new RegExp(`[^]{1,${String(PIECE)}}`, 'g')) ?? []).map(idOf),
    normalise: (text) => text,
    special: () => null,
    bytes: (token) => new TextEncoder().encode(pieces[token]),
    reach: (_text, at) => at,
    userDefined: [],
  };
}

const MODEL: LoadedModel = {
  architecture: 'fake',
  name: 'Fake',
  contextSize: 1024,
  trainedContext: 1024,
  device: 'elsewhere',
  parallel: 1,
  vocabulary: { size: 1, kind: 'bpe', bos: false, roleTokens: [] },
  hardware: {
    promptChunk: 128,
    gpuLayers: 0,
    memory: { ram: 0, vram: 0 },
    vram: null,
    exact: false,
    ownBuild: false,
    speculation: null,
    warning: null,
  },
};

/** What a load or a reply waits for until the test lets it go on. */
export interface Gate {
  open(): void;
  fail(fault: StudioFault): void;
}

/**
 * An engine far away: it guesses tokens, tells no probabilities, reads nothing ahead, and writes the same words for
 * every prompt.
 */
export class FakeEngine implements LoadingEngine {
  readonly tokenizer = 'estimated';
  readonly score = null;
  readonly differences = (): [] => [];
  readonly readAhead = null;
  readonly isReplaced = false;
  readonly held = { ram: 0, vram: 0 };
  readonly isAnswering = true;
  readonly giveUp = (): void => undefined;
  readonly warm = (): void => undefined;
  state: LoadingEngine['state'] = 'empty';
  /** Loads that were begun, the ones under way among them; with `holdsLoads` each waits for its gate. */
  readonly loads: Gate[] = [];
  loading = 0;
  mostLoading = 0;
  holdsLoads = false;
  /** A reply that is refused before it is accepted. */
  refusal: StudioFault | null = null;
  /** What it writes, a token each, and then again. */
  says: readonly string[] = ['word '];
  readonly #tokens = guessingTokenizer();
  readonly #changes: (() => void)[] = [];
  readonly #deaths: ((fault: StudioFault) => void)[] = [];
  #chosen = false;
  #closed = false;
  #line: Promise<unknown> = Promise.resolve();

  onChange(listener: () => void): void {
    this.#changes.push(listener);
  }

  onDeath(listener: (fault: StudioFault) => void): void {
    this.#deaths.push(listener);
  }

  async load(_options: unknown, onProgress: (value: number) => void): Promise<LoadedModel> {
    const gate = Promise.withResolvers<void>();
    gate.promise.catch(() => undefined);
    this.loads.push({
      open: gate.resolve,
      fail: (told) => {
        gate.reject(new FaultError(told));
      },
    });
    this.#enter('loading');
    this.loading += 1;
    this.mostLoading = Math.max(this.mostLoading, this.loading);
    onProgress(0.5);
    try {
      if (this.holdsLoads) await gate.promise;
      this.#chosen = true;
      this.#enter('loaded');
      return MODEL;
    } catch (error) {
      this.#enter('empty');
      throw error;
    } finally {
      this.loading -= 1;
    }
  }

  /** It ends by itself. */
  die(): void {
    for (const listener of this.#deaths) listener(fault('CRASH', { killed: false }));
    this.#enter('empty');
  }

  async plan(request: PlanRequest): Promise<Ledger> {
    const { ledger } = planPrompt(request, this.#tokens);
    return { ...ledger, toRead: ledger.total };
  }

  async count(texts: readonly string[]): Promise<readonly number[]> {
    return texts.map((text) => this.#tokens.tokenize(text).length);
  }

  async tokens(): Promise<never> {
    throw failure('ENGINE', {}, { detail: 'it has no tokens' });
  }

  generate({ plan, sampling }: GenerateRequest): EngineReply {
    const accepted = Promise.withResolvers<Awaited<EngineReply['accepted']>>();
    const done = Promise.withResolvers<Awaited<EngineReply['done']>>();
    for (const { promise } of [accepted, done]) promise.catch(() => undefined);
    const listeners: ((text: string) => void)[] = [];
    let stopped = false;
    const end = (reason: 'length' | 'stopped', tokens: number): void => {
      const stats = {
        promptTokens: 0,
        reusedTokens: 0,
        firstTokenMs: 1,
        tokensPerSecond: 1,
        seed: sampling.seed,
        tokens,
      };
      done.resolve({ reason, position: 0, candidates: null, stats });
    };
    const write = async (): Promise<void> => {
      if (stopped) return;
      if (this.#closed || !this.#chosen) throw failure('NO_ENGINE', {});
      if (this.state === 'empty') {
        this.#enter('loading');
        await Promise.resolve();
        this.#enter('loaded');
      }
      if (this.refusal !== null) throw new FaultError(this.refusal);
      accepted.resolve({ ledger: await this.plan(plan), headTokens: [] });
      let tokens = 0;
      for (; tokens < sampling.maxTokens && !stopped; tokens += 1) {
        await new Promise(setImmediate);
        for (const listener of listeners) listener(this.says[tokens % this.says.length] ?? '');
      }
      end(stopped ? 'stopped' : 'length', tokens);
    };
    const job = this.#line.then(write).catch((error: unknown) => {
      accepted.reject(error);
      done.reject(error);
    });
    this.#line = job;
    let begun = false;
    accepted.promise.then(
      () => {
        begun = true;
      },
      () => undefined,
    );
    return {
      accepted: accepted.promise,
      done: done.promise,
      onPrompt: () => undefined,
      onText: (listener) => {
        listeners.push(listener);
      },
      raise: () => !stopped,
      stop: () => {
        stopped = true;
        if (begun) return;
        accepted.reject(failure('STOPPED', {}));
        end('stopped', 0);
      },
    };
  }

  async rest(): Promise<void> {
    await this.#line;
    this.#enter('empty');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.rest();
  }

  #enter(state: LoadingEngine['state']): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.#changes) listener();
  }
}
