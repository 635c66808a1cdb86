import { sentenceOf } from '../../../shared/faults/sentence.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { CutShort, FirstReply, ReplyKind, RunningGeneration } from '../../../shared/contract/writing.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import { spanAt, textRange } from '../../../shared/document/layout.ts';
import { faultOf } from '../../lib/faults.ts';
import type { OpenChapter } from '../open-chapter.ts';
import type { GenerationState, StudioApi } from '../controller.ts';
import { Reply, type EndedReply } from './reply.ts';
import { CutShortNotes } from './cut-short.ts';
import { compareReplies } from './compare-replies.ts';
import { alternates } from '../tree-queries.ts';
import { spotOf, type Spot } from '../whereabouts.ts';
import type { ChapterStore } from '../chapter-store.ts';
import { NotSaved } from '../saving/sync.ts';
import { words } from '../../locales/index.ts';

/** A reply that is asked for. `offset`: where in the turn it goes on; `count`: so many, one beside the other. */
export interface ReplyRequest {
  readonly kind: ReplyKind;
  readonly turnId: string;
  readonly offset: number | null;
  readonly count: number;
  /** Who of the cast answers. */
  readonly speakerId?: string;
}

export interface RepliesHost {
  readonly api: StudioApi;
  readonly chapter: OpenChapter;
  readonly store: ChapterStore;
  readonly isReadOnly: () => boolean;
  /** Shows the branch that a turn begins. */
  readonly goTo: (turnId: string, caret: Spot) => Promise<void>;
  readonly onChange: () => void;
  readonly onProgress: () => void;
}

/** What stands behind a turn: its first turn, and how many words it has. */
interface Rest {
  readonly turnId: string;
  readonly words: number;
}

/** The replies of a chapter: the one that is asked for, and those that are being written. */
export class Replies {
  private readonly host: RepliesHost;
  /** By turn; also those of before, parts of which an undo may bring back. */
  private readonly all = new Map<string, Reply>();
  /** Those that are made again, by the turn of the new one. */
  private readonly firsts = new Map<string, FirstReply>();
  private starting: { readonly turnId: string; readonly replaces: boolean; stop: boolean; acted: boolean } | null =
    null;
  private readonly cuts: CutShortNotes;
  /** The turn of which is said what went wrong. */
  private failedTurn: string | null = null;
  private closed = false;

  constructor(host: RepliesHost) {
    this.host = host;
    this.cuts = new CutShortNotes({
      chapter: host.chapter,
      isReadOnly: host.isReadOnly,
      isWriting: () => this.isWriting,
      goOn: (turnId) => this.goOn(turnId),
    });
  }

  get running(): Reply[] {
    return [...this.all.values()].filter((reply) => reply.isRunning);
  }
  /** The one that is written where the page shows it. */
  get live(): Reply | null {
    return this.running.find((reply) => reply.isShown) ?? null;
  }
  get isStarting(): boolean {
    return this.starting !== null;
  }
  get isWriting(): boolean {
    return this.live !== null || this.isStarting;
  }

  /** Its end has not been heard of. */
  follows(generationId: string): boolean {
    return this.running.some(({ generation }) => generation.id === generationId);
  }

  /** How far the one on the page is, or the one that is asked for. */
  get generation(): GenerationState | null {
    if (this.live !== null) return this.live.generation;
    return this.starting === null
      ? null
      : (this.host.store.get().generation ?? {
          id: '',
          turnId: this.starting.turnId,
          phase: 'reading',
          progress: null,
          done: 0,
          total: 0,
          reused: 0,
          words: 0,
        });
  }

  /** So many are written where the page does not show them, or are still to come. */
  get others(): number {
    return this.running.reduce((sum, reply) => sum + reply.alternatesLeft + (reply.isShown ? 0 : 1), 0);
  }

  async ask(request: ReplyRequest): Promise<void> {
    const { binding, document, sync, view } = this.host.chapter;
    if (this.host.isReadOnly() || this.isWriting) return;
    const { turnId, kind } = request;
    const starting = { turnId, replaces: kind === 'retry' || kind === 'again', stop: false, acted: false };
    this.starting = starting;
    this.noFault();
    this.host.onProgress();
    try {
      let begun: string | null = null;
      await sync.generate(request, (start) => {
        if (this.closed) return;
        begun = start.turnId;
        if (start.first !== undefined) this.firsts.set(start.turnId, start.first);
        const { id } = spanAt(document.layout, view.caret().line);
        const rest = this.behind(request.turnId);
        const caret = spotOf(document, view.caret());
        binding.follow(start.ops, sync.tree, start.turnId);
        const hasCaret = document.spanOf(id) === null;
        this.begin(start, hasCaret);
        if (starting.acted && !hasCaret) this.live?.noteAction();
        if (rest !== null && document.spanOf(rest.turnId) === null)
          this.tellOfRest(rest, request.kind === 'reply' ? rest.turnId : request.turnId, start.turnId, caret);
      });
      if (starting.stop) this.all.get(begun ?? '')?.stop();
    } catch (error) {
      if (error instanceof NotSaved) this.host.store.tell('error', words.manuscript.notSaved, sentenceOf(error.fault));
      else {
        this.showFault(request.turnId, faultOf(error), request.kind !== 'again');
        view.bring(view.caret());
      }
    } finally {
      this.starting = null;
      this.host.onProgress();
    }
  }

  /** The first turn that stands behind this one, with the words from there on; null where there are none. */
  private behind(turnId: string): Rest | null {
    const { document } = this.host.chapter;
    const spans = document.layout.spans.slice(document.layout.ids.indexOf(turnId) + 1);
    const count = spans.reduce((sum, span) => sum + countWords(document.textOf(span)), 0);
    return spans[0] === undefined || count === 0 ? null : { turnId: spans[0].id, words: count };
  }

  /** The rest of the page is in another branch now, to which the person can go back. */
  private tellOfRest({ words: count }: Rest, branch: string, replyTurn: string, caret: Spot): void {
    const { chapter, goTo, store } = this.host;
    const goBack = async (): Promise<void> => {
      await goTo(branch, caret);
      this.all.get(replyTurn)?.stop(true);
    };
    store.tell('info', words.manuscript.restIsBeside(count), null, {
      label: words.manuscript.goBack,
      run: () => void goBack(),
      isDone: () => chapter.document.spanOf(branch) !== null,
    });
  }

  /** `hasCaret`: the person's caret stood in what it takes the place of. */
  begin(start: RunningGeneration, hasCaret = false): void {
    if (this.closed) return;
    const { api, chapter, isReadOnly, onProgress } = this.host;
    const { document, view } = chapter;
    const reply = new Reply(
      {
        api,
        chapter,
        isReadOnly,
        onProgress,
        onEnd: (ended) => this.finished(ended),
        onNext: (next) => this.begin(next),
      },
      start,
      hasCaret,
    );
    this.all.set(start.turnId, reply);
    if (document.spanOf(start.turnId) !== null) reply.show();
    view.refresh();
    onProgress();
  }

  private finished(ended: EndedReply): void {
    if (this.closed) return;
    const { chapter, store, onChange } = this.host;
    const { binding, document, sync, view } = chapter;
    const { turnId, reason, stats, fault, wasShown, wasSeen, caretIsFree, isUndone, end } = ended;
    const isCut = fault === null && (reason === 'length' || reason === 'window');
    if (isCut) this.cutShort(ended, reason);
    if (!wasShown) {
      if (fault !== null) store.tell('error', sentenceOf(fault), fault.detail ?? null);
      onChange();
      return;
    }
    if (document.wantsReadyTurn()) binding.mirror(binding.edits.ready());
    binding.endStep();
    const ready = document.readyTurn();
    const turn = document.spanOf(turnId);
    const isInside = turn !== null && end !== null && end < document.lengthOf(turn);
    if (caretIsFree && turn !== null && isInside) view.putCaret(document.placeOf(turn, end));
    else if (caretIsFree && ready !== null && (isUndone || document.layout.spans.at(-2)?.id === turnId)) {
      view.putCaret({ line: textRange(ready).first, column: 1 });
      if (wasSeen) view.bring(view.caret());
    } else if (caretIsFree && turn?.role === 'user') view.putCaret(document.placeOf(turn, document.lengthOf(turn)));
    // One whose turn is gone has left nothing to go on from.
    store.set({ lastGeneration: isUndone ? null : { turnId, reason, stats, fault } });
    if (fault === null) this.compare(ended);
    else if (isUndone) this.showFault(sync.tree.turns.get(turnId)?.parentId ?? turnId, fault, false);
    else this.showFault(turnId, fault, true);
    if (fault !== null && wasSeen) view.bring(view.caret());
    if (isCut && wasSeen && caretIsFree) view.bring(view.caret());
    onChange();
  }

  /** One that had more to say: the page says so. */
  private cutShort({ turnId, stats, leftOut, wasShown }: EndedReply, by: CutShort['by']): void {
    const cut = { turnId, by, tokens: stats?.tokens ?? null, unfinished: leftOut, isLeftOut: leftOut !== null };
    this.cuts.add(cut, wasShown);
  }

  /** What the page was given ends with a reply that had more to say. */
  openCut(cut: CutShort): void {
    this.cuts.add(cut, true);
  }

  /** The text has changed. */
  textChanged(): void {
    if (this.failedTurn !== null && this.host.chapter.document.spanOf(this.failedTurn) === null) this.noFault();
    this.cuts.follow();
  }

  private noFault(): void {
    this.failedTurn = null;
    this.cuts.comeBack();
  }

  private goOn(turnId: string): void {
    const { document } = this.host.chapter;
    const turn = document.spanOf(turnId);
    if (turn !== null) void this.ask({ kind: 'continue', turnId, offset: document.lengthOf(turn), count: 1 });
  }

  /** Says of a reply that was made again whether it is the same. */
  private compare({ turnId, reason, leftOut }: EndedReply): void {
    const {
      chapter: { sync },
      store,
    } = this.host;
    const first = this.firsts.get(turnId);
    const text = sync.tree.turns.get(turnId)?.text ?? null;
    if (first === undefined || text === null) return;
    this.firsts.delete(turnId);
    const whole = leftOut === null ? text : text.slice(0, leftOut.at) + leftOut.text + text.slice(leftOut.at);
    const { message, why } = compareReplies(
      first,
      { text: whole, reason },
      alternates(sync.tree, first.turnId)?.number ?? 1,
    );
    store.tell('info', message, why);
  }

  /** What went wrong with a turn, below it; `mayGoOn`: what is there can be written on. */
  private showFault(turnId: string, fault: StudioFault, mayGoOn: boolean): void {
    const { chapter, isReadOnly } = this.host;
    const { document, view } = chapter;
    const span = document.spanOf(turnId) ?? document.layout.spans.at(-1);
    const id = span?.id;
    this.failedTurn = id ?? null;
    this.cuts.giveWay();
    const line = (): number => {
      const now = document.layout.spans.find((one) => one.id === id) ?? document.layout.spans.at(-1);
      return now === undefined ? 1 : now.line + now.lines - 1;
    };
    view.showFault(
      line,
      fault,
      mayGoOn && !isReadOnly() && span?.role === 'model'
        ? [{ label: words.commands.continue, run: () => this.goOn(span.id) }]
        : [],
    );
  }

  /** An undo or redo has brought these turns back onto the page. */
  comeBack(turnIds: readonly string[]): void {
    for (const id of turnIds) this.all.get(id)?.comeBack();
  }

  /** The person types on without having put the caret anywhere: what they type is not for the reply that begins. */
  makeRoom(): void {
    if (this.starting === null) return this.live?.makeRoom();
    const { document, view } = this.host.chapter;
    const { turnId, replaces, acted } = this.starting;
    const at = document.layout.ids.indexOf(turnId);
    const [above, turn] = [document.layout.spans[at - 1], document.layout.spans[at]];
    if (replaces && !acted && above !== undefined && turn !== undefined && view.caret().line >= turn.line)
      view.putCaret(document.placeOf(above, document.lengthOf(above)));
  }

  /** The person has moved the caret or typed. */
  noteAction(): void {
    if (this.starting !== null) this.starting.acted = true;
    this.live?.noteAction();
  }

  stop(): void {
    if (this.starting !== null) this.starting.stop = true;
    this.live?.stop();
  }

  stopAll(): void {
    for (const reply of this.running) reply.stop(true);
    this.stop();
  }

  close(): void {
    this.closed = true;
    for (const reply of this.all.values()) reply.close();
  }
}
