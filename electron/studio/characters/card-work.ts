import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { CardSpec } from '../../../shared/cards/card.ts';
import { CARD_LIMITS } from '../../../shared/cards/limits.ts';
import { pictureFacts } from '../../../shared/cards/picture.ts';
import { readCard, type CardContainer } from '../../../shared/cards/read-card.ts';
import { writeCard, type WrittenCard } from '../../../shared/cards/write-card.ts';
import { failure } from '../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { writeAsset, type AssetContent } from '../../storage/assets/asset-files.ts';

/** Files that somebody else made are read in a thread, with limits of time and memory. */
export type CardWork =
  | { readonly do: 'import'; readonly file: string; readonly assets: string }
  | { readonly do: 'picture'; readonly picture: Uint8Array; readonly assets: string }
  | { readonly do: 'export'; readonly card: StoredCard; readonly file: string };

export const CARD_THREAD = { source: 'characters/card-worker.ts', built: 'card' };

interface StoredFile extends AssetContent {
  /** As it is served. */
  readonly type: string;
}
/** A card that was read; its files are in the folder of assets, and may be named by rows. */
export interface ReadFile {
  readonly spec: CardSpec;
  readonly text: string;
  readonly container: CardContainer;
  readonly notes: readonly StudioFault[];
  readonly original: StoredFile;
  readonly avatar: StoredFile | null;
}

/** The rest is served as bytes: nothing that somebody sent is ever a page. */
const BYTES = 'application/octet-stream';

export function importFile(file: string, assets: string): ReadFile {
  const bytes = readLimited(file);
  const { spec, text, container, notes, picture } = readCard(bytes);
  const original = store(assets, bytes);
  const avatar = picture === null ? null : picture === bytes ? original : store(assets, picture);
  return { spec, text, container, notes, original, avatar };
}

function store(assets: string, bytes: Uint8Array): StoredFile {
  return { ...writeAsset(assets, bytes), type: pictureFacts(bytes)?.type ?? BYTES };
}

/** Of a file that is too large for all kinds of cards only the size is read. */
function readLimited(file: string): Uint8Array {
  const size = statSync(file).size;
  if (size > CARD_LIMITS.archive) throw failure('CARD_LARGE', { what: 'archive', most: CARD_LIMITS.archive });
  const head = new Uint8Array(2);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head);
  closeSync(descriptor);
  const mayBeArchive = (head[0] === 0x50 && head[1] === 0x4b) || (head[0] === 0xff && head[1] === 0xd8);
  if (size > CARD_LIMITS.file && !mayBeArchive) throw failure('CARD_LARGE', { what: 'file', most: CARD_LIMITS.file });
  return readFileSync(file);
}

export function storePicture(picture: Uint8Array, assets: string): StoredFile {
  const facts = pictureFacts(picture);
  if (facts === null || facts.width === 0) throw failure('PICTURE_UNKNOWN', {});
  const { width, height } = facts;
  if (width * height > CARD_LIMITS.pixels) throw failure('PICTURE_LARGE', { width, height });
  return store(assets, picture);
}

/** A card of the library: the files by their paths. `picture`: another one than it came with. */
export interface StoredCard {
  readonly spec: CardSpec;
  readonly text: string;
  readonly original: { readonly container: CardContainer; readonly file: string } | null;
  readonly picture: string | null;
}

export function exportCard({ spec, text, original, picture }: StoredCard): WrittenCard {
  const bytes = picture === null ? null : read(picture);
  return writeCard({
    spec,
    text,
    original: original === null ? null : { container: original.container, bytes: read(original.file) },
    picture: bytes !== null && pictureFacts(bytes)?.type === 'image/png' ? bytes : null,
  });
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw failure('ASSET_GONE', {}, { cause });
  }
}
