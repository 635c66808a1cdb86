import { escapeText, print, printMark } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Turn } from '../../shared/document/turn.ts';
import { ChapterText } from '../../renderer/chapter/chapter-text.ts';
import { Paper } from './paper.ts';

/** The page of a chapter on paper, which does what the studio says. */
export class PaperPage {
  readonly paper: Paper;
  readonly document: ChapterText;

  /** With a turn that stands ready behind these. */
  constructor(turns: readonly Turn[]) {
    this.paper = new Paper(`${print(turns)}\n<|user|>\n`);
    this.document = new ChapterText(this.paper, [...turns.map(({ id }) => id), newId()], this.paper.version, newId);
    this.paper.document = this.document;
  }

  offsetOf(id: string, end: boolean): number {
    const span = this.document.spanOf(id);
    if (span === null) return -1;
    const place = this.document.placeOf(span, end ? this.document.lengthOf(span) : 0);
    return this.paper.offsetAt(place.line, place.column);
  }
  mirror(from: number, to: number, text: string, ids: readonly string[]): void {
    this.paper.edit(from, to, text, { ids, mirrored: true });
  }

  /** The page shows these turns after `after`. */
  showTail(after: string | null, turns: readonly Turn[], ready: boolean): void {
    const { document, paper } = this;
    const kept = after === null ? 0 : document.layout.ids.indexOf(after) + 1;
    const asks = ready && turns.at(-1)?.role === 'model';
    const ids = [...document.layout.ids.slice(0, kept), ...turns.map(({ id }) => id), ...(asks ? [newId()] : [])];
    const text = turns.map((turn) => `${printMark(turn)}\n${escapeText(turn.text)}`).join('\n');
    const whole = (kept > 0 && turns.length > 0 ? '\n' : '') + text + (asks ? '\n<|user|>\n' : '');
    this.mirror(kept === 0 ? 0 : this.offsetOf(after ?? '', true), paper.text.length, whole, ids);
  }

  /** The page shows this turn behind `after`, before what follows; the ready turn gives way. */
  showChained(after: string | null, turn: Turn): void {
    const { document, paper } = this;
    const kept = after === null ? 0 : document.layout.ids.indexOf(after) + 1;
    const text = `${printMark(turn)}\n${escapeText(turn.text)}`;
    const ids = [...document.layout.ids.slice(0, kept), turn.id, ...document.layout.ids.slice(kept)];
    const from = after === null ? 0 : this.offsetOf(after, true);
    this.mirror(from, from, after === null ? `${text}\n` : `\n${text}`, ids);
    const ready = document.readyTurn();
    if (ready === null || document.layout.ids.at(-2) !== turn.id) return;
    this.mirror(this.offsetOf(turn.id, true), paper.text.length, '', document.layout.ids.slice(0, -1));
  }

  /** The page shows this turn no more, and what follows it stays. */
  drop(turnId: string): void {
    const { ids } = this.document.layout;
    const from = this.offsetOf(ids[ids.indexOf(turnId) - 1] ?? '', true);
    this.mirror(
      from,
      this.offsetOf(turnId, true),
      '',
      ids.filter((id) => id !== turnId),
    );
  }

  writeLive(text: string): void {
    const { live } = this.document;
    const span = live === null ? null : this.document.spanOf(live.turnId);
    if (live === null || span === null || text === '') return;
    const place = this.document.placeOf(span, live.at + live.length);
    const at = this.paper.offsetAt(place.line, place.column);
    this.paper.edit(at, at, text, { mirrored: true });
    live.grow(text.length);
  }
}
