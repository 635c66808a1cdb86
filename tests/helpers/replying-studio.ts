import type { StudioApi } from '../../renderer/chapter/controller.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { ChapterNews } from '../../shared/contract/stories.ts';
import type { CutShort, GenerationEvent, RunningGeneration, StopReason } from '../../shared/contract/writing.ts';
import { unfinished, type LeftOut } from '../../shared/text/whole-sentences.ts';
import { rebaseOffset } from '../../shared/document/position.ts';
import { activePath, applyOps, childrenOf, shownAfter } from '../../shared/document/tree.ts';
import type { Op, TreeTurn } from '../../shared/document/turn.ts';
import { lostConnection } from './lost-connection.ts';
import { MemoryStudio, StudioRefusal } from './memory-studio.ts';

type Done = Extract<GenerationEvent, { type: 'done' }>;
type Input = Parameters<MemoryStudio['writing']['generate']>[0];

interface Generation extends RunningGeneration {
  offset: number;
  readonly events: GenerationEvent[];
  /** The turn that was made for it, and what was shown in its place before. */
  readonly made: { readonly before: string | null } | null;
  text: string;
  isOver: boolean;
  waitingFor: Extract<GenerationEvent, { type: 'waiting' }> | null;
}

const NO_STATS = { stats: null, sampling: null, hash: '', next: null };

/** A studio in memory whose replies the test writes: what it streams is stored when the reply ends. */
export class ReplyingStudio extends MemoryStudio {
  /** Throws where a stop does not arrive, or is refused. */
  stopping: () => void = () => undefined;
  /** No event arrives while it is set. */
  isSilent = false;
  /** Of a reply that is cut short, only whole sentences stay. */
  endsAtSentence = false;
  private readonly generations = new Map<string, Generation>();
  /** By turn, with its text when it ended and after something was left out. */
  private readonly cutShort = new Map<string, CutShort & { readonly whole: string; readonly short: string }>();
  private listeners: (() => void)[] = [];
  private cuts = 0;

  /** The reply that is under way. */
  get reply(): Generation | null {
    return [...this.generations.values()].findLast(({ isOver }) => !isOver) ?? null;
  }

  wait(progress: number | null): void {
    this.need().waitingFor = { type: 'waiting', seq: 0, progress };
    this.tell();
  }

  write(text: string): void {
    const reply = this.need();
    reply.text += text;
    reply.events.push({ type: 'text', seq: reply.events.length + 1, text });
    this.tell();
  }

  end(reason: StopReason = 'end', fault: StudioFault | null = null): void {
    this.finish(this.need(), reason, fault);
  }

  /** It was started anew, and knows of no reply any more. */
  restart(): void {
    this.generations.clear();
    this.cutStreams();
  }

  /** It was killed and started anew; it had stored so many characters of the reply that was under way. */
  crash(stored: number): void {
    this.cutStreams();
    const reply = this.need();
    reply.text = reply.text.slice(0, stored);
    this.finish(reply, 'error', null);
  }

  /** The connection breaks; it can be opened again at once. */
  cutStreams(): void {
    this.cuts++;
    this.tell();
  }

  get api(): StudioApi {
    return {
      writing: {
        applyChange: async (change: Parameters<MemoryStudio['writing']['applyChange']>[0]) => {
          const ack = await this.writing.applyChange(change);
          this.tell();
          for (const op of change.ops) {
            const reply = this.reply;
            if (reply === null) continue;
            if (op.op === 'setText' && op.turnId === reply.turnId) reply.offset = rebaseOffset(reply.offset, op);
            if (op.op === 'remove' && op.turnId === reply.turnId) this.finish(reply, 'stopped', null);
          }
          return ack;
        },
        activate: async (wish: Parameters<MemoryStudio['writing']['activate']>[0]) => {
          if (this.reply !== null && this.reply.turnId === wish.removes) this.finish(this.reply, 'stopped', null, true);
          const answer = await this.writing.activate(wish);
          this.tell();
          const { reply } = this;
          const generation = answer.path.some(({ id }) => id === reply?.turnId) ? reply : null;
          return { ...answer, generation, cutShort: this.lastCutShort };
        },
        generate: (input: Input) => this.begin(input),
        follow: async (wish: { generationId: string; afterSeq: number }, { signal }: { signal: AbortSignal }) =>
          this.follow(wish, signal),
        stop: async ({ generationId }: { generationId: string }) => {
          this.stopping();
          const reply = this.generations.get(generationId);
          if (reply !== undefined && !reply.isOver) this.finish(reply, 'stopped', null);
        },
      },
      chapters: {
        open: async (wish: { texts?: readonly string[] | undefined }) => ({
          ...(await this.chapters.open(wish)),
          cutShort: this.lastCutShort,
          generation: this.reply,
        }),
        watch: async (_: unknown, { signal }: { signal: AbortSignal }) => this.watch(signal),
      },
    } as unknown as StudioApi;
  }

  private need(): Generation {
    const { reply } = this;
    if (reply === null) throw new Error('no reply is under way');
    return reply;
  }

  private async begin(input: Input) {
    const { kind, turnId, offset, generationId } = input;
    // Nobody looks at what is written off the path.
    const { reply } = this;
    if (reply !== null && this.path.every(({ id }) => id !== reply.turnId)) this.finish(reply, 'stopped', null);
    const parent = kind === 'retry' ? (this.tree.turns.get(turnId ?? '')?.parentId ?? null) : turnId;
    const before = shownAfter(this.tree, parent);
    const start =
      kind === 'continue'
        ? {
            generationId,
            turnId: turnId ?? '',
            offset: offset ?? 0,
            alternatesLeft: 0,
            structureRev: this.structureRev,
            ops: [] as Op[],
          }
        : await this.writing.generate(input);
    const { ops: _, structureRev: __, ...running } = start;
    this.generations.set(generationId, {
      ...running,
      made: kind === 'continue' ? null : { before },
      events: [],
      text: '',
      isOver: false,
      waitingFor: null,
    });
    this.tell();
    return start;
  }

  private async *watch(signal: AbortSignal): AsyncGenerator<ChapterNews> {
    const { cuts } = this;
    const hasBroken = (): boolean => this.cuts !== cuts;
    while (!signal.aborted) {
      yield { changed: true };
      await new Promise<void>((resolve) => this.listeners.push(resolve));
      if (hasBroken()) throw lostConnection();
    }
  }

  private finish(reply: Generation, reason: StopReason, fault: StudioFault | null, keepsTurn = false): void {
    reply.isOver = true;
    const undone = keepsTurn ? null : this.takeBack(reply);
    const version = undone === null ? this.finishReply(reply.turnId, reply.offset, reply.text) : 2;
    const seq = reply.events.length + 1;
    const { offset, text } = reply;
    const stored = () => this.tree.turns.get(reply.turnId)?.text ?? '';
    const whole = stored();
    const leftOut = undone === null && (reason === 'length' || reason === 'window') ? this.leaveOut(reply) : null;
    if (undone === null && (reason === 'length' || reason === 'window'))
      this.cutShort.set(reply.turnId, {
        turnId: reply.turnId,
        by: reason,
        tokens: null,
        unfinished: leftOut,
        isLeftOut: leftOut !== null,
        whole,
        short: stored(),
      });
    const interrupted = reason === 'error' && undone === null;
    const ended = {
      reason,
      interrupted,
      fault,
      version: version + (leftOut === null ? 0 : 1),
      offset,
      text,
      leftOut,
      undone,
    };
    reply.events.push({ type: 'done', seq, ...ended, ...NO_STATS } satisfies Done);
    this.tell();
  }

  private get lastCutShort(): CutShort | null {
    const turn = activePath(this.tree).findLast(({ role, text }) => role === 'model' && text !== '');
    const cut = this.cutShort.get(turn?.id ?? '');
    if (cut === undefined || (turn?.text !== cut.whole && turn?.text !== cut.short)) return null;
    return { ...cut, isLeftOut: turn.text !== cut.whole };
  }

  private leaveOut({ turnId, offset, text }: Generation): LeftOut | null {
    const turn = this.tree.turns.get(turnId);
    const leftOut = unfinished(turn?.text?.slice(0, offset + text.length) ?? '', offset);
    if (!this.endsAtSentence || turn === undefined || leftOut === null) return null;
    const op: Op = { op: 'setText', turnId, version: turn.version, at: leftOut.at, del: leftOut.text.length, ins: '' };
    this.tree = applyOps(this.tree, [op]);
    return leftOut;
  }

  /** A turn that was made for nothing, and that nobody has touched. */
  private takeBack({ turnId, text, made }: Generation): Done['undone'] {
    const turn: TreeTurn | undefined = this.tree.turns.get(turnId);
    if (made === null || text !== '' || turn?.version !== 1 || childrenOf(this.tree, turnId).length > 0) return null;
    const { parentId } = turn;
    const others = childrenOf(this.tree, parentId).filter(({ id }) => id !== turnId);
    const isShown = shownAfter(this.tree, parentId) === turnId;
    const back = isShown ? (others.find(({ id }) => id === made.before) ?? others.at(-1)) : undefined;
    const ops: Op[] = [{ op: 'remove', turnId }];
    if (back !== undefined) ops.push({ op: 'activate', parentId, turnId: back.id });
    this.tree = applyOps(this.tree, ops);
    return { structureRev: ++this.structureRev, ops };
  }

  private follow(
    { generationId, afterSeq }: { generationId: string; afterSeq: number },
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent> {
    const reply = this.generations.get(generationId);
    if (reply === undefined) throw new StudioRefusal('NOT_FOUND');
    const { cuts } = this;
    const next = (): Promise<void> => new Promise((resolve) => this.listeners.push(resolve));
    const hasBroken = (): boolean => this.cuts !== cuts;
    const isSilent = (): boolean => this.isSilent;
    async function* stream(at: Generation): AsyncGenerator<GenerationEvent> {
      let seq = afterSeq;
      let told: GenerationEvent | null = null;
      while (!signal.aborted) {
        if (hasBroken()) throw lostConnection();
        const { waitingFor, events } = at;
        if (!isSilent() && waitingFor !== null && waitingFor !== told && events.length === 0) yield (told = waitingFor);
        for (let event = events[seq]; !isSilent() && event !== undefined; event = events[seq]) {
          seq++;
          yield event;
          if (event.type === 'done') return;
        }
        await next();
      }
    }
    return stream(reply);
  }

  /** Something has happened that followers may hear of. */
  tell(): void {
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) listener();
  }

  get texts(): (string | null)[] {
    return activePath(this.tree).map(({ text }) => text);
  }
}
