import type { LlamaGrammar } from 'node-llama-cpp';

/** Internal to the library's pinned version: whether the grammar takes this text as a whole. */
interface OwnGrammar {
  _testText(text: string): boolean;
}
/** So many ends of lines behind a text that is whole: the grammar lets the model write more of them for ever. */
const MOST_LINE_ENDS = 4;

/** Holds back the white space that a text of a grammar ends in until something follows; without a grammar nothing. */
export class GrammarEnd {
  readonly #grammar: LlamaGrammar | null;
  #text = '';
  #held = '';

  constructor(grammar: LlamaGrammar | null) {
    this.#grammar = grammar;
  }

  /** True where the text is whole and only blank lines come. */
  get isOver(): boolean {
    return this.#held.split('\n').length > MOST_LINE_ENDS && this.#isWhole;
  }

  push(text: string): string {
    if (this.#grammar === null) return text;
    const all = this.#held + text;
    const out = all.trimEnd();
    this.#held = all.slice(out.length);
    this.#text += out;
    return out;
  }

  /** White space behind a whole text is no part of it. */
  end(): string {
    return this.#held === '' || this.#isWhole ? '' : this.#held;
  }

  get #isWhole(): boolean {
    return (this.#grammar as OwnGrammar | null)?._testText(this.#text + this.#held) === true;
  }
}
