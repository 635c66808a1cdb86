import { spell } from '../../../../../shared/prompt/plan/spellings.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { type Candidates, picked } from './token-candidates.ts';

/** What the first tokens of a reply still have to spell; the last of them may go on beyond it. */
export class OwedText {
  readonly #whole: string;
  readonly #vocabulary: Vocabulary;
  readonly #history: readonly number[];
  readonly #from: number;
  /** The length of the history with which all was spelled. */
  #paidAt = Infinity;

  constructor(heldBack: readonly number[], vocabulary: Vocabulary, history: readonly number[]) {
    this.#whole = heldBack.map((token) => spell(vocabulary.bytes(token))).join('');
    this.#vocabulary = vocabulary;
    this.#history = history;
    this.#from = history.length;
    if (this.#whole === '') this.#paidAt = history.length;
  }

  /** Empty: the text goes on freely. */
  get rest(): string {
    if (this.#history.length >= this.#paidAt) return '';
    let paid = 0;
    for (const token of this.#history.slice(this.#from)) paid += this.#lengthOf(token);
    if (paid >= this.#whole.length) this.#paidAt = this.#history.length;
    return this.#whole.slice(paid);
  }

  /** Of all tokens those that spell what is owed. A ban is on what is new. */
  allowed(all: Candidates, banned: ReadonlySet<number>, finals: ReadonlySet<number>): Candidates {
    const { rest } = this;
    const fitting = new Set(
      this.#vocabulary.spellings
        .towards(rest)
        .filter((token) => !finals.has(token) && !(banned.has(token) && this.#lengthOf(token) > rest.length)),
    );
    const places: number[] = [];
    all.ids.forEach((id, place) => {
      if (fitting.has(id)) places.push(place);
    });
    return picked(all, places);
  }

  #lengthOf(token: number): number {
    return this.#vocabulary.bytes(token).length;
  }
}
