import { describe, expect, test } from 'vitest';
import { strFromU8, unzipSync } from 'fflate';
import { makeCards, makePng, textChunk } from '../../tests/helpers/card-maker.ts';
import { emptyCard, fieldsOf, viewCard, withEdit, type CardEdit } from './card.ts';
import { readCard } from './read-card.ts';
import { readPng } from './png.ts';
import { writeCard } from './write-card.ts';

const CARDS = makeCards();
const NOW = 1_800_000_000;

/** A card's text without the value of one key, to compare what is around it. */
const without = (text: string, key: string): string =>
  text.replace(new RegExp(`"${key}"\\s*:\\s*(?:"(?:[^"\\\\]|\\\\.)*"|[\\d.]+|null)`, 's'), `"${key}":…`);

const decoded = (bytes: Uint8Array, keyword: string): string =>
  Buffer.from(readPng(bytes).texts.find((one) => one.keyword === keyword)?.text ?? '', 'base64').toString('utf8');

test('there are 40 card files', () => {
  expect(CARDS.length).toBe(40);
});

describe.each(CARDS)('$name', ({ bytes, text, spec, container }) => {
  test('is read as it came, whatever its types are', () => {
    const read = readCard(bytes);
    expect(read).toMatchObject({ text, spec, container });
    expect(read.card.name).not.toBe('');
  });

  test('goes out untouched with every value as it came, and no field more', () => {
    const { card: _, ...read } = readCard(bytes);
    const written = writeCard({ ...read, original: { container, bytes }, picture: null });
    const again = readCard(written.bytes);
    if (written.ext !== 'png') expect(again).toMatchObject({ text, spec, container });
    else {
      expect(readPng(written.bytes).texts.map(({ keyword }) => keyword)).toEqual(['chara', 'ccv3']);
      const own = decoded(written.bytes, spec === 'v3' ? 'ccv3' : 'chara');
      expect(own).toBe(text);
      expect(fieldsOf(again.card)).toEqual(fieldsOf(read.spec === spec ? viewCard(text, spec) : again.card));
    }
  });

  test('changes where it is edited, and in the date of V3, and nowhere else', () => {
    const edited = withEdit(text, spec, { description: 'Somebody “else” now.' }, NOW);
    expect(viewCard(edited, spec).description).toBe('Somebody “else” now.');
    expect({ ...viewCard(edited, spec), description: '' }).toEqual({ ...viewCard(text, spec), description: '' });
    if (text.includes('"description"')) {
      const around = (card: string): string => without(without(card, 'description'), 'modification_date');
      if (spec !== 'v3' || text.includes('modification_date')) expect(around(edited)).toBe(around(text));
      expect(edited.includes(String(NOW))).toBe(spec === 'v3');
    }
  });
});

describe('a card', () => {
  const V3 = CARDS.find((card) => card.spec === 'v3' && card.container === 'json') ?? expect.fail();

  test('is seen with the right types, and keeps the wrong ones', () => {
    expect(viewCard(V3.text, 'v3')).toMatchObject({
      personality: '7',
      scenario: '',
      exampleMessages: '<START>\n{{char}}: Mind the rope.',
      alternateGreetings: ['Second', '3'],
      tags: ['town', 'sea'],
      characterVersion: '1.2',
      depthPrompt: 'Tobias smells of tar.',
      depth: 4,
      depthRole: 'user',
      talkativeness: 0.5,
      bookEntries: 1,
      nickname: 'Tobi',
    });
    expect(V3.text).toContain('"personality":7');
  });

  test('that is given what it says already stays as it is', () => {
    const card = viewCard(V3.text, 'v3');
    expect(withEdit(V3.text, 'v3', fieldsOf(card), NOW)).toBe(V3.text);
  });

  test('takes every field, also one that its version does not know', () => {
    const edit: CardEdit = {
      name: 'N',
      nickname: 'n',
      description: 'd',
      personality: 'p',
      scenario: 's',
      firstMessage: 'f',
      exampleMessages: 'e',
      systemPrompt: 'y',
      postHistoryInstructions: 'h',
      depthPrompt: 'dp',
      depth: 2,
      depthRole: 'model',
      creatorNotes: 'c',
      creator: 'o',
      characterVersion: '9',
      alternateGreetings: ['one', 'two'],
      groupOnlyGreetings: ['three'],
      tags: ['x'],
    };
    for (const { text, spec } of [...CARDS, { text: emptyCard('New', NOW), spec: 'v3' as const }])
      expect(viewCard(withEdit(text, spec, edit, NOW), spec)).toMatchObject(edit);
  });

  test('keeps its numbers beyond 2^53 and its __proto__ when it is edited', () => {
    const edited = withEdit(V3.text, 'v3', { name: 'T', tags: [] }, NOW);
    for (const kept of ['12345678901234567890', '"__proto__":{"x":1}', '1e400', '9007199254740993', '"\\ud800"'])
      expect(edited).toContain(kept);
  });
});

describe('a PNG', () => {
  const V2 = CARDS.find((card) => card.spec === 'v2' && card.container === 'png') ?? expect.fail();

  test('goes out edited for readers of V2 and of V3, with its picture and its other texts', () => {
    const text = withEdit(V2.text, 'v2', { scenario: 'A ferry.' }, NOW);
    const bytes = makePng({}, [
      textChunk('Comment', 'by us'),
      textChunk('CHARA', Buffer.from(V2.text).toString('base64')),
    ]);
    const written = writeCard({ spec: 'v2', text, original: { container: 'png', bytes }, picture: null });
    expect(decoded(written.bytes, 'chara')).toBe(text);
    expect(viewCard(decoded(written.bytes, 'ccv3'), 'v3').scenario).toBe('A ferry.');
    expect(Buffer.from(written.bytes).toString('latin1')).toContain('Comment\0by us');
    expect(readPng(written.bytes)).toMatchObject({ width: 8, height: 12, isWhole: true });
  });

  test('that holds a card for older readers keeps what that says, and is edited there too', () => {
    const older = '{"spec":"chara_card_v2","spec_version":"2.0","data":{"name":"Old","own":1,"first_mes":"x"}}';
    const newer = '{"spec":"chara_card_v3","spec_version":"3.0","data":{"name":"Old","first_mes":"x"}}';
    const bytes = makePng({}, [
      textChunk('chara', Buffer.from(older).toString('base64')),
      textChunk('ccv3', Buffer.from(newer).toString('base64')),
    ]);
    const text = withEdit(newer, 'v3', { name: 'New' }, NOW);
    const written = writeCard({ spec: 'v3', text, original: { container: 'png', bytes }, picture: null });
    expect(decoded(written.bytes, 'chara')).toBe(older.replace('"Old"', '"New"'));
  });
});

test('an archive keeps its other files, packed as they were', () => {
  const { bytes, text } = CARDS.find((card) => card.container === 'charx' && card.spec === 'v3') ?? expect.fail();
  const edited = withEdit(text, 'v3', { name: 'Other' }, NOW);
  const written = writeCard({ spec: 'v3', text: edited, original: { container: 'charx', bytes }, picture: null });
  const [before, after] = [unzipSync(bytes), unzipSync(written.bytes)];
  expect(strFromU8(after['card.json'] ?? new Uint8Array())).toBe(edited);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(after['module.risum']).toEqual(before['module.risum']);
});

test('a picture with an archive behind it is one', () => {
  const { bytes, text } = CARDS.find((card) => card.container === 'charx') ?? expect.fail();
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0, 4, 0, 4, 1, 0xff, 0xd9]);
  const both = Buffer.concat([picture, bytes]);
  expect(readCard(both)).toMatchObject({ text, container: 'charx' });
  const written = writeCard({ spec: 'v1', text, original: { container: 'charx', bytes: both }, picture: null });
  expect(Buffer.from(written.bytes).subarray(0, picture.length)).toEqual(picture);
  expect(readCard(written.bytes)).toMatchObject({ text });
});

test('a card that was made here goes out as JSON, or as PNG where it has a picture', () => {
  const text = emptyCard('Pell', NOW);
  expect(writeCard({ spec: 'v3', text, original: null, picture: null }).ext).toBe('json');
  const written = writeCard({ spec: 'v3', text, original: null, picture: makePng() });
  expect(readCard(written.bytes)).toMatchObject({ text, container: 'png' });
});
