import { lineEditsOf, type TextChange } from '../../shared/document/line-edits.ts';
import { normalise } from '../../shared/document/grammar.ts';
import type { TurnSpan } from '../../shared/document/layout.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Op, TurnTree } from '../../shared/document/turn.ts';
import type { ChapterView, Replacement } from './chapter-view.ts';
import type { ChapterText, Touched } from './chapter-text.ts';
import { LineWords } from './line-words.ts';
import type { PageChange } from './text-source.ts';
import { contentOf, shownPath } from './tree-queries.ts';
import { TurnEdits, type TurnEdit } from './turn-edits.ts';

export interface BindingEvents {
  /** The person changed the text; `disturbed`: where the studio is writing. */
  onEdit(disturbed: boolean): void;
  onChange(): void;
  /** So many characters that no text can hold came in and were replaced (M6). */
  onReplaced(count: number): void;
  /** An undo or redo has brought these turns back onto the page. */
  onReturn(ids: readonly string[]): void;
}

/** An edit, with the ids that the turns have after it where those are known. */
type Edit = Replacement & { readonly ids?: readonly string[] };

/**
 * Holds the text of the view and the document together: every edit of one is an edit of the other, whoever makes it.
 */
export class Binding {
  readonly document: ChapterText;
  readonly edits: TurnEdits;
  readonly words: LineWords;
  private readonly view: ChapterView;
  private readonly events: BindingEvents;
  private edit: { readonly ids: readonly string[] | undefined; readonly mirrored: boolean } | null = null;
  private writer: 'person' | 'studio' | null = null;
  private tidying = false;
  private closed = false;
  /** The turn that stood ready for the person, until they have written into it. */
  private ready: string | null;
  /** First and last lines in which characters came that no text can hold. */
  private broken: { readonly from: number; readonly to: number }[] = [];

  constructor(view: ChapterView, document: ChapterText, events: BindingEvents) {
    this.view = view;
    this.events = events;
    this.document = document;
    this.edits = new TurnEdits(view, document, newId);
    this.words = new LineWords(view);
    this.ready = document.readyTurn()?.id ?? null;
  }

  close(): void {
    this.closed = true;
  }

  /** An edit of the studio's: it joins the undo step of the stretch of the reply that is under way. */
  mirror(edit: Edit): void {
    if (this.writer !== 'studio') this.view.closeStep();
    this.writer = 'studio';
    this.make(edit, true);
  }

  /** An edit that the person asked for: an undo step of its own. */
  perform(edit: TurnEdit): void {
    this.performWork(() => this.make(edit, false));
  }

  /** Edits of the text that the person asked for: one undo step. */
  performWork(work: () => void): void {
    this.view.closeStep();
    work();
    this.tidy();
    this.endStep();
  }

  endStep(): void {
    this.view.closeStep();
    this.writer = null;
  }

  /** The person is about to write: what the studio wrote so far is one undo step. */
  endStretch(): void {
    if (this.writer === 'studio') this.endStep();
  }

  /** Takes the mark of a turn away, so that it goes on in the one before: two paragraphs stay two. */
  join(index: number): void {
    const { document, view } = this;
    const above = document.layout.spans[index - 1];
    const below = document.layout.spans[index];
    if (above === undefined || below === undefined) return;
    const { edit, caret } = this.edits.join(above, below);
    if (document.readyTurn()?.id !== below.id) this.perform(edit);
    view.putCaret(caret);
  }

  /** What the studio did to the tree, done to the text; the rest stays as it is, with what is not yet saved in it. */
  follow(ops: readonly Op[], tree: TurnTree, liveTurn: string): void {
    for (const op of ops) {
      if (op.op !== 'insert') {
        this.mirror(this.edits.tail(null, shownPath(tree).map(contentOf), false));
        break;
      }
      const after = this.nearestShown(op.after, tree);
      this.mirror(op.as === 'chain' ? this.edits.chain(after, op.turn) : this.edits.tail(after, [op.turn], false));
    }
    if (this.document.layout.ids.at(-2) !== liveTurn) return;
    // What the model writes for the person stands in place of the turn that waited for their words.
    const end = this.document.emptyEnd();
    if (end !== null && end.id === this.ready) this.mirror(this.edits.dropEnd());
  }

  /**
   * Takes away an empty turn that the studio made and took back, if the person has not done so already; what was shown
   * in its place comes back. False: something stands in it or behind it, and the text stays as it is.
   */
  takeBack(turnId: string, ops: readonly Op[], tree: TurnTree): boolean {
    const { document, edits } = this;
    const span = document.spanOf(turnId);
    if (span !== null) {
      if (!document.isEmpty(span) || document.layout.ids.at(-1) !== turnId) return false;
      this.mirror(edits.remove(span));
    }
    for (const op of ops) {
      if (op.op !== 'activate') continue;
      const path = shownPath(tree);
      const at = path.findIndex(({ id }) => id === op.turnId);
      const after = this.nearestShown(op.parentId, tree);
      const isAtEnd = after === null ? document.isBlank() : document.layout.ids.at(-1) === after;
      if (at === -1 || !isAtEnd) return false;
      this.mirror(edits.tail(after, path.slice(at).map(contentOf), true));
    }
    return true;
  }

  /** A turn of the tree, or where the person has just taken it away, the nearest before it that is shown. */
  nearestShown(turnId: string | null, tree: TurnTree): string | null {
    let id = turnId;
    while (id !== null && this.document.spanOf(id) === null) id = tree.turns.get(id)?.parentId ?? null;
    return id;
  }

  changed(change: PageChange): Touched {
    const { document, edit } = this;
    const { changes, rewound } = change;
    const before = document.layout.ids;
    const touched = document.changed(change, {
      ...(edit?.ids === undefined ? {} : { ids: edit.ids }),
      mirrored: edit?.mirrored ?? false,
    });
    this.words.changed(lineEditsOf(changes, (line) => this.view.line(line)));
    if (document.emptyEnd()?.id !== this.ready) this.ready = document.readyTurn()?.id ?? null;
    if (edit?.mirrored !== true) {
      this.writer = 'person';
      this.events.onEdit(touched.disturbed);
      if (rewound === null && edit === null) {
        this.noteBroken(changes);
        this.tidySoon();
      }
    }
    this.events.onChange();
    if (rewound !== null && changes.some(({ text }) => isBroken(text))) this.stepOver(rewound);
    if (rewound !== null && touched.structure) this.returned(new Set(before));
    return touched;
  }

  /**
   * After the event: gives turns without a line one, and the end its ready turn, in the undo step of the edit that
   * called for it.
   */
  tidySoon(): void {
    if (this.tidying) return;
    this.tidying = true;
    queueMicrotask(() => {
      this.tidying = false;
      this.tidy();
    });
  }

  private tidy(): void {
    if (this.closed) return;
    for (const { from, to } of this.broken.splice(0))
      for (let line = from; line <= Math.min(to, this.view.lineCount()); line++) this.mendLine(line);
    // From the last one up: a line that comes in moves only the turns behind it.
    for (const span of this.document.layout.spans.toReversed()) {
      const edit = span.line === this.view.openMark ? null : this.edits.firstLine(span);
      if (edit !== null) this.make(edit, true);
    }
    if (this.document.wantsReadyTurn()) this.make(this.edits.ready(), true);
    const idle = this.idleTurn();
    if (idle !== null) this.make(this.edits.remove(idle), true);
  }

  /** The ready turn, where what it waited behind is gone and the person can write into the turn before it. */
  private idleTurn(): TurnSpan | null {
    const end = this.document.emptyEnd();
    return end?.id === this.ready && this.document.layout.spans.at(-2)?.role === 'user' ? end : null;
  }

  /** What no text can hold stood on the page for a moment only: an undo or redo does not stop there. */
  private stepOver(rewound: 'undo' | 'redo'): void {
    queueMicrotask(() => {
      if (!this.closed) this.view[rewound]();
    });
  }

  private mendLine(line: number): void {
    const text = this.view.line(line);
    const whole = normalise(text);
    if (whole.replaced > 0)
      this.make({ from: { line, column: 1 }, to: { line, column: text.length + 1 }, text: whole.text }, true);
  }

  private make(edit: Edit, mirrored: boolean): void {
    this.edit = { ids: edit.ids, mirrored };
    try {
      this.view.replace(edit);
    } finally {
      this.edit = null;
    }
  }

  private noteBroken(changes: readonly TextChange[]): void {
    let count = 0;
    for (const { text, range } of changes) {
      const { replaced } = isBroken(text) ? normalise(text) : { replaced: 0 };
      if (replaced > 0)
        this.broken.push({ from: range.startLineNumber, to: range.startLineNumber + text.split('\n').length - 1 });
      count += replaced;
    }
    if (count > 0) this.events.onReplaced(count);
  }

  private returned(before: ReadonlySet<string>): void {
    const ids = this.document.layout.ids.filter((id) => !before.has(id));
    if (ids.length > 0) this.events.onReturn(ids);
  }
}

/** Half of a surrogate pair that comes alone is let be: its other half may follow. */
const isBroken = (text: string): boolean => (text.length > 1 || text === '\0') && normalise(text).replaced > 0;
