import type { BackedUpStory } from '../../../shared/contract/backups.ts';
import { newId } from '../../../shared/document/ids.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, run, tables } from '../core/query.ts';
import {
  addChapter,
  addStory,
  editChecksum,
  journalChecksum,
  needStory,
  noteChecksum,
  revisionChecksum,
  turnChecksum,
} from '../core/rows.ts';
import type { Schema } from '../core/schema.ts';
import { endGeneration } from '../repositories/generation-records.ts';
import { listStories } from '../repositories/stories.ts';

const sizes = query(() =>
  tables
    .selectFrom('chapters')
    .leftJoin('turns', (join) => join.onRef('turns.chapter_id', '=', 'chapters.id').on('turns.removed_seq', 'is', null))
    .where('chapters.removed_at', 'is', null)
    .groupBy('chapters.story_id')
    .select(({ fn }) => [
      'chapters.story_id',
      fn.count<number>('chapters.id').distinct().as('chapters'),
      fn.count<number>('turns.id').as('turns'),
    ]),
);
const storyIds = query((p: { id: string }) => tables.selectFrom('stories').select('id').where('id', '=', p.id));

/** The stories in a backup, the one changed last first. */
export function storiesIn(backup: ReadableDB): Omit<BackedUpStory, 'isHere'>[] {
  const sizeOf = new Map(all(backup, sizes, {}).map((row) => [row.story_id, row]));
  return listStories(backup).map(({ id, title, updatedAt }) => ({
    id,
    title,
    updatedAt,
    chapters: sizeOf.get(id)?.chapters ?? 0,
    turns: sizeOf.get(id)?.turns ?? 0,
  }));
}

/** Whether the library has a story of this id, even a deleted one. */
export const isStoryHere = (db: ReadableDB, id: string): boolean => first(db, storyIds, { id }) !== undefined;

const chaptersOf = query((p: { storyId: string }) =>
  tables.selectFrom('chapters').selectAll().where('story_id', '=', p.storyId).orderBy('position'),
);
const turnsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).orderBy('ord'),
);
const revisionsOf = query((p: { turnId: string }) =>
  tables.selectFrom('revisions').selectAll().where('turn_id', '=', p.turnId).orderBy('seq'),
);
const editsOf = query((p: { turnId: string }) =>
  tables.selectFrom('edits').selectAll().where('turn_id', '=', p.turnId).orderBy('version'),
);
const generationsOf = query((p: { chapterId: string }) =>
  tables.selectFrom('generations').selectAll().where('chapter_id', '=', p.chapterId),
);
const journalOf = query((p: { generationId: string }) =>
  tables.selectFrom('journal').selectAll().where('generation_id', '=', p.generationId),
);
const candidatesOf = query((p: { generationId: string }) =>
  tables.selectFrom('candidates').selectAll().where('generation_id', '=', p.generationId),
);
const notesOf = query((p: { storyId: string }) =>
  tables.selectFrom('notes').selectAll().where('story_id', '=', p.storyId),
);
const settingsOf = query((p: { scope: string }) =>
  tables.selectFrom('settings').selectAll().where('scope', '=', p.scope),
);

type Rows<T extends keyof Schema> = readonly Schema[T][];
/** A story as it lies in a backup, with all its branches, history and replies. */
export interface StoredStory {
  readonly story: Schema['stories'];
  /** As it is shown. */
  readonly title: string;
  readonly chapters: Rows<'chapters'>;
  readonly turns: Rows<'turns'>;
  readonly revisions: Rows<'revisions'>;
  readonly edits: Rows<'edits'>;
  readonly generations: Rows<'generations'>;
  readonly journal: Rows<'journal'>;
  readonly candidates: Rows<'candidates'>;
  readonly notes: Rows<'notes'>;
  readonly settings: Rows<'settings'>;
}

export function readStory(backup: ReadableDB, storyId: string): StoredStory {
  const story = needStory(backup, storyId);
  const [summary] = listStories(backup).filter(({ id }) => id === storyId);
  if (summary === undefined) throw failure('NO_STORY', {});
  const chapters = all(backup, chaptersOf, { storyId });
  const turns = chapters.flatMap(({ id }) => all(backup, turnsOf, { chapterId: id }));
  const generations = chapters.flatMap(({ id }) => all(backup, generationsOf, { chapterId: id }));
  return {
    story,
    title: summary.title,
    chapters,
    turns,
    revisions: turns.flatMap(({ id }) => all(backup, revisionsOf, { turnId: id })),
    edits: turns.flatMap(({ id }) => all(backup, editsOf, { turnId: id })),
    generations,
    journal: generations.flatMap(({ id }) => all(backup, journalOf, { generationId: id })),
    candidates: generations.flatMap(({ id }) => all(backup, candidatesOf, { generationId: id })),
    notes: all(backup, notesOf, { storyId }),
    settings: all(backup, settingsOf, { scope: `story:${storyId}` }),
  };
}

/**
 * Puts a story of a backup into the library. Where that has one of its id, even a deleted one, it is put beside it:
 * everything in it gets a new id. Answers with its id here.
 */
export function putStory(db: WritableDB, stored: StoredStory, madeAt: number): string {
  const { story, chapters, turns, generations } = stored;
  const isHere = isStoryHere(db, story.id);
  const ids = new Map(
    isHere ? [story, ...chapters, ...turns, ...generations].map(({ id }) => [id, newId()] as const) : [],
  );
  const renamed = <R extends object>(row: R): R =>
    ids.size === 0
      ? row
      : (Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, WORDS.has(name) ? value : withNewIds(value, ids)]),
        ) as R);
  const put = <T extends keyof Schema>(table: T): ((row: Schema[T]) => void) => {
    let insert: ReturnType<typeof inserting<T>> | undefined;
    return (row) => {
      insert ??= inserting(table, Object.keys(row) as (keyof Schema[T])[]);
      run(db, insert, row);
    };
  };
  transaction(db, () => {
    const [putTurn, putRevision, putEdit] = [put('turns'), put('revisions'), put('edits')];
    const putGeneration = put('generations');
    const [putJournal, putCandidates] = [put('journal'), put('candidates')];
    const [putNote, putSetting] = [put('notes'), put('settings')];
    /** What was damaged stays so, under whatever ids. */
    const checked = <R extends { checksum: number }>(row: R, checksumOf: (row: R) => number): R => {
      const put = renamed(row);
      return { ...put, checksum: checksumOf(row) === row.checksum ? checksumOf(put) : row.checksum };
    };
    addStory(db, { ...renamed(story), title: isHere ? `${stored.title} (backup of ${dateOf(madeAt)})` : story.title });
    for (const chapter of chapters) addChapter(db, renamed(chapter));
    db.counters.clear();
    for (const turn of turns) putTurn(checked(turn, turnChecksum));
    for (const row of stored.revisions) putRevision(checked(row, revisionChecksum));
    for (const row of stored.edits) putEdit(checked(row, editChecksum));
    for (const generation of generations) putGeneration(renamed(generation));
    for (const row of stored.journal) putJournal(checked(row, journalChecksum));
    for (const row of stored.candidates) putCandidates(renamed(row));
    // It was being written when the backup was made.
    for (const { id } of generations.filter(({ ended_at }) => ended_at === null))
      endGeneration(db, {
        generationId: ids.get(id) ?? id,
        reason: 'error',
        stats: null,
        candidates: null,
        takesBack: true,
      });
    for (const row of stored.notes) putNote(checked(row, noteChecksum));
    for (const row of stored.settings) putSetting(renamed(row));
  });
  return ids.get(story.id) ?? story.id;
}

/** In local time, to the minute. */
function dateOf(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}

/** What somebody wrote is never looked into for ids. */
const WORDS: ReadonlySet<string> = new Set(['title', 'text', 'body', 'ins', 'speaker', 'value', 'record']);

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

const withNewIds = (value: unknown, ids: ReadonlyMap<string, string>): unknown =>
  typeof value === 'string' ? value.replace(ID, (id) => ids.get(id) ?? id) : value;

const inserting = <T extends keyof Schema>(table: T, names: readonly (keyof Schema[T])[]) =>
  query((p: Schema[T]) => tables.insertInto(table).values(columns(p, names) as never));
