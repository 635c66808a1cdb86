import { setTimeout as delay } from 'node:timers/promises';
import type {
  GenerationEvent,
  GenerationStats,
  RunningGeneration,
  StopReason,
} from '../../../shared/contract/writing.ts';
import { normaliser } from '../../../shared/document/grammar.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { EngineReply } from '../../engines/port.ts';
import {
  beginGeneration,
  endedReply,
  endGeneration,
  recordPlan,
  spanOf,
} from '../../storage/repositories/generation-records.ts';
import { transaction, type WritableDB } from '../../storage/core/handle.ts';
import { isStorageFault } from '../../storage/core/storage-fault.ts';
import type { Engine, Ready } from '../models/loaded-engine.ts';
import { nextAlternate, type Alternate } from './next-alternate.ts';
import { failure, faultOf } from '../../../shared/faults/failure.ts';
import { channel } from '../channel.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { isAtWork, type LifeEvent, type ReplyPhase, phaseAfter } from './reply-life.ts';
import { createJournal } from './reply-journal.ts';
import type { GenerationOrder, PlannedGeneration } from './generation-order.ts';
import { guarded, inBackground } from '../../log/guarded.ts';

const KEPT_MS = 5 * 60_000;
const END_AGAIN_MS = 500;
/** All other reasons are an end of its own. */
const LAST: Partial<Record<StopReason, LifeEvent>> = { stopped: 'stop', error: 'fail' };

export interface Running {
  readonly id: string;
  readonly storyId: string;
  readonly chapterId: string;
  readonly turnId: string;
  /** The engine has it; before, it waits for its turn or for its model. */
  readonly isWithEngine: boolean;
}

/**
 * Replies from the first row in the store to the last: one after the other at the engine, with or without anyone
 * watching. Alternates follow each other by themselves.
 */
export interface Generations {
  /** Stores that it begins: part of the transaction that makes its turn. */
  begin(order: GenerationOrder): void;
  run(order: GenerationOrder): void;
  /** `all`: none of the alternates that wait for it begins. */
  stop(id: string, all: boolean): void;
  /**
   * Stops the generations that fit, and what waits for them, and waits until their text is stored; throws where the
   * store does not take it, and they stay as they are. `keepsTurn`: nothing is taken back.
   */
  stopIn(fits: (running: Running) => boolean, how?: { readonly keepsTurn: boolean }): Promise<void>;
  /** Stops those that fit, and waits until they have left the engine. */
  leaveEngine(fits: (running: Running) => boolean): Promise<void>;
  /** Stores what the store of a chapter did not take before; throws where it still does not. */
  storeRest(chapterId: string): void;
  /** Stops all. Answers with those whose last words the store did not take. */
  close(): Promise<readonly Running[]>;
  running(): readonly Running[];
  /** As the page is told of it. */
  runningIn(chapterId: string): RunningGeneration | null;
  follow(id: string, afterSeq: number, signal?: AbortSignal): AsyncGenerator<GenerationEvent, void>;
}

interface Life extends Running {
  phase: ReplyPhase;
  /** Alternates that follow it. */
  alternatesLeft: number;
  keepsTurn: boolean;
  /** It has left the engine, and its end was stored or at least tried. */
  left: Promise<void>;
  /** What of it the store did not take when it was tried last. */
  unstored: StudioFault | null;
  stop(): void;
  /** Puts what is not stored yet into the store, its end too where it has ended. Throws where that takes nothing. */
  store(): void;
  /** Nobody can wait until the store takes its end. Answers whether all its words are stored. */
  letGo(): boolean;
}
interface Outcome {
  readonly reason: StopReason;
  readonly stats: GenerationStats | null;
  readonly candidates: Uint8Array | null;
  readonly fault: StudioFault | null;
}

export interface GenerationParts {
  readonly db: WritableDB;
  readonly engine: Engine;
  /** Waits for the model that replies are written with. */
  readonly ready: () => Promise<Ready>;
  /** Hears of every reply that has ended well. */
  readonly onEnd: (order: GenerationOrder) => void;
  /** Hears what keeps the text of a reply from the store, and (null) that nothing does. */
  readonly onStored: (id: string, fault: StudioFault | null) => void;
  /** Hears that a reply has begun or ended in a chapter. */
  readonly onTurn: (chapterId: string) => void;
}

export function createGenerations({ db, engine, ready, onEnd, onStored, onTurn }: GenerationParts): Generations {
  const streams = new Map<string, EventStream>();
  const lives = new Map<string, Life>();
  /** Resolves when every reply that was begun so far has left the engine. */
  let line: Promise<unknown> = Promise.resolve();

  /** The one place where a reply changes its phase; what the engine is said to do follows from it. */
  function step(life: Life, event: LifeEvent): void {
    life.phase = phaseAfter(life.phase, event);
    engine.writes([...lives.values()].some(({ phase }) => isAtWork(phase)));
  }

  function begin({ id, chapterId, turnId, kind, offset, sampling, made, asked }: GenerationOrder): void {
    beginGeneration(db, { id, chapterId, turnId, kind, offset, sampling, made, asked });
  }

  /** What keeps an alternate from beginning is no fault of the one before, whose text is stored. */
  function beginNext(
    order: GenerationOrder,
    planned: PlannedGeneration,
    alternatesLeft: number,
  ): [Alternate | null, StudioFault | null] {
    try {
      return [
        transaction(db, () => {
          const next = nextAlternate(db, order, planned, alternatesLeft);
          if (next) begin(next.order);
          return next;
        }),
        null,
      ];
    } catch (error) {
      return [null, faultOf(error)];
    }
  }

  function run(order: GenerationOrder): void {
    const stream = createEventStream();
    streams.set(order.id, stream);
    const stopping = new AbortController();
    const stopped = new Promise<never>((_, reject) => {
      stopping.signal.addEventListener(
        'abort',
        guarded(() => reject(new Error('stopped'))),
      );
    });
    stopped.catch(() => undefined);
    let engineReply: EngineReply | null = null;
    let planned: PlannedGeneration | null = null;
    /** How it ended, until that is stored. */
    let outcome: Outcome | null = null;
    const tell = (fault: StudioFault | null): void => {
      life.unstored = fault;
      onStored(order.id, fault);
    };
    const journal = createJournal(db, order.id, tell);
    const life: Life = {
      id: order.id,
      storyId: order.storyId,
      chapterId: order.chapterId,
      turnId: order.turnId,
      phase: 'asked',
      alternatesLeft: order.alternatesLeft,
      keepsTurn: false,
      left: Promise.resolve(),
      unstored: null,
      get isWithEngine() {
        return engineReply !== null;
      },
      stop() {
        stopping.abort();
        engineReply?.stop();
      },
      store() {
        try {
          if (outcome === null) journal.flush();
          else end(outcome);
          if (life.unstored !== null) tell(null);
        } catch (error) {
          tell(faultOf(error));
          throw error;
        }
      },
      letGo() {
        if (outcome !== null && lives.has(order.id)) giveUp(outcome);
        return journal.isWhole();
      },
    };
    lives.set(order.id, life);
    step(life, 'begin');
    onTurn(order.chapterId);

    /** Waits for its turn and its model; a stop is heard at once, whatever becomes of the two. */
    async function prepare(): Promise<PlannedGeneration> {
      const waiting = new AbortController();
      let isNext = false;
      const tellProgress = async (): Promise<void> => {
        for await (const { state, progress } of engine.watch(waiting.signal))
          if (!isNext || state !== 'ready') stream.waiting(isNext ? progress : null);
      };
      inBackground(tellProgress());
      try {
        await Promise.race([line, stopped]);
        isNext = true;
        return order.plan(await Promise.race([ready(), stopped]));
      } finally {
        waiting.abort();
      }
    }

    async function write({ request, settings, early }: PlannedGeneration): Promise<Outcome> {
      const writing = early ?? engine.host.generate(request);
      engineReply = writing;
      const accepted = writing.accepted.then(
        ({ ledger }) => {
          step(life, 'accept');
          if (stream.seq > 0) step(life, 'text');
          journal.begin(() => {
            recordPlan(db, order.id, settings, ledger);
          });
        },
        () => undefined,
      );
      writing.onPrompt((progress) => {
        stream.reading(progress);
      });
      const normal = normaliser();
      writing.onText((piece) => {
        const text = normal(piece);
        if (text === '') return;
        stream.text(text);
        journal.add(stream.seq, text);
        if (life.phase === 'reading') step(life, 'text');
      });
      // A reply that was written ahead may be whole already: that it was accepted is heard first all the same.
      await accepted;
      const { reason, stats, candidates } = await writing.done;
      return { reason, stats, candidates, fault: null };
    }

    async function live(): Promise<Outcome> {
      try {
        planned = await prepare();
        return await write(planned);
      } catch (error) {
        const isStopped = engineReply === null && stopping.signal.aborted;
        const fault = isStopped ? null : faultOf(error);
        return { reason: isStopped ? 'stopped' : 'error', stats: null, candidates: null, fault };
      }
    }

    /** Stores its end and tells it; throws where the store takes nothing. */
    function end({ reason, stats, candidates, fault }: Outcome): void {
      journal.flush();
      const takesBack = !life.keepsTurn && life.phase !== 'ended';
      const sampling = planned?.settings.sampling ?? order.sampling;
      const { endsAtSentence } = sampling;
      const ended = endGeneration(db, { generationId: order.id, reason, stats, candidates, takesBack, endsAtSentence });
      leave();
      const goesOn = fault === null && planned !== null && life.alternatesLeft > 0 && ended.undone === null;
      const [next, refused] = goesOn && planned ? beginNext(order, planned, life.alternatesLeft) : [null, null];
      stream.done({ reason, ...ended, stats, sampling, fault: fault ?? refused, next: next?.start ?? null });
      if (next) run(next.order);
      // Whatever becomes of what hears of it: this reply is stored.
      else if (fault === null) guarded(onEnd)(order);
    }

    function leave(): void {
      lives.delete(order.id);
      journal.close();
      onStored(order.id, null);
      onTurn(order.chapterId);
      setTimeout(
        guarded(() => streams.delete(order.id)),
        KEPT_MS,
      ).unref();
    }

    /**
     * A reply has ended when its end is stored. While the store takes nothing its text is kept here, and its end is
     * tried again; whoever cannot wait for that lets go of it.
     */
    function finish(ended: Outcome): void {
      outcome = ended;
      engineReply = null;
      step(life, LAST[ended.reason] ?? 'end');
      engine.replied(ended.stats);
      inBackground(storeEnd());
    }
    async function storeEnd(): Promise<void> {
      while (lives.has(order.id))
        try {
          life.store();
        } catch {
          await delay(END_AGAIN_MS, undefined, { ref: false });
        }
    }

    /** The journal keeps what came, and the next start puts it into the turn; until then it stays on the page. */
    function giveUp({ stats, fault }: Outcome): void {
      leave();
      const unknown = {
        version: 0,
        hash: '',
        offset: order.offset,
        text: stream.whole,
        leftOut: null,
        next: null,
        undone: null,
      };
      const sampling = planned?.settings.sampling ?? order.sampling;
      stream.done({
        reason: 'error',
        interrupted: true,
        ...unknown,
        stats,
        sampling,
        fault: life.unstored ?? fault ?? failure('DISK_ERROR', {}).fault,
      });
    }

    const written = live();
    life.left = written.then(finish);
    line = Promise.all([line, written]);
  }

  /** The end of a reply whose stream is forgotten, from the store. */
  function tellAgain(id: string, afterSeq: number, signal?: AbortSignal): AsyncGenerator<GenerationEvent, void> {
    const ended = endedReply(db, id);
    if (!ended) throw failure('REPLY_GONE', {});
    const { push, end, iterator } = channel<GenerationEvent>(signal);
    push({ type: 'done', seq: afterSeq + 1, ...ended, fault: null, next: null });
    end();
    return iterator;
  }

  async function stopped(fits: (running: Running) => boolean, keepsTurn: boolean): Promise<readonly Life[]> {
    const fitting = [...lives.values()].filter(fits);
    for (const life of fitting) {
      life.alternatesLeft = 0;
      life.keepsTurn ||= keepsTurn;
      life.stop();
    }
    await Promise.all(fitting.map(({ left }) => left));
    return fitting;
  }

  return {
    begin,
    run,
    stop: (id, all) => {
      const life = lives.get(id);
      if (all && life) life.alternatesLeft = 0;
      life?.stop();
    },
    async stopIn(fits, { keepsTurn } = { keepsTurn: false }) {
      for (const life of await stopped(fits, keepsTurn)) {
        if (!lives.has(life.id)) continue;
        try {
          life.store();
        } catch (error) {
          if (!isStorageFault(error)) life.letGo();
          else {
            // Whoever wanted its turn does not get it now.
            life.keepsTurn &&= !keepsTurn;
            throw error;
          }
        }
      }
    },
    async leaveEngine(fits) {
      await stopped(fits, false);
    },
    storeRest(chapterId) {
      for (const life of [...lives.values()]) {
        if (life.chapterId !== chapterId || life.unstored === null) continue;
        try {
          life.store();
        } catch (error) {
          // What is no fault of the disk keeps nothing else from being saved.
          if (isStorageFault(error)) throw error;
        }
      }
    },
    async close() {
      return (await stopped(() => true, false)).filter((life) => !life.letGo());
    },
    running: () => [...lives.values()],
    runningIn(chapterId) {
      const life = [...lives.values()].findLast((one) => one.chapterId === chapterId);
      if (!life) return null;
      const { offset } = spanOf(db, life.id);
      return { generationId: life.id, turnId: life.turnId, offset, alternatesLeft: life.alternatesLeft };
    },
    follow(id, afterSeq, signal) {
      return streams.get(id)?.follow(afterSeq, signal) ?? tellAgain(id, afterSeq, signal);
    },
  };
}
