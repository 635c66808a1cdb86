import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../core/open.ts';
import { applyChange } from '../repositories/changes.ts';
import { createOldStory } from '../../../tests/helpers/old-story.ts';
import { MIGRATIONS } from './index.ts';

test('a change that the version before took is known by its id, and a new one by what it asked as well', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-digests-'));
  const [changeId, chapterId, turnId] = [newId(), newId(), newId()];
  const before = openStore(folder, { migrations: MIGRATIONS.filter(({ version }) => version < 11) });
  createOldStory(before.db.sqlite, { id: newId(), title: 'Old', chapterId, turnId });
  const ack = { structureRev: 1, versions: { [turnId]: 2 } };
  before.db.sqlite
    .prepare("INSERT INTO changes (change_id, ack, digest) VALUES (?, ?, 'of before')")
    .run(changeId, JSON.stringify(ack));
  before.close();

  const { db, close } = openStore(folder);
  const typed = (id: string, ins: string): Change => ({
    changeId: id,
    chapterId,
    structureRev: 1,
    ops: [{ op: 'setText', turnId, version: 1, at: 0, del: 0, ins }],
  });
  expect(applyChange(db, typed(changeId, 'Typed.'))).toEqual(ack);
  const later = newId();
  const taken = applyChange(db, typed(later, 'Later.'));
  expect(applyChange(db, typed(later, 'Later.'))).toEqual(taken);
  expect(() => applyChange(db, typed(later, 'Other.'))).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ code: 'CHANGE_TAKEN' }) }),
  );
  close();
  rmSync(folder, { recursive: true });
});
