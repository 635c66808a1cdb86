import { randomInt } from 'node:crypto';
import { newId } from '../../../shared/document/ids.ts';
import { optionsOf } from '../../../shared/document/options.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { withoutReasoning } from '../../../shared/prompt/plan/reasoning.ts';
import type { PlanRequest } from '../../../shared/prompt/types.ts';
import type { EngineReply } from '../../engines/port.ts';
import { readSetting } from '../../storage/repositories/setting-records.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import type { StudioContext } from '../context.ts';
import type { GenerationOrder } from './generation-order.ts';
import { besideOf } from './beside.ts';
import { branchTo, promptRequest, reserveFor } from './prompt-request.ts';
import type { Settings } from '../settings/settings.ts';
import { guarded } from '../../log/guarded.ts';

type Accepted = Awaited<EngineReply['accepted']>;
type Ended = Pick<GenerationOrder, 'chapterId' | 'storyId' | 'turnId'>;
type SeededSampling = GenerationOrder['sampling'];
export interface PreparedReply {
  readonly written: EngineReply;
  readonly sampling: SeededSampling;
}
/** `said`: the id that the person's turn had here. */
interface WrittenAhead extends PreparedReply {
  readonly said: string;
}

/** A writer reads for a moment before anything is done for a choice that may never come. */
const REST_MS = 600;
const MOST = 3;

/**
 * Replies to what a text adventure offers, written ahead in idle time while the person reads. In memory only; the next
 * reply that is asked for takes one or drops them all.
 */
export interface WriteAhead {
  /** A reply has ended. */
  after(reply: Ended): void;
  /** The reply to just this prompt with just these settings, whole or under way; the others are dropped. */
  take(modelName: string, plan: PlanRequest, chosen: ReturnType<Settings['sampling']>): PreparedReply | null;
  drop(): void;
}

export function createWriteAhead(
  { db, engine, log }: Pick<StudioContext, 'db' | 'engine' | 'log'>,
  settings: Settings,
): WriteAhead {
  const replies = new Map<string, WrittenAhead>();
  let timer: NodeJS.Timeout | undefined;

  async function prepare({ chapterId, storyId, turnId }: Ended, isCurrent: () => boolean): Promise<void> {
    if (readSetting(db, 'interface', 'prepareReplies') !== true) return;
    const ready = engine.current();
    const tree = readTree(db, chapterId, { texts: 'path' });
    const last = activePath(tree).at(-1);
    if (!ready || last?.id !== turnId) return;
    const { turns, versions } = branchTo(db, tree, turnId);
    for (const text of optionsOf(withoutReasoning(last.text ?? '', ready.format)).slice(0, MOST)) {
      const chosen = settings.sampling(storyId);
      const said = { id: newId(), role: 'user' as const, speaker: null, text };
      const target = { turns: [...turns, said], versions, open: false, speaker: null };
      const plan = promptRequest(
        db,
        chapterId,
        target,
        { format: ready.format, contextSize: ready.contextSize, reserve: reserveFor(ready, chosen) },
        besideOf(db, { storyId, chapterId }, target, ready.format),
      );
      const sampling = { ...chosen, seed: chosen.seed ?? randomInt(2 ** 32) };
      const written = remembering(engine.host.generate({ plan, sampling }, 'idle'));
      const key = keyOf(ready.modelName, plan, chosen);
      replies.set(key, { written, sampling, said: said.id });
      const stats = await written.done.then(
        (ended) => (ended.reason === 'stopped' ? null : ended.stats),
        () => null,
      );
      const whole = stats !== null;
      if (whole) log.info('reply.ahead', { tokens: stats.tokens });
      if (whole && isCurrent()) continue;
      if (!whole) replies.delete(key);
      return;
    }
  }

  function drop(except: WrittenAhead | null = null): void {
    clearTimeout(timer);
    timer = undefined;
    for (const reply of replies.values()) if (reply !== except) reply.written.stop();
    replies.clear();
  }

  return {
    after(reply) {
      drop();
      const mine = setTimeout(
        guarded(() => {
          // What cannot be prepared is written when it is asked for, and says then why it cannot be.
          prepare(reply, () => timer === mine).catch(() => undefined);
        }),
        REST_MS,
      ).unref();
      timer = mine;
    },
    take(modelName, plan, chosen) {
      const reply = replies.get(keyOf(modelName, plan, chosen)) ?? null;
      drop(reply);
      if (!reply?.written.raise()) return null;
      return {
        sampling: reply.sampling,
        written: {
          ...reply.written,
          accepted: reply.written.accepted.then((accepted) => renamed(accepted, reply.said, plan)),
        },
      };
    },
    drop: () => {
      drop();
    },
  };
}

/** All that a reply depends on; turns by what they say, for the person's has another id by then. */
function keyOf(
  modelName: string,
  { turns, cut, ...plan }: PlanRequest,
  chosen: ReturnType<Settings['sampling']>,
): string {
  const said = turns.map(({ role, speaker, text, steers }) => [role, speaker, text, steers ?? false]);
  return JSON.stringify([
    modelName,
    plan,
    said,
    cut && [turns.findIndex(({ id }) => id === cut.turnId), cut.offset],
    chosen,
  ]);
}

/** The window may begin with what the person said. */
function renamed({ ledger, headTokens }: Accepted, said: string, plan: PlanRequest): Accepted {
  const turnId = plan.turns.at(-1)?.id;
  return ledger.cut?.turnId !== said || turnId === undefined
    ? { ledger, headTokens }
    : { ledger: { ...ledger, cut: { ...ledger.cut, turnId } }, headTokens };
}

/** A reply that tells whoever comes later all that it has told before. */
function remembering(reply: EngineReply): EngineReply {
  const texts: string[] = [];
  reply.onText((text) => {
    texts.push(text);
  });
  return {
    accepted: reply.accepted,
    done: reply.done,
    onPrompt: (listener) => {
      reply.onPrompt(listener);
    },
    onText(listener) {
      if (texts.length > 0) listener(texts.join(''));
      reply.onText(listener);
    },
    raise: () => reply.raise(),
    stop: () => {
      reply.stop();
    },
  };
}
