import { newId } from '../../shared/document/ids.ts';
import { spanAt, textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { Role } from '../../shared/document/turn.ts';
import type { Binding } from './binding.ts';
import type { ChapterView } from './chapter-view.ts';
import { brokenUp } from './paragraphs.ts';
import { endOfLine, endOfText } from './text-source.ts';
import { words } from '../locales/index.ts';

type Tell = (message: string, undo: () => void, isDone: () => boolean) => void;

/** What the person does to a turn without typing: edits of theirs, each one step of undo. */
export class TurnActions {
  private readonly view: ChapterView;
  private readonly binding: Binding;
  private readonly tell: Tell;

  constructor(view: ChapterView, binding: Binding, tell: Tell) {
    this.view = view;
    this.binding = binding;
    this.tell = tell;
  }

  private withTurn(turnId: string, work: (span: TurnSpan, binding: Binding) => void): void {
    const span = this.binding.document.spanOf(turnId);
    if (span !== null) work(span, this.binding);
  }

  setRole(turnId: string, role: Role): void {
    this.withTurn(turnId, (span, binding) => binding.perform(binding.edits.heading(span, role, span.speaker)));
  }

  setSpeaker(turnId: string, speaker: string | null): void {
    this.withTurn(turnId, (span, binding) => binding.perform(binding.edits.heading(span, span.role, speaker)));
  }

  addNoteBefore(turnId: string): void {
    this.withTurn(turnId, (span, binding) => {
      const { ids } = binding.document.layout;
      const id = newId();
      binding.perform(
        binding.edits.chain(ids[ids.indexOf(span.id) - 1] ?? null, {
          id,
          role: 'system',
          speaker: null,
          marked: true,
          text: '',
        }),
      );
      const note = binding.document.spanOf(id);
      if (note !== null) this.view.putCaret({ line: textRange(note).first, column: 1 });
      this.view.bring(this.view.caret());
      this.view.focus();
    });
  }

  /** Writes the n-th thing (from 1) that the last reply offers into the ready turn; answers whether there is one. */
  sayOption(place: number): boolean {
    const { document } = this.binding;
    const ready = document.readyTurn();
    const option = document.offered()[place - 1];
    if (ready === null || option === undefined) return false;
    const from = { line: textRange(ready).first, column: 1 };
    this.binding.perform({ from, to: from, text: option, ids: document.layout.ids });
    this.view.putCaret(endOfText(this.view));
    return true;
  }

  /** Where a caret stood in the paragraph it stands afterwards. */
  breakParagraph(): void {
    const { view, binding } = this;
    const { document } = binding;
    const caret = view.caret();
    const span = spanAt(document.layout, Math.min(caret.line, document.layout.lineCount));
    const parts = brokenUp(view.line(caret.line));
    if (caret.line < textRange(span).first || parts.length === 1) return;
    // As this turn has it: an empty line between its paragraphs, or none.
    const whole = document.textOf(span);
    const lines = whole.includes('\n') && !whole.includes('\n\n') ? 1 : 2;
    binding.perform({
      from: { line: caret.line, column: 1 },
      to: endOfLine(view, caret.line),
      text: parts.map(({ text }) => text).join('\n'.repeat(lines)),
      ids: document.layout.ids,
    });
    const index = parts.findLastIndex(({ from }) => from < caret.column);
    const { from, text } = parts[index] ?? { from: 0, text: '' };
    view.putCaret({
      line: caret.line + index * lines,
      column: Math.min(caret.column - from, text.length + 1),
    });
    view.bring(view.caret());
  }

  removeTurn(turnId: string): void {
    this.withTurn(turnId, (span, binding) => {
      if (binding.document.readyTurn()?.id === turnId || binding.document.isBlank()) return;
      const { ids } = binding.document.layout;
      const above = ids[ids.indexOf(turnId) - 1] ?? null;
      const turn = {
        id: turnId,
        role: span.role,
        speaker: span.speaker,
        marked: span.marked,
        text: binding.document.textOf(span),
      };
      binding.perform(binding.edits.remove(span));
      const { version } = this.view;
      const isBack = (): boolean => binding.document.spanOf(turnId) !== null;
      const undo = (): void => {
        if (this.view.version === version) this.view.undo();
        else if (!isBack()) binding.perform(binding.edits.chain(above, turn));
      };
      this.tell(words.manuscript.removed, undo, isBack);
    });
  }
}
