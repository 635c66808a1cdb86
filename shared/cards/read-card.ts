import { strFromU8, strToU8 } from 'fflate';
import { failure, fault, FaultError } from '../faults/failure.ts';
import type { StudioFault } from '../faults/studio-fault.ts';
import { fromBase64 } from '../text/base64.ts';
import { specOf, statedVersion, viewOf, type Card, type CardSpec } from './card.ts';
import { memberOf, readJson, type JsonNode } from './json-document.ts';
import { CARD_LIMITS } from './limits.ts';
import { pictureFacts } from './picture.ts';
import { isPng, readPng } from './png.ts';
import { isZip, readZip, unpack, type Zip } from './zip.ts';

/** What a card came in; `apng`: a PNG that moves. */
export type CardContainer = 'png' | 'apng' | 'json' | 'charx';

/** A card as a file held it. */
export interface CardFile {
  readonly container: CardContainer;
  readonly spec: CardSpec;
  /** Its JSON, letter for letter. */
  readonly text: string;
  readonly card: Card;
  /** The picture of the character; null where it has none, or one that is not shown. */
  readonly picture: Uint8Array | null;
  /** What is worth knowing of it, and kept nobody from reading it. */
  readonly notes: readonly StudioFault[];
}

/** Reads a card by its bytes, whatever its name ends in. Every refusal is a fault (`CardFaults`). */
export function readCard(bytes: Uint8Array): CardFile {
  const isArchive = isZip(bytes) && (starts(bytes, 0x50, 0x4b) || starts(bytes, 0xff, 0xd8));
  const [what, most] = isArchive ? (['archive', CARD_LIMITS.archive] as const) : (['file', CARD_LIMITS.file] as const);
  if (bytes.length > most) throw failure('CARD_LARGE', { what, most });
  if (isPng(bytes)) return fromPng(bytes);
  if (isArchive) return fromArchive(bytes);
  if (/^\s*\{/.test(strFromU8(bytes.subarray(0, 64), true).replace(/^\u00ef\u00bb\u00bf/, ''))) {
    const { text, notes } = decoded(bytes);
    return cardFile('json', text, notes, ({ assets }) => linkedPicture(assets));
  }
  const picture = pictureFacts(bytes);
  // It begins as an archive does and has no end.
  if (starts(bytes, 0x50, 0x4b)) throw failure('CARD_BROKEN', { part: 'zip' });
  if (picture === null) throw failure('CARD_UNKNOWN', {});
  throw failure('CARD_PICTURE', { format: picture.type.replace('image/', '') });
}

const starts = (bytes: Uint8Array, one: number, two: number): boolean => bytes[0] === one && bytes[1] === two;

/** The texts of a PNG in the order in which they are believed: what a V3 card says goes first. */
function fromPng(bytes: Uint8Array): CardFile {
  const { texts, isAnimated, isWhole, width, height } = readPng(bytes);
  const ordered = ['ccv3', 'chara'].flatMap((keyword) => texts.filter((one) => one.keyword === keyword));
  if (ordered.length === 0) throw failure('CARD_NONE', { in: 'png' });
  const isShown = width > 0 && height > 0 && width * height <= CARD_LIMITS.pixels;
  const found = [
    ...(isWhole ? [] : [fault('CARD_CUT_OFF', {})]),
    ...(isShown ? [] : [fault('PICTURE_LARGE', { width, height })]),
  ];
  let refused: unknown;
  for (const { text } of ordered)
    try {
      const { text: json, notes } = cardText(text);
      const container = isAnimated ? 'apng' : 'png';
      return cardFile(container, json, [...found, ...notes], () => (isShown && isWhole ? bytes : null));
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      refused ??= error;
    }
  throw refused;
}

interface Decoded {
  readonly text: string;
  readonly notes: readonly StudioFault[];
}

/** The JSON in a text of a PNG: in base64, or, of some tools, as it is. */
export function cardText(text: string): Decoded {
  if (text.length > CARD_LIMITS.text * 4) throw failure('CARD_LARGE', { what: 'text', most: CARD_LIMITS.text });
  if (text.trimStart().startsWith('{'))
    return decoded(/[\u0100-\uffff]/.test(text) ? strToU8(text) : strToU8(text, true));
  const bytes = fromBase64(text);
  if (bytes === null) throw failure('CARD_BROKEN', { part: 'base64' });
  return decoded(bytes);
}

/** Bytes that are no UTF-8 become U+FFFD, and a note says so. */
function decoded(bytes: Uint8Array): Decoded {
  const whole = starts(bytes, 0xef, 0xbb) && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const text = strFromU8(whole);
  const again = strToU8(text);
  const isSame = again.length === whole.length && again.every((byte, at) => byte === whole[at]);
  return { text, notes: isSame ? [] : [fault('CARD_REPLACED', {})] };
}

const NEWEST = 3;

function cardFile(
  container: CardContainer,
  text: string,
  found: readonly StudioFault[],
  pictureOf: (card: Card) => Uint8Array | null,
): CardFile {
  const root = readJson(text);
  const spec = specOf(root);
  if (spec === null) throw failure('CARD_NONE', { in: isBook(root) ? 'book' : 'json' });
  const version = statedVersion(root);
  const card = viewOf(root, spec);
  const notes = [
    ...found,
    ...(spec !== 'v1' && version >= NEWEST + 1 ? [fault('CARD_NEWER', { version: String(version) })] : []),
    ...(card.name.trim() === '' ? [fault('CARD_NAMELESS', {})] : []),
  ];
  return { container, spec, text, card, picture: pictureOf(card), notes };
}

function isBook(root: JsonNode): boolean {
  const spec = memberOf(root, 'spec')?.value;
  return (spec?.kind === 'text' && spec.value.startsWith('lorebook')) || memberOf(root, 'entries') !== undefined;
}

const CARD_JSON = 'card.json';

/** The entry with the card of an archive. */
export const cardEntryOf = ({ entries }: Zip) => entries.find(({ name }) => name.toLowerCase() === CARD_JSON);

function fromArchive(bytes: Uint8Array): CardFile {
  const zip = readZip(bytes);
  const entry = cardEntryOf(zip);
  if (entry === undefined) throw failure('CARD_NONE', { in: 'zip' });
  const { text, notes } = decoded(unpack(entry, CARD_LIMITS.text * 3));
  return cardFile('charx', text, notes, (card) => archivedPicture(card, zip));
}

/** The icon called main, or the first one. */
const iconOf = (assets: Card['assets']) => {
  const icons = assets.filter(({ type }) => type === 'icon');
  return icons.find(({ name }) => name === 'main') ?? icons[0];
};

/** Where icons lie, of cards that do not say which one is theirs. */
const ICON = /^assets\/icon\/.+\.(?:png|webp|jpe?g|gif)$/i;

function archivedPicture({ assets }: Card, zip: Zip): Uint8Array | null {
  const uri = iconOf(assets)?.uri ?? '';
  const path = /^embedd?ed:\/\/(.+)$/.exec(uri)?.[1];
  const entry = zip.entries.find(({ name }) => name === path) ?? zip.entries.find(({ name }) => ICON.test(name));
  if (entry === undefined) return linkedPicture(assets) ?? shownPicture(zip.prefix);
  try {
    return shownPicture(unpack(entry, CARD_LIMITS.file));
  } catch (error) {
    // The card can be read without it.
    if (error instanceof FaultError) return null;
    throw error;
  }
}

/** One that stands in the card itself, as a data address. */
function linkedPicture(assets: Card['assets']): Uint8Array | null {
  const data = /^data:image\/[a-z+]+;base64,/.exec(iconOf(assets)?.uri ?? '');
  const bytes = data === null ? null : fromBase64(data.input.slice(data[0].length));
  return bytes === null ? null : shownPicture(bytes);
}

function shownPicture(bytes: Uint8Array): Uint8Array | null {
  const facts = pictureFacts(bytes);
  const pixels = facts === null ? 0 : facts.width * facts.height;
  return pixels > 0 && pixels <= CARD_LIMITS.pixels ? bytes : null;
}
