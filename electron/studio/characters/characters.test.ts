import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fieldsOf, viewCard } from '../../../shared/cards/card.ts';
import { readCard } from '../../../shared/cards/read-card.ts';
import type { CharacterFilter } from '../../../shared/contract/characters.ts';
import { newId } from '../../../shared/document/ids.ts';
import { makeCards, makePng, textChunk } from '../../../tests/helpers/card-maker.ts';
import { assetPath, assetsFolder, listAssetFiles } from '../../storage/assets/asset-files.ts';
import { collectAssets } from '../../storage/assets/collect-assets.ts';
import { backupsFolder, removeBackup } from '../../storage/backups/backup-files.ts';
import { makeBackup } from '../../storage/backups/make-backup.ts';
import { prepareRestore } from '../../storage/backups/restore-store.ts';
import { copyBackup, makeSecondPlace } from '../../storage/backups/second-place.ts';
import { openStore, type Store } from '../../storage/core/open.ts';
import { checkStore } from '../../storage/integrity/check.ts';
import { listAssetContents } from '../../storage/repositories/assets.ts';
import { createCharacters, type Characters } from './characters.ts';

const AT = Date.UTC(2026, 10, 28, 7, 30);
const DAYS = 24 * 60 * 60_000;
let dataDir = '';
let store: Store;
let characters: Characters;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'paphos-characters-'));
  store = openStore(dataDir);
  characters = createCharacters({ db: store.db, env: { dataDir } });
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true });
});

const kind = 'character';

async function upload(bytes: Uint8Array): Promise<string> {
  const uploadId = newId();
  for (let offset = 0; offset < bytes.length; offset += 1000)
    await characters.upload({
      uploadId,
      offset,
      piece: Buffer.from(bytes.subarray(offset, offset + 1000)).toString('base64'),
    });
  return uploadId;
}

const importBytes = async (bytes: Uint8Array) =>
  characters.importUpload({ uploadId: await upload(bytes), id: newId(), kind });

const cardFile = (name: string, hue = 0): Buffer =>
  makePng({ hue }, [textChunk('chara', Buffer.from(JSON.stringify({ name, description: 'd' })).toString('base64'))]);

const bytesAt = (address: string): Buffer =>
  readFileSync(characters.file(address.replace('asset/', ''))?.path ?? expect.fail('no file'));

const found = (filter: Omit<CharacterFilter, 'kind'>): string[] =>
  characters.list({ kind, ...filter }).items.map(({ name }) => name);

test('a file that arrives in pieces becomes a character, whose original goes out byte for byte', async () => {
  for (const container of ['png', 'apng', 'json', 'charx']) {
    const card = makeCards().find((one) => one.container === container && one.spec === 'v3') ?? expect.fail();
    const { character, notes } = await importBytes(card.bytes);
    expect(character).toMatchObject({ name: viewCard(card.text, card.spec).name, favourite: false });
    expect(notes).toEqual([]);
    expect(character.avatar === null).toBe(container === 'json');
    const original = await characters.export(character.id, 'original');
    expect(bytesAt(original.address).equals(card.bytes), container).toBe(true);
    const edited = await characters.export(character.id, 'edited');
    expect(readCard(bytesAt(edited.address))).toMatchObject({ text: card.text, spec: card.spec });
    expect(edited.name.endsWith(container === 'apng' ? '.png' : `.${container}`)).toBe(true);
  }
  expect(checkStore(dataDir).problems).toEqual([]);
});

test('a file that is refused leaves nothing behind', async () => {
  await expect(importBytes(makePng())).rejects.toMatchObject({ fault: { code: 'CARD_NONE', params: { in: 'png' } } });
  expect(characters.list({ kind }).total).toBe(0);
  expect(listAssetFiles(assetsFolder(dataDir))).toEqual([]);
  expect(readdirSync(join(dataDir, 'transfers'))).toEqual([]);
  await expect(characters.importUpload({ uploadId: newId(), id: newId(), kind })).rejects.toMatchObject({
    fault: { code: 'UPLOAD_GONE' },
  });
});

test('the same file twice is two characters and one file; the same id twice is one character', async () => {
  await importBytes(cardFile('Maren'));
  const uploadId = await upload(cardFile('Maren'));
  const id = newId();
  await characters.importUpload({ uploadId, id, kind });
  const again = await characters.importUpload({ uploadId, id, kind });
  expect(again.character.id).toBe(id);
  expect(characters.list({ kind }).total).toBe(2);
  expect(listAssetFiles(assetsFolder(dataDir))).toHaveLength(1);
});

test('an edit changes its field, again changes nothing, and is refused over what somebody else wrote', () => {
  const id = newId();
  characters.create({ id, kind, name: 'Ilse' });
  const change = { field: 'description', was: '', is: 'Inspector from the city.' } as const;
  const once = characters.edit(id, [change]);
  expect(characters.open(id).card.description).toBe('Inspector from the city.');
  expect(characters.edit(id, [change]).modified).toBe(once.modified);
  expect(() => characters.edit(id, [{ ...change, is: 'Other.' }])).toThrow(/changed on another page/);
  expect(() =>
    characters.edit(id, [
      { field: 'scenario', was: '', is: 'A port.' },
      { field: 'description', was: '', is: 'Other.' },
    ]),
  ).toThrow(/changed on another page/);
  expect(characters.open(id).card.scenario).toBe('');
});

test('who is deleted can be read, is not listed, takes no edit, and comes back', () => {
  const id = newId();
  characters.create({ id, kind, name: 'Wick' });
  characters.remove(id);
  expect(found({})).toEqual([]);
  expect(characters.open(id).card.name).toBe('Wick');
  expect(() => characters.edit(id, [{ field: 'name', was: 'Wick', is: 'X' }])).toThrow(/was deleted/);
  characters.restore(id);
  expect(found({})).toEqual(['Wick']);
});

test('a copy is another character with the same card and picture', async () => {
  const { character } = await importBytes(cardFile('Pell'));
  const copyId = newId();
  characters.duplicate(character.id, copyId);
  expect(found({})).toEqual(['Pell', 'Pell (copy)']);
  expect(characters.open(copyId).summary.avatar).toBe(character.avatar);
  const { name: _, ...rest } = fieldsOf(characters.open(copyId).card);
  expect(fieldsOf(characters.open(character.id).card)).toMatchObject(rest);
});

test('they are found by words, tags, kind and favour, and sorted', () => {
  const add = (name: string, tags: string[], description = '', of: 'character' | 'persona' = kind): string => {
    const id = newId();
    characters.create({ id, kind: of, name });
    characters.edit(id, [
      { field: 'tags', was: [], is: tags },
      { field: 'description', was: '', is: description },
    ]);
    return id;
  };
  const amsel = add('Doctor Amsel', ['town', 'odd'], 'Writes to the dead.');
  add('Old Tobias', ['sea'], 'Ferryman: 潮の人.');
  add('渡し守', ['sea', 'odd']);
  add('The stranger', ['odd'], '', 'persona');
  expect(found({})).toEqual(['Doctor Amsel', 'Old Tobias', '渡し守']);
  expect(found({ sort: 'newest' })).toEqual(['渡し守', 'Old Tobias', 'Doctor Amsel']);
  expect(found({ search: 'ams' })).toEqual(['Doctor Amsel']);
  expect(found({ search: 'dead WRITES' })).toEqual(['Doctor Amsel']);
  expect(found({ search: 'msel' })).toEqual(['Doctor Amsel']);
  expect(found({ search: 'し' })).toEqual(['渡し守']);
  expect(found({ search: '"AND ( * %' })).toEqual([]);
  expect(found({ tag: 'odd' })).toEqual(['Doctor Amsel', '渡し守']);
  characters.favour(amsel, true);
  expect(found({ favourites: true })).toEqual(['Doctor Amsel']);
  expect(characters.tags(kind)).toEqual([
    { tag: 'odd', count: 2 },
    { tag: 'sea', count: 2 },
    { tag: 'town', count: 1 },
  ]);
  expect(characters.list({ kind: 'persona' }).items).toMatchObject([{ name: 'The stranger' }]);
  expect(characters.list({ kind, from: 1, count: 1 })).toMatchObject({ total: 3, items: [{ name: 'Old Tobias' }] });
});

test('another picture goes with the card; a small one belongs to the picture that it was made of', async () => {
  const { character } = await importBytes(cardFile('Maren'));
  const small = makePng({ width: 2, height: 3 }).toString('base64');
  await characters.setThumbnail({ id: character.id, avatar: character.avatar ?? '', picture: small });
  expect(characters.open(character.id).summary.thumbnail).not.toBeNull();
  const other = makePng({ width: 20, height: 30, hue: 99 });
  const { avatar, thumbnail } = await characters.setAvatar(character.id, other.toString('base64'));
  expect(thumbnail).toBeNull();
  expect(bytesAt(avatar ?? '').equals(other)).toBe(true);
  await characters.setThumbnail({ id: character.id, avatar: character.avatar ?? '', picture: small });
  expect(characters.open(character.id).summary.thumbnail).toBeNull();
  const written = bytesAt((await characters.export(character.id, 'edited')).address);
  expect(written.readUInt32BE(16)).toBe(20);
  expect(characters.revertAvatar(character.id, character.avatar).avatar).toBe(character.avatar);
  expect(characters.revertAvatar(character.id, null).avatar).toBeNull();
  expect(characters.revertAvatar(character.id, avatar).avatar).toBe(avatar);
  expect(() => characters.revertAvatar(character.id, `asset/${newId()}`)).toThrow(/missing or damaged/);
  expect(characters.open(character.id).summary.avatar).toBe(avatar);
  await expect(characters.setAvatar(character.id, Buffer.from('none').toString('base64'))).rejects.toThrow(
    /no picture/,
  );
});

test('a file that nothing has named for 30 days goes, unless a kept backup names it', async () => {
  const { character } = await importBytes(cardFile('Maren', 1));
  await characters.setAvatar(character.id, makePng({ hue: 2 }).toString('base64'));
  await characters.setAvatar(character.id, makePng({ hue: 3 }).toString('base64'));
  expect(listAssetFiles(assetsFolder(dataDir))).toHaveLength(3);
  const { name } = makeBackup({ dataDir, at: AT, reason: 'asked' });
  const long = new Date(Date.now() - 40 * DAYS);
  for (const { path } of listAssetFiles(assetsFolder(dataDir))) utimesSync(path, long, long);
  collectAssets(store.db, dataDir);
  collectAssets(store.db, dataDir, Date.now() + 29 * DAYS);
  expect(listAssetContents(store.db)).toHaveLength(3);
  collectAssets(store.db, dataDir, Date.now() + 31 * DAYS);
  expect(listAssetContents(store.db)).toHaveLength(2);
  expect(listAssetFiles(assetsFolder(dataDir))).toHaveLength(3);
  removeBackup(backupsFolder(dataDir), name);
  makeBackup({ dataDir, at: AT + 1, reason: 'asked' });
  collectAssets(store.db, dataDir, Date.now() + 31 * DAYS);
  expect(listAssetFiles(assetsFolder(dataDir))).toHaveLength(2);
  expect(checkStore(dataDir).problems).toEqual([]);
});

test('a backup, its second place and a restore carry the files', async () => {
  const { character } = await importBytes(cardFile('Maren'));
  const { name, note } = makeBackup({ dataDir, at: AT, reason: 'asked' });
  expect(note.problems).toBe(0);
  const second = mkdtempSync(join(tmpdir(), 'paphos-second-'));
  makeSecondPlace(second);
  copyBackup({ name, from: backupsFolder(dataDir), to: second, limitBytes: 1e9 });
  const [content] = listAssetContents(store.db);
  if (content === undefined) expect.fail();
  expect(existsSync(assetPath(assetsFolder(second), content.sha256))).toBe(true);
  rmSync(second, { recursive: true });

  rmSync(assetsFolder(dataDir), { recursive: true });
  expect(checkStore(dataDir).problems).toMatchObject([
    { fault: { code: 'CHECK_ASSET', params: { problem: 'missing' } } },
  ]);
  prepareRestore({ dataDir, name });
  store.restore(null);
  expect(characters.open(character.id).card.name).toBe('Maren');
  expect(checkStore(dataDir)).toEqual({ ok: true, problems: [], notes: [] });
});

test('a file that is not as it was is told by the check', async () => {
  await importBytes(cardFile('Maren'));
  const [file] = listAssetFiles(assetsFolder(dataDir));
  const bytes = readFileSync(file?.path ?? '');
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(file?.path ?? '', bytes);
  store.db.sqlite.exec("UPDATE characters SET name = 'Somebody'");
  expect(checkStore(dataDir).problems.map(({ fault }) => fault)).toMatchObject([
    { code: 'CHECK_CHARACTER', params: { name: 'Somebody' } },
    { code: 'CHECK_ASSET', params: { problem: 'changed' } },
  ]);
});

test('where the data folder is away nothing is made in its place, and a card that comes then is told why it is not kept', async () => {
  const away = `${dataDir}-away`;
  const uploadId = await upload(cardFile('Mira'));
  renameSync(dataDir, away);
  const later = { uploadId: newId(), offset: 0, piece: '' };
  await expect(characters.upload(later)).rejects.toMatchObject({ fault: { code: 'STORE_GONE' } });
  expect(existsSync(dataDir)).toBe(false);
  renameSync(away, dataDir);
  expect((await characters.importUpload({ uploadId, id: newId(), kind })).character.name).toBe('Mira');
});
