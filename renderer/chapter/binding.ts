import type { editor } from 'monaco-editor/editor';
import { lineEditsOf } from '../../shared/document/changes.ts';
import { normalise } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import { spanAt } from '../../shared/document/layout.ts';
import type { Op, TreeTurn, TurnTree } from '../../shared/document/turn.ts';
import { ruleCaret } from '../manuscript/caret.ts';
import type { ManuscriptDocument } from './document.ts';
import { decorate, type SeenMarks } from '../manuscript/decorations.ts';
import { LineWords } from '../manuscript/line-words.ts';
import type { Replacement, EditorSurface } from '../manuscript/editor-surface.ts';
import { TurnEdits, type TurnEdit } from './turn-edits.ts';
import { shownPath } from './caret-target.ts';

export interface BindingEvents {
  /** The person changed the text; `disturbed`: where the studio is writing. */
  onEdit(disturbed: boolean): void;
  onChange(structure: boolean): void;
  /** So many characters that no text can hold came in and were replaced (M6). */
  onReplaced(count: number): void;
  /** An undo or redo has brought these turns back onto the page. */
  onReturn(ids: readonly string[]): void;
  onCaret(byPerson: boolean, byMouse: boolean): void;
}

/** Keys that leave the text as it is: they do not end a stretch of the stream. */
const MOVES = /^(Arrow|Page|Home|End|Escape|Shift|Control|Alt|Meta|F\d)/;

/** Holds the page and the document together: every edit of one is an edit of the other, whoever makes it. */
export class Binding {
  readonly surface: EditorSurface;
  readonly document: ManuscriptDocument;
  readonly edits: TurnEdits;
  readonly words: LineWords;
  private readonly events: BindingEvents;
  private readonly stops: { dispose(): void }[];
  private origin: { readonly ids: readonly string[] | undefined; readonly mirrored: boolean } | null = null;
  private writer: 'person' | 'studio' | null = null;
  /** A mark line in which the person is writing. */
  private bare: number | null = null;
  private marksShown = false;
  private tidying = false;
  /** First and last lines in which characters came that no text can hold. */
  private broken: { readonly from: number; readonly to: number }[] = [];

  constructor(surface: EditorSurface, document: ManuscriptDocument, events: BindingEvents) {
    this.surface = surface;
    this.events = events;
    this.document = document;
    this.edits = new TurnEdits(surface, document, newId);
    this.words = new LineWords(surface);
    this.stops = [
      surface.model.onDidChangeContent((event) => this.changed(event)),
      surface.page.onKeyDown((event) => {
        if (!MOVES.test(event.browserEvent.key)) this.endStretch();
      }),
      ruleCaret(surface, () => this.document, {
        isSeen: (line) => this.marksShown || this.bare === line,
        isOurs: () => this.origin !== null,
        join: (index) => this.join(index),
        onRest: (byPerson, byMouse) => this.rest(byPerson, byMouse),
      }),
    ];
    const host = surface.page.getDomNode();
    for (const name of ['beforeinput', 'paste', 'cut', 'drop', 'compositionstart'])
      host?.addEventListener(name, () => this.endStretch(), true);
  }

  dispose(): void {
    for (const stop of this.stops) stop.dispose();
  }

  /** An edit of the studio's: it joins the step of the stretch that is under way. */
  mirror(edit: Replacement & { readonly ids?: readonly string[] }): void {
    if (this.writer !== 'studio') this.surface.closeStep();
    this.writer = 'studio';
    this.as({ ids: edit.ids, mirrored: true }, () => this.surface.replace(edit));
  }

  /** An edit that the person asked for: a step of its own. */
  perform(edit: TurnEdit): void {
    this.surface.closeStep();
    this.as({ ids: edit.ids, mirrored: false }, () => this.surface.replace(edit));
    this.tidy();
    this.endStep();
  }

  /** Takes the mark of a turn away, so that it goes on in the one before: two paragraphs stay two. */
  private join(index: number): void {
    const { document, surface } = this;
    const above = document.layout.spans[index - 1];
    const below = document.layout.spans[index];
    if (above === undefined || below === undefined) return;
    const { edit, caret } = this.edits.join(above, below);
    if (document.readyTurn()?.id !== below.id) this.perform(edit);
    surface.putCaret(caret);
  }

  private get seen(): SeenMarks {
    return this.marksShown ? 'all' : this.bare;
  }

  /** Shows every mark as the text that it is, or sets them as gaps; what is in sight stays where it is. */
  showMarks(shown: boolean): void {
    if (this.marksShown === shown) return;
    this.marksShown = shown;
    const { page } = this.surface;
    const top = page.getVisibleRanges()[0]?.startLineNumber ?? 1;
    const scrolled = page.getScrollTop() - page.getTopForLineNumber(top);
    decorate(this.surface.model, this.document.layout.spans, 1, this.surface.lineCount(), this.seen);
    page.setScrollTop(page.getTopForLineNumber(top) + scrolled);
  }

  endStep(): void {
    this.surface.closeStep();
    this.writer = null;
  }

  /** What the studio did to the tree, done to the page; the rest of the page stays as it is, with what is not yet saved in it. */
  follow(ops: readonly Op[], tree: TurnTree, liveTurn: string): void {
    for (const op of ops) {
      if (op.op !== 'insert') {
        this.mirror(this.edits.tail(null, shownPath(tree).map(contentOf), false));
        break;
      }
      const after = this.onPage(op.after, tree);
      this.mirror(op.as === 'chain' ? this.edits.chain(after, op.turn) : this.edits.tail(after, [op.turn], false));
    }
    if (this.document.layout.ids.at(-2) !== liveTurn) return;
    const edit = this.edits.dropReady();
    if (edit !== null) this.mirror(edit);
  }

  /** A turn of the tree, or where the person has just taken it away, the nearest before it that is on the page. */
  onPage(turnId: string | null, tree: TurnTree): string | null {
    let id = turnId;
    while (id !== null && this.document.spanOf(id) === null) id = tree.turns.get(id)?.parentId ?? null;
    return id;
  }

  private as(origin: NonNullable<Binding['origin']>, work: () => void): void {
    this.origin = origin;
    try {
      work();
    } finally {
      this.origin = null;
    }
  }

  private endStretch(): void {
    if (this.writer === 'studio') this.endStep();
  }

  private changed(event: editor.IModelContentChangedEvent): void {
    const { surface, document, origin } = this;
    const rewound = event.isUndoing || event.isRedoing;
    const before = document.layout.ids;
    const touched = document.changed(
      { changes: event.changes, version: surface.version, rewound },
      { ...(origin?.ids === undefined ? {} : { ids: origin.ids }), mirrored: origin?.mirrored ?? false },
    );
    this.words.changed(lineEditsOf(event.changes, (line) => surface.line(line)));
    if (this.bare !== null && touched.structure) this.bare = null;
    decorate(surface.model, document.layout.spans, touched.fromLine, touched.toLine, this.seen);
    if (origin?.mirrored !== true) {
      this.writer = 'person';
      this.events.onEdit(touched.disturbed);
      if (!rewound && origin === null) {
        this.noteBroken(event.changes);
        this.tidySoon();
      }
    }
    this.events.onChange(touched.structure);
    if (rewound && touched.structure) this.returned(new Set(before));
  }

  /** Half of a pair that comes alone is let be: its other half may follow. */
  private noteBroken(changes: readonly editor.IModelContentChange[]): void {
    let count = 0;
    for (const { text, range } of changes) {
      const { replaced } = text.length > 1 || text === '\0' ? normalise(text) : { replaced: 0 };
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

  /** The caret has come to rest; a mark that the person is writing stays visible while it is there. */
  private rest(byPerson: boolean, byMouse: boolean): void {
    const { line } = this.surface.caret();
    const { layout } = this.document;
    const span = spanAt(layout, Math.min(line, layout.lineCount));
    const bare = span.marked && span.line === line ? line : null;
    if (bare !== this.bare) {
      const lines = [this.bare, bare].filter((one) => one !== null);
      this.bare = bare;
      for (const one of lines) decorate(this.surface.model, layout.spans, one, one, this.seen);
      this.tidySoon();
    }
    this.events.onCaret(byPerson, byMouse);
  }

  /** After the event: gives turns without a line one, and the end of the page its ready turn, in the step of the edit that called for it. */
  private tidySoon(): void {
    if (this.tidying) return;
    this.tidying = true;
    queueMicrotask(() => {
      this.tidying = false;
      this.tidy();
    });
  }

  private tidy(): void {
    if (this.surface.model.isDisposed()) return;
    for (const { from, to } of this.broken.splice(0))
      for (let line = from; line <= Math.min(to, this.surface.lineCount()); line++) this.mendLine(line);
    // From the last one up: a line that comes in moves only the turns behind it.
    for (const span of this.document.layout.spans.toReversed()) {
      const edit = span.line === this.bare ? null : this.edits.firstLine(span);
      if (edit !== null) this.append(edit);
    }
    if (this.document.wantsReadyTurn()) this.append(this.edits.ready());
  }

  private mendLine(line: number): void {
    const text = this.surface.line(line);
    const whole = normalise(text);
    if (whole.replaced > 0)
      this.append({ from: { line, column: 1 }, to: { line, column: text.length + 1 }, text: whole.text });
  }

  private append(edit: Replacement & { readonly ids?: readonly string[] }): void {
    this.as({ ids: edit.ids, mirrored: true }, () => this.surface.replace(edit));
  }
}

export function contentOf({ id, role, speaker, marked, text }: TreeTurn): {
  id: string;
  role: TreeTurn['role'];
  speaker: string | null;
  marked: boolean;
  text: string;
} {
  return { id, role, speaker, marked, text: text ?? '' };
}
