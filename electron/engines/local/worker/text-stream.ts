import { normaliser } from '../../../../shared/document/grammar.ts';
import type { StopText } from '../../../../shared/prompt/plan/role-words.ts';

/** Keeps role words that a person typed from being read as marks (see docs/protocol.md); it belongs to prompts only. */
const WORD_JOINER = /\u2060/g;

/**
 * Bytes of tokens in, text out: whole characters only, and nothing that may still turn out to be the beginning of a
 * stop text. `lead` is left out where the text begins with it; `before`: what stands in front of it, if it goes on with
 * a text.
 */
export class TextStream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Stop texts and the places of tokens are those of the text as it will be stored. */
  readonly #normal = normaliser();
  readonly #stops: readonly StopText[];
  #lead: string;
  /** The last character in front of what is held. */
  #before: string;
  #held = '';
  #length = 0;
  #stopped = false;

  constructor(stops: readonly StopText[], { lead = '', before = '' } = {}) {
    this.#stops = stops;
    this.#lead = lead;
    this.#before = lastCharacter(before);
  }

  /** True once a stop text was complete; nothing comes after it. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** How much text has come (UTF-16 units), held back or not: where the next token begins. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): string {
    if (this.#stopped || bytes.length === 0) return '';
    let text = this.#normal(this.#decoder.decode(bytes, { stream: true }));
    while (this.#lead !== '' && text !== '') {
      const isLead = text[0] === this.#lead[0];
      this.#lead = isLead ? this.#lead.slice(1) : '';
      if (isLead) text = text.slice(1);
    }
    this.#length += text.replace(WORD_JOINER, '').length;
    return this.#release(this.#held + text);
  }

  /** What was held back and turned out to be text. An incomplete last character is dropped. */
  end(): string {
    const text = this.#held;
    this.#held = '';
    return text.replace(WORD_JOINER, '');
  }

  #release(text: string): string {
    const hit = this.#firstStop(text);
    const until = hit ?? text.length - this.#undecided(text);
    this.#stopped = hit !== null;
    this.#held = this.#stopped ? '' : text.slice(until);
    this.#before = lastCharacter(this.#before + text.slice(0, until));
    return text.slice(0, until).replace(WORD_JOINER, '');
  }

  #firstStop(text: string): number | null {
    let first: number | null = null;
    for (const stop of this.#stops) {
      let at = text.indexOf(stop.text);
      while (at >= 0 && !this.#mayStop(stop, text, at)) at = text.indexOf(stop.text, at + 1);
      if (at >= 0 && (first === null || at < first)) first = at;
    }
    return first;
  }

  /** How many units at the end could be the head of a stop text. */
  #undecided(text: string): number {
    let most = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.text.length - 1, text.length); length > most; length--) {
        if (text.endsWith(stop.text.slice(0, length)) && this.#mayStop(stop, text, text.length - length)) most = length;
      }
    }
    return most;
  }

  #mayStop({ border }: StopText, text: string, at: number): boolean {
    border.lastIndex = this.#before.length + at;
    return border.test(this.#before + text);
  }
}

const lastCharacter = (text: string): string => Array.from(text.slice(-2)).at(-1) ?? '';
