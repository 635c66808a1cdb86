import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faultOf } from '../../../shared/faults/failure.ts';
import { newId } from '../../../shared/document/ids.ts';
import { activePath } from '../../../shared/document/tree.ts';
import type { Op, Turn } from '../../../shared/document/turn.ts';
import { applyChange } from './changes.ts';
import type { WritableDB } from '../core/handle.ts';
import { openStore, type Store } from '../core/open.ts';
import { closeRevision } from './revisions.ts';
import { createStory } from './stories.ts';
import { readTree, turnText } from './turns.ts';

let folder: string;
let store: Store;
let db: WritableDB;
const story = newId();
const chapter = newId();
const root = newId();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-changes-'));
  store = openStore(folder);
  db = store.db;
  createStory(db, { id: story, title: 'The harbour', chapterId: chapter, turnId: root });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const turn = (text: string, role: Turn['role'] = 'model'): Turn => ({
  id: newId(),
  role,
  speaker: null,
  marked: true,
  text,
});
const change = (...ops: Op[]) =>
  applyChange(db, {
    changeId: newId(),
    chapterId: chapter,
    structureRev: readTree(db, chapter, { texts: 'none' }).structureRev,
    ops,
  });
const shown = () => activePath(readTree(db, chapter, { texts: 'path' })).map((each) => each.text);
const code = (act: () => unknown) => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return faultOf(error).code;
  }
};

describe('a change of a chapter', () => {
  test('a new chapter is one empty user turn', () => {
    expect(activePath(readTree(db, chapter, { texts: 'path' }))).toMatchObject([
      { id: root, role: 'user', text: '', version: 1, marked: false },
    ]);
  });

  test('writes, answers, edits, and is there again after reopening', () => {
    const reply = turn('The lamp went out.');
    expect(change({ op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: 'I wait.' }).versions).toEqual({
      [root]: 2,
    });
    change(
      { op: 'insert', turn: reply, after: root, as: 'chain' },
      { op: 'setText', turnId: reply.id, version: 1, at: 4, del: 4, ins: 'candle' },
    );
    change({ op: 'setText', turnId: root, version: 2, at: 2, del: 4, ins: 'knock' });
    expect(shown()).toEqual(['I knock.', 'The candle went out.']);
    store.close();
    store = openStore(folder);
    db = store.db;
    expect(shown()).toEqual(['I knock.', 'The candle went out.']);
  });

  test('an alternate keeps the other branch; activating shows it again', () => {
    const first = turn('Rain.');
    const tail = turn('Thunder.');
    const second = turn('Snow.');
    change(
      { op: 'insert', turn: first, after: root, as: 'chain' },
      { op: 'insert', turn: tail, after: first.id, as: 'chain' },
    );
    change({ op: 'insert', turn: second, after: root, as: 'alternate' });
    expect(shown()).toEqual(['', 'Snow.']);
    change({ op: 'activate', parentId: root, turnId: first.id });
    expect(shown()).toEqual(['', 'Rain.', 'Thunder.']);
  });

  test('a removed turn with alternates comes back as it was, after a restart too', () => {
    const [first, second, tail] = [turn('Rain.'), turn('Snow.'), turn('Frost.')];
    change(
      { op: 'insert', turn: first, after: root, as: 'chain' },
      { op: 'insert', turn: second, after: root, as: 'alternate' },
      { op: 'insert', turn: tail, after: second.id, as: 'chain' },
    );
    change({ op: 'remove', turnId: second.id });
    expect(shown()).toEqual(['', 'Frost.']);
    store.close();
    store = openStore(folder);
    db = store.db;
    change({ op: 'restore', turnId: second.id });
    expect(shown()).toEqual(['', 'Snow.', 'Frost.']);
  });

  test('whoever writes, line ends and characters are stored as every manuscript has them (M6)', () => {
    const [text, whole] = ['It rains.\r\nIt\0pours.\r\ud83d', 'It rains.\nIt\uFFFDpours.\n\uFFFD'];
    change(
      { op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: text },
      { op: 'insert', turn: { ...turn(text), speaker: ' Old\r\n\0Tom ' }, after: root, as: 'chain' },
    );
    expect(shown()).toEqual([whole, whole]);
    const [, second] = activePath(readTree(db, chapter, { texts: 'path' }));
    expect(second?.speaker).toBe('Old \uFFFDTom');
    change({ op: 'setSpeaker', turnId: second?.id ?? '', speaker: '\r' });
    expect(activePath(readTree(db, chapter, { texts: 'path' }))[1]?.speaker).toBeNull();
  });

  test('the same change twice is one', () => {
    const given = {
      changeId: newId(),
      chapterId: chapter,
      structureRev: 1,
      ops: [{ op: 'setText' as const, turnId: root, version: 1, at: 0, del: 0, ins: 'Once.' }],
    };
    const ack = applyChange(db, given);
    expect(applyChange(db, given)).toEqual(ack);
    expect(shown()).toEqual(['Once.']);
  });

  test('another change under a known id is refused: what was not stored is not acknowledged', () => {
    const [elsewhere, there] = [newId(), newId()];
    createStory(db, { id: newId(), title: 'Elsewhere', chapterId: elsewhere, turnId: there });
    const taken = { changeId: newId(), chapterId: chapter, structureRev: 1 };
    const typed = (turnId: string, ins: string): Op[] => [{ op: 'setText', turnId, version: 1, at: 0, del: 0, ins }];
    applyChange(db, { ...taken, ops: typed(root, 'Once.') });
    expect(code(() => applyChange(db, { ...taken, ops: typed(root, 'Other.') }))).toBe('CHANGE_TAKEN');
    expect(code(() => applyChange(db, { ...taken, chapterId: elsewhere, ops: typed(there, 'Once.') }))).toBe(
      'CHANGE_TAKEN',
    );
    expect(code(() => applyChange(db, { ...taken, structureRev: 2, ops: typed(root, 'Once.') }))).toBe('accepted');
    expect([turnText(db, root), turnText(db, there)]).toEqual(['Once.', '']);
  });

  test('a new turn under the id of one in another chapter is refused, and both stay as they are', () => {
    const there = { ...turn('Theirs.'), id: newId() };
    createStory(db, { id: newId(), title: 'Elsewhere', chapterId: newId(), turnId: there.id });
    expect(code(() => change({ op: 'insert', turn: there, after: root, as: 'chain' }))).toBe('TURN_TAKEN');
    expect([shown(), turnText(db, there.id)]).toEqual([[''], '']);
  });

  test('a stale version is a conflict that names its turn, and nothing of the change is stored', () => {
    change({ op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: 'Mine.' });
    const other = turn('Other.');
    const stale: Op[] = [
      { op: 'insert', turn: other, after: root, as: 'chain' },
      { op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: 'Late. ' },
    ];
    expect(() => change(...stale)).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'CONFLICT', params: { turnId: root } }) }),
    );
    expect(shown()).toEqual(['Mine.']);
  });

  test('a stale structure is a conflict, but typing goes on beside it', () => {
    change({ op: 'insert', turn: turn('Reply.'), after: root, as: 'chain' });
    const late = (op: Op) => applyChange(db, { changeId: newId(), chapterId: chapter, structureRev: 1, ops: [op] });
    expect(code(() => late({ op: 'insert', turn: turn('Late.'), after: root, as: 'chain' }))).toBe('CONFLICT');
    expect(late({ op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: 'Typed.' }).versions).toEqual({
      [root]: 2,
    });
  });

  test('edits outside the text, of turns that are gone, or in deleted chapters are refused', () => {
    expect(code(() => change({ op: 'setText', turnId: root, version: 1, at: 0, del: 1, ins: '' }))).toBe('RANGE');
    expect(code(() => change({ op: 'setText', turnId: newId(), version: 1, at: 0, del: 0, ins: 'x' }))).toBe('NO_TURN');
    expect(
      code(() =>
        applyChange(db, {
          changeId: newId(),
          chapterId: newId(),
          structureRev: 1,
          ops: [{ op: 'remove', turnId: root }],
        }),
      ),
    ).toBe('NO_CHAPTER');
    expect(shown()).toEqual(['']);
  });

  test('half a character is stored as what will be read back, and no edit may leave one behind', () => {
    change({ op: 'setText', turnId: root, version: 1, at: 0, del: 0, ins: 'a\ud83db😀c' });
    expect(code(() => change({ op: 'setText', turnId: root, version: 2, at: 4, del: 1, ins: '' }))).toBe('RANGE');
    change({ op: 'setText', turnId: root, version: 2, at: 0, del: 1, ins: 'longer' });
    expect(code(() => change({ op: 'setText', turnId: root, version: 3, at: 9, del: 1, ins: '' }))).toBe('RANGE');
    closeRevision(db, root, 'rest');
    store.close();
    store = openStore(folder);
    db = store.db;
    expect(turnText(db, root)).toBe('longer\ufffdb😀c');
    expect(code(() => change({ op: 'setText', turnId: root, version: 3, at: 9, del: 1, ins: '' }))).toBe('RANGE');
  });
});
