import { countWords } from '../../../shared/document/count-words.ts';
import type { ReadableDB } from '../core/handle.ts';
import { all, query, tables } from '../core/query.ts';
import type { ChapterRow } from '../core/schema.ts';
import type { Link, ShownPath } from '../core/shown-path.ts';
import type { StoredTurns } from './stored-turns.ts';

type Chapter = Pick<ChapterRow, 'id' | 'active_root_id' | 'words'>;

const MOST_CHAPTERS = 8;

const linksOf = query((p: { chapterId: string }) =>
  tables.selectFrom('turns').select(['id', 'active_child_id as next', 'words']).where('chapter_id', '=', p.chapterId),
);

/** The ids of what a chapter shows. */
export const shownTurns = (db: ReadableDB, chapter: Chapter): ReadonlySet<string> => pathOf(db, chapter).shown;

/** Read once; of the chapters that were used last it is kept and follows their changes. */
function pathOf(db: ReadableDB, { id, active_root_id: root }: Chapter): ShownPath {
  const known = db.shownPaths.get(id);
  if (known) return known;
  const links = new Map(all(db, linksOf, { chapterId: id }).map(({ id: turnId, ...link }) => [turnId, link]));
  const path = { links, shown: follow(links, root) };
  db.shownPaths.set(id, path);
  for (const oldest of db.shownPaths.keys()) {
    if (db.shownPaths.size <= MOST_CHAPTERS) break;
    db.shownPaths.delete(oldest);
  }
  return path;
}

function follow(links: ReadonlyMap<string, Link>, root: string | null): Set<string> {
  const shown = new Set<string>();
  for (let id = root; id !== null && links.has(id) && !shown.has(id); id = links.get(id)?.next ?? null) shown.add(id);
  return shown;
}

/** How many words a chapter shows after a change that is about to be stored, by what comes and what goes with it. */
export function shownWords(db: ReadableDB, chapter: Chapter, turns: StoredTurns, root: string | null): number {
  const path = pathOf(db, chapter);
  const { links, shown } = path;
  const turned: [before: string | null, after: string | null][] = [];
  if (root !== chapter.active_root_id) turned.push([chapter.active_root_id, root]);
  const before = new Map<string, Link>();
  for (const [id, { activeChildId: next, text }] of turns.changed) {
    const link = links.get(id);
    if (link) before.set(id, link);
    if (link && link.next !== next && shown.has(id)) turned.push([link.next, next]);
    links.set(id, { next, words: link?.words ?? countWords(text ?? '') });
  }
  const [first] = turned;
  if (first === undefined) return chapter.words;
  if (turned.length > 1) {
    path.shown = follow(links, root);
    return wordsOf(links, path.shown);
  }
  const came: string[] = [];
  let meeting = first[1];
  for (; meeting !== null && !shown.has(meeting); meeting = links.get(meeting)?.next ?? null) came.push(meeting);
  const gone: string[] = [];
  for (let id = first[0]; id !== null && id !== meeting; id = (before.get(id) ?? links.get(id))?.next ?? null)
    gone.push(id);
  for (const id of gone) shown.delete(id);
  for (const id of came) shown.add(id);
  return chapter.words + wordsOf(links, came) - wordsOf(links, gone);
}

/** How many words a chapter shows when so many come to the newest revision of a turn. */
export function shownWordsWith(db: ReadableDB, chapter: Chapter, turnId: string, added: number): number {
  const { links, shown } = pathOf(db, chapter);
  const link = links.get(turnId);
  if (link) links.set(turnId, { ...link, words: link.words + added });
  return chapter.words + (shown.has(turnId) ? added : 0);
}

function wordsOf(links: ReadonlyMap<string, Link>, ids: Iterable<string>): number {
  let words = 0;
  for (const id of ids) words += links.get(id)?.words ?? 0;
  return words;
}
