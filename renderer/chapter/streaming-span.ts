/**
 * - `open`: what arrives goes to its end, or waits for the page to show its turn.
 * - `disturbed`: the person wrote into it. What still arrives stays off the page, and what is saved waits for its end.
 * - `stored`: the page was given its turn with all of it, though its end has not been heard of.
 * - `ended`: it is text of its turn like any other.
 */
export type SpanState = 'open' | 'disturbed' | 'stored' | 'ended';

/** A piece of a turn's text, by offsets in it. */
type Piece = readonly [from: number, to: number];

/**
 * The part of a turn that a reply is written into. The page shows it while its turn is shown; saves leave it out until
 * it has ended.
 */
export class StreamingSpan {
  readonly turnId: string;
  state: SpanState = 'open';
  /** All that has arrived. */
  text = '';
  private begin: number;
  private shown = 0;
  private behind = 0;
  private left = false;

  constructor(turnId: string, at: number) {
    this.turnId = turnId;
    this.begin = at;
  }

  /** Where it begins in the text of its turn. */
  get at(): number {
    return this.begin;
  }
  /** So much of it stands on the page. */
  get length(): number {
    return this.shown;
  }
  get end(): number {
    return this.begin + this.shown;
  }
  /** What has arrived and does not stand on the page. */
  get rest(): string {
    return this.text.slice(this.shown);
  }

  /** The page has turned away from it, so that an undo can bring back a part of it. */
  get wasLeft(): boolean {
    return this.left;
  }

  /** The page shows its turn, which has `whole` units of text, `length` of them its own. */
  show(length: number, whole: number): void {
    this.shown = length;
    this.behind = Math.max(0, whole - this.begin - length);
  }

  /** The page does not show its turn any more. */
  leave(): void {
    this.left = true;
  }

  grow(length: number): void {
    this.shown += length;
  }

  /** So far before it, its turn is another text now. */
  moveTo(at: number): void {
    this.begin = at;
  }

  /** It has ended: this is what the store has of it, and where. */
  finish(text: string, at: number): void {
    this.text = text;
    this.begin = at;
    this.state = 'ended';
  }

  /**
   * The person has changed its turn: the new text has `whole` units, and all before `start` and the last `tail` of them
   * are as they were. It moves along with what is changed before it. Answers where the change was.
   */
  edited(start: number, tail: number, whole: number): 'before' | 'behind' | 'inside' {
    const before = this.end + this.behind;
    const changedTo = before - tail;
    if (changedTo <= this.begin && (start < this.begin || this.shown > 0)) {
      this.begin += whole - before;
      return 'before';
    }
    if (start > this.end || (start === this.end && changedTo > start)) {
      this.behind += whole - before;
      return 'behind';
    }
    return 'inside';
  }

  /** The text of its turn without it. */
  without(shown: string): string {
    return shown.slice(0, this.begin) + shown.slice(this.end);
  }

  /** The pieces of the shown text that make up a piece of the text without it. */
  around(from: number, to: number): readonly Piece[] {
    if (to <= this.begin) return [[from, to]];
    if (from >= this.begin) return [[from + this.shown, to + this.shown]];
    return [
      [from, this.begin],
      [this.end, to + this.shown],
    ];
  }

  /**
   * How much of it stands in a text of its turn that an undo has brought back; null where that text was edited.
   * `stored`: the turn as the store has it, with all of it if it has ended.
   */
  lengthIn(shown: string, stored: string): number | null {
    const before = stored.slice(0, this.begin);
    const behind = stored.slice(this.begin + (this.state === 'ended' ? this.text.length : 0));
    const length = shown.length - before.length - behind.length;
    const fits = length >= 0 && length <= this.text.length && shown === before + this.text.slice(0, length) + behind;
    return fits ? length : null;
  }
}
