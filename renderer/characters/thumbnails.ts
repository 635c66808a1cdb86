import { CARD_LIMITS } from '../../shared/cards/limits.ts';
import { pictureFacts } from '../../shared/cards/picture.ts';
import type { CharacterSummary } from '../../shared/contract/characters.ts';
import { toBase64 } from '../../shared/text/base64.ts';
import { api, queries } from '../lib/client.ts';
import { queryClient } from '../ui/query-client.ts';

/** In pixels of the picture; a card in the grid is half as wide. */
const WIDTH = 320;
const QUALITY = 0.82;

/** Addresses of pictures that were tried. */
const tried = new Set<string>();
let working: Promise<void> = Promise.resolve();

/** Makes the small picture of a character that has none yet, one after the other. */
export function wantThumbnail({ id, avatar, thumbnail }: CharacterSummary): void {
  if (avatar === null || thumbnail !== null || tried.has(`${id} ${avatar}`)) return;
  tried.add(`${id} ${avatar}`);
  working = working.then(() => make(id, avatar)).catch(() => undefined);
}

/** A picture by its address; null where it is too large to be decoded, or none. */
export async function openPicture(file: Blob): Promise<ImageBitmap | null> {
  const facts = pictureFacts(new Uint8Array(await file.slice(0, 65_536).arrayBuffer()));
  if (facts === null || facts.width * facts.height > CARD_LIMITS.pixels) return null;
  return createImageBitmap(file);
}

async function make(id: string, avatar: string): Promise<void> {
  const answer = await fetch(avatar, { credentials: 'same-origin' });
  const picture = answer.ok ? await openPicture(await answer.blob()) : null;
  if (picture === null) return;
  const width = Math.min(WIDTH, picture.width);
  const canvas = new OffscreenCanvas(width, Math.max(1, Math.round((picture.height * width) / picture.width)));
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const small = await canvas.convertToBlob({ type: 'image/webp', quality: QUALITY });
  await api.characters.setThumbnail({ id, avatar, picture: toBase64(new Uint8Array(await small.arrayBuffer())) });
  await queryClient.invalidateQueries({ queryKey: queries.characters.list.key() });
  await queryClient.invalidateQueries({ queryKey: queries.characters.open.queryKey({ input: { id } }) });
  // The same picture may be taken away and come back.
  tried.delete(`${id} ${avatar}`);
}
