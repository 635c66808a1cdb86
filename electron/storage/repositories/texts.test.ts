import { expect, test } from 'vitest';
import { SEED } from '../../../tests/helpers/sizes.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { coalesce, createTexts, splice, spliceOpening, type Edit } from './texts.ts';

const random = seededRandom(SEED);
const below = (n: number) => Math.floor(random() * n);
const letters = (n: number) => Array.from({ length: n }, () => String.fromCharCode(97 + below(26))).join('');

test(`edits made one give the text that they give one by one, and typing becomes a single edit, seed ${SEED}`, () => {
  for (let round = 0; round < 500; round += 1) {
    const start = letters(20);
    let text = start;
    const edits: Edit[] = [];
    for (let i = 0; i < 12; i += 1) {
      const at = below(text.length + 1);
      const edit = { at, del: below(Math.min(6, text.length - at + 1)), ins: letters(below(4)) };
      edits.push(edit);
      text = splice(text, edit);
    }
    expect(coalesce(edits).reduce(splice, start)).toBe(text);
  }
  const typed = [...'hello'].map((ins, i) => ({ at: 3 + i, del: 0, ins }));
  expect(coalesce([...typed, { at: 7, del: 1, ins: '' }])).toEqual([{ at: 3, del: 0, ins: 'hell' }]);
});

test(`the beginning of a text is known without the rest of it, seed ${SEED}`, () => {
  for (let round = 0; round < 500; round += 1) {
    const start = letters(60);
    let text = start;
    const edits: Edit[] = [];
    for (let i = 0; i < 8; i += 1) {
      const at = below(text.length + 1);
      edits.push({ at, del: below(Math.min(6, text.length - at + 1)), ins: letters(below(4)) });
      text = splice(text, edits.at(-1) as Edit);
    }
    const deleted = edits.reduce((sum, { del }) => sum + del, 0);
    const opening = edits.reduce(spliceOpening, start.slice(0, 10 + deleted));
    expect(opening.slice(0, 10)).toBe(text.slice(0, 10));
  }
});

test('a place inside a character is known without building the text', () => {
  const texts = createTexts();
  texts.put('a', 'x😀y');
  texts.edit('a', { at: 0, del: 1, ins: 'long 🎈 word' });
  const text = 'long 🎈 word😀y';
  const inside = Array.from({ length: text.length + 1 }, (_, at) => at).filter((at) => texts.splitsPair('a', at));
  expect(inside).toEqual([text.indexOf('🎈') + 1, text.indexOf('😀') + 1]);
  expect(texts.get('a')).toBe(text);
});

test('the texts used longest ago are let go', () => {
  const texts = createTexts(100);
  for (const id of ['a', 'b', 'c']) texts.put(id, id.repeat(40));
  expect([texts.has('a'), texts.has('b'), texts.has('c')]).toEqual([false, true, true]);
  texts.get('b');
  texts.put('d', 'd'.repeat(40));
  expect([texts.has('b'), texts.has('c')]).toEqual([true, false]);
});
