import { sentenceOf } from '../../shared/faults/sentence.ts';
import { rebaseOffset } from '../../shared/document/position.ts';
import { applyOps } from '../../shared/document/tree.ts';
import type { StudioFault } from '../../shared/contract/common.ts';
import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { ChangeAck, GenerationStart, RunningGeneration } from '../../shared/contract/writing.ts';
import { isStructural, type Change, type Op, type TreeTurn, type TurnTree } from '../../shared/document/turn.ts';
import type { SaveState, StudioApi } from './controller.ts';

/** What the queue needs of the page; the ops it takes count as sent from then on. */
export interface Unsaved {
  readonly hasUnsaved: boolean;
  take(tree: TurnTree): Op[];
  putBack(): void;
}

type GenerateInput = Parameters<StudioApi['writing']['generate']>[0];
type Activated = Awaited<ReturnType<StudioApi['writing']['activate']>>;

/** The part of the studio that the queue speaks to. */
interface SyncApi {
  readonly writing: {
    applyChange(change: Change & { ops: Op[] }): Promise<ChangeAck>;
    activate(wish: { changeId: string; chapterId: string; turnId: string }): Promise<Activated>;
    generate(wish: GenerateInput): Promise<GenerationStart>;
  };
  readonly chapters: { open(wish: { id: string }): Promise<ChapterDocument> };
}

export interface SyncOptions {
  readonly api: SyncApi;
  readonly chapterId: string;
  readonly tree: TurnTree;
  readonly structureRev: number;
  readonly unsaved: Unsaved;
  readonly newId: () => string;
  readonly faultOf: (error: unknown) => StudioFault;
  /** The studio has another text than ours was made from: ours is to go beside it. Answers with the ops that do so. */
  readonly reconcile: (theirs: TurnTree) => Op[];
  /** The turns of replies whose ends have not been heard of. */
  readonly live: () => ReadonlySet<string>;
  readonly onState: () => void;
}

const DEBOUNCE_MS = 200;
const RETRY_MS = [250, 500, 1000, 2000, 4000];
const CONFLICTS = new Set(['CONFLICT', 'VERSION', 'NO_TURN', 'ORDER', 'RANGE']);
const UNREACHABLE = 'UNREACHABLE';

export class NotSaved extends Error {
  readonly fault: StudioFault;

  constructor(fault: StudioFault) {
    super(sentenceOf(fault));
    this.fault = fault;
  }
}

/** Keeps the studio equal to the page: one request at a time, each acknowledged before the next. */
export class Sync {
  private readonly options: SyncOptions;
  private known: TurnTree;
  private structureRev: number;
  private current: SaveState = 'saved';
  private told: StudioFault | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  private saving = false;
  private held = 0;
  private closed = false;
  private acknowledged = 0;
  private waiters: { resolve: () => void; reject: (reason: NotSaved) => void }[] = [];
  private wake: (() => void) | null = null;

  constructor(options: SyncOptions) {
    this.options = options;
    this.known = options.tree;
    this.structureRev = options.structureRev;
  }

  /** What the studio has, once what is under way has arrived. */
  get tree(): TurnTree {
    return this.known;
  }
  get state(): SaveState {
    return this.current;
  }
  get fault(): StudioFault | null {
    return this.told;
  }
  /** Grows with every acknowledgement. */
  get revision(): number {
    return this.acknowledged;
  }

  /** The page has changed. */
  edited(): void {
    if (this.current === 'saved' || this.current === 'conflict') this.enter('saving', null);
    if (this.held > 0 || this.saving) return;
    this.timer ??= setTimeout(() => this.save(), DEBOUNCE_MS);
  }

  /** Resolves when everything on the page is acknowledged; rejects when that does not come about now. */
  flush(): Promise<void> {
    if (!this.saving && !this.options.unsaved.hasUnsaved) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => this.waiters.push({ resolve, reject }));
    this.wake?.();
    this.save();
    return done;
  }

  /** Resolves when everything is acknowledged, however long that takes. */
  async drain(): Promise<void> {
    while (this.saving || this.options.unsaved.hasUnsaved) await this.flush().catch(() => this.pause(RETRY_MS[0] ?? 0));
  }

  /** Nothing is sent while the studio finishes what stands in the way of our text. */
  hold(): () => void {
    this.held++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.held--;
      if (this.held === 0 && this.options.unsaved.hasUnsaved) this.edited();
    };
  }

  /** Shows another branch: `show` puts its turns after the parent onto the page. */
  async activate(
    turnId: string,
    show: (path: readonly TreeTurn[], generation: RunningGeneration | null) => void,
  ): Promise<void> {
    await this.flush();
    await this.queue(async () => {
      const { structureRev, path, generation } = await this.options.api.writing.activate({
        changeId: this.options.newId(),
        chapterId: this.options.chapterId,
        turnId,
      });
      const turn = (): void => {
        const turns = new Map([...this.known.turns, ...path.map((turn) => [turn.id, turn] as const)]);
        this.known = applyOps({ activeRootId: this.known.activeRootId, turns }, [
          { op: 'activate', parentId: path[0]?.parentId ?? null, turnId },
        ]);
      };
      if (this.options.live().size > 0 && this.options.unsaved.hasUnsaved) this.stay(structureRev, turn);
      else
        await this.turnTo(structureRev, () => {
          turn();
          show(path, generation);
        });
    });
  }

  /** Begins a generation: `show` puts what the studio did to the tree onto the page, its offset where what was typed meanwhile has moved it. */
  async generate(
    input: Omit<GenerateInput, 'chapterId' | 'generationId' | 'newTurnId'>,
    show: (start: GenerationStart) => void,
  ): Promise<void> {
    await this.flush();
    await this.queue(async () => {
      const start = await this.options.api.writing.generate({
        generationId: this.options.newId(),
        newTurnId: this.options.newId(),
        chapterId: this.options.chapterId,
        ...input,
      });
      await this.turnTo(start.structureRev, (typed) => {
        this.known = applyOps(this.known, start.ops);
        const offset = typed.reduce(
          (at, op) => (op.op === 'setText' && op.turnId === start.turnId ? rebaseOffset(at, op) : at),
          start.offset,
        );
        show({ ...start, offset });
      });
    });
  }

  /** The end of a reply may cross what was typed while the studio turned the page: the page stays where that was typed, and the next save says so. */
  private stay(structureRev: number, turn: () => void): void {
    this.structureRev = structureRev;
    turn();
    this.options.unsaved.putBack();
    this.edited();
  }

  /** What was typed while the studio worked belongs to the page as it was: it is taken before the page turns, and sent after. */
  private async turnTo(structureRev: number, turn: (typed: readonly Op[]) => void): Promise<void> {
    const typed = this.options.unsaved.hasUnsaved ? this.options.unsaved.take(this.known) : [];
    this.structureRev = structureRev;
    this.acknowledged++;
    turn(typed);
    // Turns that came or went meanwhile may stand otherwise in the tree than on the page: the page is right, and is compared once more.
    if (typed.some(({ op }) => op !== 'setText')) this.options.unsaved.putBack();
    await this.send(typed);
    if (this.options.unsaved.hasUnsaved) this.edited();
    else this.settle();
  }

  /** Does something between two requests. */
  between<T>(work: () => T | Promise<T>): Promise<T> {
    return this.queue(async () => work());
  }

  /** What the studio did to a turn by itself. */
  adopt(turnId: string, change: Partial<TreeTurn>): void {
    const turn = this.known.turns.get(turnId);
    if (turn === undefined) return;
    this.known = { ...this.known, turns: new Map(this.known.turns).set(turnId, { ...turn, ...change }) };
    this.acknowledged++;
  }

  /** An alternate that the studio has begun beside what is shown. Where an answer has told of a later state of the chapter before, nothing fits any more: it is read again. */
  async takeIn({ ops, structureRev }: Pick<GenerationStart, 'ops' | 'structureRev'>): Promise<void> {
    if (structureRev !== this.structureRev + 1) return this.reload();
    this.structureRev = structureRev;
    this.known = applyOps(this.known, ops);
    this.acknowledged++;
  }

  /** Reads the chapter again; the page is compared with it by the next save. What a reply brings into its turn comes with its end. */
  async reload(): Promise<void> {
    const { turns, activeRootId, structureRev } = await this.options.api.chapters.open({ id: this.options.chapterId });
    const live = this.options.live();
    const joined = turns.map((turn) => {
      const held = this.known.turns.get(turn.id);
      if (held !== undefined && live.has(turn.id)) return { ...turn, text: held.text, version: held.version };
      return turn.text === null ? { ...turn, text: held?.text ?? null } : turn;
    });
    this.structureRev = structureRev;
    this.known = { activeRootId, turns: new Map(joined.map((turn) => [turn.id, turn])) };
    this.acknowledged++;
    this.options.unsaved.putBack();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.wake?.();
  }

  private queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }

  private save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.saving || this.held > 0) return;
    this.saving = true;
    void this.queue(async () => {
      let goOn = true;
      try {
        while (goOn && this.options.unsaved.hasUnsaved && this.held === 0 && !this.closed)
          goOn = await this.send(this.options.unsaved.take(this.known));
      } catch (error) {
        this.options.unsaved.putBack();
        this.refuse('failed', this.options.faultOf(error));
        return;
      } finally {
        this.saving = false;
      }
      if (!this.options.unsaved.hasUnsaved) this.settle();
    });
  }

  /** Sends one change until it is answered: the same id makes it the same change, however often it arrives. False: it has to wait. */
  private async send(ops: Op[]): Promise<boolean> {
    if (ops.length === 0) return true;
    const change: Change = {
      changeId: this.options.newId(),
      chapterId: this.options.chapterId,
      structureRev: this.structureRev,
      ops,
    };
    if (this.current !== 'offline' && this.current !== 'failed') this.enter('saving', null);
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        const ack = await this.options.api.writing.applyChange({ ...change, ops });
        this.known = withVersions(applyOps(this.known, ops), ack.versions);
        // Another change of the structure may be on its way to us: only our own tells where the tree stands.
        if (ops.some(isStructural)) this.structureRev = ack.structureRev;
        this.acknowledged++;
        return true;
      } catch (error) {
        const fault = this.options.faultOf(error);
        if (CONFLICTS.has(fault.code)) return this.conflict();
        this.refuse(fault.code === UNREACHABLE ? 'offline' : 'failed', fault);
        await this.pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0);
      }
    }
    return false;
  }

  /** The end of a reply counts as a change of its turn and may cross ours on the way; it is taken in first. Else the chapter was changed elsewhere. */
  private async conflict(): Promise<boolean> {
    if (this.options.live().size > 0) {
      this.options.unsaved.putBack();
      return false;
    }
    await this.reload();
    return this.send(this.options.reconcile(this.known));
  }

  private pause(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.wake = null;
    });
  }

  private refuse(state: 'offline' | 'failed', fault: StudioFault): void {
    const waiting = this.waiters;
    this.waiters = [];
    this.enter(state, fault);
    for (const { reject } of waiting) reject(new NotSaved(fault));
  }

  private settle(): void {
    const waiting = this.waiters;
    this.waiters = [];
    this.enter('saved', null);
    for (const { resolve } of waiting) resolve();
  }

  private enter(state: SaveState, fault: StudioFault | null): void {
    if (this.current === state && this.told === fault) return;
    this.current = state;
    this.told = fault;
    this.options.onState();
  }
}

function withVersions(tree: TurnTree, versions: Readonly<Record<string, number>>): TurnTree {
  const turns = new Map(tree.turns);
  for (const [id, version] of Object.entries(versions)) {
    const turn = turns.get(id);
    if (turn !== undefined) turns.set(id, { ...turn, version });
  }
  return { ...tree, turns };
}
