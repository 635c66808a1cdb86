import type {
  GenerationEvent,
  GenerationStats,
  RunningGeneration,
  StopReason,
} from '../../../shared/contract/writing.ts';
import type { StudioFault } from '../../../shared/contract/common.ts';
import type { EngineJob } from '../../engines/local/protocol.ts';
import type { PlanRequest } from '../../../shared/prompt/types.ts';
import type { Hardware } from '../../../shared/settings/hardware.ts';
import type { Sampling } from '../../../shared/settings/sampling.ts';
import {
  appendJournal,
  beginGeneration,
  endedReply,
  endGeneration,
  recordPlan,
  spanOf,
} from '../../storage/repositories/generation-records.ts';
import { transaction, type WritableDB } from '../../storage/core/handle.ts';
import type { Engine } from '../models/loaded-engine.ts';
import { nextAlternate, type Alternate } from './next-alternate.ts';
import { faultOf, StudioError } from '../studio-error.ts';
import { channel } from '../channel.ts';
import { createEventStream, type EventStream } from './event-stream.ts';

const JOURNAL_MS = 200;
const KEPT_MS = 5 * 60_000;

export interface GenerationOrder {
  readonly id: string;
  readonly storyId: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly kind: 'reply' | 'continue' | 'retry';
  readonly offset: number;
  readonly plan: PlanRequest;
  readonly modelName: string;
  readonly modelSha256: string | null;
  readonly promptChunk: number;
  readonly hardware: Hardware;
  readonly sampling: Sampling & { readonly seed: number };
  readonly cold: boolean;
  /** So many more answers to the same prompt come after it. */
  readonly waiting: number;
}
export interface Running {
  readonly id: string;
  readonly storyId: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly waiting: number;
}

/** Replies that are being written: one at a time, with or without anyone watching. Alternates follow each other by themselves. */
export interface Generations {
  /** Stores that it begins: part of the transaction that makes its turn. */
  begin(order: GenerationOrder): void;
  /** `ahead`: the reply was begun before it was asked for. */
  run(order: GenerationOrder, ahead: EngineJob | null): void;
  /** `all`: none of the alternates that wait for it begins. */
  stop(id: string, all: boolean): void;
  /** Stops the generation that fits, and what waits for it, and waits until its text is stored. */
  stopIn(fits: (running: Running) => boolean): Promise<void>;
  running(): Running | null;
  /** As the page is told of it. */
  runningIn(chapterId: string): RunningGeneration | null;
  follow(id: string, afterSeq: number, signal?: AbortSignal): AsyncGenerator<GenerationEvent, void>;
}

interface Active extends Running {
  stop(all: boolean): void;
  readonly settled: Promise<void>;
}

/** `onEnd` hears of every reply that has ended well. */
export function createGenerations(
  db: WritableDB,
  engine: Engine,
  onEnd: (order: GenerationOrder) => void,
): Generations {
  const streams = new Map<string, EventStream>();
  let active: Active | null = null;

  function begin(order: GenerationOrder): void {
    const effective = {
      sampling: order.sampling,
      format: order.plan.format.name,
      model: { name: order.modelName, sha256: order.modelSha256 },
      contextSize: order.plan.contextSize,
      promptChunk: order.promptChunk,
      hardware: order.hardware,
    };
    beginGeneration(db, {
      id: order.id,
      chapterId: order.chapterId,
      turnId: order.turnId,
      kind: order.kind,
      offset: order.offset,
      settings: effective,
    });
  }

  /** What keeps an alternate from beginning is no fault of the one before, whose text is stored. */
  function beginNext(order: GenerationOrder, waiting: number): [Alternate | null, StudioFault | null] {
    try {
      return [
        transaction(db, () => {
          const next = nextAlternate(db, order, waiting);
          if (next) begin(next.order);
          return next;
        }),
        null,
      ];
    } catch (error) {
      return [null, faultOf(error)];
    }
  }

  function run(order: GenerationOrder, ahead: EngineJob | null = null): void {
    const stream = createEventStream();
    streams.set(order.id, stream);
    engine.asked();
    const job = ahead ?? engine.host.generate({ plan: order.plan, sampling: order.sampling, cold: order.cold });

    let { waiting } = order;
    let unwritten = '';
    let timer: NodeJS.Timeout | null = null;
    const write = (): void => {
      if (timer) clearTimeout(timer);
      timer = null;
      if (unwritten === '') return;
      appendJournal(db, order.id, stream.seq, unwritten);
      unwritten = '';
    };
    /** A journal that cannot be written ends the reply: what is shown must be what is kept. */
    let broken: unknown = null;
    const writing = (act: () => void): void => {
      try {
        act();
      } catch (error) {
        broken ??= error;
        job.stop();
      }
    };
    const accepted = job.accepted.then(
      ({ ledger }) => {
        engine.generating();
        writing(() => {
          recordPlan(db, order.id, ledger);
        });
      },
      () => undefined,
    );
    job.onPrompt((progress) => {
      stream.prompt(progress);
    });
    job.onText((text) => {
      if (text === '' || broken !== null) return;
      unwritten += text;
      stream.text(text);
      timer ??= setTimeout(() => {
        writing(write);
      }, JOURNAL_MS);
    });

    const finish = (
      reason: StopReason,
      stats: GenerationStats | null,
      fault: StudioFault | null,
      candidates: Uint8Array | null = null,
    ): void => {
      engine.rested(stats);
      active = null;
      setTimeout(() => {
        streams.delete(order.id);
      }, KEPT_MS).unref();
      try {
        write();
        const { version, hash, offset, text } = endGeneration(db, {
          generationId: order.id,
          reason,
          stats,
          candidates,
        });
        const [next, refused] = fault === null && waiting > 0 ? beginNext(order, waiting) : [null, null];
        stream.done({
          reason,
          version,
          hash,
          offset,
          text,
          stats,
          sampling: order.sampling,
          fault: fault ?? refused,
          next: next?.start ?? null,
          undone: null,
        });
        if (next) run(next.order);
        else if (fault === null) onEnd(order);
      } catch (error) {
        // The journal keeps what came, and the next start puts it into the turn; until then it stays on the page.
        stream.done({
          reason: 'error',
          version: 0,
          hash: '',
          offset: order.offset,
          text: stream.whole,
          stats,
          sampling: order.sampling,
          fault: faultOf(error),
          next: null,
          undone: null,
        });
      }
    };
    // A reply that was written ahead may be whole already: that it was accepted is heard first all the same.
    const settled = accepted
      .then(() => job.done)
      .then(
        ({ reason, stats, candidates }) => {
          finish(broken === null ? reason : 'error', stats, broken === null ? null : faultOf(broken), candidates);
        },
        (error: unknown) => {
          finish('error', null, faultOf(error));
        },
      );
    active = {
      id: order.id,
      storyId: order.storyId,
      chapterId: order.chapterId,
      turnId: order.turnId,
      settled,
      get waiting() {
        return waiting;
      },
      stop(all) {
        if (all) waiting = 0;
        job.stop();
      },
    };
  }

  /** The end of a reply whose stream is forgotten, from the store. */
  function tellAgain(id: string, afterSeq: number, signal?: AbortSignal): AsyncGenerator<GenerationEvent, void> {
    const ended = endedReply(db, id);
    if (!ended)
      throw new StudioError(
        'NOT_FOUND',
        'This reply ended a while ago. Its text is in the story; reload the page to see it.',
      );
    const { push, end, iterator } = channel<GenerationEvent>(signal);
    push({ type: 'done', seq: afterSeq + 1, ...ended, fault: null, next: null, undone: null });
    end();
    return iterator;
  }

  return {
    begin,
    run,
    stop: (id, all) => {
      if (active?.id === id) active.stop(all);
    },
    async stopIn(fits) {
      if (!active || !fits(active)) return;
      active.stop(true);
      await active.settled;
    },
    running: () => active,
    runningIn(chapterId) {
      if (active?.chapterId !== chapterId) return null;
      return {
        generationId: active.id,
        turnId: active.turnId,
        offset: spanOf(db, active.id).offset,
        waiting: active.waiting,
      };
    },
    follow(id, afterSeq, signal) {
      return streams.get(id)?.follow(afterSeq, signal) ?? tellAgain(id, afterSeq, signal);
    },
  };
}
