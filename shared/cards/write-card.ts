import { strToU8 } from 'fflate';
import { FaultError } from '../faults/failure.ts';
import { toBase64 } from '../text/base64.ts';
import { fieldsOf, specOf, viewCard, withFields, type CardSpec } from './card.ts';
import { readJson, withValue } from './json-document.ts';
import { isPng, readPng, withTexts } from './png.ts';
import { cardEntryOf, cardText, type CardContainer } from './read-card.ts';
import { readZip, repacked, writeZip } from './zip.ts';

/** A card as it is now, and what it came in. */
export interface EditedCard {
  readonly spec: CardSpec;
  /** Its JSON. */
  readonly text: string;
  /** The file that it came in; null of one that was made here. */
  readonly original: { readonly container: CardContainer; readonly bytes: Uint8Array } | null;
  /** Another picture than the one that it came with, as PNG. */
  readonly picture: Uint8Array | null;
}
export interface WrittenCard {
  readonly bytes: Uint8Array;
  readonly ext: 'png' | 'json' | 'charx';
}

/** The edited card in the version, and in the kind of file, that it came in; a new one with a picture as PNG. */
export function writeCard({ spec, text, original, picture }: EditedCard): WrittenCard {
  if (original?.container === 'charx') return { bytes: inArchive(original.bytes, text), ext: 'charx' };
  const png = picture ?? (original !== null && isPng(original.bytes) ? original.bytes : null);
  if (png === null || original?.container === 'json') return { bytes: strToU8(text), ext: 'json' };
  const older = original === null || !isPng(original.bytes) ? null : textIn(original.bytes, 'chara');
  const texts = [
    { keyword: 'chara', text: toBase64(strToU8(olderOf(text, spec, older))) },
    { keyword: 'ccv3', text: toBase64(strToU8(newestOf(text, spec))) },
  ];
  return { bytes: withTexts(png, texts), ext: 'png' };
}

function inArchive(bytes: Uint8Array, text: string): Uint8Array {
  const zip = readZip(bytes);
  const entry = cardEntryOf(zip);
  return writeZip({
    ...zip,
    entries: zip.entries.map((one) => (one === entry ? repacked(one, strToU8(text)) : one)),
  });
}

/** The first text of a PNG under a keyword that is a card; null where there is none. */
function textIn(bytes: Uint8Array, keyword: string): string | null {
  for (const one of readPng(bytes).texts.filter((found) => found.keyword === keyword))
    try {
      const { text } = cardText(one.text);
      if (specOf(readJson(text)) !== null) return text;
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
    }
  return null;
}

/** For readers that know no V3. `older`: what the file said to them so far, which keeps what no field stands for. */
function olderOf(text: string, spec: CardSpec, older: string | null): string {
  if (spec !== 'v3') return text;
  if (older === null) return called(text, 'chara_card_v2', '2.0');
  const olderSpec = specOf(readJson(older)) ?? 'v2';
  const { nickname: _, groupOnlyGreetings: __, ...fields } = fieldsOf(viewCard(text, spec));
  return withFields(older, olderSpec, fields);
}

/** Nothing is put in that the card does not have. */
function newestOf(text: string, spec: CardSpec): string {
  if (spec === 'v3') return text;
  if (spec === 'v2') return called(text, 'chara_card_v3', '3.0');
  return `{"spec":"chara_card_v3","spec_version":"3.0","data":${text}}`;
}

const called = (text: string, spec: string, version: string): string =>
  withValue(withValue(text, ['spec'], JSON.stringify(spec)), ['spec_version'], JSON.stringify(version));
