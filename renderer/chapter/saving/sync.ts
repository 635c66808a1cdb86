import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { ChapterDocument } from '../../../shared/contract/stories.ts';
import type { ChangeAck, GenerationStart, ShownBranch } from '../../../shared/contract/writing.ts';
import type { TurnSpan } from '../../../shared/document/layout.ts';
import { rebaseOffset } from '../../../shared/document/position.ts';
import type { Change, Op, TreeTurn, TurnTree } from '../../../shared/document/turn.ts';
import type { FaultCode } from '../../../shared/faults/catalogue.ts';
import { fault, FaultError } from '../../../shared/faults/failure.ts';
import { faultOf } from '../../lib/faults.ts';
import type { SaveState, StudioApi } from '../controller.ts';
import { KnownChapter } from './known-chapter.ts';
import { LIMITS, ONE_BY_ONE, pieces } from './pieces.ts';
import { keep, straysOf, type Stray } from './strays.ts';
import { AT_REST, step, type Circumstances, type Effect, type EventName, type SavingState } from './saving-machine.ts';

/** What the queue needs of the page; the ops it takes count as sent from then on. */
export interface Unsaved {
  readonly hasUnsaved: boolean;
  /** Where a turn stands on the page; null where the page does not show it. */
  spanOf(turnId: string): TurnSpan | null;
  /** Follows a place in a turn; the answer tells where it is by then, or null where the page does not show the turn. */
  track(turnId: string, offset: number): () => number | null;
  take(tree: TurnTree): Op[];
  putBack(): void;
  /** A turn whose id the store has in another chapter gets one of its own. */
  renew(turnId: string): void;
}

type GenerateInput = Parameters<StudioApi['writing']['generate']>[0];

/** The part of the studio that the queue speaks to. */
export interface SyncApi {
  readonly writing: {
    applyChange(change: Change & { ops: Op[] }): Promise<ChangeAck>;
    activate(wish: { changeId: string; chapterId: string; turnId: string; removes?: string }): Promise<ShownBranch>;
    generate(wish: GenerateInput): Promise<GenerationStart>;
  };
  readonly chapters: { open(wish: { id: string; texts?: string[] }): Promise<ChapterDocument> };
}

export interface SyncOptions {
  readonly api: SyncApi;
  readonly chapterId: string;
  readonly tree: TurnTree;
  readonly structureRev: number;
  readonly unsaved: Unsaved;
  readonly newId: () => string;
  /** The studio has another text than ours was made from: ours is to go beside it. Answers with the ops that do so. */
  readonly reconcile: (theirs: TurnTree) => Op[];
  /** The turns of replies whose ends have not been heard of. */
  readonly live: () => ReadonlySet<string>;
  readonly onState: () => void;
}

const GATHER_MS = 200;
/** What is held for longer is not being saved, and is said not to be. */
const HELD_MS = 4000;
const RETRY_MS = [250, 500, 1000, 2000, 4000];
const CONFLICTS: ReadonlySet<string> = new Set<FaultCode>(['CONFLICT', 'NO_TURN', 'ORDER', 'RANGE']);
/** Whatever happens, the studio will not take the same change. */
const REFUSED: ReadonlySet<string> = new Set<FaultCode>(['BAD_REQUEST', 'CHANGE_TAKEN', 'TURN_TAKEN']);
const GONE: ReadonlySet<string> = new Set<FaultCode>(['NO_CHAPTER', 'NO_STORY', 'CHAPTER_DELETED', 'STORY_DELETED']);
const UNREACHABLE: FaultCode = 'UNREACHABLE';

/** Nothing was asked for, as what is on the page could not be saved. */
export class NotSaved extends FaultError {}

/** Something that needs the door for itself. A call is made again, with the same ids, until it is answered. */
type Errand =
  | { readonly kind: 'task'; readonly run: () => Promise<void> }
  | { readonly kind: 'call'; readonly call: () => Promise<() => void>; readonly refuse: (error: unknown) => void };

interface Flush {
  readonly resolve: () => void;
  readonly reject: (reason: NotSaved) => void;
}

/** Keeps the studio equal to the page. What is done when, is said by the saving machine; this is its hands. */
export class Sync {
  private readonly options: SyncOptions;
  private readonly known: KnownChapter;
  private machine: SavingState = AT_REST;
  private readonly errands: Errand[] = [];
  private change: Change | null = null;
  private pieces: Op[][] = [];
  /** What was typed into turns from which the page turned away before it was sent: the page cannot tell it again. */
  private strays: readonly Stray[] = [];
  private held = 0;
  private heldLong = false;
  private holding: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private flushes: Flush[] = [];
  private drains: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private told: { readonly state: SaveState; readonly fault: StudioFault | null } = { state: 'saved', fault: null };

  constructor(options: SyncOptions) {
    this.options = options;
    this.known = new KnownChapter(options.tree, options.structureRev);
  }

  /** What the studio has, once what is under way has arrived. */
  get tree(): TurnTree {
    return this.known.tree;
  }
  /** Grows with every acknowledgement. */
  get revision(): number {
    return this.known.revision;
  }
  /** Saved only where everything on the page is acknowledged. */
  get state(): SaveState {
    const { trouble } = this.machine;
    if (this.isSaved) return 'saved';
    return trouble?.kind ?? (this.isOverdue ? 'failed' : 'saving');
  }
  get fault(): StudioFault | null {
    if (this.isSaved) return null;
    return this.machine.trouble?.fault ?? (this.isOverdue ? fault('REPLY_GOES_ON', {}) : null);
  }
  private get isOverdue(): boolean {
    return this.heldLong && this.options.unsaved.hasUnsaved;
  }
  private get isSaved(): boolean {
    return (
      !this.options.unsaved.hasUnsaved &&
      this.change === null &&
      this.pieces.length === 0 &&
      this.strays.length === 0 &&
      !this.known.isStale
    );
  }
  private get isAtRest(): boolean {
    return this.isSaved && this.machine.phase === 'resting' && this.errands.length === 0;
  }

  /** The page has changed. */
  edited(): void {
    this.dispatch('edited');
  }

  /** Resolves when everything on the page is acknowledged; rejects when that does not come about now. */
  flush(): Promise<void> {
    if (this.isAtRest) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => this.flushes.push({ resolve, reject }));
    this.dispatch('flushed');
    if (this.isOverdue) this.reject();
    return done;
  }

  /** Resolves when everything is acknowledged, however long that takes. */
  drain(): Promise<void> {
    if (this.isAtRest) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.drains.push(resolve));
    this.dispatch('flushed');
    return done;
  }

  /** Nothing is sent while the studio finishes what stands in the way of our text. */
  hold(): () => void {
    this.held++;
    this.holding ??= setTimeout(() => this.holdsLong(), HELD_MS);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.held--;
      if (this.held > 0) return;
      clearTimeout(this.holding);
      this.holding = undefined;
      this.heldLong = false;
      this.dispatch('released');
    };
  }

  private holdsLong(): void {
    this.heldLong = true;
    if (this.isOverdue) this.reject();
    this.tell();
  }

  /**
   * Shows another branch: `show` puts its turns after the parent onto the page. `removes`: an alternate of it, which is
   * deleted with that.
   */
  async activate(turnId: string, show: (branch: ShownBranch) => void, removes?: string): Promise<void> {
    await this.flush();
    const { newId, chapterId } = this.options;
    const wish = { changeId: newId(), chapterId, turnId, ...(removes === undefined ? {} : { removes }) };
    await this.call(async () => {
      const branch = await this.options.api.writing.activate(wish);
      const { structureRev, path } = branch;
      return () => {
        const turn = (): void => {
          const ops: Op[] = removes === undefined ? [] : [{ op: 'remove', turnId: removes }];
          ops.push({ op: 'activate', parentId: path[0]?.parentId ?? null, turnId });
          this.known.apply(ops, path);
        };
        if (this.options.live().size > 0 && this.options.unsaved.hasUnsaved) this.stay(structureRev, turn);
        else
          this.turnTo(structureRev, () => {
            turn();
            show(branch);
          });
      };
    });
  }

  /**
   * Begins a generation: `show` puts what the studio did to the tree onto the page, its offset where what was typed
   * meanwhile has moved it. Asked again because no answer came, it is the same generation.
   */
  async generate(
    input: Omit<GenerateInput, 'chapterId' | 'generationId' | 'newTurnId'>,
    show: (start: GenerationStart) => void,
  ): Promise<void> {
    const { unsaved, newId, chapterId, api } = this.options;
    const { turnId } = input;
    const offsetNow = turnId === null || input.offset === null ? null : unsaved.track(turnId, input.offset);
    let offset: number | null = null;
    try {
      await this.flush();
    } finally {
      offset = offsetNow?.() ?? null;
    }
    if (turnId !== null && unsaved.spanOf(turnId) === null) throw new NotSaved(fault('CHANGED_ELSEWHERE', {}));
    const ids = { generationId: newId(), newTurnId: newId() };
    await this.call(async () => {
      const start = await api.writing.generate({ ...ids, chapterId, ...input, offset });
      return () =>
        this.turnTo(start.structureRev, (typed) => {
          this.known.apply(start.ops);
          const at = typed.reduce(
            (now, op) => (op.op === 'setText' && op.turnId === start.turnId ? rebaseOffset(now, op) : now),
            start.offset,
          );
          show({ ...start, offset: at });
        });
    });
  }

  /** Does something between two requests. */
  between<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.errands.push({ kind: 'task', run: async () => Promise.resolve().then(work).then(resolve, reject) });
      this.dispatch('errand');
    });
  }

  /** What the studio did to a turn by itself. */
  adopt(turnId: string, change: Partial<TreeTurn>): void {
    this.known.adopt(turnId, change);
  }

  /**
   * What the studio did to the tree by itself. Where an answer has told of a later state of the chapter before, nothing
   * fits any more: it is read again.
   */
  async takeIn(done: Pick<GenerationStart, 'ops' | 'structureRev'>): Promise<void> {
    if (!this.known.takeIn(done)) await this.reload();
  }

  /**
   * Reads the chapter again, within an errand; where that fails now, as soon as it can be read. The page is compared
   * with it by the next save.
   */
  async reload(): Promise<void> {
    try {
      await this.readChapter();
    } catch {
      this.known.isStale = true;
    }
  }

  /**
   * Whether the studio has just what is known here; null while that cannot be said, because something is not saved or
   * a reply has not ended.
   */
  isCurrent(): Promise<boolean | null> {
    const { api, chapterId, live } = this.options;
    const canSay = (): boolean => this.isSaved && live().size === 0;
    return this.between(async () => {
      if (!canSay()) return null;
      try {
        const chapter = await api.chapters.open({ id: chapterId });
        return canSay() ? this.known.isAs(chapter) : null;
      } catch (error) {
        return GONE.has(faultOf(error).code) ? false : null;
      }
    });
  }

  /** A page that only reads shows by now what the studio has, texts of replies that are being written left out. */
  readAlong(document: ChapterDocument): void {
    this.known.readAlong(document);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.holding);
  }

  private call(call: () => Promise<() => void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.errands.push({
        kind: 'call',
        call: async () => {
          const apply = await call();
          return () => {
            apply();
            resolve();
          };
        },
        refuse: reject,
      });
      this.dispatch('errand');
    });
  }

  /**
   * The end of a reply may cross what was typed while the studio turned the page: the page stays where that was typed,
   * and the next save says so.
   */
  private stay(structureRev: number, turn: () => void): void {
    this.known.answered(structureRev);
    turn();
    this.options.unsaved.putBack();
  }

  /**
   * What was typed while the studio worked belongs to the page as it was: it is taken before the page turns, and sent
   * after.
   */
  private turnTo(structureRev: number, turn: (typed: readonly Op[]) => void): void {
    const { unsaved } = this.options;
    const typed = unsaved.hasUnsaved ? unsaved.take(this.tree) : [];
    const written = straysOf(typed, this.tree);
    this.known.answered(structureRev);
    turn(typed);
    this.strays = [...this.strays, ...written.filter((stray) => unsaved.spanOf(stray.turn.id) === null)];
    if (typed.every(({ op }) => op === 'setText')) this.pieces = pieces(typed, LIMITS);
    // Turns that came or went meanwhile would stand otherwise in the tree than on the page: the page is right, and is
    // compared once more.
    else unsaved.putBack();
  }

  private dispatch(name: EventName, fault?: StudioFault): void {
    if (this.closed) return;
    const { state, effects } = step(
      this.machine,
      fault === undefined ? { name } : { name, fault },
      this.circumstances(),
    );
    this.machine = state;
    for (const effect of effects) this.perform(effect);
    this.tell();
  }

  private circumstances(): Circumstances {
    return {
      unsaved: this.options.unsaved.hasUnsaved || (this.strays.length > 0 && this.pieces.length === 0),
      held: this.held > 0,
      live: this.options.live().size > 0,
      errand: this.errands[0]?.kind ?? null,
      pieces: this.pieces.length,
      stale: this.known.isStale,
    };
  }

  private perform(effect: Effect): void {
    switch (effect) {
      case 'stopTimer':
        return clearTimeout(this.timer);
      case 'gatherTimer':
        return this.wait(GATHER_MS);
      case 'retryTimer':
        return this.wait(RETRY_MS[Math.min(this.machine.attempt, RETRY_MS.length) - 1] ?? 0);
      case 'runTask':
        return this.runTask();
      case 'call':
        return this.callStudio();
      case 'take':
        return this.takeAll(() => this.options.unsaved.take(this.tree));
      case 'reconcile':
        return this.takeAll(() => this.options.reconcile(this.tree));
      case 'sendPiece':
        return this.sendPiece();
      case 'sendAgain':
        return this.send();
      case 'putBack':
        this.change = null;
        this.pieces = [];
        return this.options.unsaved.putBack();
      case 'read':
        return this.read();
      case 'settle':
        return this.settle();
      case 'reject':
        return this.reject();
    }
  }

  private wait(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dispatch('timer'), ms);
  }

  private runTask(): void {
    const errand = this.errands.shift();
    if (errand?.kind === 'task') void errand.run().then(() => this.dispatch('done'));
  }

  private callStudio(): void {
    const [errand] = this.errands;
    if (errand?.kind !== 'call') return;
    void errand.call().then(
      (apply) => {
        if (this.closed) return;
        this.errands.shift();
        try {
          apply();
        } catch (error) {
          this.known.isStale = true;
          errand.refuse(error);
        }
        this.dispatch('answered');
      },
      (error: unknown) => {
        const fault = faultOf(error);
        if (fault.code === UNREACHABLE) return this.dispatch('lost', fault);
        // An answer that was lost before may have been another one.
        if (this.machine.attempt > 0) this.known.isStale = true;
        this.errands.shift();
        errand.refuse(error);
        this.dispatch('done');
      },
    );
  }

  /** Where the page itself fails at it, its text stays unsaved and is taken anew in a while. */
  private takeAll(take: () => Op[]): void {
    try {
      const ops = take();
      this.pieces = pieces([...this.keepStrays(ops), ...ops], this.machine.careful ? ONE_BY_ONE : LIMITS);
    } catch (error) {
      this.options.unsaved.putBack();
      return this.dispatch('failed', faultOf(error));
    }
    this.sendPiece();
  }

  private keepStrays(others: readonly Op[]): Op[] {
    const { unsaved, newId } = this.options;
    return keep(this.strays, this.tree, others, { isShown: (id) => unsaved.spanOf(id) !== null, newId });
  }

  private sendPiece(): void {
    const ops = this.pieces.shift();
    if (ops === undefined) {
      this.strays = [];
      return this.dispatch('acked');
    }
    const { chapterId, newId } = this.options;
    this.change = { changeId: newId(), chapterId, structureRev: this.known.structureRev, ops };
    this.send();
  }

  /** The same id makes it the same change, however often it arrives. */
  private send(): void {
    const { change } = this;
    if (change === null) return this.perform('take');
    const ops = [...change.ops];
    void this.options.api.writing.applyChange({ ...change, ops }).then(
      (ack) => {
        if (this.closed) return;
        this.acknowledge(ops, ack);
        this.dispatch('acked');
      },
      (error: unknown) => {
        const fault = faultOf(error);
        if (REFUSED.has(fault.code)) {
          this.change = null;
          if (fault.code === 'TURN_TAKEN') this.options.unsaved.renew(String(fault.params['turnId']));
          return this.dispatch('refused', fault);
        }
        if (CONFLICTS.has(fault.code)) return this.dispatch('crossed', fault);
        this.dispatch(fault.code === UNREACHABLE ? 'lost' : 'failed', fault);
      },
    );
  }

  private acknowledge(ops: readonly Op[], ack: ChangeAck): void {
    this.change = null;
    if (this.pieces.length === 0 && !this.machine.skipped) this.strays = [];
    this.known.acknowledge(ops, ack);
  }

  private read(): void {
    void this.readChapter().then(
      () => this.dispatch('readIn'),
      (error: unknown) => {
        const fault = faultOf(error);
        this.dispatch(fault.code === UNREACHABLE ? 'lost' : 'failed', fault);
      },
    );
  }

  private async readChapter(): Promise<void> {
    const { api, chapterId, live, unsaved } = this.options;
    await this.known.read((texts) => api.chapters.open({ id: chapterId, texts }), live);
    unsaved.putBack();
  }

  private settle(): void {
    const [flushes, drains] = [this.flushes, this.drains];
    this.flushes = [];
    this.drains = [];
    for (const { resolve } of flushes) resolve();
    for (const resolve of drains) resolve();
  }

  private reject(): void {
    const why = this.machine.trouble?.fault ?? this.fault;
    if (why === null) return;
    const flushes = this.flushes;
    this.flushes = [];
    for (const { reject } of flushes) reject(new NotSaved(why));
  }

  private tell(): void {
    const { state, fault } = this;
    if (this.told.state === state && this.told.fault === fault) return;
    this.told = { state, fault };
    this.options.onState();
  }
}
