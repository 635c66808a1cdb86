import type { CutShort } from '../../../shared/contract/stories.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import type { TurnSpan } from '../../../shared/document/layout.ts';
import { fault } from '../../../shared/faults/failure.ts';
import { words } from '../../locales/index.ts';
import type { OpenChapter } from '../open-chapter.ts';
import { insertion } from './insertion.ts';

interface Told extends CutShort {
  /** Of its text; another one is another text. */
  readonly length: number;
}

interface Host {
  readonly chapter: OpenChapter;
  readonly isReadOnly: () => boolean;
  readonly goOn: (turnId: string) => void;
}

/** Says below a turn that its reply had more to say, as long as nothing has become of it. */
export class CutShortNotes {
  private readonly host: Host;
  private readonly known = new Map<string, Told>();
  /** What is said now, of which turn and with which buttons. */
  private shown: string | null = null;

  constructor(host: Host) {
    this.host = host;
  }

  add(cut: CutShort): void {
    const { document } = this.host.chapter;
    const turn = document.spanOf(cut.turnId);
    if (turn === null) return;
    this.known.delete(cut.turnId);
    this.known.set(cut.turnId, { ...cut, length: document.lengthOf(turn) });
    this.follow();
  }

  /** The text has changed: what is said below it still holds, or goes. */
  follow(): void {
    const { view } = this.host.chapter;
    const [told, turn] = this.newest() ?? [null, null];
    if (told === null || turn === null) {
      if (this.shown !== null) view.hideFault();
      this.shown = null;
      return;
    }
    const isReadOnly = this.host.isReadOnly();
    const said = JSON.stringify([told.turnId, told.leftOut, isReadOnly]);
    if (this.shown === said) return;
    this.shown = said;
    this.show(told, isReadOnly);
  }

  /** Something else is said in their place. */
  giveWay(): void {
    this.shown = null;
    this.known.clear();
  }

  private newest(): [Told, TurnSpan] | null {
    const { document } = this.host.chapter;
    for (const told of [...this.known.values()].toReversed()) {
      const turn = document.spanOf(told.turnId);
      if (turn !== null && document.lengthOf(turn) === told.length) return [told, turn];
    }
    return null;
  }

  private show({ turnId, by, tokens, leftOut, length }: Told, isReadOnly: boolean): void {
    const { document, view } = this.host.chapter;
    const lastLine = (): number => {
      const turn = document.spanOf(turnId);
      return turn === null ? 1 : turn.line + turn.lines - 1;
    };
    const goOn = { label: words.commands.continue, run: () => this.host.goOn(turnId) };
    const bringBack = { label: words.manuscript.bringBack, run: () => this.bringBack(turnId, length) };
    view.showFault(
      lastLine,
      fault('CUT_SHORT', { by, tokens, leftOut: countWords(leftOut?.text ?? '') }),
      isReadOnly ? [] : leftOut === null ? [goOn] : [goOn, bringBack],
    );
  }

  private bringBack(turnId: string, length: number): void {
    const { binding, document, view } = this.host.chapter;
    const turn = document.spanOf(turnId);
    const told = this.known.get(turnId);
    if (turn === null || !told?.leftOut || document.lengthOf(turn) !== length) return;
    const place = document.placeOf(turn, told.leftOut.at);
    binding.perform({ ...insertion(view.line(place.line), place, told.leftOut.text), ids: document.layout.ids });
    this.add({ turnId, by: told.by, tokens: told.tokens, leftOut: null });
    view.focus();
  }
}
