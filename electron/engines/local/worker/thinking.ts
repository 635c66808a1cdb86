import type { ReasoningMarks } from '../../../../shared/prompt/types.ts';
import { marksOnPage, openReasoning } from '../../../../shared/prompt/plan/reasoning.ts';
import { markerPieces } from '../../../../shared/prompt/plan/tokens.ts';
import { isBracketed } from '../../../../shared/prompt/plan/role-words.ts';
import type { PlanRequest, Tokenizer } from '../../../../shared/prompt/types.ts';
import { failure } from '../../../../shared/faults/failure.ts';
import type { Choice } from './sampling/choice.ts';

type State = 'before' | 'inside' | 'behind' | 'over';

/**
 * The thinking at the beginning of a reply: its text with the marks on lines of their own, so that it can be folded,
 * and how much of its budget is spent.
 */
export class Thinking {
  tokens = 0;
  readonly #marks: ReasoningMarks | null;
  /** How they stand in the story. */
  readonly #written: ReasoningMarks;
  readonly #budget: number;
  readonly #opened: boolean;
  #state: State;
  #held = '';
  #pieces: ReadonlyMap<number, string> | null = null;
  #isFresh = true;

  constructor({ format, turns, open }: PlanRequest, budget: number) {
    this.#budget = budget;
    this.#marks = format.reasoning ?? null;
    const written = open ? (turns.at(-1)?.text ?? '') : '';
    const resumed = this.#marks === null ? null : openReasoning(written, format);
    const resumes = resumed !== null;
    this.#written = resumed?.marks ?? marksOnPage(this.#marks);
    this.#opened = !open && this.#marks !== null && format.opensReply.trimEnd().endsWith(this.#marks.open);
    this.#isFresh = !resumes;
    this.#state =
      resumes || this.#opened ? 'inside' : this.#marks === null || written.trim() !== '' ? 'over' : 'before';
  }

  get isInside(): boolean {
    return this.#state === 'inside';
  }

  /** True once the model is still thinking and may not. */
  get isSpent(): boolean {
    return this.isInside && this.tokens >= this.#budget;
  }

  /** True where the answer goes on as it comes: nothing is held back any more. */
  get isOver(): boolean {
    return this.#state === 'over' && this.#held === '';
  }

  /** What the prompt has opened already belongs to the text of the reply. */
  begin(): string {
    return this.#opened ? this.#written.open : '';
  }

  /** The text of one more token, as far as it is decided. */
  push(text: string): string {
    const before = this.#state;
    this.#held += text;
    const out = this.#release();
    if (before === 'inside' || this.#state === 'inside') this.tokens++;
    return out;
  }

  end(): string {
    const rest = this.#state === 'inside' ? this.#held.trimEnd() : this.#state === 'behind' ? '' : this.#held;
    this.#held = '';
    return rest === '' ? '' : this.#lead() + rest;
  }

  /** The end mark, which stands next where the budget is spent; a mark of one word has space around it. */
  closing(vocabulary: Tokenizer): number[] {
    const close = this.#marks?.close ?? '';
    const pieces = markerPieces(close, vocabulary);
    if (pieces.every(({ id }) => id === null)) return vocabulary.tokenize(`\n${close}\n\n`, false);
    const ids = pieces.flatMap(({ text, id }) => id ?? vocabulary.tokenize(text, false));
    return ids.length > 1 ? ids : [...vocabulary.tokenize('\n', false), ...ids, ...vocabulary.tokenize('\n\n', false)];
  }

  /** A mark that is a control token has no text of its own. */
  markOf(token: number, vocabulary: Tokenizer): Uint8Array | null {
    const text = this.#piecesOf(vocabulary).get(token);
    return text === undefined ? null : new TextEncoder().encode(text);
  }

  /** Whether a token ends the answer, as in formats whose marks of thinking are made of the marks of turns. */
  endsAnswer(token: number, vocabulary: Tokenizer): boolean {
    return (
      this.#state === 'over' &&
      this.#marks !== null &&
      !isBracketed(this.#marks.close) &&
      this.#piecesOf(vocabulary).has(token)
    );
  }

  /** The tokens that the marks are made of. */
  #piecesOf(vocabulary: Tokenizer): ReadonlyMap<number, string> {
    const marks = this.#marks === null ? [] : [this.#marks.open, this.#marks.close];
    this.#pieces ??= new Map(
      marks
        .flatMap((mark) => markerPieces(mark, vocabulary))
        .flatMap(({ text, id }) => (id === null ? [] : [[id, text] as const])),
    );
    return this.#pieces;
  }

  #release(): string {
    let out = '';
    for (let state: State | null = null; state !== this.#state;) {
      state = this.#state;
      if (state === 'before') out += this.#recognise();
      else if (state === 'inside') out += this.#think();
      else if (state === 'behind') out += this.#answer();
    }
    if (this.#state !== 'over') return out;
    out += this.#held;
    this.#held = '';
    return out;
  }

  #recognise(): string {
    const { open } = this.#marks ?? { open: '' };
    const text = this.#held.trimStart();
    if (open.startsWith(text))
      return this.#take(
        text === open ? 'inside' : 'before',
        text === open ? '' : this.#held,
        text === open ? this.#written.open : '',
      );
    return text.startsWith(open)
      ? this.#take('inside', text.slice(open.length), this.#written.open)
      : this.#take('over', this.#held, '');
  }

  /** Space at the end and what may be the head of the end mark are held back. */
  #think(): string {
    const { close } = this.#marks ?? { close: '' };
    const text = this.#isFresh ? this.#held.trimStart() : this.#held;
    const at = text.indexOf(close);
    if (at >= 0) {
      const thought = text.slice(0, at).trimEnd();
      const lead = thought === '' ? '' : this.#lead();
      return this.#take('behind', text.slice(at + close.length), `${lead}${thought}\n${this.#written.close}`);
    }
    let cut = text.length;
    for (let length = Math.min(close.length - 1, text.length); length > 0 && cut === text.length; length--)
      if (text.endsWith(close.slice(0, length))) cut -= length;
    const decided = text.slice(0, cut).trimEnd();
    return decided === ''
      ? this.#take('inside', text, '')
      : this.#take('inside', text.slice(decided.length), this.#lead() + decided);
  }

  #answer(): string {
    const text = this.#held.trimStart();
    return text === '' ? this.#take('behind', '', '') : this.#take('over', text, '\n\n');
  }

  /** The first of the thinking begins a line. */
  #lead(): string {
    const lead = this.#state === 'inside' && this.#isFresh ? '\n' : '';
    if (this.#state === 'inside') this.#isFresh = false;
    return lead;
  }

  #take(state: State, held: string, out: string): string {
    this.#state = state;
    this.#held = held;
    return out;
  }
}

interface Limits {
  readonly thinking: Thinking;
  readonly vocabulary: Tokenizer;
  readonly history: number[];
  readonly end: number;
  read(): Promise<unknown>;
}

interface Ways {
  /** What has to come before anything new. */
  held(): AsyncIterable<Choice>;
  next(): AsyncIterable<Choice>;
}

/**
 * The model's tokens; where its budget of thinking is spent, the end mark follows, is read, and the model goes on
 * behind it.
 */
export async function* limited(
  { held, next }: Ways,
  { thinking, vocabulary, history, end, read }: Limits,
): AsyncGenerator<Choice, void, void> {
  if (thinking.isSpent) yield* held();
  for (;;) {
    if (!thinking.isSpent) {
      for await (const choice of next()) {
        yield choice;
        if (thinking.isSpent) break;
      }
      if (!thinking.isSpent) return;
    }
    const closing = thinking.closing(vocabulary);
    if (history.length + closing.length > end) throw failure('THOUGHT_FULL', {});
    history.push(...closing);
    await read();
    for (const token of closing) yield { token, others: null };
  }
}
