import type { Draft, DraftTurns } from '../../../shared/document/draft.ts';
import type { TreeTurn } from '../../../shared/document/turn.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import { findTurn } from '../core/rows.ts';
import type { ChapterRow, TurnRow } from '../core/schema.ts';
import { treeTurn } from './turns.ts';

/** The turns of a chapter as a change reads them, one by one, without texts, and what it has made of them so far. */
export interface StoredTurns extends DraftTurns {
  readonly changed: ReadonlyMap<string, TreeTurn>;
  /** A turn as it is stored; undefined of a new one. */
  stored(id: string): TurnRow | undefined;
}

const followers = query((p: { chapterId: string; parentId: string | null }) =>
  tables.selectFrom('turns').selectAll().where('chapter_id', '=', p.chapterId).where('parent_id', 'is', p.parentId),
);
const newestRemoved = query((p: { chapterId: string; most: number }) =>
  tables
    .selectFrom('turns')
    .select(['id', 'removed_seq'])
    .where('chapter_id', '=', p.chapterId)
    .where('removed_seq', 'is not', null)
    .orderBy('removed_seq', 'desc')
    .limit(p.most),
);

export function storedTurns(db: ReadableDB, chapter: Pick<ChapterRow, 'id' | 'last_order'>): StoredTurns {
  const rows = new Map<string, TurnRow | undefined>();
  const groups = new Map<string | null, Set<string>>();
  const changed = new Map<string, TreeTurn>();
  const stored = (id: string) => {
    if (!rows.has(id)) {
      const row = findTurn(db, id);
      rows.set(id, row?.chapter_id === chapter.id ? row : undefined);
    }
    return rows.get(id);
  };
  const get = (id: string) => {
    const row = changed.has(id) ? undefined : stored(id);
    return row ? treeTurn(row, null) : changed.get(id);
  };
  /** Of as many as were changed, and one, one was not. */
  const newestSeq = () =>
    all(db, newestRemoved, { chapterId: chapter.id, most: changed.size + 1 }).find(({ id }) => !changed.has(id))
      ?.removed_seq ?? 0;
  return {
    changed,
    stored,
    get,
    has: (id) => get(id) !== undefined,
    set: (id, turn) => changed.set(id, turn),
    group(parentId) {
      let group = groups.get(parentId);
      if (group === undefined) {
        const found = all(db, followers, { chapterId: chapter.id, parentId });
        for (const row of found) if (!rows.has(row.id)) rows.set(row.id, row);
        groups.set(parentId, (group = new Set(found.map(({ id }) => id))));
      }
      return group;
    },
    latest: () =>
      [...changed.values()].reduce(
        (last, { order, tombstone }) => Math.max(last, order, tombstone?.seq ?? 0),
        Math.max(chapter.last_order, newestSeq()),
      ),
  };
}

/** The tree of a chapter, to look at a place in it or to change it. */
export function storedDraft(
  db: ReadableDB,
  chapter: Pick<ChapterRow, 'id' | 'last_order' | 'active_root_id'>,
): Draft & { readonly turns: StoredTurns } {
  return { root: chapter.active_root_id, turns: storedTurns(db, chapter), latest: null };
}
