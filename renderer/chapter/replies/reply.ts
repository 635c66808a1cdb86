import type { LeftOut } from '../../../shared/text/whole-sentences.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { GenerationEvent, RunningGeneration } from '../../../shared/contract/writing.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import type { TurnSpan } from '../../../shared/document/layout.ts';
import { faultOf } from '../../lib/faults.ts';
import type { ChapterState, GenerationState, StudioApi } from '../controller.ts';
import type { OpenChapter } from '../open-chapter.ts';
import { StreamingSpan } from '../streaming-span.ts';
import { endOfText } from '../text-source.ts';
import { contentOf, shownPath } from '../tree-queries.ts';
import { Batch } from './batch.ts';
import { followGeneration } from './follow-generation.ts';
import { insertion } from './insertion.ts';

const STOP_AGAIN_MS = 250;

type Done = Extract<GenerationEvent, { type: 'done' }>;

export interface EndedReply extends NonNullable<ChapterState['lastGeneration']> {
  /** The page showed its turn. */
  readonly wasShown: boolean;
  /** The person had its end in sight. */
  readonly wasSeen: boolean;
  /** The person has neither moved the caret nor typed since it began. */
  readonly caretIsFree: boolean;
  /** Where in the text of its turn it ends; null where that is not known. */
  readonly end: number | null;
  /** What of it was left out, by its place in the turn's text with all of it. */
  readonly leftOut: LeftOut | null;
  /** The turn that was made for it is gone again: it ended before its first word. */
  readonly isUndone: boolean;
}

export interface ReplyHost {
  readonly api: StudioApi;
  readonly chapter: OpenChapter;
  readonly isReadOnly: () => boolean;
  /**
   * The reply is stored, and if the page shows its turn, it stands there; the step of the undo history is still open.
   */
  readonly onEnd: (ended: EndedReply) => void;
  /** The next alternate begins. */
  readonly onNext: (start: RunningGeneration) => void;
  readonly onProgress: () => void;
}

/** One reply while it is written: what arrives goes into its span, and onto the page while that shows its turn. */
export class Reply {
  readonly turnId: string;
  readonly alternatesLeft: number;
  private readonly host: ReplyHost;
  private readonly span: StreamingSpan;
  private readonly closing = new AbortController();
  private readonly batch: Batch;
  private state: GenerationState;
  private acted = false;
  private readonly hasCaret: boolean;
  /** When it ended, the page showed its turn. */
  private wasShown = false;
  private wasSeen = false;
  private endsAt: number | null = null;
  private release: (() => void) | null = null;

  /** `hasCaret`: the caret was left in its turn, where the person has not put it. */
  constructor(host: ReplyHost, { generationId, turnId, offset, alternatesLeft }: RunningGeneration, hasCaret: boolean) {
    this.host = host;
    this.turnId = turnId;
    this.hasCaret = hasCaret;
    this.alternatesLeft = alternatesLeft;
    this.span = new StreamingSpan(turnId, offset);
    this.batch = new Batch(
      () => this.write(),
      (told) => host.chapter.view.whenDrawn(told),
    );
    this.state = { id: generationId, turnId, phase: 'reading', progress: null, done: 0, total: 0, reused: 0, words: 0 };
    void followGeneration({
      api: host.api,
      generationId,
      signal: this.closing.signal,
      onEvent: (event) => this.take(event),
      onLost: (fault) => this.giveUp(fault),
    });
  }

  get generation(): GenerationState {
    return this.state;
  }
  get isRunning(): boolean {
    return this.span.state !== 'ended' && !this.closing.signal.aborted;
  }
  /** What it writes goes onto the page. */
  get isShown(): boolean {
    return this.host.chapter.document.live === this.span;
  }
  private get shownTurn(): TurnSpan | null {
    return this.isShown ? this.host.chapter.document.spanOf(this.turnId) : null;
  }

  /** The page has been given its turn anew, without it: it begins there in the turn's text. */
  showAt(offset: number): void {
    this.span.moveTo(offset);
    this.show();
  }

  /** Its turn is on the page, with `length` of what has arrived. */
  show(length = 0): void {
    const { binding, document } = this.host.chapter;
    this.acted = false;
    document.openLive(this.span, length);
    // The mark that the person has just written may have no line below it, and is no place for a reply.
    const firstLine = this.shownTurn === null ? null : binding.edits.firstLine(this.shownTurn);
    if (firstLine !== null) binding.mirror(firstLine);
    this.mark();
    this.write();
  }

  /** The page turns away from its turn, which is written on all the same. */
  hide(): void {
    this.batch.drop();
    this.host.chapter.document.leaveLive();
    this.host.chapter.view.markStream(null);
  }

  /** The page was given the turn with all of the reply in it, though its end has not been heard of yet. */
  standsWhole(): void {
    this.span.state = 'stored';
  }

  /**
   * An undo has brought back its turn as it was when the page turned away: what has come since follows. An edited turn
   * stays as it is.
   */
  comeBack(): void {
    const { binding, document, sync, view } = this.host.chapter;
    const turn = document.spanOf(this.turnId);
    if (turn === null || this.isShown || !this.span.wasLeft) return;
    const length = this.span.lengthIn(document.textOf(turn), sync.tree.turns.get(this.turnId)?.text ?? '');
    if (length === null) return this.disturb();
    this.show(length);
    if (this.isRunning) return;
    document.closeLive(true);
    view.markStream(null);
    binding.tidySoon();
  }

  /** The person has moved the caret or typed: it stays with them when the reply ends. */
  noteAction(): void {
    this.acted = true;
    this.batch.giveWay();
  }

  /**
   * The person types on without having put the caret anywhere: what they type is not for this reply. It goes to the end
   * of the turn that is answered, or where a turn is written on, into the next one.
   */
  makeRoom(): void {
    const { binding, document, view } = this.host.chapter;
    const turn = this.shownTurn;
    const { line } = view.caret();
    if (!this.hasCaret || this.acted || turn === null || line < turn.line || line >= turn.line + turn.lines) return;
    const above = document.layout.spans[document.layout.ids.indexOf(turn.id) - 1];
    if (this.span.at === 0 && above !== undefined)
      return view.putCaret(document.placeOf(above, document.lengthOf(above)));
    binding.mirror(binding.edits.ready());
    binding.endStep();
    view.putCaret(endOfText(view));
  }

  /** The person wrote into the reply itself: it stops, and what it still brings is not put onto the page. */
  disturb(): void {
    if (this.span.state !== 'open') return;
    this.span.state = 'disturbed';
    const { document, sync } = this.host.chapter;
    if (document.spanOf(this.turnId) === null) this.span.leave();
    this.batch.drop();
    this.release = sync.hold();
    this.stop();
  }

  /** `all`: none of the alternates that wait for it begins. Asked again until it is answered or the end is heard. */
  stop(all = false): void {
    const { api } = this.host;
    const ask = async (): Promise<void> => {
      while (this.isRunning)
        try {
          return await api.writing.stop({ generationId: this.state.id, all });
        } catch (error) {
          if (faultOf(error).code !== 'UNREACHABLE') return;
          await new Promise((resolve) => setTimeout(resolve, STOP_AGAIN_MS));
        }
    };
    void ask();
  }

  /** Nothing more is heard of it. */
  close(): void {
    this.closing.abort();
    this.batch.drop();
    this.release?.();
  }

  private take(event: GenerationEvent): void {
    if (event.type === 'waiting') this.tell({ phase: 'waiting', progress: event.progress });
    else if (event.type === 'reading')
      this.tell({ phase: 'reading', done: event.done, total: event.total, reused: event.reused });
    else if (event.type === 'text') {
      this.span.text += event.text;
      this.state = { ...this.state, phase: 'writing', words: countWords(this.span.text) };
      if (this.isShown && this.span.state === 'open') this.batch.add();
    } else
      this.host.chapter.sync.between(() => this.finish(event)).catch((error: unknown) => this.giveUp(faultOf(error)));
  }

  private tell(change: Partial<GenerationState>): void {
    this.state = { ...this.state, ...change };
    this.host.onProgress();
  }

  /** Brings what the page does not yet have of it to its end. */
  private write(): void {
    const { binding, document, view } = this.host.chapter;
    this.host.onProgress();
    const turn = this.shownTurn;
    const { rest } = this.span;
    if (turn === null || rest === '' || this.span.state === 'disturbed') return;
    const at = document.placeOf(turn, this.span.end);
    const follows = view.isNearSight(at) && !this.acted;
    binding.mirror(insertion(view.line(at.line), at, rest));
    this.span.grow(rest.length);
    this.mark();
    if (follows) this.follow();
  }

  private async finish(done: Done): Promise<void> {
    if (this.closing.signal.aborted) return;
    // Its end is not stored: what is on the page is all there is.
    if (done.version === 0 && done.fault !== null) return this.giveUp(done.fault);
    this.batch.flush();
    const { document, sync } = this.host.chapter;
    this.wasShown ||= this.isShown;
    const isOpen = this.shownTurn !== null && this.span.state === 'open';
    const hasMore = isOpen && this.hasMoreThan(done.text);
    const isExact = isOpen && !hasMore;
    if (isExact) this.settle(done.text);
    this.noteEnd();
    // What was taken back tells its versions by its ops.
    if (done.undone === null) this.adopt(done);
    // Saves made of several edits may have left its place otherwise in the store: the page is right.
    if (this.isShown) document.closeLive(isExact && this.span.at === done.offset);
    const begins = this.span.at;
    this.span.finish(hasMore ? this.span.text : without(done.text, done.leftOut, done.offset), done.offset);
    if (isExact && done.leftOut !== null)
      this.leaveOut({ ...done.leftOut, at: done.leftOut.at - done.offset + begins });
    if (done.undone !== null) await this.takeBack(done.undone, isExact);
    if (done.next !== null) {
      await sync.takeIn(done.next);
      this.host.onNext(done.next);
    }
    const { reason, stats, fault, leftOut } = done;
    this.end({ turnId: this.turnId, reason, stats, fault, leftOut, isUndone: done.undone !== null });
  }

  /** As the studio did, as a step of undo that the ready turn comes with. */
  private leaveOut({ at, text }: LeftOut): void {
    const { binding, document } = this.host.chapter;
    const turn = document.spanOf(this.turnId);
    if (turn === null) return;
    binding.endStep();
    binding.mirror({
      from: document.placeOf(turn, at),
      to: document.placeOf(turn, at + text.length),
      text: '',
      ids: document.layout.ids,
    });
    this.endsAt = at + Math.max(0, (this.endsAt ?? 0) - at - text.length);
  }

  private noteEnd(): void {
    const { document, view } = this.host.chapter;
    const turn = this.shownTurn;
    if (turn === null) return;
    this.endsAt = this.span.end;
    this.wasSeen = view.isNearSight(document.placeOf(turn, this.span.end));
  }

  /**
   * A studio that was killed has not stored all that it had sent. What the page shows stays, and is saved by the page
   * that writes.
   */
  private hasMoreThan(stored: string): boolean {
    const { text } = this.span;
    return !this.host.isReadOnly() && text.length > stored.length && text.startsWith(stored);
  }

  /** The turn is as the studio has it now. */
  private adopt(done: Done): void {
    const { sync } = this.host.chapter;
    const known = sync.tree.turns.get(this.turnId);
    const text = known?.text ?? null;
    const hasAll = text === null || this.span.state === 'stored';
    sync.adopt(this.turnId, {
      text: hasAll ? text : without(text.slice(0, done.offset) + done.text + text.slice(done.offset), done.leftOut, 0),
      // A change that crossed the end, as a removal does, has counted on from it.
      version: Math.max(done.version, known?.version ?? 0),
      interrupted: done.interrupted,
    });
  }

  /** What was stored is what stands there, also where the stream brought more or less of it. */
  private settle(text: string): void {
    const { binding, document } = this.host.chapter;
    const turn = this.shownTurn;
    if (turn === null) return;
    const { at, end, length } = this.span;
    const shown = document.textOf(turn).slice(at, end);
    this.span.text = text;
    if (shown === text) return;
    let same = 0;
    while (same < shown.length && same < text.length && shown[same] === text[same]) same++;
    if (same < length)
      binding.mirror({ from: document.placeOf(turn, at + same), to: document.placeOf(turn, end), text: '' });
    this.span.grow(same - length);
    this.write();
  }

  /**
   * The studio has taken back the turn that it made for the reply. One in which something stands all the same is stored
   * anew.
   */
  private async takeBack(undone: NonNullable<Done['undone']>, isAsMade: boolean): Promise<void> {
    const { binding, document, sync } = this.host.chapter;
    await sync.takeIn(undone);
    const isGone = isAsMade || document.spanOf(this.turnId) === null;
    if (!isGone || !binding.takeBack(this.turnId, undone.ops, sync.tree)) document.putBack();
  }

  /**
   * How it ended is not known: the studio does not know it any more, or its end could not be taken in. The page keeps
   * all that arrived, and what of that is not stored is saved.
   */
  private giveUp(fault: StudioFault): void {
    this.batch.flush();
    const { document, sync } = this.host.chapter;
    void sync.between(async () => {
      this.wasShown ||= this.isShown;
      this.noteEnd();
      this.span.finish(this.span.text, this.span.at);
      await sync.reload().catch(() => undefined);
      const isUndone = this.span.text === '' && this.leaveEmpty();
      if (this.isShown) document.closeLive(false);
      this.end({ turnId: this.turnId, reason: 'error', stats: null, fault, leftOut: null, isUndone });
    });
  }

  /** Nothing has come of it: its turn goes, and what the store shows in its place comes back. */
  private leaveEmpty(): boolean {
    const { binding, document, sync } = this.host.chapter;
    const turn = this.shownTurn;
    if (turn === null || !document.isEmpty(turn) || document.layout.ids.at(-1) !== turn.id) return false;
    const above = document.layout.ids.at(-2);
    const path = shownPath(sync.tree).filter(({ id, text }) => id !== turn.id || text !== '');
    const at = path.findIndex(({ id }) => id === above);
    if (above === undefined) return false;
    binding.mirror(binding.edits.tail(above, at === -1 ? [] : path.slice(at + 1).map(contentOf), true));
    return document.spanOf(turn.id) === null;
  }

  private end(ended: Omit<EndedReply, 'wasShown' | 'wasSeen' | 'caretIsFree' | 'end'>): void {
    const { sync, view } = this.host.chapter;
    this.close();
    if (this.wasShown) view.markStream(null);
    const { wasShown, wasSeen, endsAt: end } = this;
    this.host.onEnd({ ...ended, wasShown, wasSeen, caretIsFree: !this.acted, end });
    sync.edited();
  }

  private mark(): void {
    const { document, view } = this.host.chapter;
    const turn = this.shownTurn;
    if (turn !== null)
      view.markStream({
        from: document.placeOf(turn, this.span.at),
        to: document.placeOf(turn, this.span.end),
      });
  }

  /** The page goes along with the text, as long as its end was in sight and the person has not gone elsewhere. */
  private follow(): void {
    const { document, view } = this.host.chapter;
    const turn = this.shownTurn;
    if (turn !== null) view.bring(document.placeOf(turn, this.span.end));
  }
}

/** `from`: where the text begins in that of its turn. */
function without(text: string, leftOut: LeftOut | null, from: number): string {
  if (leftOut === null) return text;
  const at = leftOut.at - from;
  return text.slice(0, at) + text.slice(at + leftOut.text.length);
}
