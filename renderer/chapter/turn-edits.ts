import { escapeText, isUnmarked, print, printMark } from '../../shared/document/grammar.ts';
import { textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { Role, Turn, TurnContent } from '../../shared/document/turn.ts';
import type { ChapterText } from './chapter-text.ts';
import { endOfLine, endOfText, type Place } from './text-source.ts';
import type { Replacement, ViewText } from './chapter-view.ts';

/** An edit of the page, with the ids that its turns have after it. */
export interface TurnEdit extends Replacement {
  readonly ids: readonly string[];
}

const ASK = '\n<|user|>\n';

function printTurn(turn: TurnContent): string {
  return `${printMark(turn)}\n${escapeText(turn.text)}`;
}

/** Edits that are about whole turns, as replacements in the text. */
export class TurnEdits {
  private readonly view: ViewText;
  private readonly document: ChapterText;
  private readonly newId: () => string;

  constructor(view: ViewText, document: ChapterText, newId: () => string) {
    this.view = view;
    this.document = document;
    this.newId = newId;
  }

  private get spans(): readonly TurnSpan[] {
    return this.document.layout.spans;
  }
  private get ids(): readonly string[] {
    return this.document.layout.ids;
  }
  private at(id: string): number {
    return this.ids.indexOf(id);
  }
  private endOf(span: TurnSpan) {
    return endOfLine(this.view, span.line + span.lines - 1);
  }

  /** The page from after a turn on becomes these turns, and a ready turn where one belongs. */
  tail(after: string | null, turns: readonly Turn[], ready: boolean): TurnEdit {
    const kept = after === null ? 0 : this.at(after) + 1;
    const asks = ready && turns.at(-1)?.role === 'model';
    const ids = [...this.ids.slice(0, kept), ...turns.map((turn) => turn.id), ...(asks ? [this.newId()] : [])];
    const to = endOfText(this.view);
    const above = this.spans[kept - 1];
    const text = above === undefined ? print(turns) : turns.map((turn) => `\n${printTurn(turn)}`).join('');
    return {
      from: above === undefined ? { line: 1, column: 1 } : this.endOf(above),
      to,
      text: text + (asks ? ASK : ''),
      ids,
    };
  }

  /** A new turn between a turn and what follows it. */
  chain(after: string | null, turn: Turn): TurnEdit {
    const kept = after === null ? 0 : this.at(after) + 1;
    const ids = [...this.ids.slice(0, kept), turn.id, ...this.ids.slice(kept)];
    const above = this.spans[kept - 1];
    if (above !== undefined) {
      const from = this.endOf(above);
      return { from, to: from, text: `\n${printTurn(turn)}`, ids };
    }
    const start = { line: 1, column: 1 };
    const first = this.spans[0];
    return {
      from: start,
      to: start,
      text: `${printTurn(turn)}\n${first !== undefined && !first.marked ? `${printMark(first)}\n` : ''}`,
      ids,
    };
  }

  ready(): TurnEdit {
    const from = endOfText(this.view);
    return { from, to: from, text: ASK, ids: [...this.ids, this.newId()] };
  }

  dropEnd(): TurnEdit {
    const above = this.spans.at(-2);
    return {
      from: above === undefined ? { line: 1, column: 1 } : this.endOf(above),
      to: endOfText(this.view),
      text: '',
      ids: this.ids.slice(0, -1),
    };
  }

  heading(span: TurnSpan, role: Role, speaker: string | null): TurnEdit {
    const mark = printMark({ role, speaker });
    const from = { line: span.line, column: 1 };
    if (!span.marked)
      return {
        from,
        to: from,
        text: isUnmarked({ role, speaker, marked: false }, 0) ? '' : `${mark}\n`,
        ids: this.ids,
      };
    return { from, to: endOfLine(this.view, span.line), text: mark, ids: this.ids };
  }

  remove(span: TurnSpan): TurnEdit {
    const index = this.at(span.id);
    const ids = this.ids.filter((id) => id !== span.id);
    const above = this.spans[index - 1];
    const below = this.spans[index + 1];
    if (above !== undefined) return { from: this.endOf(above), to: this.endOf(span), text: '', ids };
    if (below !== undefined)
      return { from: { line: 1, column: 1 }, to: { line: below.line, column: 1 }, text: '', ids };
    return { from: { line: 1, column: 1 }, to: this.endOf(span), text: ASK.slice(1), ids: [this.newId()] };
  }

  /** A turn becomes the end of the one above; `caret`: where the two meet. */
  join(above: TurnSpan, below: TurnSpan): { edit: TurnEdit; caret: Place } {
    const { first, count } = textRange(below);
    const from = this.endOf(above);
    const to = count === 0 ? this.endOf(below) : { line: first, column: 1 };
    const isOneParagraph = this.document.isEmpty(above) || this.document.isEmpty(below);
    const edit = { from, to, text: isOneParagraph ? '' : '\n', ids: this.ids.filter((id) => id !== below.id) };
    return { edit, caret: isOneParagraph ? from : { line: from.line + 1, column: 1 } };
  }

  /** A line for a turn that has none, so that a caret can stand in it. */
  firstLine(span: TurnSpan): TurnEdit | null {
    if (textRange(span).count > 0) return null;
    const from = endOfLine(this.view, span.line);
    return { from, to: from, text: '\n', ids: this.ids };
  }
}
