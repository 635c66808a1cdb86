import { patchOf } from '../../shared/document/diff.ts';
import { escapeText } from '../../shared/document/grammar.ts';
import { indexAt, spanAt, textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { ChapterText } from '../chapter/chapter-text.ts';
import type {
  ChapterView,
  EditableText,
  FaultAction,
  Replacement,
  Sight,
  ViewedChapter,
} from '../chapter/chapter-view.ts';
import type { FindAsk } from '../chapter/controller.ts';
import { endOfText, type PageChange, type Place, type Stretch } from '../chapter/text-source.ts';

/** Where the list of messages stands: which one is at its top, and so many pixels of it above the edge. */
export interface ListSight {
  readonly index: number;
  readonly above: number;
}

/** What is on the screen of the chat. */
export interface ChatSurface {
  /** Past the last message: at the end. */
  sight(): ListSight | null;
  look(sight: ListSight): void;
  /** Past the last message: to the end. */
  bring(index: number): void;
  isNear(index: number): boolean;
  /** Brings a message into sight and the focus to it. */
  goTo(index: number): void;
  /** Null: the composer. */
  focus(turnId: string | null): void;
  whenDrawn(told: (ms: number) => void): void;
}

export interface ToldFault {
  readonly turnId: string;
  readonly fault: StudioFault;
  readonly actions: readonly FaultAction[];
}

/** What the chat shows beside the text. */
export interface ChatState {
  /** Grows with every change of the text and of what stands around it. */
  readonly revision: number;
  readonly readOnly: boolean;
  /** The message that has the caret; null: the composer has it. */
  readonly active: string | null;
  readonly editing: string | null;
  readonly highlighted: string | null;
}

/** The turn that the composer holds: the person's at the end, which nothing has answered. */
export function composedTurn(document: ChapterText): TurnSpan | null {
  const last = document.layout.spans.at(-1);
  return last?.role === 'user' && last.speaker === null && last.marked ? last : null;
}

/** The turns that stand in the list. */
export function messagesOf(document: ChapterText): readonly TurnSpan[] {
  const { spans } = document.layout;
  return composedTurn(document) === null ? spans : spans.slice(0, -1);
}

const isSpace = (text: string): boolean => /^\s/.test(text);

/**
 * A chapter as messages, and a composer that holds the turn of the person's at the end. It knows where the caret is by
 * turn, and nothing of the screen.
 */
export class ChatView implements ChapterView {
  readonly text: EditableText;
  readonly chapter: ViewedChapter;
  readonly openMark = null;
  private readonly onFind: (ask: FindAsk) => void;
  private readonly stopText: () => void;
  private readonly listeners = new Set<() => void>();
  private state: ChatState = { revision: 0, readOnly: false, active: null, editing: null, highlighted: null };
  private isTelling = false;
  /** Where in the active message the caret is. */
  private offset = 0;
  private told: {
    readonly line: () => number;
    readonly fault: StudioFault;
    readonly actions: readonly FaultAction[];
  } | null = null;
  private surface: ChatSurface | null = null;
  /** What was asked of the screen before there was one. */
  private wanted: { sight: ListSight | null; isFocus: boolean } = { sight: null, isFocus: false };
  /** What was typed last, whose undo step is open. */
  private typed: { readonly turnId: string; readonly version: number; readonly isErasing: boolean } | null = null;

  constructor(text: EditableText, chapter: ViewedChapter, onFind: (ask: FindAsk) => void) {
    this.text = text;
    this.chapter = chapter;
    this.onFind = onFind;
    this.stopText = text.onChange((change) => this.changed(change));
  }

  readonly getState = (): ChatState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  attach(surface: ChatSurface): () => void {
    this.surface = surface;
    const { sight, isFocus } = this.wanted;
    if (sight !== null) surface.look(sight);
    // The composer is made with the list.
    if (isFocus) queueMicrotask(() => this.focus());
    this.wanted = { sight: null, isFocus: false };
    return () => {
      this.surface = null;
    };
  }

  private set(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change };
    this.tellSoon();
  }

  /** Once for all that one event changes. */
  private tellSoon(): void {
    if (this.isTelling) return;
    this.isTelling = true;
    queueMicrotask(() => this.tell());
  }

  private tell(): void {
    if (!this.isTelling) return;
    this.isTelling = false;
    this.state = { ...this.state, revision: this.state.revision + 1 };
    for (const listener of this.listeners) listener();
  }

  private changed(change: PageChange): void {
    this.chapter.changed(change);
    this.tellSoon();
  }

  get document(): ChapterText {
    return this.chapter.document;
  }
  get fault(): ToldFault | null {
    if (this.told === null) return null;
    const { line, fault, actions } = this.told;
    const { layout } = this.document;
    return { turnId: spanAt(layout, Math.min(line(), layout.lineCount)).id, fault, actions };
  }

  /** The person has come to a message, or to the composer; `offset`: so far into its text. */
  come(turnId: string | null, offset = Infinity): void {
    const isMove = turnId !== this.state.active;
    if (!isMove && offset === this.offset) return;
    this.offset = offset;
    if (isMove) this.set({ active: turnId });
    this.chapter.caretMoved(true);
  }

  editTurn(turnId: string): void {
    if (composedTurn(this.document)?.id === turnId) return this.goToComposer();
    if (this.state.readOnly) return this.chapter.willEdit('typing');
    this.offset = Infinity;
    this.set({ active: turnId, editing: turnId });
    this.chapter.caretMoved(true);
  }

  /** The person is done with writing in a message. */
  endEdit(): void {
    if (this.state.editing === null) return;
    this.closeStep();
    this.set({ editing: null });
    this.chapter.left();
  }

  /** To a message, or to the composer. */
  goTo(turnId: string | null): void {
    const index = turnId === null ? -1 : this.document.layout.ids.indexOf(turnId);
    if (index === -1) this.goToComposer();
    else this.surface?.goTo(index);
  }

  goToComposer(): void {
    this.come(null);
    this.surface?.focus(null);
  }

  composed(): string {
    const turn = composedTurn(this.document);
    return turn === null ? '' : this.document.textOf(turn);
  }

  /** The person's text of a turn is this from now on; null: of the one in the composer, which is made where none is. */
  write(turnId: string | null, text: string): void {
    if (this.state.readOnly) return this.chapter.willEdit('typing');
    if (turnId === null && text !== '' && composedTurn(this.document) === null) this.chapter.makeRoom();
    const turn = turnId === null ? composedTurn(this.document) : this.document.spanOf(turnId);
    const edit = turn === null ? null : this.changeOf(turn, text);
    if (turn === null || edit === null) return;
    // What is written while a reply comes is no part of it.
    this.chapter.willEdit('command');
    this.beginWord(turn.id, edit);
    this.text.replace(edit);
    this.typed = { turnId: turn.id, version: this.version, isErasing: edit.text === '' };
    if (turnId === null) this.come(null);
    this.chapter.caretMoved(true);
    // A field that gets its text later puts the caret at the end of it.
    this.tell();
  }

  /** Words are undone one after the other. */
  private beginWord(turnId: string, { text }: Replacement): void {
    const { typed } = this;
    const goesOn =
      typed?.turnId === turnId &&
      typed.version === this.version &&
      typed.isErasing === (text === '') &&
      !(isSpace(text) && !typed.isErasing);
    if (!goesOn) this.closeStep();
  }

  private changeOf(turn: TurnSpan, text: string): Replacement | null {
    const printed = escapeText(text);
    const { first, count } = textRange(turn);
    if (count === 0) {
      const end = { line: turn.line, column: this.line(turn.line).length + 1 };
      return text === '' ? null : { from: end, to: end, text: `\n${printed}` };
    }
    const last = first + count - 1;
    const base = this.offsetAt(first, 1);
    const patch = patchOf(this.slice(base, this.offsetAt(last, this.line(last).length + 1)), printed);
    if (patch === null) return null;
    const [from, to] = [this.placeAt(base + patch.at), this.placeAt(base + patch.at + patch.del)];
    return { from, to, text: patch.ins };
  }

  get version(): number {
    return this.text.version;
  }
  get past(): Map<number, readonly string[]> {
    return this.text.past;
  }
  lineCount(): number {
    return this.text.lineCount();
  }
  line(line: number): string {
    return this.text.line(line);
  }
  allLines(): readonly string[] {
    return this.text.allLines();
  }
  offsetAt(line: number, column: number): number {
    return this.text.offsetAt(line, column);
  }
  placeAt(offset: number): Place {
    return this.text.placeAt(offset);
  }
  slice(from: number, to: number): string {
    return this.text.slice(from, to);
  }
  replace(edit: Replacement): void {
    this.text.replace(edit);
  }
  closeStep(): void {
    this.typed = null;
    this.text.closeStep();
  }
  undo(): void {
    this.chapter.willEdit('command');
    this.text.undo();
  }
  redo(): void {
    this.chapter.willEdit('command');
    this.text.redo();
  }

  caret(): Place {
    const { document } = this;
    const turn = this.state.active === null ? null : document.spanOf(this.state.active);
    if (turn === null) return endOfText(this.text);
    return document.placeOf(turn, Math.min(this.offset, document.lengthOf(turn)));
  }
  selections(): readonly Stretch[] {
    return [];
  }
  select({ to }: Stretch): void {
    this.putCaret(to);
  }
  putCaret(place: Place): void {
    const { document } = this;
    const { layout } = document;
    const turn = spanAt(layout, Math.min(place.line, layout.lineCount));
    const isComposed = composedTurn(document)?.id === turn.id;
    this.offset = document.offsetOf(turn, place);
    this.set({ active: isComposed ? null : turn.id });
    this.chapter.caretMoved(false);
  }
  /** What is typed next has its place; the caret stays where it is until then. */
  focus(): void {
    if (this.surface === null) this.wanted.isFocus = true;
    else this.surface.focus(this.state.editing);
  }
  type(text: string): void {
    this.goToComposer();
    this.write(null, this.composed() + text);
  }

  private indexOf({ line }: Place): number {
    const { layout } = this.document;
    return indexAt(layout, Math.min(line, layout.lineCount));
  }
  sight(): Sight {
    const sight = this.surface?.sight() ?? this.wanted.sight;
    const turn = sight === null ? undefined : this.document.layout.spans[sight.index];
    if (sight === null || turn === undefined) return { from: endOfText(this.text), above: 0 };
    return { from: { line: textRange(turn).first, column: 1 }, above: sight.above };
  }
  look({ from, above }: Sight): void {
    const sight = { index: this.indexOf(from), above };
    if (this.surface === null) this.wanted.sight = sight;
    else this.surface.look(sight);
  }
  isNearSight(place: Place): boolean {
    return this.surface?.isNear(this.indexOf(place)) ?? true;
  }
  bring(place: Place): void {
    const index = this.indexOf(place);
    const isLast = index >= messagesOf(this.document).length - 1;
    if (this.surface !== null) this.surface.bring(index);
    else this.wanted.sight = { index: isLast ? Infinity : index, above: 0 };
  }
  keepSight(work: () => void): void {
    work();
  }
  revealTurn(turnId: string): void {
    const at = this.document.layout.ids.indexOf(turnId);
    if (at === -1) return;
    if (composedTurn(this.document)?.id === turnId) return this.goToComposer();
    this.come(turnId, 0);
    this.surface?.look({ index: at, above: 0 });
  }
  highlightTurn(turnId: string | null): void {
    this.set({ highlighted: turnId });
  }
  markStream(): void {
    this.tellSoon();
  }
  whenDrawn(told: (ms: number) => void): void {
    if (this.surface === null) told(0);
    else this.surface.whenDrawn(told);
  }

  showFault(line: () => number, fault: StudioFault, actions: readonly FaultAction[]): void {
    this.told = { line, fault, actions };
    this.tellSoon();
  }
  hideFault(): void {
    this.told = null;
    this.tellSoon();
  }
  find(ask: FindAsk): void {
    this.onFind(ask);
  }
  setReadOnly(readOnly: boolean): void {
    this.set({ readOnly, editing: readOnly ? null : this.state.editing });
  }
  refresh(): void {
    this.tellSoon();
  }
  leave(): void {
    this.stopText();
    this.listeners.clear();
  }
}
