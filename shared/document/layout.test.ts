import { describe, expect, test } from 'vitest';
import { lineEditsOf } from './line-edits.ts';
import type { TextChange } from './line-edits.ts';
import { indexAt, layoutOf, spanAt, textRange, updateLayout, withIds } from './layout.ts';
import type { Layout } from './layout.ts';

const STORY = ['<|system|>', 'A cave.', '<|user|>', 'Go in.', '', '<|model|> Narrator', 'It is dark.', '<|user|>', ''];

const numbered = (prefix: string): (() => string) => {
  let count = 0;
  return () => `${prefix}${++count}`;
};

/** The manuscript after changes, as an editor reports them, with the layout carried along. */
function edited(
  lines: readonly string[],
  changes: readonly TextChange[],
): { layout: Layout; lines: string[]; old: Layout } {
  const old = layoutOf(lines, numbered('t'));
  const after = [...lines];
  for (const { range, text } of changes.toReversed()) {
    const head = (after[range.startLineNumber - 1] ?? '').slice(0, range.startColumn - 1);
    const tail = (after[range.endLineNumber - 1] ?? '').slice(range.endColumn - 1);
    after.splice(
      range.startLineNumber - 1,
      range.endLineNumber - range.startLineNumber + 1,
      ...(head + text + tail).split('\n'),
    );
  }
  const layout = updateLayout(
    old,
    lineEditsOf(changes, (line) => after[line - 1] ?? ''),
    numbered('new'),
  );
  expect(
    withIds(
      layoutOf(after, () => ''),
      layout.ids,
    ),
  ).toEqual(layout);
  return { layout, lines: after, old };
}

const change = (
  startLineNumber: number,
  startColumn: number,
  endLineNumber: number,
  endColumn: number,
  text: string,
): TextChange => ({
  range: { startLineNumber, startColumn, endLineNumber, endColumn },
  text,
});
const ids = (lines: readonly string[], ...changes: TextChange[]): readonly string[] =>
  edited(lines, changes).layout.ids;

describe('a layout says which lines are which turn’s', () => {
  const layout = layoutOf(STORY, numbered('t'));
  test('with role, speaker, place and length', () => {
    expect(layout.spans.map(({ id, role, speaker, line, lines }) => [id, role, speaker, line, lines])).toEqual([
      ['t1', 'system', null, 1, 2],
      ['t2', 'user', null, 3, 3],
      ['t3', 'model', 'Narrator', 6, 2],
      ['t4', 'user', null, 8, 2],
    ]);
  });
  test('every line has its turn', () => {
    expect([1, 2, 3, 5, 6, 9, 99].map((line) => spanAt(layout, line).id)).toEqual([
      't1',
      't1',
      't2',
      't2',
      't3',
      't4',
      't4',
    ]);
    expect(indexAt(layout, 6)).toBe(2);
  });
  test('a text begins below its mark', () =>
    expect(layout.spans.map(textRange)).toEqual([
      { first: 2, count: 1 },
      { first: 4, count: 2 },
      { first: 7, count: 1 },
      { first: 9, count: 1 },
    ]));
  test('prose has one turn without a mark, from line 1', () =>
    expect(layoutOf(['Once', 'upon'], numbered('t')).spans).toEqual([
      { id: 't1', role: 'model', speaker: null, marked: false, line: 1, lines: 2 },
    ]));
});

describe('M7: ids are carried by alignment', () => {
  test('typing in a turn keeps all', () =>
    expect(ids(STORY, change(4, 3, 4, 3, ' slowly'))).toEqual(['t1', 't2', 't3', 't4']));
  test('a split turn keeps its id on the first part', () =>
    expect(ids(STORY, change(4, 3, 4, 3, '\n<|model|>\n'))).toEqual(['t1', 't2', 'new1', 't3', 't4']));
  test('merged turns have the first one’s', () =>
    expect(ids(STORY, change(5, 1, 6, 19, ''))).toEqual(['t1', 't2', 't4']));
  test('a deleted turn takes its id along, its neighbours keep theirs', () =>
    expect(ids(STORY, change(3, 1, 6, 1, ''))).toEqual(['t1', 't3', 't4']));
  test('the same where the next turn has the same role', () => {
    const alike = ['<|user|>', 'a', '<|user|>', 'b', '<|user|>', 'c'];
    expect(ids(alike, change(3, 1, 5, 1, ''))).toEqual(['t1', 't3']);
    expect(ids(alike, change(1, 1, 3, 1, ''))).toEqual(['t2', 't3']);
    expect(ids(alike, change(3, 1, 3, 1, '<|user|>\nnew\n'))).toEqual(['t1', 'new1', 't2', 't3']);
  });
  test('a changed role or speaker is the same turn', () => {
    expect(ids(STORY, change(3, 1, 3, 9, '<|model|>'))).toEqual(['t1', 't2', 't3', 't4']);
    expect(ids(STORY, change(6, 10, 6, 19, ' Anna'))).toEqual(['t1', 't2', 't3', 't4']);
  });
  test('a mark over plain prose is the same turn', () =>
    expect(ids(['Once', 'upon'], change(1, 1, 1, 1, '<|user|>\n'))).toEqual(['t1']));
  test('turns put in front of plain prose leave it its id', () =>
    expect(ids(['Once', 'upon'], change(1, 1, 1, 1, '<|system|>\nRules\n<|model|>\n'))).toEqual(['new1', 't1']));
  test('prose put in front of plain prose is its own', () =>
    expect(ids(['Once'], change(1, 1, 1, 1, 'Hear!\n<|user|>\n'))).toEqual(['t1', 'new1']));
  test('a first mark that is broken leaves the turn', () =>
    expect(ids(STORY, change(1, 1, 1, 2, ''))).toEqual(['t1', 't2', 't3', 't4']));
  test('a line above the first mark is a turn of its own, and gone when it goes', () => {
    expect(ids(STORY, change(1, 1, 1, 1, '\n'))).toEqual(['new1', 't1', 't2', 't3', 't4']);
    expect(ids(['', ...STORY], change(1, 1, 2, 1, ''))).toEqual(['t2', 't3', 't4', 't5']);
  });
  test('replacing everything aligns by role', () =>
    expect(ids(STORY, change(1, 1, 9, 1, '<|system|>\nA moor.\n<|model|> Narrator\nMist.\n<|user|>\nOn.'))).toEqual([
      't1',
      't3',
      't4',
    ]));
  test('emptying everything leaves the first turn', () => expect(ids(STORY, change(1, 1, 9, 1, ''))).toEqual(['t1']));
  test('several cursors at once', () => {
    const found = edited(STORY, [
      change(2, 8, 2, 8, '\n<|model|>'),
      change(7, 1, 7, 1, 'x'),
      change(9, 1, 9, 1, '\n<|system|>\n'),
    ]);
    expect(found.layout.ids).toEqual(['t1', 'new1', 't2', 't3', 't4', 'new2']);
  });
  test('an undo brings back the ids of its version', () => {
    const { layout } = edited(STORY, [change(4, 3, 4, 3, '\n<|model|>\n')]);
    expect(withIds(layout, ['a', 'b', 'c', 'd', 'e']).spans.map((span) => span.id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(() => withIds(layout, ['a'])).toThrow(RangeError);
  });
});

describe('M8: what has not changed is the same object', () => {
  test('typing inside a line gives back the layout', () => {
    const { layout, old } = edited(STORY, [change(4, 3, 4, 3, ' slowly')]);
    expect(layout).toBe(old);
  });
  test('a new line gives back the ids and the turns above', () => {
    const { layout, old } = edited(STORY, [change(4, 3, 4, 3, '\n')]);
    expect(layout.ids).toBe(old.ids);
    expect(layout.spans[0]).toBe(old.spans[0]);
    expect(layout.spans[3]).toEqual({ ...old.spans[3], line: 9 });
  });
  test('no text is read but the touched lines', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => (index % 50 === 0 ? '<|user|>' : 'text'));
    const layout = layoutOf(lines, numbered('t'));
    const read: number[] = [];
    lineEditsOf([change(700, 2, 701, 3, 'a\nb\nc')], (line) => {
      read.push(line);
      return 'text';
    });
    expect(read).toEqual([700, 701, 702]);
    expect(updateLayout(layout, [{ fromLine: 700, toLine: 700, newLines: ['other'] }], numbered('n'))).toBe(layout);
  });
});
