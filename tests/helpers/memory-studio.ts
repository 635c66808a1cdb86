import { ORPCError } from '@orpc/client';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { applyOps, activePath, childrenOf } from '../../shared/document/tree.ts';
import { newId } from '../../shared/document/ids.ts';
import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { ChangeAck, GenerationEvent, GenerationStart, ReplyKind } from '../../shared/contract/writing.ts';
import type { Change, Op, Turn, TurnTree } from '../../shared/document/turn.ts';
import { lostConnection } from './lost-connection.ts';

/** As it comes out of the client. */
export class StudioRefusal extends ORPCError<string, StudioFault> {
  constructor(code: string, params: StudioFault['params'] = {}) {
    super(code, { data: { code, params } });
  }
}

/** A studio in memory for one chapter: the same tree rules, and a connection that can be cut. */
export class MemoryStudio {
  readonly chapterId = newId();
  tree: TurnTree;
  structureRev = 1;
  /** Answers that are lost on the way back, and requests that do not arrive. */
  lostAnswers = 0;
  unreachable = 0;
  refusals: string[] = [];
  /** Ids of turns in other chapters. */
  readonly taken = new Set<string>();
  /** Changes that it will never take. */
  refuses: (change: Change) => boolean = () => false;
  private readonly begun = new Map<string, GenerationStart>();
  readonly changes: Change[] = [];
  private readonly acks = new Map<string, ChangeAck>();

  constructor(turns: readonly Turn[]) {
    let after: string | null = null;
    const ops = turns.map((turn): Op => {
      const op: Op = { op: 'insert', turn, after, as: 'chain' };
      after = turn.id;
      return op;
    });
    this.tree = applyOps({ activeRootId: null, turns: new Map() }, ops);
  }

  get path(): Turn[] {
    return activePath(this.tree).map(({ id, role, speaker, marked, text }) => ({
      id,
      role,
      speaker,
      marked,
      text: text ?? '',
    }));
  }

  readonly writing = {
    applyChange: async (change: Change): Promise<ChangeAck> => {
      await this.arrive();
      if (this.refuses(change)) throw new StudioRefusal('BAD_REQUEST');
      for (const op of change.ops)
        if (op.op === 'insert' && this.taken.has(op.turn.id))
          throw new StudioRefusal('TURN_TAKEN', { turnId: op.turn.id });
      const known = this.acks.get(change.changeId);
      const ack = known ?? this.apply(change);
      await this.answer();
      return ack;
    },
    activate: async ({
      changeId,
      turnId,
      removes,
    }: {
      changeId: string;
      chapterId: string;
      turnId: string;
      removes?: string;
    }) => {
      await this.arrive();
      const turn = this.tree.turns.get(turnId);
      if (turn === undefined || turn.tombstone !== null) throw new StudioRefusal('NOT_FOUND');
      if (!this.acks.has(changeId)) {
        const removed: Op[] = removes === undefined ? [] : [{ op: 'remove', turnId: removes }];
        this.tree = applyOps(this.tree, [...removed, { op: 'activate', parentId: turn.parentId, turnId }]);
        this.structureRev++;
        this.acks.set(changeId, { structureRev: this.structureRev, versions: {} });
      }
      const path = activePath(this.tree);
      return {
        structureRev: this.structureRev,
        path: path.slice(path.findIndex(({ id }) => id === turnId)),
        generation: null,
        cutShort: null,
      };
    },
    generate: async ({
      kind,
      turnId,
      generationId,
      newTurnId,
    }: {
      generationId: string;
      newTurnId: string;
      chapterId: string;
      kind: ReplyKind;
      turnId: string | null;
      offset: number | null;
    }): Promise<GenerationStart> => {
      await this.arrive();
      const known = this.begun.get(generationId);
      if (known !== undefined) return known;
      const after = kind === 'retry' ? (this.tree.turns.get(turnId ?? '')?.parentId ?? null) : turnId;
      const role = kind === 'impersonate' ? 'user' : 'model';
      const turn: Turn = { id: newTurnId, role, speaker: null, marked: true, text: '' };
      const ops: Op[] = [
        {
          op: 'insert',
          turn,
          after,
          as: kind === 'retry' || childrenOf(this.tree, after ?? '').length > 0 ? 'alternate' : 'chain',
        },
      ];
      if (after !== null && this.tree.turns.get(after)?.tombstone !== null) throw new StudioRefusal('NOT_FOUND');
      this.tree = applyOps(this.tree, ops);
      this.structureRev++;
      const start = {
        generationId,
        turnId: turn.id,
        offset: 0,
        alternatesLeft: 0,
        structureRev: this.structureRev,
        ops,
      };
      this.begun.set(generationId, start);
      await this.answer();
      return start;
    },
    follow: async (): Promise<AsyncIterableIterator<GenerationEvent>> => {
      throw new StudioRefusal('NOT_FOUND');
    },
    stop: async (): Promise<void> => undefined,
  };

  readonly chapters = {
    /** With the texts of what is shown and those that are asked for, and no others. */
    open: async ({
      texts = [],
    }: { id?: string; texts?: readonly string[] | undefined } = {}): Promise<ChapterDocument> => {
      await this.arrive();
      const shown = new Set([...activePath(this.tree).map(({ id }) => id), ...texts]);
      return {
        chapter: { id: this.chapterId, storyId: this.chapterId, title: 'Chapter', words: 0, position: 0 },
        structureRev: this.structureRev,
        activeRootId: this.tree.activeRootId,
        turns: [...this.tree.turns.values()].map((turn) => (shown.has(turn.id) ? turn : { ...turn, text: null })),
        generation: null,
        cutShort: null,
        damaged: [],
      };
    },
  };

  /** Somebody else changes the chapter. */
  change(ops: readonly Op[]): void {
    this.tree = applyOps(this.tree, ops);
    this.structureRev++;
  }

  /** What the studio streamed into a turn is stored with it. */
  finishReply(turnId: string, offset: number, text: string): number {
    const turn = this.tree.turns.get(turnId);
    if (turn === undefined) throw new StudioRefusal('NOT_FOUND');
    const whole = turn.text ?? '';
    const done = { ...turn, text: whole.slice(0, offset) + text + whole.slice(offset), version: turn.version + 1 };
    this.tree = { ...this.tree, turns: new Map(this.tree.turns).set(turnId, done) };
    return done.version;
  }

  private apply(change: Change): ChangeAck {
    const structural = change.ops.some(
      ({ op }) => op === 'insert' || op === 'remove' || op === 'restore' || op === 'activate',
    );
    if (structural && change.structureRev !== this.structureRev) throw new StudioRefusal('CONFLICT');
    const before = this.tree.turns;
    try {
      this.tree = applyOps(this.tree, change.ops);
    } catch {
      throw new StudioRefusal('CONFLICT');
    }
    if (structural) this.structureRev++;
    this.changes.push(change);
    const ack = {
      structureRev: this.structureRev,
      versions: Object.fromEntries(
        [...this.tree.turns].flatMap(([id, { version }]) =>
          before.get(id)?.version === version ? [] : [[id, version] as const],
        ),
      ),
    };
    this.acks.set(change.changeId, ack);
    return ack;
  }

  private async arrive(): Promise<void> {
    await Promise.resolve();
    if (this.unreachable > 0) {
      this.unreachable--;
      throw lostConnection();
    }
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw new StudioRefusal(refusal);
  }

  private async answer(): Promise<void> {
    await Promise.resolve();
    if (this.lostAnswers === 0) return;
    this.lostAnswers--;
    throw lostConnection();
  }
}
