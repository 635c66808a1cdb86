import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import type { PromptTurn } from '../../shared/prompt/types.ts';

/**
 * A story as it grows under a writer who edits, retries and goes back and forth between branches; the same for the same
 * seed.
 */
export class RandomStory {
  readonly #random: () => number;
  readonly #turns: {
    readonly id: string;
    readonly parent: string | null;
    readonly role: PromptTurn['role'];
    text: string;
  }[] = [];
  readonly #words: number;
  #leaf: string | null = null;
  did = '';

  /** `words`: of a person's longest turn. */
  constructor(seed: number, words: number) {
    this.#random = seededRandom(seed);
    this.#words = words;
    if (this.#random() < 0.7) this.#add('system', `Story ${seed}. ${this.#sentence()}`);
    this.#add('user', this.#sentence());
    this.did = 'begin';
  }

  /** The active path, which ends in a person's turn. */
  get path(): PromptTurn[] {
    const path: PromptTurn[] = [];
    for (let turn = this.#find(this.#leaf); turn !== undefined; turn = this.#find(turn.parent))
      path.unshift({ id: turn.id, role: turn.role, speaker: null, text: turn.text });
    return path;
  }

  /** Takes in a reply, whole or cut short, and does what writers do next. */
  goOn(reply: string): void {
    const asked = this.#leaf;
    this.#add('model', this.#random() < 0.3 ? reply.slice(0, reply.length / 2) : reply);
    const chance = this.#random();
    if (chance < 0.15) {
      this.did = 'retry';
      this.#leaf = asked;
    } else if (chance < 0.3) {
      this.did = 'edit';
      const path = this.path.filter(({ role }) => role !== 'system');
      const edited = this.#find(this.#pick(path).id);
      if (edited !== undefined)
        edited.text = `${edited.text.slice(0, Math.floor(edited.text.length * this.#random()))} ${this.#sentence()}`;
      this.#add('user', this.#sentence());
    } else if (chance < 0.5) {
      this.did = 'switch';
      this.#leaf = this.#pick(this.#turns.filter(({ role }) => role === 'model')).id;
      this.#add('user', this.#sentence());
    } else {
      this.did = 'reply';
      this.#add('user', this.#sentence());
    }
  }

  #add(role: PromptTurn['role'], text: string): void {
    const id = `t${this.#turns.length}`;
    this.#turns.push({ id, parent: this.#leaf, role, text });
    this.#leaf = id;
  }

  #find(id: string | null) {
    return this.#turns.find((turn) => turn.id === id);
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }

  #sentence(): string {
    return `${Array.from({ length: 2 + Math.floor(this.#random() * this.#words) }, () => this.#pick(WORDS)).join(' ')}.`;
  }
}

const WORDS =
  'The a rain harbour lamp on pier key door town wind, boat “night” tide rope salt I look open goes quietly and then was cold fox little garden happy said Tom found under'.split(
    ' ',
  );
