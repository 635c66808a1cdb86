import { countWords } from '../../../shared/document/count-words.ts';
import type { TurnProblem } from '../../../shared/faults/catalogue.ts';
import { fault } from '../../../shared/faults/failure.ts';
import { saidBy, type Problem, type Report } from './problem.ts';
import { turnHash } from '../core/checksum.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, first, query, tables } from '../core/query.ts';
import { editChecksum, revisionChecksum, turnChecksum } from '../core/rows.ts';
import type { ChapterRow, RevisionRow, TurnRow } from '../core/schema.ts';
import { splice } from '../repositories/texts.ts';
import { readPatch } from '../repositories/turns.ts';

type Say = (problem: TurnProblem) => void;

const chapters = query(() => tables.selectFrom('chapters').selectAll());
const turnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).orderBy('ord'),
);
const revisionsOf = query((p: { turnId: string }) =>
  tables.selectFrom('revisions').selectAll().where('turn_id', '=', p.turnId).orderBy('seq'),
);
const editsOf = query((p: { turnId: string }) =>
  tables.selectFrom('edits').selectAll().where('turn_id', '=', p.turnId).orderBy('version'),
);

const counted = query(() => tables.selectFrom('turns').select(({ fn }) => fn.countAll<number>().as('turns')));

/** Also those that are deleted, which are checked as well. */
export const countTurns = (db: ReadableDB): number => first(db, counted, {})?.turns ?? 0;

/**
 * Every turn: its row, every entry of its history from the first on, the open edits, and that the tree hangs together.
 * `note`: what is wrong and no damage; `countsWords`: also of each turn, which takes as long as the rest.
 */
export function checkTurns(
  db: ReadableDB,
  { report, note, countsWords }: { readonly report: Report; readonly note: Report; readonly countsWords: boolean },
  onTurn: () => void,
): void {
  for (const chapter of all(db, chapters, {})) {
    const turns = all(db, turnsOf, { chapterId: chapter.id });
    checkTree(chapter, turns, report);
    checkOrder(chapter, turns, report);
    let areCounted = chapter.words === shownWords(chapter, turns);
    for (const turn of turns) {
      const { isWhole, saved } = checkTurn(db, chapter, turn, report);
      areCounted &&= !countsWords || !isWhole || countWords(saved) === turn.words;
      onTurn();
    }
    if (!areCounted) note({ where: chapter.id, fault: fault('CHECK_WORDS', { title: chapter.title }) });
  }
}

/** `saved`: the text of the newest entry of its history. */
interface CheckedTurn {
  readonly isWhole: boolean;
  readonly saved: string;
}

function checkTurn(db: ReadableDB, chapter: ChapterRow, turn: TurnRow, report: Report): CheckedTurn {
  let isWhole = true;
  let saved = '';
  const say: Say = (problem) => {
    isWhole = false;
    report(aboutTurn(chapter, turn, problem));
  };
  try {
    if (turnChecksum(turn) !== turn.checksum) say({ of: 'row' });
    const history = all(db, revisionsOf, { turnId: turn.id });
    if (history.length !== turn.head_seq) say({ of: 'history', found: history.length, expected: turn.head_seq });
    const newest = checkHistory(history, say);
    isWhole &&= newest !== null;
    saved = newest ?? '';
    const text = checkEdits(db, turn, newest, say);
    if (text !== null && text.length !== turn.length) say({ of: 'length', found: text.length, expected: turn.length });
  } catch (error) {
    say({ of: 'unreadable', why: saidBy(error) });
  }
  return { isWhole, saved };
}

/** By what is known of each turn. */
function shownWords({ active_root_id: root }: ChapterRow, turns: readonly TurnRow[]): number {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const shown = new Set<TurnRow>();
  for (
    let turn = byId.get(root ?? '');
    turn !== undefined && !shown.has(turn);
    turn = byId.get(turn.active_child_id ?? '')
  )
    shown.add(turn);
  return [...shown].reduce((sum, { words }) => sum + words, 0);
}

/** The newest text, or null where an entry that it rests on is damaged. */
function checkHistory(history: readonly RevisionRow[], say: Say): string | null {
  let text: string | null = null;
  for (const row of history) {
    if (row.kind === 'full') text = row.body;
    const sound = revisionChecksum(row) === row.checksum;
    // What the disk has made of it stays in the history; what follows from it is not known.
    if (sound && row.reason === 'damaged') {
      text = null;
      continue;
    }
    if (sound && row.kind === 'patch' && text !== null) text = readPatch(row.body).reduce(splice, text);
    if (sound && text === null) continue;
    if (sound && text !== null && turnHash(row.role, row.speaker, text) === row.hash && text.length === row.length)
      continue;
    say({ of: 'entry', seq: row.seq, at: new Date(row.created_at).toISOString() });
    text = null;
  }
  return text;
}

function checkEdits(db: ReadableDB, turn: TurnRow, text: string | null, say: Say): string | null {
  for (const edit of all(db, editsOf, { turnId: turn.id })) {
    if (editChecksum(edit) !== edit.checksum) {
      say({ of: 'edit' });
      return null;
    }
    text = text === null ? null : splice(text, edit);
  }
  return text;
}

function checkTree(chapter: ChapterRow, turns: readonly TurnRow[], report: Report): void {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const follows = (parent: string | null, id: string) => {
    const child = byId.get(id);
    return child?.parent_id === parent && child.removed_seq === null;
  };
  if (chapter.active_root_id !== null && !follows(null, chapter.active_root_id)) {
    report({ where: chapter.id, fault: fault('CHECK_BEGINNING', { title: chapter.title }) });
  }
  for (const turn of turns) {
    if (turn.removed_seq === null && turn.active_child_id !== null && !follows(turn.id, turn.active_child_id))
      report(aboutTurn(chapter, turn, { of: 'next' }));
    if (turn.parent_id !== null && !byId.has(turn.parent_id)) report(aboutTurn(chapter, turn, { of: 'parent' }));
  }
}

/** A backup of before schema 12 does not say it. */
function checkOrder({ id, title, last_order: last }: Partial<ChapterRow>, turns: readonly TurnRow[], report: Report) {
  const newest = turns.reduce((largest, { ord }) => Math.max(largest, ord), 0);
  if (last !== undefined && last !== newest)
    report({ where: id ?? '', fault: fault('CHECK_CHAPTER', { title: title ?? '' }) });
}

function aboutTurn(chapter: ChapterRow, turn: TurnRow, problem: TurnProblem): Problem {
  return { where: turn.id, fault: fault('CHECK_TURN', { turn: turn.ord, chapter: chapter.title, problem }) };
}
