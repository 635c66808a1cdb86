import { deflateSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { makeCards, makePng, pngChunk, textChunk } from '../../tests/helpers/card-maker.ts';
import { SEED, sizeOf } from '../../tests/helpers/sizes.ts';
import { FaultError } from '../faults/failure.ts';
import { readCard, type CardFile } from './read-card.ts';
import { writeCard } from './write-card.ts';

const MUTANTS = sizeOf(150, 500);

/** What a file comes to: a card, or the code of its refusal. Anything else that is thrown is a defect. */
function outcome(bytes: Uint8Array): CardFile | string {
  try {
    return readCard(bytes);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.fault.code;
  }
}
const codeOf = (bytes: Uint8Array): string => {
  const read = outcome(bytes);
  return typeof read === 'string' ? read : 'read';
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const withCard = (text: string): Buffer => makePng({}, [textChunk('chara', base64(text))]);
const json = (text: string): Uint8Array => strToU8(text);
const card = (more: string): string => `{"name":"N","more":${more}}`;
const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));

function lying(): Uint8Array {
  const bytes = Buffer.from(zipSync({ 'card.json': strToU8(card(`"${'a'.repeat(2_000_000)}"`)) }));
  // What the archive says of the size of its first file, in its list.
  bytes.writeUInt32LE(10, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
  return bytes;
}

test.each([
  ['nothing', new Uint8Array(), 'CARD_UNKNOWN'],
  ['a text', strToU8('Once upon a time'), 'CARD_UNKNOWN'],
  ['a WebP that is called PNG', strToU8('RIFF0000WEBPVP8X000000000000000'), 'CARD_PICTURE'],
  ['a CHARX that was cut off', zipSync({ 'card.json': strToU8(card('1')) }).subarray(0, -10), 'CARD_BROKEN'],
  ['a picture without a card', makePng(), 'CARD_NONE'],
  ['JSON without a card', json('{"a":1}'), 'CARD_NONE'],
  ['a lorebook', json('{"spec":"lorebook_v3","data":{"entries":[]}}'), 'CARD_NONE'],
  ['JSON that is none', json('{"name":"N",}'), 'CARD_BROKEN'],
  ['base64 that is none', makePng({}, [textChunk('chara', '!!!!')]), 'CARD_BROKEN'],
  [
    'a chunk that claims 4 GB',
    Buffer.concat([makePng().subarray(0, 33), Buffer.from('ffffffff63484152', 'hex')]),
    'CARD_NONE',
  ],
  [
    '100,001 chunks',
    Buffer.concat([makePng().subarray(0, 33), ...Array(100_001).fill(pngChunk('teST', Buffer.alloc(0)))]),
    'CARD_LARGE',
  ],
  [
    'a packed text that is endless',
    makePng({}, [pngChunk('zTXt', Buffer.concat([Buffer.from('chara\0\0'), bomb]))]),
    'CARD_LARGE',
  ],
  ['a packed text that is none', makePng({}, [pngChunk('zTXt', Buffer.from('chara\0\0nothing'))]), 'CARD_BROKEN'],
  ['a text without an end of its keyword', makePng({}, [pngChunk('tEXt', Buffer.from('chara'))]), 'CARD_NONE'],
  ['JSON a million deep', json(`${'{"name":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`), 'CARD_LARGE'],
  ['JSON 65 deep in a picture', withCard(card(`${'['.repeat(65)}${']'.repeat(65)}`)), 'CARD_LARGE'],
  [
    'a million keys',
    json(`{"name":"N"${Array.from({ length: 1_000_000 }, (_, at) => `,"${at}":1`).join('')}}`),
    'CARD_LARGE',
  ],
  ['a text of 9 million letters', json(card(`"${'x'.repeat(9_000_000)}"`)), 'CARD_LARGE'],
  ['33 MB', new Uint8Array(33 * 1024 * 1024), 'CARD_LARGE'],
  ['an archive without a card', zipSync({ 'a.txt': strToU8('a') }), 'CARD_NONE'],
  ['an archive that lies about a size', lying(), 'CARD_BROKEN'],
  [
    'an archive of 5,001 files',
    zipSync(Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`${at}`, new Uint8Array()]))),
    'CARD_LARGE',
  ],
  [
    'a card that unpacks to 64 MB',
    zipSync({ 'card.json': [new Uint8Array(64 * 1024 * 1024), { level: 9 }] }),
    'CARD_LARGE',
  ],
])('%s is refused in words', (_name, bytes, code) => {
  expect(codeOf(bytes)).toBe(code);
});

test.each(['../../evil', '/etc/passwd', 'C:\\x', 'CON', 'aux.png', 'a\0b', 'x'.repeat(300), '\u202Egnp', 'a.'])(
  'an archive with a file called %j is read, and the name is never that of a file here',
  (name) => {
    const bytes = zipSync({ 'card.json': strToU8('{"name":"N"}'), [name]: strToU8('evil') });
    expect(outcome(bytes)).toMatchObject({ card: { name: 'N' } });
  },
);

test('what no object should have is neither lost nor taken for more than words', () => {
  const read = readCard(json('{"name":"N","__proto__":{"description":"polluted"},"description":null}'));
  expect(read.card.description).toBe('');
  expect(({} as { description?: string }).description).toBeUndefined();
});

test('a picture of 60,000 × 60,000 pixels is kept and not shown', () => {
  const bytes = withCard('{"name":"N"}');
  bytes.writeUInt32BE(60_000, 16);
  bytes.writeUInt32BE(60_000, 20);
  expect(outcome(bytes)).toMatchObject({ picture: null, notes: [{ code: 'PICTURE_LARGE' }] });
});

test(`${MUTANTS} damaged cards come to a card or a refusal, and a card goes out again, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const below = (limit: number): number => Math.floor(random() * limit);
  const cards = makeCards();
  let reads = 0;
  for (let number = 0; number < MUTANTS; number += 1) {
    const from = cards[number % cards.length] ?? expect.fail();
    let bytes = Buffer.from(from.bytes);
    for (let change = below(4); change >= 0; change -= 1) {
      const at = below(bytes.length);
      const kind = below(4);
      if (kind === 0) bytes[at] = below(256);
      else if (kind === 1) bytes = bytes.subarray(0, Math.max(1, at));
      else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(bytes.length))]);
      else bytes.fill(below(2) * 255, at, Math.min(bytes.length, at + below(8)));
    }
    const read = outcome(bytes);
    if (typeof read === 'string') continue;
    reads += 1;
    const { container } = read;
    const written = writeCard({ ...read, original: { container, bytes }, picture: null });
    expect(readCard(written.bytes).card.name, `mutant ${String(number)}`).toBe(read.card.name);
  }
  expect(reads).toBeGreaterThan(MUTANTS / 20);
});
