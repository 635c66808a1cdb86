import { KeyCode, KeyMod, Range, editor, type IDisposable } from 'monaco-editor/editor';
import { indexAt, spanAt, textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { ChapterText } from '../chapter/chapter-text.ts';
import { endOfLine } from '../chapter/text-source.ts';
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

  /** Where a caret on a mark line belongs, or null where it may stay. */
  const over = (event: editor.ICursorPositionChangedEvent): boolean => {
    const { lineNumber: line, column } = event.position;
    if (line > document().layout.lineCount || !isMarkLine(spanAt(document().layout, line), line) || rules.isSeen(line))
      return false;
    const byKey = event.reason === editor.CursorChangeReason.Explicit && event.source === 'keyboard';
    const vertical =
      byKey && Math.abs(line - previous.line) === 1 && !(previous.line > line && previous.column === 1 && column > 1);
    const goesUp = byKey && line < previous.line && line > 1;
    const selection = page.getSelection();
    const selects = selection !== null && !selection.isEmpty();
    if (vertical && (goesUp || line > previous.line)) {
      page.trigger(
        'keyboard',
        selects ? (goesUp ? 'cursorUpSelect' : 'cursorDownSelect') : goesUp ? 'cursorUp' : 'cursorDown',
        null,
      );
      return true;
    }
    const place = step(line, goesUp);
    if (selects && selection !== null)
      page.setSelection(
        new Range(selection.selectionStartLineNumber, selection.selectionStartColumn, place.line, place.column),
        OURS,
      );
    else surface.putCaret(place);
    return true;
  };

  const moved = page.onDidChangeCursorPosition((event) => {
    const isMoved =
      event.secondaryPositions.length === 0 &&
      event.reason !== editor.CursorChangeReason.NotSet &&
      event.source !== OURS &&
      over(event);
    if (isMoved) return;
    previous = surface.caret();
    const { layout } = document();
    if (previous.line > layout.lineCount) return;
    const span = spanAt(layout, previous.line);
    const { first, count } = textRange(span);
    const collapsed = page.getSelections()?.length === 1 && page.getSelection()?.isEmpty() === true;
    start.set(collapsed && previous.line === first && previous.column === 1 && span.marked);
    end.set(
      collapsed &&
        previous.line === first + count - 1 &&
        previous.column === model.getLineMaxColumn(previous.line) &&
        previous.line < layout.lineCount,
    );
    rules.onRest(
      !surface.isReplacing && event.source !== OURS && event.reason !== editor.CursorChangeReason.RecoverFromMarkers,
      event.source === 'mouse',
    );
  });

  const here = (): number => indexAt(document().layout, surface.caret().line);
  // Actions, for what `addCommand` registers outlives its editor, and holds it.
  const bind = (id: string, keybindings: number[], keybindingContext: string, run: () => void): IDisposable =>
    page.addAction({ id, label: id, keybindings, keybindingContext, run });
  const bound = [
    bind(
      'paphos.joinToTurnBefore',
      [KeyCode.Backspace, KeyMod.CtrlCmd | KeyCode.Backspace, KeyMod.Alt | KeyCode.Backspace],
      AT_START,
      () => rules.join(here()),
    ),
    bind('paphos.joinTurnBehind', [KeyCode.Delete, KeyMod.CtrlCmd | KeyCode.Delete], AT_END, () =>
      rules.join(here() + 1),
    ),
  ];
  return {
    dispose: () => {
      for (const one of [moved, ...bound]) one.dispose();
    },
  };
}
