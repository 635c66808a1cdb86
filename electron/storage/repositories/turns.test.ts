import { expect, test } from 'vitest';
import { madeChapter } from '../../../tests/helpers/chapter-maker.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { closeRevision } from './revisions.ts';
import { readTree, turnText } from './turns.ts';

const TURNS = 120;

/** A chapter whose turns were changed and closed in all ways, with nothing of it in memory. */
function writtenChapter() {
  const chapter = madeChapter(TURNS);
  const { db } = chapter.store;
  for (let version = 1; version <= 3; version += 1) {
    const changed = chapter.turnIds.flatMap((turnId, n) => (n % 4 >= version ? [{ turnId, n }] : []));
    chapter.change(
      ...changed.map(({ turnId, n }): Op => ({
        op: 'setText',
        turnId,
        version,
        at: 1,
        del: 1,
        ins: `«${n}.${version}»`,
      })),
    );
    for (const { turnId, n } of changed) if (n % 16 === 3 && version < 3) closeRevision(db, turnId, 'rest');
  }
  const [first] = db.sqlite.prepare('SELECT chapter_id AS id FROM turns LIMIT 1').all() as { id: string }[];
  db.texts.clear();
  return { ...chapter, db, chapterId: first?.id ?? '' };
}

test('the texts of a long chapter are read together, and are those that each turn has alone', () => {
  const { db, chapterId, turnIds, end } = writtenChapter();
  const { turns } = readTree(db, chapterId, { texts: 'path' });
  db.texts.clear();
  expect(turnIds.map((id) => turns.get(id)?.text)).toEqual(turnIds.map((id) => turnText(db, id)));
  expect([...db.damagedTurns]).toEqual([]);
  end();
});

test('where one of them is damaged, that one is told, and the others are whole', () => {
  const { db, chapterId, turnIds, end } = writtenChapter();
  const damaged = turnIds[TURNS - 1] ?? '';
  db.sqlite.prepare("UPDATE revisions SET body = replace(body, 'harbour', 'barbour') WHERE turn_id = ?").run(damaged);
  const { turns } = readTree(db, chapterId, { texts: 'path' });
  expect([...db.damagedTurns]).toEqual([damaged]);
  expect(turns.get(damaged)?.text).toContain('barbour');
  expect(turns.get(turnIds[0] ?? '')?.text).not.toBeNull();
  end();
});
