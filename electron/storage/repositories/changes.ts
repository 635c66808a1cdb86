import type { ChangeAck } from '../../../shared/contract/writing.ts';
import { applyOp, closeDraft, openDraft } from '../../../shared/document/draft.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { isStructural, type Change, type Op, type TurnTree } from '../../../shared/document/turn.ts';
import { recountChapter } from './word-counts.ts';
import { rebaseSpans } from './streaming-spans.ts';
import { changeDigest } from '../core/checksum.ts';
import { transaction, type WritableDB } from '../core/handle.ts';
import { first, query, run, tables } from '../core/query.ts';
import { needChapter, needTurn, saveChapter } from '../core/rows.ts';
import type { ChapterRow } from '../core/schema.ts';
import { readSome, readTree, splitsCharacter } from './turns.ts';
import { insertEdit, storeTurns } from './write-turns.ts';

type SetText = Extract<Op, { op: 'setText' }>;

const KEEP_CHANGES = 5000;
const PRUNE_EVERY = 250;

const ackOf = query((p: { changeId: string }) =>
  tables.selectFrom('changes').select(['ack', 'digest']).where('change_id', '=', p.changeId),
);
const rememberAck = query((p: { changeId: string; ack: string; digest: Uint8Array }) =>
  tables.insertInto('changes').values({ change_id: p.changeId, ack: p.ack, digest: p.digest }).returning('seq'),
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
    const ack = apply(db, { ...change, ops: change.ops.map(wellFormed) });
    remember(db, { changeId: change.changeId, digest, ack });
    return ack;
  });
}

function apply(db: WritableDB, change: Change): ChangeAck {
  const chapter = livingChapter(db, change.chapterId);
  const structural = change.ops.some(isStructural);
  if (structural && change.structureRev !== chapter.structure_rev) {
    throw failure('CONFLICT', { turnId: null });
  }
  const before = structural
    ? readTree(db, change.chapterId, { texts: 'none' })
    : readSome(db, change.chapterId, change.ops.map(turnIdOf));
  const lengths = new Map<string, number>();
  const after = play(before, change.ops, (op) => takeEdit(db, before, lengths, op));
  const touched = storeTurns(db, change.chapterId, before, after, lengths);
  const structureRev = chapter.structure_rev + (structural ? 1 : 0);
  if (structural) {
    saveChapter(db, { ...chapter, structure_rev: structureRev, active_root_id: after.activeRootId });
    recountChapter(db, change.chapterId);
  }
  const named = new Set([...touched, ...change.ops.map(turnIdOf)]);
  return {
    structureRev,
    versions: Object.fromEntries(
      [...named].flatMap((id) => {
        const turn = after.turns.get(id);
        return turn ? [[id, turn.version]] : [];
      }),
    ),
  };
}

/**
 * Every edit of a turn that was there before becomes a row of its own; new turns carry theirs in their first revision.
 */
function takeEdit(db: WritableDB, before: TurnTree, lengths: Map<string, number>, op: SetText): void {
  if (!before.turns.has(op.turnId)) return;
  const length = lengths.get(op.turnId) ?? needTurn(db, op.turnId).length;
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

function play(tree: TurnTree, ops: readonly Op[], onText: (op: SetText) => void): TurnTree {
  const draft = openDraft(tree);
  for (const op of ops) {
    applyOp(draft, op);
    if (op.op === 'setText') onText(op);
  }
  return closeDraft(draft);
}

function livingChapter(db: WritableDB, id: string): ChapterRow {
  const chapter = needChapter(db, id);
  if (chapter.removed_at !== null) throw failure('CHAPTER_DELETED', {});
  return chapter;
}

function remember(db: WritableDB, taken: { changeId: string; digest: Uint8Array; ack: ChangeAck }): void {
  const seq = first(db, rememberAck, { ...taken, ack: JSON.stringify(taken.ack) })?.seq ?? 0;
  if (seq % PRUNE_EVERY === 0) run(db, forgetAcks, { upTo: seq - KEEP_CHANGES });
}

function turnIdOf(op: Op): string {
  if (op.op === 'insert') return op.turn.id;
  if (op.op === 'activate') return op.turnId ?? op.parentId ?? '';
  return op.turnId;
}

/**
 * What SQLite gives back of half a surrogate pair is U+FFFD: so it is stored, hashed and shown as that from the start.
 */
function wellFormed(op: Op): Op {
  if (op.op === 'setText') return { ...op, ins: op.ins.toWellFormed() };
  if (op.op === 'setSpeaker') return { ...op, speaker: op.speaker?.toWellFormed() ?? null };
  if (op.op === 'insert')
    return {
      ...op,
      turn: { ...op.turn, text: op.turn.text.toWellFormed(), speaker: op.turn.speaker?.toWellFormed() ?? null },
    };
  return op;
}
