import type { CutShort } from '../../../shared/contract/writing.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import type { TurnSpan } from '../../../shared/document/layout.ts';
import { fault } from '../../../shared/faults/failure.ts';
import type { LeftOut } from '../../../shared/text/whole-sentences.ts';
import { words } from '../../locales/index.ts';
import type { OpenChapter } from '../open-chapter.ts';
import { insertion } from './insertion.ts';

interface Host {
  readonly chapter: OpenChapter;
  readonly isReadOnly: () => boolean;
  readonly isWriting: () => boolean;
  readonly goOn: (turnId: string) => void;
}

/** `whole`: the text of its turn with all of it. */
interface Known extends CutShort {
  readonly whole: string;
}

/** What is said now; `leftOut`: where the turn has not all of it. */
interface Said extends Pick<Known, 'turnId' | 'by' | 'tokens'> {
  readonly leftOut: LeftOut | null;
}

/** Says below a turn that its reply had more to say, as long as the turn is as the reply left it. */
export class CutShortNotes {
  private readonly host: Host;
  /** By turn, shown or not: an undo or another branch may bring its text back. */
  private readonly known = new Map<string, Known>();
  /** The turn of the one that was told of last. */
  private newest: string | null = null;
  /** What is said now, of which turn and with which buttons. */
  private shown: string | null = null;
  /** Something else is said in their place. */
  private isAside = false;

  constructor(host: Host) {
    this.host = host;
  }

  /** Of a turn as the studio has it now. */
  add(cut: CutShort, isNewest: boolean): void {
    const text = this.host.chapter.sync.tree.turns.get(cut.turnId)?.text ?? null;
    if (text === null) return;
    const { unfinished, isLeftOut } = cut;
    const whole = isLeftOut && unfinished !== null ? withRest(text, unfinished) : text;
    const known = this.known.get(cut.turnId);
    const kept = known?.whole === whole ? known.unfinished : null;
    this.known.set(cut.turnId, { ...cut, unfinished: unfinished ?? kept, whole });
    if (isNewest) this.newest = cut.turnId;
    if (isNewest) this.isAside = false;
    this.follow();
  }

  /** The text, or what is done with it, has changed: what is said below it still holds, or goes. */
  follow(): void {
    if (this.isAside) return;
    const said = this.host.isWriting() ? null : this.said();
    const isReadOnly = this.host.isReadOnly();
    const now = said === null ? null : JSON.stringify([said.turnId, said.leftOut, isReadOnly]);
    if (this.shown === now) return;
    this.shown = now;
    if (said === null) this.host.chapter.view.hideFault();
    else this.show(said, isReadOnly);
  }

  /** Something else is said in their place. */
  giveWay(): void {
    this.isAside = true;
    this.shown = null;
  }

  /** Nothing is said in their place any more. */
  comeBack(): void {
    this.host.chapter.view.hideFault();
    this.isAside = false;
    this.shown = null;
    this.newest = null;
  }

  /** Of the newest reply, or of the last one on the page. */
  private said(): Said | null {
    const { document } = this.host.chapter;
    const last = document.layout.spans.findLast((turn) => turn.role === 'model' && !document.isEmpty(turn));
    for (const turn of [document.spanOf(this.newest ?? ''), last]) {
      const said = turn ? this.stateOf(turn) : null;
      if (said !== null) return said;
    }
    return null;
  }

  private stateOf(turn: TurnSpan): Said | null {
    const known = this.known.get(turn.id);
    if (known === undefined) return null;
    const { document } = this.host.chapter;
    const { whole, unfinished, turnId, by, tokens } = known;
    const rest = unfinished?.text.length ?? 0;
    const missing = whole.length - document.lengthOf(turn);
    if (missing !== 0 && missing !== rest) return null;
    const text = document.textOf(turn);
    if (text === whole) return { turnId, by, tokens, leftOut: null };
    return unfinished !== null && withRest(text, unfinished) === whole
      ? { turnId, by, tokens, leftOut: unfinished }
      : null;
  }

  private show({ turnId, by, tokens, leftOut }: Said, isReadOnly: boolean): void {
    const { document, view } = this.host.chapter;
    const lastLine = (): number => {
      const turn = document.spanOf(turnId);
      return turn === null ? 1 : turn.line + turn.lines - 1;
    };
    const goOn = { label: words.commands.continue, run: () => this.host.goOn(turnId) };
    const bringBack = { label: words.manuscript.bringBack, run: () => this.bringBack(turnId) };
    view.showFault(
      lastLine,
      fault('CUT_SHORT', { by, tokens, leftOut: countWords(leftOut?.text ?? '') }),
      isReadOnly ? [] : leftOut === null ? [goOn] : [goOn, bringBack],
    );
  }

  private bringBack(turnId: string): void {
    const { binding, document, view } = this.host.chapter;
    const turn = document.spanOf(turnId);
    const leftOut = turn === null ? null : (this.stateOf(turn)?.leftOut ?? null);
    if (turn === null || leftOut === null) return;
    const place = document.placeOf(turn, leftOut.at);
    binding.perform({ ...insertion(view.line(place.line), place, leftOut.text), ids: document.layout.ids });
    this.follow();
    view.focus();
  }
}

const withRest = (text: string, { at, text: rest }: LeftOut): string => text.slice(0, at) + rest + text.slice(at);
