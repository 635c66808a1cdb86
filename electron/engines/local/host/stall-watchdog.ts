import type { Tempo } from './tempo.ts';
import type { Asking, FromEngine } from '../protocol.ts';

/** So many times its slowest step so far may a model take for the next one. */
const TIMES_SLOWEST = 20;

/** How slow the steps of one process have been, in pings. */
export interface Pace {
  slowest: number;
}

/**
 * How long a request may show nothing: generously until its first step, for weights may have to come from a slow disk;
 * then by what its model has shown. Counted in pings and not by the clock, so that a computer that slept has not hung.
 */
export class StallWatchdog {
  readonly #request: Asking['type'];
  readonly #pace: Pace;
  readonly #tempo: Tempo;
  #silent = 0;
  #begun = false;

  constructor(request: Asking['type'], pace: Pace, tempo: Tempo) {
    this.#request = request;
    this.#pace = pace;
    this.#tempo = tempo;
  }

  hear(message: FromEngine): void {
    // A load goes on after its last share: what it does then has no measure.
    if (this.#request === 'load' || isPreamble(message)) this.#silent = 0;
    else this.#step();
  }

  /** Another ping went by without a step; false if it was one too many. */
  wait(): boolean {
    this.#silent++;
    const { pingMs, firstMs, silenceMs } = this.#tempo;
    return (
      this.#silent * pingMs <=
      (this.#begun ? Math.max(silenceMs, TIMES_SLOWEST * this.#pace.slowest * pingMs) : firstMs)
    );
  }

  #step(): void {
    if (this.#begun) this.#pace.slowest = Math.max(this.#pace.slowest, this.#silent);
    this.#begun = true;
    this.#silent = 0;
  }
}

/** Said before anything is evaluated. */
function isPreamble(message: FromEngine): boolean {
  return message.type === 'accepted' || (message.type === 'prompt' && message.done === message.reused);
}
