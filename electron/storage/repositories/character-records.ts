import { sql } from 'kysely';
import { viewCard, type Card, type CardSpec } from '../../../shared/cards/card.ts';
import type {
  CharacterFilter,
  CharacterKind,
  CharacterList,
  CharacterSort,
  CharacterSummary,
  TagCount,
} from '../../../shared/contract/characters.ts';
import type { CardContainer } from '../../../shared/cards/read-card.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { checksum } from '../core/checksum.ts';
import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, columns, first, query, run, runOne, tables, type Query } from '../core/query.ts';
import type { CharacterRow, CharacterWordsRow } from '../core/schema.ts';
import { timeAfter } from '../core/time-after.ts';

const SUMMARY = [
  'id',
  'kind',
  'name',
  'creator',
  'tags',
  'favourite',
  'avatar_id',
  'thumbnail_id',
  'changed_at',
] as const satisfies (keyof CharacterRow)[];
type SummaryRow = Pick<CharacterRow, (typeof SUMMARY)[number]>;

const COLUMNS = [
  ...['number', 'id', 'kind', 'name', 'creator', 'tags', 'favourite', 'spec', 'container', 'original_id', 'avatar_id'],
  ...['thumbnail_id', 'created_at', 'changed_at', 'removed_at', 'checksum', 'card'],
] as (keyof CharacterRow)[];

interface Wanted {
  readonly kind: CharacterKind;
  readonly favourites: number;
  readonly tag: string | null;
  /** As FTS5 asks for them; beside them `like`, for what begins inside of a word. */
  readonly words: string;
  readonly like: string;
  readonly from: number;
  readonly count: number;
}

function chosen(p: Wanted, searches: boolean) {
  const living = tables
    .selectFrom('characters')
    .where('kind', '=', p.kind)
    .where('removed_at', 'is', null)
    .where(sql<boolean>`(${p.favourites} = 0 OR favourite = 1)`)
    .where(
      sql<boolean>`(${p.tag} IS NULL OR EXISTS (SELECT 1 FROM json_each(characters.tags) WHERE value = ${p.tag}))`,
    );
  return searches
    ? living.where(
        sql<boolean>`(number IN (SELECT rowid FROM character_words WHERE character_words MATCH ${p.words})
          OR name LIKE ${p.like} ESCAPE '!')`,
      )
    : living;
}

const SORTS: Readonly<Record<CharacterSort, ReturnType<typeof sql>>> = {
  name: sql`name COLLATE NOCASE, id`,
  newest: sql`changed_at DESC, id DESC`,
};

const listings = new Map<string, Query<Wanted, SummaryRow>>();
const counts = new Map<boolean, Query<Wanted, { rows: number }>>();

function listing(searches: boolean, sort: CharacterSort): Query<Wanted, SummaryRow> {
  const key = `${String(searches)} ${sort}`;
  const known = listings.get(key);
  if (known !== undefined) return known;
  const made = query((p: Wanted) =>
    chosen(p, searches)
      .select(SUMMARY)
      .orderBy(SORTS[sort])
      .limit(sql<number>`${p.count}`)
      .offset(sql<number>`${p.from}`),
  );
  listings.set(key, made);
  return made;
}

function counting(searches: boolean): Query<Wanted, { rows: number }> {
  const known = counts.get(searches);
  if (known !== undefined) return known;
  const made = query((p: Wanted) => chosen(p, searches).select(({ fn }) => fn.countAll<number>().as('rows')));
  counts.set(searches, made);
  return made;
}

/** What is found of the living ones; every word, or its beginning, is in its name, tags, or what is written of it. */
export function listCharacters(db: ReadableDB, filter: CharacterFilter): CharacterList {
  const { kind, search = '', tag = null, favourites = false, sort = 'name', from = 0, count = 100 } = filter;
  const parts = search.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const searches = parts.length > 0;
  const wanted = {
    kind,
    favourites: Number(favourites),
    tag,
    words: parts.map((part) => `"${part}"*`).join(' '),
    like: `%${search.trim().replaceAll(/[!%_]/g, '!$&')}%`,
    from,
    count,
  };
  return {
    total: first(db, counting(searches), wanted)?.rows ?? 0,
    items: all(db, listing(searches, sort), wanted).map(summaryOf),
  };
}

const countedTags = query((p: { kind: CharacterKind }) =>
  tables
    .selectFrom('characters')
    .innerJoin(sql<{ value: string }>`json_each(characters.tags)`.as('each'), (join) => join.onTrue())
    .where('kind', '=', p.kind)
    .where('removed_at', 'is', null)
    .groupBy('each.value')
    .select(({ fn }) => ['each.value as tag', fn.countAll<number>().as('count')])
    .orderBy('count', 'desc')
    .orderBy('tag')
    .limit(100),
);

export const listTags = (db: ReadableDB, kind: CharacterKind): TagCount[] => all(db, countedTags, { kind });

const byId = query((p: { id: string }) => tables.selectFrom('characters').selectAll().where('id', '=', p.id));
const allRows = query(() => tables.selectFrom('characters').selectAll());
const newest = query((_: object) =>
  tables
    .selectFrom('characters')
    .select(({ fn }) => [
      fn.max<number | null>('number').as('number'),
      fn.max<number | null>('changed_at').as('changed'),
    ]),
);
const insert = query((p: CharacterRow) => tables.insertInto('characters').values(columns(p, COLUMNS)));
const update = query((p: CharacterRow) =>
  tables.updateTable('characters').set(columns(p, COLUMNS)).where('id', '=', p.id),
);
const insertWords = query((p: CharacterWordsRow) =>
  tables.insertInto('character_words').values(columns(p, ['rowid', 'name', 'tags', 'more'])),
);
const removeWords = query((p: { rowid: number }) => tables.deleteFrom('character_words').where('rowid', '=', p.rowid));

export const characterChecksum = (row: CharacterRow): number =>
  checksum(
    row.number,
    row.id,
    row.kind,
    row.name,
    row.creator,
    row.tags,
    row.favourite,
    row.spec,
    row.container,
    row.original_id,
    row.avatar_id,
    row.thumbnail_id,
    row.changed_at,
    row.removed_at,
    row.card,
  );

/** Living or deleted: who is used in a story can be read for ever. */
export function needCharacter(db: ReadableDB, id: string): CharacterRow {
  const row = findCharacter(db, id);
  if (row === undefined) throw failure('NO_CHARACTER', {});
  return row;
}

export const findCharacter = (db: ReadableDB, id: string): CharacterRow | undefined => first(db, byId, { id });

export function needLivingCharacter(db: ReadableDB, id: string): CharacterRow {
  const row = needCharacter(db, id);
  if (row.removed_at !== null) throw failure('CHARACTER_DELETED', {});
  return row;
}

export const everyCharacter = (db: ReadableDB): CharacterRow[] => all(db, allRows, {});

export interface NewCharacter {
  readonly id: string;
  readonly kind: CharacterKind;
  readonly spec: CardSpec;
  readonly card: string;
  readonly container: CardContainer | null;
  readonly originalId: string | null;
  readonly avatarId: string | null;
}

/** The same id again answers with the character that is there. */
export function addCharacter(db: WritableDB, given: NewCharacter): CharacterSummary {
  return transaction(db, () => {
    const known = findCharacter(db, given.id);
    if (known !== undefined) return summaryOf(known);
    const view = viewCard(given.card, given.spec);
    const last = first(db, newest, {});
    const now = timeAfter(last?.changed ?? 0);
    const row: CharacterRow = {
      number: (last?.number ?? 0) + 1,
      id: given.id,
      kind: given.kind,
      ...shownOf(view),
      favourite: 0,
      spec: given.spec,
      container: given.container,
      original_id: given.originalId,
      avatar_id: given.avatarId,
      thumbnail_id: null,
      created_at: now,
      changed_at: now,
      removed_at: null,
      checksum: 0,
      card: given.card,
    };
    runOne(db, insert, { ...row, checksum: characterChecksum(row) });
    indexWords(db, row, view);
    return summaryOf(row);
  });
}

export function saveCharacter(
  db: WritableDB,
  before: CharacterRow,
  changes: Partial<Pick<CharacterRow, 'card' | 'favourite' | 'avatar_id' | 'thumbnail_id' | 'removed_at'>>,
): CharacterSummary {
  return transaction(db, () => {
    const isEdited = changes.card !== undefined && changes.card !== before.card;
    const view = viewCard(changes.card ?? before.card, before.spec);
    const row = {
      ...before,
      ...changes,
      ...(isEdited ? { ...shownOf(view), changed_at: timeAfter(first(db, newest, {})?.changed ?? 0) } : {}),
    };
    runOne(db, update, { ...row, checksum: characterChecksum(row) });
    if (isEdited) indexWords(db, row, view);
    return summaryOf(row);
  });
}

function indexWords(db: WritableDB, { number, name }: CharacterRow, view: Card): void {
  run(db, removeWords, { rowid: number });
  const { description, creatorNotes, personality, creator, nickname } = view;
  runOne(db, insertWords, {
    rowid: number,
    name: `${name}\n${nickname}`,
    tags: view.tags.join('\n'),
    more: [creator, description, personality, creatorNotes].join('\n').slice(0, MOST_INDEXED),
  });
}

/** UTF-16 units of a card; what stands behind them is found by no search. */
const MOST_INDEXED = 20_000;

const shownOf = (view: Card): Pick<CharacterRow, 'name' | 'creator' | 'tags'> => ({
  name: view.name.trim(),
  creator: view.creator,
  tags: JSON.stringify([...new Set(view.tags)].filter((tag) => tag !== '')),
});

/** The card as it is used. */
export const cardOf = ({ card, spec }: Pick<CharacterRow, 'card' | 'spec'>): Card => viewCard(card, spec);

const addressOf = (assetId: string | null): string | null => (assetId === null ? null : `asset/${assetId}`);

export function summaryOf(row: SummaryRow): CharacterSummary {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    creator: row.creator,
    tags: JSON.parse(row.tags) as string[],
    favourite: row.favourite === 1,
    avatar: addressOf(row.avatar_id),
    thumbnail: addressOf(row.thumbnail_id),
    modified: row.changed_at,
  };
}
