import { hash } from 'node:crypto';
import type { RepairOutcome, TextSource } from '../../../shared/contract/repair.ts';
import { ROLES } from '../../../shared/document/turn.ts';
import { turnHash } from '../core/checksum.ts';
import { turnChecksum } from '../core/rows.ts';
import type { EditRow, RevisionRow, TurnRow } from '../core/schema.ts';
import { mendRow, type Guesses } from './mend-row.ts';
import {
  isSoundEdit,
  isSoundRevision,
  isSoundTurn,
  newestKnown,
  readableText,
  wholeText,
  type KnownText,
  type TurnRows,
} from './turn-rows.ts';

/** What is to become of a damaged turn. `stamp`: of what the store had of it when that was found. */
export interface TurnRepair {
  readonly turnId: string;
  readonly stamp: string;
  /** `exact`: as it was saved; `older`: the newest text that is certain, as another entry of its history. */
  readonly outcome: RepairOutcome;
  readonly source: TextSource;
  readonly rows: TurnRows;
  /** Entries of its history that stay as the disk has them, by their place. */
  readonly lost: readonly number[];
  readonly text: string;
  /** What could be read. */
  readonly had: string;
}

/** A damaged turn while what is good of it is being looked for. */
export interface TurnCase {
  readonly ours: TurnRows;
  /** With what was put back so far. */
  readonly rows: TurnRows;
  readonly source: TextSource;
  /** The newest whole text of a backup, and its turn there. */
  readonly older: { readonly known: KnownText; readonly turn: TurnRow; readonly source: TextSource } | null;
  readonly near: NearTurns;
}

/** What a damaged row may have named. */
export interface NearTurns {
  readonly chapterIds: readonly string[];
  /** Of the chapter in which it is found. */
  readonly turns: ReadonlyMap<string, TurnRow>;
}

export const stampOf = (rows: TurnRows): string => hash('sha256', JSON.stringify(rows));

export function openCase(ours: TurnRows, near: NearTurns): TurnCase {
  const { id } = ours.turn;
  const turn = sameTurn(mendRow('turns', ours.turn, guessesFor(ours, near)), id) ?? ours.turn;
  const revisions = ours.revisions.map((row) =>
    isSoundRevision(row, id) ? row : (mendRow('revisions', { ...row, turn_id: id }, guessesOf(row, turn)) ?? row),
  );
  const edits = ours.edits.map((row) =>
    isSoundEdit(row, id) ? row : (mendRow('edits', { ...row, turn_id: id }) ?? row),
  );
  const rows = {
    turn,
    revisions: inPlace(revisions, turn),
    edits: edits.toSorted((one, other) => one.version - other.version),
  };
  return { ours, rows, source: { of: 'history', at: null }, older: null, near };
}

/** Under another id it would be another turn's row. */
const sameTurn = (row: TurnRow | null, id: string): TurnRow | null => (row?.id === id ? row : null);

/** An entry whose place in the history has changed stands where one is missing. */
function inPlace(revisions: readonly RevisionRow[], turn: TurnRow): RevisionRow[] {
  const isThere = ({ seq }: RevisionRow): boolean => seq >= 1 && seq <= turn.head_seq;
  if (!isSoundTurn(turn) || revisions.every(isThere)) return revisions.toSorted((one, other) => one.seq - other.seq);
  const taken = new Set(revisions.filter(isThere).map(({ seq }) => seq));
  const free = Array.from({ length: turn.head_seq }, (_, at) => at + 1).filter((seq) => !taken.has(seq));
  return revisions
    .flatMap((row) => (isThere(row) ? [row] : free.splice(0, 1).map((seq) => ({ ...row, seq }))))
    .toSorted((one, other) => one.seq - other.seq);
}

export const isWhole = (rows: TurnRows): boolean =>
  isSoundTurn(rows.turn) && wholeText(rows) !== null && lostIn(rows).length === 0;

/** Takes from another store whatever is proven to be what this one had, and remembers its text. */
export function offer(found: TurnCase, theirs: TurnRows, source: TextSource): TurnCase {
  const { id } = found.ours.turn;
  const turn = isSoundTurn(theirs.turn) ? ownRow(found.rows.turn, theirs.turn) : null;
  const revisions = putBack(found.rows.revisions, theirs.revisions, {
    key: ({ seq }) => seq,
    isSame: (own, row) => mendRow('revisions', own, eachOf(row)) !== null,
    isSound: (row) => isSoundRevision(row, id),
    isMissing: (seq) => seq <= found.rows.turn.head_seq,
  });
  const edits = putBack(found.rows.edits, theirs.edits, {
    key: ({ version }) => version,
    isSame: (own, row) => mendRow('edits', own, eachOf(row)) !== null,
    isSound: (row) => isSoundEdit(row, id),
    isMissing: () => false,
  });
  const rows = { turn: turn ?? found.rows.turn, revisions, edits };
  const known = isSoundTurn(theirs.turn) && wholeText(theirs) !== null ? newestKnownOf(theirs) : null;
  const isNewer = known !== null && (found.older === null || known.version > found.older.known.version);
  return {
    ...found,
    rows,
    source: stampOf(rows) === stampOf(found.rows) ? found.source : source,
    older: isNewer ? { known, turn: theirs.turn, source } : found.older,
  };
}

/** The row that was here, where another store has one that was the same, or differs in what has changed here. */
const ownRow = (own: TurnRow, theirs: TurnRow): TurnRow | null =>
  own.checksum === theirs.checksum && !isSoundTurn(own)
    ? theirs
    : sameTurn(mendRow('turns', own, eachOf(theirs)), own.id);

/** The whole text of a turn that is whole, whatever changed beside its text since its newest edit. */
function newestKnownOf(rows: TurnRows): KnownText {
  const { turn, revisions } = rows;
  const { role, speaker, version } = turn;
  return { version, role, speaker, text: wholeText(rows) ?? '', at: revisions.at(-1)?.created_at ?? 0 };
}

/** What can be done now; null where there is no good text anywhere. */
export function repairOf({ ours, rows, source, older, near }: TurnCase): TurnRepair | null {
  const about = { turnId: ours.turn.id, stamp: stampOf(ours), had: readableText(ours), lost: lostIn(rows) };
  const whole = wholeText(rows);
  if (whole !== null && isSoundTurn(rows.turn)) return { ...about, outcome: 'exact', source, rows, text: whole };
  const own = newestKnown(rows);
  const isOwn = own !== null && (older === null || own.version >= older.known.version);
  const known = isOwn ? own : (older?.known ?? null);
  const turn = isSoundTurn(rows.turn) ? rows.turn : rebuilt(rows, older?.turn ?? null, near);
  if (known === null || turn === null) return null;
  return {
    ...about,
    outcome: 'older',
    source: isOwn ? { of: 'history', at: own.at } : (older?.source ?? source),
    rows: { ...rows, turn },
    text: known.text,
  };
}

/** Entries that are not whole, or not there. */
function lostIn({ turn, revisions }: TurnRows): number[] {
  const whole = new Set(revisions.filter((row) => isSoundRevision(row, turn.id)).map(({ seq }) => seq));
  const last = Math.max(isSoundTurn(turn) ? turn.head_seq : 0, ...revisions.map(({ seq }) => seq));
  return Array.from({ length: last }, (_, at) => at + 1).filter((seq) => !whole.has(seq));
}

/** A row whose columns cannot be proven: as a backup has it, where that still has a place in the chapter. */
function rebuilt({ turn: ours, revisions, edits }: TurnRows, backup: TurnRow | null, near: NearTurns): TurnRow | null {
  if (backup === null) return null;
  const isHere = (id: string): boolean => near.turns.get(id)?.removed_seq === null;
  if (backup.parent_id !== null && !isHere(backup.parent_id)) return null;
  const child = near.turns.get(backup.active_child_id ?? '');
  const follows = child?.parent_id === ours.id && child.removed_seq === null;
  const others = [...near.turns.values()].filter(
    ({ parent_id, removed_seq }) => parent_id === ours.id && removed_seq === null,
  );
  const row = {
    ...backup,
    active_child_id: follows ? backup.active_child_id : (others.at(-1)?.id ?? null),
    version: Math.max(backup.version, revisions.at(-1)?.version ?? 0, edits.at(-1)?.version ?? 0),
    head_seq: Math.max(backup.head_seq, revisions.at(-1)?.seq ?? 0),
  };
  return { ...row, checksum: turnChecksum(row) };
}

interface Keyed<R> {
  readonly key: (row: R) => number;
  readonly isSame: (own: R, row: R) => boolean;
  readonly isSound: (row: R) => boolean;
  /** There was a row of this key. */
  readonly isMissing: (key: number) => boolean;
}

/** Entries and edits are written once: one that is whole elsewhere and was the same by its checksum is the same one. */
function putBack<R extends RevisionRow | EditRow>(
  ours: readonly R[],
  theirs: readonly R[],
  { key, isSame, isSound, isMissing }: Keyed<R>,
): R[] {
  const rows = new Map(ours.map((row) => [key(row), row]));
  for (const row of theirs.filter(isSound)) {
    const own = rows.get(key(row));
    const isOurs =
      own === undefined ? isMissing(key(row)) : !isSound(own) && (own.checksum === row.checksum || isSame(own, row));
    if (isOurs) rows.set(key(row), row);
  }
  return [...rows.values()].toSorted((one, other) => key(one) - key(other));
}

/** What each column may have said, by a row that does say it. */
export const eachOf = <R extends object>(row: R): Guesses<R> =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => column !== 'checksum')
      .map(([column, value]) => [column, [value]]),
  ) as unknown as Guesses<R>;

const REASONS = ['start', 'rest', 'blur', 'generation', 'close', 'reply', 'recovered', 'repaired'];

/** What the columns of an entry may say. */
const guessesOf = ({ role, speaker, body }: RevisionRow, turn: TurnRow): Guesses<RevisionRow> => ({
  kind: ['full', 'patch'],
  role: ROLES,
  speaker: [null, turn.speaker],
  length: [body.length],
  hash: [turnHash(role, speaker, body)],
  reason: REASONS,
});

/** What the columns of a turn may say, by all that is known beside them. */
function guessesFor({ turn, revisions, edits }: TurnRows, { chapterIds, turns }: NearTurns): Guesses<TurnRow> {
  const some = [null, ...turns.keys()];
  const flags = [0, 1];
  const whole = wholeLength({ turn, revisions, edits });
  return {
    chapter_id: chapterIds,
    parent_id: some,
    active_child_id: some,
    role: ROLES,
    speaker: [null, ...new Set([...revisions, ...turns.values()].map(({ speaker }) => speaker))],
    marked: flags,
    length: whole === null ? [] : [whole],
    interrupted: flags,
    open: flags,
    full_seq: revisions.map(({ seq }) => seq),
    removed_seq: [null],
    removed_children: [null, '[]'],
    removed_was_active: [null, ...flags],
  };
}

/** How long the text is, where all that it is made of is whole. */
function wholeLength(rows: TurnRows): number | null {
  const known = newestKnown(rows);
  const areAllSound =
    rows.revisions.every((row) => isSoundRevision(row, rows.turn.id)) &&
    rows.edits.every((row) => isSoundEdit(row, rows.turn.id));
  return known === null || !areAllSound ? null : known.text.length;
}
