import type { ChangeAck } from '../../../shared/contract/writing.ts';
import { applyOp } from '../../../shared/document/draft.ts';
import { normalise, speakerOf } from '../../../shared/document/grammar.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { isStructural, type Change, type Op } from '../../../shared/document/turn.ts';
import { shownWords } from './shown-turns.ts';
import { storedDraft, type StoredTurns } from './stored-turns.ts';
import { rebaseSpans } from './streaming-spans.ts';
import { changeDigest } from '../core/checksum.ts';
import { changeNumber, writingTime } from '../core/counters.ts';
import { transaction, type WritableDB } from '../core/handle.ts';
import { first, query, run, tables } from '../core/query.ts';
import { needLivingChapter, saveChapter } from '../core/rows.ts';
import { splitsCharacter } from './turns.ts';
import { insertEdit, storeTurns } from './write-turns.ts';

type SetText = Extract<Op, { op: 'setText' }>;

const KEEP_CHANGES = 5000;
const PRUNE_EVERY = 250;

const ackOf = query((p: { changeId: string }) =>
  tables.selectFrom('changes').select(['ack', 'digest']).where('change_id', '=', p.changeId),
);
const rememberAck = query((p: { changeId: string; seq: number; ack: string; digest: Uint8Array }) =>
  tables.insertInto('changes').values({ change_id: p.changeId, seq: p.seq, ack: p.ack, digest: p.digest }),
);
const forgetAcks = query((p: { upTo: number }) => tables.deleteFrom('changes').where('seq', '<=', p.upTo));

/**
 * Applies a change as one, by the rules of shared/document. The same change again does nothing and answers the same;
 * another one under its id is refused. `asked`: what makes it the same, where its ops are made here.
 */
export function applyChange(db: WritableDB, change: Change, asked: unknown = change.ops): ChangeAck {
  return transaction(db, () => {
    const digest = changeDigest(change.chapterId, asked);
    const known = first(db, ackOf, { changeId: change.changeId });
    if (known) {
      if (known.digest !== null && Buffer.compare(known.digest, digest) !== 0) throw failure('CHANGE_TAKEN', {});
      return JSON.parse(known.ack) as ChangeAck;
    }
    const ack = apply(db, { ...change, ops: change.ops.map(normal) });
    remember(db, { changeId: change.changeId, digest, ack });
    return ack;
  });
}

function apply(db: WritableDB, change: Change): ChangeAck {
  const chapter = needLivingChapter(db, change.chapterId);
  const structural = change.ops.some(isStructural);
  if (structural && change.structureRev !== chapter.structure_rev) {
    throw failure('CONFLICT', { turnId: null });
  }
  const draft = storedDraft(db, chapter);
  const { turns } = draft;
  const lengths = new Map<string, number>();
  for (const op of change.ops) {
    applyOp(draft, op);
    if (op.op === 'setText') takeEdit(db, turns, lengths, op);
  }
  const words = structural ? shownWords(db, chapter, turns, draft.root) : chapter.words;
  storeTurns(db, chapter.id, turns, lengths);
  const structureRev = chapter.structure_rev + (structural ? 1 : 0);
  if (structural)
    saveChapter(db, chapter, {
      structure_rev: structureRev,
      active_root_id: draft.root,
      words,
      last_order: Math.max(chapter.last_order, ...newOrders(turns)),
      written_at: writingTime(db),
    });
  const named = new Set([...turns.changed.keys(), ...change.ops.map(turnIdOf)]);
  return {
    structureRev,
    versions: Object.fromEntries(
      [...named].flatMap((id) => {
        const turn = turns.get(id);
        return turn ? [[id, turn.version]] : [];
      }),
    ),
  };
}

const newOrders = ({ changed, stored }: StoredTurns): number[] =>
  [...changed].flatMap(([id, { order }]) => (stored(id) ? [] : [order]));

/**
 * Every edit of a turn that was there before becomes a row of its own; new turns carry theirs in their first revision.
 */
function takeEdit(db: WritableDB, turns: StoredTurns, lengths: Map<string, number>, op: SetText): void {
  const row = turns.stored(op.turnId);
  if (!row) return;
  const length = lengths.get(op.turnId) ?? row.length;
  if (
    op.at + op.del > length ||
    splitsCharacter(db, op.turnId, op.at) ||
    splitsCharacter(db, op.turnId, op.at + op.del)
  )
    throw failure('RANGE', { turnId: op.turnId });
  lengths.set(op.turnId, length - op.del + op.ins.length);
  insertEdit(db, op);
  rebaseSpans(db, op.turnId, op);
}

function remember(db: WritableDB, taken: { changeId: string; digest: Uint8Array; ack: ChangeAck }): void {
  const seq = changeNumber(db);
  run(db, rememberAck, { ...taken, seq, ack: JSON.stringify(taken.ack) });
  if (seq % PRUNE_EVERY === 0) run(db, forgetAcks, { upTo: seq - KEEP_CHANGES });
}

function turnIdOf(op: Op): string {
  if (op.op === 'insert') return op.turn.id;
  if (op.op === 'activate') return op.turnId ?? op.parentId ?? '';
  return op.turnId;
}

/**
 * As every manuscript has it (M6), whoever wrote it: SQLite gives back another text for half a surrogate pair, and the
 * page for a carriage return.
 */
function normal(op: Op): Op {
  if (op.op === 'setText') return { ...op, ins: normalise(op.ins).text };
  if (op.op === 'setSpeaker') return { ...op, speaker: normalSpeaker(op.speaker) };
  if (op.op === 'insert') {
    const { text, speaker } = op.turn;
    return { ...op, turn: { ...op.turn, text: normalise(text).text, speaker: normalSpeaker(speaker) } };
  }
  return op;
}

const normalSpeaker = (speaker: string | null): string | null =>
  speaker === null ? null : speakerOf(normalise(speaker).text);
