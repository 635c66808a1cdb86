import { NOTE_KINDS, type NoteContent, type NoteKind, type StoryNote } from '../../../shared/contract/notes.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, run, runOne, tables } from '../core/query.ts';
import { needLivingStory, noteChecksum } from '../core/rows.ts';
import type { NoteRow } from '../core/schema.ts';

const COLUMNS: readonly (keyof NoteRow)[] = [
  'story_id',
  'kind',
  'text',
  'depth',
  'role',
  'sends',
  'sent_at',
  'version',
  'checksum',
];
const ofStory = query((p: { storyId: string }) =>
  tables.selectFrom('notes').selectAll().where('story_id', '=', p.storyId),
);
const one = query((p: { storyId: string; kind: string }) =>
  tables.selectFrom('notes').selectAll().where('story_id', '=', p.storyId).where('kind', '=', p.kind),
);
const put = query((p: NoteRow) => tables.insertInto('notes').values(columns(p, COLUMNS)));
const drop = query((p: { story_id: string; kind: string }) =>
  tables.deleteFrom('notes').where('story_id', '=', p.story_id).where('kind', '=', p.kind),
);

const EMPTY: NoteContent = { text: '', depth: 4, role: 'system', sends: 'always' };

/** All notes of a story, in the order of their kinds; one that was never written is empty. */
export function listNotes(db: ReadableDB, storyId: string): readonly StoryNote[] {
  const rows = new Map(all(db, ofStory, { storyId }).map((row) => [row.kind, row]));
  return NOTE_KINDS.map((kind) => noteOf(kind, rows.get(kind)));
}

/** Those that a reply in a place of the story is to be sent with; what was sent once goes with no reply elsewhere. */
export function notesFor(db: ReadableDB, storyId: string, place: string): readonly StoryNote[] {
  const rows = new Map(all(db, ofStory, { storyId }).map((row) => [row.kind, row]));
  return NOTE_KINDS.flatMap((kind) => {
    const row = rows.get(kind);
    if (row === undefined || row.sends === 'never' || row.text.trim() === '') return [];
    if (row.sends === 'once' && row.sent_at !== null && row.sent_at !== place) return [];
    return [noteOf(kind, row)];
  });
}

/**
 * The same words again are no change, but that a note which was sent once is sent once more; `version` is that which
 * was read.
 */
export function setNote(
  db: WritableDB,
  storyId: string,
  kind: NoteKind,
  { text, depth, role, sends }: NoteContent,
  version: number,
): StoryNote {
  return transaction(db, () => {
    needLivingStory(db, storyId);
    const row = first(db, one, { storyId, kind });
    const content = { text: text.toWellFormed(), depth, role, sends };
    const before = noteOf(kind, row);
    const isAgain = before.isSent && sends === 'once' && before.version === version;
    if (isSame(before, content) && !isAgain) return before;
    if (before.version !== version) throw failure('NOTE_CHANGED', {});
    const next = { story_id: storyId, kind, ...content, sent_at: null, version: version + 1, checksum: 0 };
    save(db, row !== undefined, next);
    return noteOf(kind, next);
  });
}

/** A reply in this place was sent with notes that are sent once: with no reply in another place from now on. */
export function markSent(
  db: WritableDB,
  storyId: string,
  place: string,
  sent: readonly Pick<StoryNote, 'kind' | 'version'>[],
): void {
  transaction(db, () => {
    for (const { kind, version } of sent) {
      const row = first(db, one, { storyId, kind });
      // What was written anew since was not sent.
      if (row?.version === version && row.sends === 'once' && row.sent_at === null)
        save(db, true, { ...row, sent_at: place });
    }
  });
}

function save(db: WritableDB, isThere: boolean, row: NoteRow): void {
  if (isThere) runOne(db, drop, row);
  run(db, put, { ...row, checksum: noteChecksum(row) });
}

const isSame = (one: NoteContent, other: NoteContent): boolean =>
  one.text === other.text && one.depth === other.depth && one.role === other.role && one.sends === other.sends;

function noteOf(kind: NoteKind, row: NoteRow | undefined): StoryNote {
  if (row === undefined) return { kind, ...EMPTY, isSent: false, version: 0 };
  const { text, depth, role, sends, sent_at, version } = row;
  return { kind, text, depth, role, sends, isSent: sent_at !== null, version };
}
