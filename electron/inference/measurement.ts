import type { EngineProcess, Tempo } from './engine-process.ts';
import { EngineFault } from './fault.ts';
import type { FromEngine, Measurement } from './protocol.ts';

type Ask<T> = (engine: EngineProcess, notice: (message: FromEngine) => void) => { readonly id: number; readonly answer: Promise<T> };

/** A measurement as its asker holds it, from the queue to its end. */
export class MeasurementJob<T> implements Measurement<T> {
  readonly done: Promise<T>;
  readonly #ask: Ask<T>;
  readonly #tempo: Tempo;
  readonly #done = Promise.withResolvers<T>();
  readonly #listeners: ((share: number) => void)[] = [];
  #running: { readonly engine: EngineProcess; readonly id: number } | null = null;
  #impatience: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(ask: Ask<T>, tempo: Tempo) {
    this.#ask = ask;
    this.#tempo = tempo;
    this.done = this.#done.promise;
    this.done.catch(() => undefined);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  onProgress(listener: (share: number) => void): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#running === null) { this.fail(stopped()); return; }
    const { engine, id } = this.#running;
    engine.abort(id);
    this.#impatience = setTimeout(() => { void engine.kill(); }, this.#tempo.stopMs);
  }

  async run(engine: EngineProcess): Promise<void> {
    if (this.#stopped) return;
    const { id, answer } = this.#ask(engine, (message) => {
      if (message.type === 'progress') for (const listener of this.#listeners) listener(message.value);
    });
    this.#running = { engine, id };
    try {
      this.#done.resolve(await answer);
    } catch (error) {
      throw this.#stopped ? stopped() : error;
    } finally {
      this.#running = null;
      if (this.#impatience !== null) clearTimeout(this.#impatience);
    }
  }

  fail(error: unknown): void {
    this.#done.reject(error instanceof EngineFault ? error : new EngineFault('ENGINE', 'The model could not go on. Your text is safe; try again.', String(error)));
  }
}

const stopped = (): EngineFault => new EngineFault('STOPPED', 'The measurement was stopped.');
