import { randomInt } from 'node:crypto';
import type {
  ChangeAck,
  GenerationCandidates,
  GenerationEvent,
  GenerationStart,
  PlannedReply,
  ReplyKind,
  ShownBranch,
} from '../../../shared/contract/writing.ts';
import type { Change, Op, TreeTurn, TurnTree } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import { nameOf } from '../../../shared/prompt/roleplay.ts';
import type { Cut, PromptTurn } from '../../../shared/prompt/types.ts';
import { livingTurn } from '../../../shared/document/draft.ts';
import { activePath, childrenOf, shownAfter } from '../../../shared/document/tree.ts';
import { readCandidates } from '../../engines/candidate-record.ts';
import { listCandidates } from '../../storage/repositories/reply-candidates.ts';
import { getChapter } from '../../storage/repositories/chapters.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { replyById, spanOf } from '../../storage/repositories/generation-records.ts';
import { transaction, type WritableDB } from '../../storage/core/handle.ts';
import { lastCutShort, type StoredReply } from '../../storage/repositories/last-reply.ts';
import { shownTurns } from '../../storage/repositories/shown-turns.ts';
import { storedDraft } from '../../storage/repositories/stored-turns.ts';
import { readTree, turnText } from '../../storage/repositories/turns.ts';
import { needChapter } from '../../storage/core/rows.ts';
import { replyToRepeat } from './repeat-reply.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { Counts } from './token-counts.ts';
import type { ChapterWatchers } from './chapter-watchers.ts';
import type { Engine, Ready } from '../models/loaded-engine.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { Forecasts } from './reply-forecast.ts';
import type { GenerationOrder, PlannedGeneration } from './generation-order.ts';
import type { Generations } from './generations.ts';
import type { Client } from '../connections.ts';
import type { StoryLocks } from '../library/story-locks.ts';
import type { Models } from '../models/models.ts';
import type { WriteAhead } from './write-ahead.ts';
import { besideOf, isSameBeside, type Beside } from './beside.ts';
import { branchTo, promptRequest, reserveFor, wholeLedger } from './prompt-request.ts';
import type { Target } from './reply-target.ts';
import { companyOf } from './story-cast.ts';
import { speakerAfter } from './speaker-after.ts';
import type { Revisions } from './revision-closing.ts';
import type { Settings } from '../settings/settings.ts';
import { inBackground } from '../../log/guarded.ts';

export interface InsertionPoint {
  readonly chapterId: string;
  readonly turnId: string | null;
  readonly offset: number | null;
}
export interface ReplyRequest extends InsertionPoint {
  readonly generationId: string;
  readonly newTurnId: string;
  readonly kind: ReplyKind;
  /** Who of the cast answers; null: whoever is next. */
  readonly speakerId: string | null;
  readonly count: number;
  readonly cold: boolean;
}

export interface Writing extends Pick<StoryLocks, 'hold' | 'takeOver'> {
  applyChange(change: Change, client: Client): Promise<ChangeAck>;
  activate(
    request: { changeId: string; chapterId: string; turnId: string; removes?: string | undefined },
    client: Client,
  ): Promise<ShownBranch>;
  /**
   * Its turn and its row are in the store; the reply itself comes when its model is there. Asked again by the same id,
   * the answer is the same.
   */
  generate(request: ReplyRequest, client: Client): GenerationStart;
  follow(generationId: string, afterSeq: number, signal?: AbortSignal): AsyncGenerator<GenerationEvent, void>;
  stop(generationId: string, all: boolean): void;
  plan(at: InsertionPoint): Promise<PlannedReply>;
  candidates(of: { readonly generationId: string } | { readonly turnId: string }): readonly GenerationCandidates[];
}

export interface WritingParts {
  readonly db: WritableDB;
  readonly engine: Engine;
  readonly models: Models;
  readonly settings: Settings;
  readonly generations: Generations;
  readonly locks: StoryLocks;
  readonly revisions: Revisions;
  readonly counts: Counts;
  readonly readAhead: ReadAhead;
  readonly writeAhead: WriteAhead;
  readonly forecasts: Forecasts;
  readonly watchers: ChapterWatchers;
  readonly apply: (change: Change) => Promise<ChangeAck>;
}

/** Where a reply will stand, and what leads to it. */
interface Opening {
  readonly turnId: string;
  readonly offset: number;
  readonly ops: readonly Op[];
  readonly target: Target;
}
type Asked = Omit<ReplyRequest, 'count' | 'cold' | 'generationId' | 'kind'> & {
  readonly kind: Exclude<ReplyKind, 'again'>;
};

export function createWriting({
  db,
  engine,
  models,
  settings,
  generations,
  locks,
  revisions,
  counts,
  readAhead,
  writeAhead,
  forecasts,
  watchers,
  apply,
}: WritingParts): Writing {
  const storyOf = (chapterId: string): string => getChapter(db, chapterId).storyId;
  const assertWriter = (chapterId: string, client: Client): void => {
    locks.assertWriter(storyOf(chapterId), client);
  };

  /** Continue at an offset of a turn; `turns` end in that turn, its text cut there. */
  function continued(tree: TurnTree, turnId: string, offset: number | null): Opening {
    const { turns, versions } = branchTo(db, tree, turnId);
    const last = turns.pop();
    if (!last) throw failure('NOTHING_TO_CONTINUE', {});
    const at = Math.min(offset ?? last.text.length, last.text.length);
    return {
      turnId,
      offset: at,
      ops: [],
      target: {
        turns: [...turns, { ...last, text: last.text.slice(0, at) }],
        versions,
        open: true,
        speaker: last.speaker,
      },
    };
  }

  function answered(
    tree: TurnTree,
    turnId: string,
    after: string | null,
    called: (turns: readonly PromptTurn[]) => string | null,
    as: 'chain' | 'alternate',
  ): Opening {
    const { turns, versions } = branchTo(db, tree, after);
    const speaker = called(turns);
    const op: Op = { op: 'insert', after, as, turn: { id: turnId, role: 'model', speaker, marked: true, text: '' } };
    return { turnId, offset: 0, ops: [op], target: { turns, versions, open: false, speaker } };
  }

  /** A turn of the person's, which the model writes for them. */
  function impersonated(
    tree: TurnTree,
    turnId: string,
    after: string,
    speaker: string | null,
    as: 'chain' | 'alternate',
  ): Opening {
    const { turns, versions } = branchTo(db, tree, after);
    const turn = { id: turnId, role: 'user', speaker, text: '' } as const;
    const op: Op = { op: 'insert', after, as, turn: { ...turn, marked: true } };
    return { turnId, offset: 0, ops: [op], target: { turns: [...turns, turn], versions, open: true, speaker } };
  }

  /** Beside the first one, from the text that stood in its turn already. */
  function repeated(tree: TurnTree, turnId: string, first: StoredReply): Opening {
    const turn = tree.turns.get(first.turnId);
    if (!turn || turn.tombstone) throw failure('NO_TURN', { turnId: first.turnId });
    const { turns, versions } = branchTo(db, tree, turn.parentId);
    // What was written on in a person's turn is theirs again.
    const role = first.open ? turn.role : 'model';
    const begun = { id: turnId, role, speaker: turn.speaker, text: first.before };
    const op: Op = { op: 'insert', after: turn.parentId, as: 'alternate', turn: { ...begun, marked: true } };
    return {
      turnId,
      offset: first.before.length,
      ops: [op],
      target: { turns: first.open ? [...turns, begun] : turns, versions, open: first.open, speaker: turn.speaker },
    };
  }

  function opening(tree: TurnTree, { kind, turnId, offset, newTurnId, speakerId, chapterId }: Asked): Opening {
    const end = activePath(tree).at(-1);
    const chosen = turnId === null ? end : tree.turns.get(turnId);
    if (!chosen) throw failure('NO_TURN', { turnId: turnId ?? '' });
    if (kind === 'continue') return continued(tree, chosen.id, offset);
    if (kind === 'retry') return answered(tree, newTurnId, chosen.parentId, () => chosen.speaker, 'alternate');
    const as = childrenOf(tree, chosen.id).length > 0 ? 'alternate' : 'chain';
    const company = companyOf(db, storyOf(chapterId));
    if (kind === 'impersonate') {
      if (chosen.role === 'user' && chosen.id === end?.id) return continued(tree, chosen.id, null);
      return impersonated(tree, newTurnId, chosen.id, company.persona && nameOf(company.persona), as);
    }
    const asked = company.members.find(({ id }) => id === speakerId);
    if (asked === undefined && chosen.role === 'model' && chosen.id === end?.id)
      return continued(tree, chosen.id, null);
    const called = (turns: readonly PromptTurn[]): string | null =>
      (asked ?? speakerAfter(company, turns, Math.random))?.name ?? null;
    return answered(tree, newTurnId, chosen.id, called, as);
  }

  /** Alternates that nobody looks at make room for a reply that somebody waits for: they end with what they have. */
  function makeRoom(chapterId: string): void {
    const running = generations.running().filter((one) => one.chapterId === chapterId);
    if (running.length === 0) return;
    const shown = shownTurns(db, needChapter(db, chapterId));
    if (running.some(({ turnId }) => shown.has(turnId))) throw failure('BUSY', {});
    for (const { id } of running) generations.stop(id, true);
  }

  /** A reply that is known by the id of this one is this one, or its id was taken. */
  function askedBefore(request: ReplyRequest): GenerationStart | null {
    const known = replyById(db, request.generationId);
    if (known === null) return null;
    if (known.chapterId === request.chapterId && known.asked?.kind === request.kind) return known.asked.answer;
    throw failure('ID_TAKEN', {});
  }

  /** Made when the reply's turn has come: its prompt is of the text as it stands then. */
  function planned(
    request: ReplyRequest,
    { turnId, target: { open } }: Opening,
    seed: number,
    ready: Ready,
  ): PlannedGeneration {
    const first = request.kind === 'again' ? replyToRepeat(db, request.turnId, ready, engine.host) : null;
    const tree = readTree(db, request.chapterId, { texts: 'path' });
    const { offset } = spanOf(db, request.generationId);
    const { parentId = null, speaker = null } = tree.turns.get(turnId) ?? {};
    const target =
      open || offset > 0
        ? continued(tree, turnId, offset).target
        : { ...branchTo(db, tree, parentId), open: false, speaker };
    const storyId = storyOf(request.chapterId);
    // What tells the date is sent again as it was then.
    const format = first?.settings.datedFormat ?? ready.format;
    const beside = besideOf(db, { storyId, chapterId: request.chapterId }, target, format, first?.settings.beside);
    if (first) assertSameBeside(first, beside);
    const chosen = first?.sampling ?? settings.sampling(storyId);
    const cold = request.cold || first !== null;
    const { contextSize, modelName, setup, sha256 } = ready;
    const plan = promptRequest(
      db,
      request.chapterId,
      target,
      { format, contextSize, reserve: reserveFor(ready, chosen) },
      beside,
      first ? cutIn(first, turnId) : undefined,
    );
    const early = cold ? null : writeAhead.take(modelName, plan, chosen);
    const sampling = early?.sampling ?? { ...chosen, seed: chosen.seed ?? seed };
    const model = { name: modelName, sha256 };
    return {
      request: { plan, sampling, cold },
      settings: {
        sampling,
        format: format.name,
        ...(format.date === undefined ? {} : { datedFormat: format }),
        model,
        contextSize,
        ...(beside.sent === null ? {} : { beside: beside.sent }),
        setup,
      },
      early: early?.written ?? null,
    };
  }

  return {
    async applyChange(change, client) {
      assertWriter(change.chapterId, client);
      generations.storeRest(change.chapterId);
      const removed = new Set(change.ops.flatMap((op) => (op.op === 'remove' ? [op.turnId] : [])));
      if (removed.size > 0) await generations.stopIn(({ turnId }) => removed.has(turnId), { keepsTurn: true });
      const ack = await apply(change);
      revisions.touched(change.chapterId);
      return ack;
    },

    async activate({ changeId, chapterId, turnId, removes }, client) {
      assertWriter(chapterId, client);
      generations.storeRest(chapterId);
      if (removes !== undefined) await generations.stopIn((running) => running.turnId === removes, { keepsTurn: true });
      const chapter = needChapter(db, chapterId);
      const turn = livingTurn(storedDraft(db, chapter), turnId);
      if (turn === null) throw failure('NO_TURN', { turnId });
      const ops: Op[] = [{ op: 'activate', parentId: turn.parentId, turnId }];
      // Removed while it is shown, so that it is shown again where it is restored.
      if (removes !== undefined) ops.unshift({ op: 'remove', turnId: removes });
      const change = { changeId, chapterId, structureRev: chapter.structure_rev, ops };
      const asked = removes === undefined ? { activate: turnId } : { activate: turnId, removes };
      const { structureRev } = applyChange(db, change, asked);
      if (removes !== undefined) revisions.touched(chapterId);
      readAhead.touched(chapterId);
      watchers.changed(chapterId);
      const tree = readTree(db, chapterId, { texts: 'path' });
      const { turns } = tree;
      const path: TreeTurn[] = [];
      for (
        let next = turns.get(turnId);
        next;
        next = next.activeChildId === null ? undefined : turns.get(next.activeChildId)
      )
        path.push({ ...next, text: next.text ?? turnText(db, next.id) });
      return {
        structureRev,
        path,
        generation: generations.runningIn(chapterId),
        cutShort: lastCutShort(db, tree),
      };
    },

    generate(request, client) {
      assertWriter(request.chapterId, client);
      const known = askedBefore(request);
      if (known !== null) return known;
      models.assertReply();
      generations.storeRest(request.chapterId);
      makeRoom(request.chapterId);
      const storyId = storyOf(request.chapterId);
      const tree = readTree(db, request.chapterId, { texts: 'path' });
      const first = request.kind === 'again' ? replyToRepeat(db, request.turnId, engine.chosen, engine.host) : null;
      const asked = request.kind === 'again' ? 'retry' : request.kind;
      const opened = first ? repeated(tree, request.newTurnId, first) : opening(tree, { ...request, kind: asked });
      // Whosever turn it is, it is written on.
      const kind = asked === 'impersonate' ? 'continue' : asked;
      const { turnId, offset, ops, target } = opened;
      if (target.turns.every((turn) => turn.text.trim() === '')) throw failure('NOTHING_WRITTEN', {});
      if (first) {
        const place = { storyId, chapterId: request.chapterId };
        const format = first.settings.datedFormat ?? formatByName(first.settings.format);
        // One of somebody's own is looked at when its model is there.
        if (format) assertSameBeside(first, besideOf(db, place, target, format, first.settings.beside));
      }

      const chosen = first?.sampling ?? settings.sampling(storyId);
      const seed = chosen.seed ?? randomInt(2 ** 32);
      const [insertion] = ops;
      const begins = { generationId: request.generationId, turnId, offset };
      const alternatesLeft = insertion === undefined || first || asked === 'impersonate' ? 0 : request.count - 1;
      const repeats = first
        ? { first: { turnId: first.turnId, text: first.before + first.text, reason: first.reason } }
        : {};
      const [order, answer] = transaction(db, () => {
        revisions.close(request.chapterId, 'generation');
        const { generationId: changeId, chapterId } = request;
        const { structureRev } = insertion
          ? applyChange(db, { changeId, chapterId, structureRev: tree.structureRev, ops })
          : tree;
        const start: GenerationStart = { ...begins, alternatesLeft, structureRev, ops, ...repeats };
        const begun: GenerationOrder = {
          id: request.generationId,
          storyId,
          chapterId,
          turnId,
          kind,
          offset,
          sampling: { ...chosen, seed },
          alternatesLeft,
          made: insertion?.op === 'insert' ? { shownBefore: shownAfter(tree, insertion.after) } : null,
          asked: { kind: request.kind, answer: start },
          plan(ready) {
            readAhead.touched(chapterId);
            inBackground(readAhead.bringBack(chapterId, ready));
            return planned(request, opened, seed, ready);
          },
        };
        generations.begin(begun);
        return [begun, start];
      });
      readAhead.touched(request.chapterId);
      generations.run(order);
      return answer;
    },

    follow: (generationId, afterSeq, signal) => generations.follow(generationId, afterSeq, signal),
    stop: (generationId, all) => {
      generations.stop(generationId, all);
    },

    async plan({ chapterId, turnId, offset }) {
      const ready = engine.current();
      if (!ready) throw failure('NO_ENGINE', {});
      const tree = readTree(db, chapterId, { texts: 'path' });
      const { target } = opening(tree, {
        chapterId,
        turnId,
        offset,
        newTurnId: newId(),
        speakerId: null,
        kind: offset === null ? 'reply' : 'continue',
      });
      const storyId = storyOf(chapterId);
      const reserve = reserveFor(ready, settings.sampling(storyId));
      const window = { format: ready.format, contextSize: ready.contextSize, reserve };
      const beside = besideOf(db, { storyId, chapterId }, target, ready.format);
      const ledger = await engine.host.plan(promptRequest(db, chapterId, target, window, beside));
      const whole = wholeLedger(ledger, target, counts.of);
      const outside = new Set(
        whole.segments
          .filter((segment) => segment.placement === 'out' && segment.tokens === null)
          .map((segment) => segment.source.id),
      );
      counts.later(
        target.turns.filter((turn) => outside.has(turn.id)),
        target.versions,
      );
      return { ...whole, forecast: forecasts.of(ready, ledger) };
    },

    candidates: (of) =>
      listCandidates(db, of).map(({ record, ...reply }) => ({ ...reply, words: readCandidates(record) })),

    hold: (...asked) => locks.hold(...asked),
    takeOver: (...asked) => {
      locks.takeOver(...asked);
    },
  };
}

/** A reply is made again with what it was made with, or not at all. */
function assertSameBeside({ settings }: StoredReply, now: Beside): void {
  if (!isSameBeside(settings.beside, now)) throw failure('NOT_THE_SAME', { differences: [{ of: 'beside' }] });
}

/** Where the window began; in the turn of the reply itself, that is in the one beside it. */
const cutIn = ({ turnId, cut }: StoredReply, beside: string): Cut | null =>
  cut?.turnId === turnId ? { ...cut, turnId: beside } : cut;
