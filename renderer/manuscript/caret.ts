import { Range, Selection, editor, type IDisposable } from 'monaco-editor/editor';
import { indexAt, spanAt, textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { ChapterText } from '../chapter/chapter-text.ts';
import { endOfLine } from '../chapter/text-source.ts';
import { deletingKeys } from './editor-commands.ts';
import { OURS, type EditorSurface } from './editor-surface.ts';

interface CaretRules {
  /** Whether the mark in this line is seen: the caret may stand in it. */
  readonly isSeen: (line: number) => boolean;
  /** The caret has come to rest somewhere. */
  readonly onRest: (byPerson: boolean, byMouse: boolean) => void;
  /** Joins the turn at this place to the one before. */
  readonly join: (index: number) => void;
}

const AT_START = 'paphosAtTurnStart && !editorReadonly';
const AT_END = 'paphosAtTurnEnd && !editorReadonly';

const isMarkLine = (span: TurnSpan, line: number): boolean => span.marked && span.line === line;

/**
 * Marks are gaps between turns: the caret goes over them, and Backspace at a turn's start joins it to the one before.
 */
export function ruleCaret(surface: EditorSurface, document: () => ChapterText, rules: CaretRules): { dispose(): void } {
  const { page, model } = surface;
  let previous = surface.caret();
  const start = page.createContextKey<boolean>('paphosAtTurnStart', false);
  const end = page.createContextKey<boolean>('paphosAtTurnEnd', false);

  const step = (line: number, goesUp: boolean): { line: number; column: number } => {
    const span = spanAt(document().layout, line);
    const { first, count } = textRange(span);
    if (goesUp && line > 1) return endOfLine(surface, line - 1);
    return count === 0 ? endOfLine(surface, line) : { line: first, column: 1 };
  };

  const isGap = (line: number): boolean => {
    const { layout } = document();
    return line <= layout.lineCount && isMarkLine(spanAt(layout, line), line) && !rules.isSeen(line);
  };

  /** What the mouse selects ends at the text on its side of a gap. */
  const shrink = (selection: Selection): boolean => {
    const { startLineNumber: first, endLineNumber: last } = selection;
    if (!isGap(first) && !isGap(last)) return false;
    if (first === last) {
      surface.putCaret(step(first, false));
      return true;
    }
    const from = isGap(first) ? step(first, false) : { line: first, column: selection.startColumn };
    const to = isGap(last) ? endOfLine(surface, last - 1) : { line: last, column: selection.endColumn };
    const shrunk = Selection.fromRange(new Range(from.line, from.column, to.line, to.column), selection.getDirection());
    page.setSelection(shrunk, OURS);
    return true;
  };

  /** Brings a caret that has come to a mark line to where it belongs; answers whether it had to. */
  const over = (event: editor.ICursorPositionChangedEvent): boolean => {
    const { lineNumber: line, column } = event.position;
    const selection = page.getSelection();
    const selects = selection !== null && !selection.isEmpty();
    if (selects && event.source === 'mouse') return shrink(selection);
    if (!isGap(line)) return false;
    const byKey = event.reason === editor.CursorChangeReason.Explicit && event.source === 'keyboard';
    const vertical =
      byKey && Math.abs(line - previous.line) === 1 && !(previous.line > line && previous.column === 1 && column > 1);
    const goesUp = byKey && line < previous.line && line > 1;
    if (vertical && (goesUp || line > previous.line)) {
      page.trigger(
        'keyboard',
        selects ? (goesUp ? 'cursorUpSelect' : 'cursorDownSelect') : goesUp ? 'cursorUp' : 'cursorDown',
        null,
      );
      return true;
    }
    const place = step(line, goesUp);
    if (selects)
      page.setSelection(
        new Range(selection.selectionStartLineNumber, selection.selectionStartColumn, place.line, place.column),
        OURS,
      );
    else surface.putCaret(place);
    return true;
  };

  const tellKeys = (): void => {
    const { layout } = document();
    const { line, column } = surface.caret();
    if (line > layout.lineCount) return;
    const span = spanAt(layout, line);
    const { first, count } = textRange(span);
    const collapsed = page.getSelection()?.isEmpty() === true;
    start.set(collapsed && line === first && column === 1 && span.marked);
    end.set(
      collapsed && line === first + count - 1 && column === model.getLineMaxColumn(line) && line < layout.lineCount,
    );
  };

  const moved = (event: editor.ICursorPositionChangedEvent): void => {
    const isMoved = event.reason !== editor.CursorChangeReason.NotSet && event.source !== OURS && over(event);
    if (isMoved) return;
    previous = surface.caret();
    if (previous.line > document().layout.lineCount) return;
    tellKeys();
    rules.onRest(
      !surface.isReplacing && event.source !== OURS && event.reason !== editor.CursorChangeReason.RecoverFromMarkers,
      event.source === 'mouse',
    );
  };

  // The editor tells of a caret that an edit moves before the document has heard of the edit.
  let heard = model.getVersionId();
  let waiting: editor.ICursorPositionChangedEvent | null = null;
  const stops = [
    page.onDidChangeCursorPosition((event) => {
      if (model.getVersionId() === heard) moved(event);
      else waiting = event;
    }),
    model.onDidChangeContent(({ versionId }) => {
      heard = versionId;
      const event = waiting;
      waiting = null;
      if (event === null) tellKeys();
      else moved(event);
    }),
  ];

  const here = (): number => indexAt(document().layout, surface.caret().line);
  // Actions, for what `addCommand` registers outlives its editor, and holds it.
  const bind = (id: string, keybindings: number[], keybindingContext: string, run: () => void): IDisposable =>
    page.addAction({ id, label: id, keybindings, keybindingContext, run });
  const keys = deletingKeys();
  const bound = [
    bind('paphos.joinToTurnBefore', keys.before, AT_START, () => rules.join(here())),
    bind('paphos.joinTurnBehind', keys.behind, AT_END, () => rules.join(here() + 1)),
  ];
  return {
    dispose: () => {
      for (const one of [...stops, ...bound]) one.dispose();
    },
  };
}
