import { failure, FaultError } from '../../../../shared/faults/failure.ts';
import {
  ANSWERS,
  type AnswerTo,
  type Asking,
  type EngineWire,
  type FromEngine,
  PROTOCOL_VERSION,
  type Request,
} from '../protocol.ts';
import { type Pace, StallWatchdog } from './stall-watchdog.ts';
import { lowerPriority } from './priority.ts';
import type { Tempo } from './tempo.ts';
import { guarded } from '../../../log/guarded.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}
type Answer = AnswerTo<Asking['type']>;

const FINAL: ReadonlySet<string> = new Set(Object.values(ANSWERS));
const isAnswer = (message: FromEngine): message is Answer => FINAL.has(message.type);

interface Pending {
  resolve(message: Answer): void;
  reject(error: FaultError): void;
  notice(message: FromEngine): void;
  readonly watchdog: StallWatchdog;
  /** Whether a grammar rules it. */
  readonly isRuled: boolean;
  impatience: NodeJS.Timeout | undefined;
}

/**
 * One inference process from its start to its end: pairs answers with requests, watches its pulse. Its exit is the only
 * truth about its end.
 */
export class EngineProcess {
  /** Resolves with what happened in words; null if we ended it ourselves. */
  readonly ended: Promise<FaultError | null>;
  readonly started: Promise<void>;
  readonly #wire: EngineWire;
  readonly #pending = new Map<number, Pending>();
  readonly #tempo: Tempo;
  readonly #answeringChanged: () => void;
  #hello: { resolve(): void; reject(error: FaultError): void };
  #pulse: NodeJS.Timeout;
  readonly #pace: Pace = { slowest: 0 };
  #unanswered = 0;
  #nextId = 1;
  #alive = true;
  #reason: FaultError | 'ours' | null = null;

  /** `answeringChanged`: it is silent, or answers again. */
  constructor(start: () => EngineWire, tempo: Tempo, answeringChanged: () => void = () => undefined) {
    this.#tempo = tempo;
    this.#answeringChanged = answeringChanged;
    const hello = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<FaultError | null>();
    this.#hello = hello;
    this.started = hello.promise;
    this.ended = ended.promise;
    this.started.catch(() => undefined);
    this.#wire = start();
    this.#wire.onMessage((message) => {
      this.#receive(message);
    });
    this.#wire.onExit((exit) => {
      ended.resolve(this.#buried(exit));
    });
    this.#pulse = setTimeout(
      guarded(() => this.#fail(failure('START', {}))),
      tempo.helloMs,
    );
    lowerPriority(this.#wire.pid);
  }

  get pid(): number | null {
    return this.#alive ? this.#wire.pid : null;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** By its heartbeat: whatever it computes, its process answers. */
  get answers(): boolean {
    return (this.#unanswered - 1) * this.#tempo.pingMs < this.#tempo.quietMs;
  }

  /** Ends a process that nobody waits for any longer. */
  giveUp(): void {
    this.#fail(failure('HANG', {}));
  }

  /** Sends a request; `notice` hears what comes before its answer. */
  ask<T extends Asking['type']>(
    request: Request<T>,
    notice: (message: FromEngine) => void = () => undefined,
  ): { id: number; answer: Promise<AnswerTo<T>> } {
    const id = this.#nextId++;
    const answer = new Promise<AnswerTo<T>>((resolve, reject) => {
      if (!this.#alive) {
        reject(crashOf({ code: null, signal: null }, this.#wire.log?.() ?? []));
        return;
      }
      this.#pending.set(id, {
        resolve: (message) => {
          resolve(message as AnswerTo<T>);
        },
        reject,
        notice,
        watchdog: new StallWatchdog(request.type, this.#pace, this.#tempo),
        isRuled: isRuled(request),
        impatience: undefined,
      });
      this.#wire.send({ ...request, id });
    });
    return { id, answer };
  }

  /** Asks a request to end. If somebody waits for that, one that does not in time takes the process with it. */
  abort(id: number, { impatient = false } = {}): void {
    this.#wire.send({ type: 'abort', id });
    const pending = this.#pending.get(id);
    if (!impatient || pending === undefined || pending.impatience !== undefined) return;
    pending.impatience = setTimeout(
      guarded(() => this.#fail(failure('UNHEEDED', {}))),
      this.#tempo.stopMs + this.#pace.slowest * this.#tempo.pingMs,
    );
  }

  async kill(): Promise<void> {
    this.#reason ??= 'ours';
    this.#wire.kill();
    await this.ended;
  }

  #receive(message: FromEngine): void {
    const wasSilent = !this.answers;
    this.#unanswered = 0;
    if (wasSilent) this.#answeringChanged();
    if (message.type === 'hello') this.#greet(message.version);
    else if (message.type === 'failed') this.#settle(message.id)?.reject(new FaultError(message.fault));
    else if (isAnswer(message)) this.#settle(message.id)?.resolve(message);
    else {
      const pending = this.#pending.get(message.id);
      pending?.watchdog.hear(message);
      pending?.notice(message);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.impatience);
    return pending;
  }

  #greet(version: number): void {
    clearTimeout(this.#pulse);
    if (version !== PROTOCOL_VERSION) {
      this.#fail(failure('PROTOCOL', {}, { detail: `protocol ${version}, expected ${PROTOCOL_VERSION}` }));
      return;
    }
    this.#pulse = setInterval(
      guarded(() => this.#ping()),
      this.#tempo.pingMs,
    );
    this.#pulse.unref();
    this.#hello.resolve();
  }

  /** Counts pings, not time: a computer that slept has not hung. */
  #ping(): void {
    const silent = this.#unanswered * this.#tempo.pingMs >= this.#tempo.hangMs;
    const stuck = [...this.#pending.values()].map((pending) => pending.watchdog.wait()).includes(false);
    if (silent || stuck) {
      this.giveUp();
      return;
    }
    const didAnswer = this.answers;
    this.#unanswered++;
    this.#wire.send({ type: 'ping', id: 0 });
    if (didAnswer && !this.answers) this.#answeringChanged();
  }

  #fail(reason: FaultError): void {
    this.#reason ??= reason;
    this.#wire.kill();
  }

  #buried(exit: Exit): FaultError | null {
    this.#alive = false;
    clearTimeout(this.#pulse);
    if (this.#reason !== 'ours') this.#wire.distrust?.();
    const ended =
      this.#reason === 'ours' ? failure('UNLOADED', {}) : (this.#reason ?? crashOf(exit, this.#wire.log?.() ?? []));
    const wasRuled = [...this.#pending.values()].some((pending) => pending.isRuled);
    const reason = wasRuled && mayBeOfGrammar(ended) ? failure('GRAMMAR_CRASH', {}, ended.fault) : ended;
    this.#hello.reject(reason);
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(reason);
    return this.#reason === 'ours' ? null : reason;
  }
}

const isRuled = (request: Request): boolean =>
  request.type === 'generate' && request.request.sampling.grammarKind !== 'none';

/** What the system kills has other causes. */
const mayBeOfGrammar = ({ fault: { code, params } }: FaultError): boolean =>
  code === 'HANG' || (code === 'CRASH' && params.killed !== true);

/** An end that nobody asked for, with the newest lines of the process. */
function crashOf({ code, signal }: Exit, log: readonly string[]): FaultError {
  const detail = [signal ?? `exit code ${code ?? 'unknown'}`, ...log].join('\n');
  return failure('CRASH', { killed: signal === 'SIGKILL' }, { detail });
}
