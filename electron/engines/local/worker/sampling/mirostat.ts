import { type Candidates, part, sharesOfAll } from './token-candidates.ts';

/**
 * Mirostat 2 (Basu et al. 2021): keeps the surprise of the text, in bits, near `tau` by leaving out what surprises more
 * than a bound that learns at the rate `eta`.
 */
export class Mirostat {
  #bound: number;
  readonly #tau: number;
  readonly #eta: number;

  constructor(tau: number, eta: number) {
    this.#tau = tau;
    this.#eta = eta;
    this.#bound = 2 * tau;
  }

  /** Null if it leaves more than is listed, or may. */
  thinned(list: Candidates): Candidates | null {
    const end = sharesOfAll(list).findIndex((share) => -Math.log2(share) > this.#bound);
    if (end < 0) return list.outside === -Infinity ? list : null;
    return part(list, 0, Math.max(1, end));
  }

  /** `share`: the probability, among what was left, of the token that was drawn. */
  learn(share: number): void {
    this.#bound -= this.#eta * (-Math.log2(share) - this.#tau);
  }
}
