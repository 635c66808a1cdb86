import type { StudioFault } from '../../../shared/contract/common.ts';
import type { GenerationEvent, RunningGeneration } from '../../../shared/contract/writing.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import type { GenerationState, ChapterState, StudioApi } from '../controller.ts';
import type { ManuscriptDocument } from '../document.ts';
import type { ChapterView, Replacement } from '../chapter-view.ts';
import { Batch } from './batch.ts';
import { followGeneration } from './follow-generation.ts';
import { insertion } from './insertion.ts';
import type { Sync } from '../sync.ts';

type Done = Extract<GenerationEvent, { type: 'done' }>;
type Ended = NonNullable<ChapterState['lastGeneration']>;

export interface ReplyHost {
  readonly api: StudioApi;
  readonly view: ChapterView;
  readonly document: ManuscriptDocument;
  readonly sync: Sync;
  readonly faultOf: (error: unknown) => StudioFault;
  /** Brings text of the studio onto the page, in the step of the reply. */
  readonly write: (edit: Replacement) => void;
  /** The reply is stored, and if its turn is on the page, it stands there; the step of the undo history is still open. */
  readonly onEnd: (reply: Reply, ended: Ended, caretIsFree: boolean) => void;
  /** The next alternate begins. */
  readonly onNext: (start: RunningGeneration) => void;
  readonly onProgress: () => void;
}

/** One reply while it is written: what has arrived goes into its turn while the page shows that, wherever edits have moved it to. */
export class Reply {
  readonly turnId: string;
  readonly waiting: number;
  private readonly host: ReplyHost;
  private readonly ended = new AbortController();
  private readonly batch = new Batch(
    (text) => this.write(text),
    (told) => this.host.view.whenDrawn(told),
  );
  private state: GenerationState;
  private offset: number;
  private arrived = '';
  private shown = false;
  /** The page turned away from it, so that an undo can bring back a part of it. */
  private parted = false;
  /** The page has all of it from the store already. */
  private stored = false;
  private over = false;
  private disturbed = false;
  private acted = false;
  private release: (() => void) | null = null;

  constructor(host: ReplyHost, { generationId, turnId, offset, waiting }: RunningGeneration) {
    this.host = host;
    this.turnId = turnId;
    this.waiting = waiting;
    this.offset = offset;
    this.state = { id: generationId, turnId, phase: 'prompt', done: 0, total: 0, reused: 0, words: 0 };
    void followGeneration({
      api: host.api,
      generationId,
      signal: this.ended.signal,
      faultOf: host.faultOf,
      onEvent: (event) => this.take(event),
      onLost: (fault) => this.lost(fault),
    });
  }

  get generation(): GenerationState {
    return this.state;
  }
  get isRunning(): boolean {
    return !this.over;
  }
  get isShown(): boolean {
    return this.shown;
  }

  /** Its turn is on the page, without what has arrived, of which `length` stands there already. */
  show(length = 0): void {
    this.shown = true;
    this.acted = false;
    this.host.document.openLive(this.turnId, this.offset, length);
    this.mark();
    this.write(this.arrived.slice(length));
  }

  /** The page turns away from its turn, which is written on all the same. */
  hide(): void {
    this.offset = this.host.document.live?.at ?? this.offset;
    this.shown = false;
    this.parted = true;
    this.batch.drop();
    this.host.document.leaveLive();
    this.host.view.markStream(null);
  }

  /** The page was given the turn with all of the reply in it, though its end has not been heard of yet. */
  standsWhole(): void {
    this.stored = true;
  }

  /** An undo has brought back the turn as it was when the page turned away: what has come since follows. A turn that was edited stays as it is. */
  comeBack(): void {
    const { document, sync } = this.host;
    const span = document.spanOf(this.turnId);
    if (span === null || this.shown || !this.parted) return;
    const held = sync.tree.turns.get(this.turnId)?.text ?? '';
    const [before, behind] = [
      held.slice(0, this.offset),
      held.slice(this.offset + (this.over ? this.arrived.length : 0)),
    ];
    const text = document.textOf(span);
    const length = text.length - before.length - behind.length;
    const fits =
      length >= 0 && length <= this.arrived.length && text === before + this.arrived.slice(0, length) + behind;
    if (this.over) this.disturbed = false;
    if (fits) this.show(length);
    else if (!this.over) this.disturb();
    if (!this.over || !fits) return;
    document.closeLive(true);
    this.host.view.markStream(null);
    this.shown = false;
  }

  /** The person has moved the caret or typed: it stays with them when the reply ends. */
  noteAction(): void {
    this.acted = true;
    this.batch.giveWay();
  }

  /** The person wrote into the reply itself: it stops, and what it still brings is not put onto the page. */
  disturb(): void {
    if (this.disturbed) return;
    this.disturbed = true;
    this.parted ||= this.host.document.spanOf(this.turnId) === null;
    this.batch.drop();
    this.release = this.host.sync.hold();
    this.stop();
  }

  /** `all`: none of the alternates that wait for it begins. */
  stop(all = false): void {
    this.host.api.writing.stop({ generationId: this.state.id, all }).catch(() => undefined);
  }

  close(): void {
    this.ended.abort();
    this.batch.drop();
    this.host.view.markStream(null);
    this.release?.();
  }

  private take(event: GenerationEvent): void {
    if (event.type === 'prompt')
      this.progress({ phase: 'prompt', done: event.done, total: event.total, reused: event.reused });
    else if (event.type === 'text') {
      this.arrived += event.text;
      if (this.shown && !this.disturbed) this.batch.add(event.text);
      this.state = { ...this.state, phase: 'text', words: countWords(this.arrived) };
    } else if (event.type === 'done')
      this.host.sync.between(() => this.finish(event)).catch((error: unknown) => this.lost(this.host.faultOf(error)));
  }

  private progress(change: Partial<GenerationState>): void {
    this.state = { ...this.state, ...change };
    this.host.onProgress();
  }

  private write(text: string): void {
    const { document, view, write, onProgress } = this.host;
    onProgress();
    const live = document.live;
    const span = live === null ? null : document.spanOf(live.turnId);
    if (live === null || span === null || this.disturbed) return;
    const at = document.placeOf(span, live.at + live.length);
    const follows = view.isNearSight(at);
    write(insertion(view.line(at.line), at, text));
    document.growLive(text.length);
    this.mark();
    if (follows && !this.acted) this.follow();
  }

  private async finish(done: Done): Promise<void> {
    if (this.ended.signal.aborted) return;
    this.batch.flush();
    const { document, sync } = this.host;
    const span = this.shown ? document.spanOf(this.turnId) : null;
    if (span !== null && !this.disturbed) this.settle(done.text);
    const known = sync.tree.turns.get(this.turnId);
    const text = known?.text ?? null;
    const whole =
      text === null || this.stored ? text : text.slice(0, done.offset) + done.text + text.slice(done.offset);
    // A change that crossed the end, as a removal does, has counted on from it.
    sync.adopt(this.turnId, {
      text: whole,
      version: Math.max(done.version, known?.version ?? 0),
      interrupted: done.reason === 'error',
    });
    // Saves made of several edits may have left its place otherwise in the store: the page is right.
    if (this.shown) document.closeLive(!this.disturbed && span !== null && document.live?.at === done.offset);
    this.arrived = done.text;
    this.offset = done.offset;
    if (done.undone !== null) await sync.takeIn(done.undone);
    if (done.next !== null) {
      await sync.takeIn(done.next);
      this.host.onNext(done.next);
    }
    this.end({ turnId: this.turnId, reason: done.reason, stats: done.stats, fault: done.fault });
  }

  /** What was stored is what stands there, also where the stream brought more or less of it. */
  private settle(text: string): void {
    const { document, write } = this.host;
    const live = document.live;
    const span = live === null ? null : document.spanOf(live.turnId);
    if (live === null || span === null) return;
    const shown = document.textOf(span).slice(live.at, live.at + live.length);
    if (shown === text) return;
    let same = 0;
    while (same < shown.length && same < text.length && shown[same] === text[same]) same++;
    const from = document.placeOf(span, live.at + same);
    if (same < shown.length) write({ from, to: document.placeOf(span, live.at + shown.length), text: '' });
    document.growLive(same - live.length);
    if (same < text.length) this.write(text.slice(same));
  }

  /** The studio was restarted meanwhile: the page keeps all that arrived, and saves what is not stored. */
  private lost(fault: StudioFault): void {
    this.batch.flush();
    void this.host.sync.between(async () => {
      this.over = true;
      await this.host.sync.reload().catch(() => undefined);
      if (this.shown) this.host.document.closeLive(false);
      this.end({ turnId: this.turnId, reason: 'error', stats: null, fault });
    });
  }

  private end(ended: Ended): void {
    this.over = true;
    this.close();
    this.host.onEnd(this, ended, !this.acted);
    this.shown = false;
    this.host.sync.edited();
  }

  private mark(): void {
    const { document, view } = this.host;
    const live = document.live;
    const span = live === null ? null : document.spanOf(live.turnId);
    if (live === null || span === null) return;
    view.markStream({ from: document.placeOf(span, live.at), to: document.placeOf(span, live.at + live.length) });
  }

  /** The page goes along with the text, as long as its end was in sight and the person has not gone elsewhere. */
  private follow(): void {
    const { document, view } = this.host;
    const live = document.live;
    const span = live === null ? null : document.spanOf(live.turnId);
    if (live !== null && span !== null) view.bring(document.placeOf(span, live.at + live.length));
  }
}
