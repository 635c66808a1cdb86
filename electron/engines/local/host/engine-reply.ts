import type { Ledger } from '../../../../shared/prompt/types.ts';
import type { EngineProcess } from './engine-process.ts';
import { failure, FaultError } from '../../../../shared/faults/failure.ts';
import type { EngineReply, GenerateRequest } from '../../port.ts';
import type { FromEngine } from '../protocol.ts';

type Accepted = Awaited<EngineReply['accepted']>;
type Done = Awaited<EngineReply['done']>;
type Progress = Parameters<Parameters<EngineReply['onPrompt']>[0]>[0];

/** A generation as its asker holds it, from the queue to its end. */
export class Generation implements EngineReply {
  readonly accepted: Promise<Accepted>;
  readonly done: Promise<Done>;
  readonly #request: GenerateRequest;
  readonly #raise: () => void;
  readonly #accepted = Promise.withResolvers<Accepted>();
  readonly #done = Promise.withResolvers<Done>();
  readonly #promptListeners: ((progress: Progress) => void)[] = [];
  readonly #textListeners: ((text: string) => void)[] = [];
  #running: { readonly engine: EngineProcess; readonly id: number } | null = null;
  #ledger: Ledger | null = null;
  #stopped = false;

  /** `raise`: in the queue. */
  constructor(request: GenerateRequest, raise: () => void) {
    this.#request = request;
    this.#raise = raise;
    this.accepted = this.#accepted.promise;
    this.done = this.#done.promise;
    // Whoever waits for one of the two need not wait for the other.
    this.accepted.catch(() => undefined);
    this.done.catch(() => undefined);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  onPrompt(listener: (progress: Progress) => void): void {
    this.#promptListeners.push(listener);
  }

  onText(listener: (text: string) => void): void {
    this.#textListeners.push(listener);
  }

  raise(): boolean {
    if (!this.#stopped) this.#raise();
    return !this.#stopped;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#running === null) {
      this.#finishStopped();
      return;
    }
    this.#running.engine.abort(this.#running.id, { impatient: true });
  }

  async run(engine: EngineProcess): Promise<void> {
    if (this.#stopped) return;
    const { id, answer } = engine.ask<'generate'>({ type: 'generate', request: this.#request }, (message) => {
      this.#notice(message);
    });
    this.#running = { engine, id };
    try {
      const { reason, stats, position, candidates } = await answer;
      this.#done.resolve({ reason, stats, position, candidates });
    } catch (error) {
      // The process had to be ended for it: the person asked for a stop and gets one.
      if (this.#stopped && !engine.alive) this.#finishStopped();
      else throw error;
    } finally {
      this.#running = null;
    }
  }

  fail(error: unknown): void {
    const fault = error instanceof FaultError ? error : failure('ENGINE', {}, { detail: String(error) });
    this.#accepted.reject(fault);
    this.#done.reject(fault);
  }

  #notice(message: FromEngine): void {
    switch (message.type) {
      case 'accepted':
        this.#ledger = message.ledger;
        this.#accepted.resolve({ ledger: message.ledger, headTokens: message.headTokens });
        break;
      case 'prompt':
        for (const listener of this.#promptListeners)
          listener({ done: message.done, total: message.total, reused: message.reused });
        break;
      case 'text':
        if (message.text !== '') for (const listener of this.#textListeners) listener(message.text);
        break;
      default:
    }
  }

  #finishStopped(): void {
    this.#accepted.reject(failure('STOPPED', {}));
    const promptTokens = this.#ledger?.total ?? 0;
    this.#done.resolve({
      reason: 'stopped',
      position: 0,
      candidates: null,
      stats: {
        promptTokens,
        reusedTokens: 0,
        tokens: 0,
        firstTokenMs: 0,
        tokensPerSecond: 0,
        seed: this.#request.sampling.seed,
      },
    });
  }
}
