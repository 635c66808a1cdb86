import { emptyCard, withEdit, type Card, type CardEdit, type CardFields } from '../../../shared/cards/card.ts';
import type {
  CardChange,
  CharacterDocument,
  CharacterFilter,
  CharacterKind,
  CharacterList,
  CharacterSummary,
  ExportedCard,
  ImportedCharacter,
  TagCount,
} from '../../../shared/contract/characters.ts';
import { newId } from '../../../shared/document/ids.ts';
import { failure, FaultError } from '../../../shared/faults/failure.ts';
import { assetPath, assetsFolder } from '../../storage/assets/asset-files.ts';
import { collectAssets } from '../../storage/assets/collect-assets.ts';
import { transaction, type ReadableDB } from '../../storage/core/handle.ts';
import type { CharacterRow } from '../../storage/core/schema.ts';
import { getAsset, rememberAsset } from '../../storage/repositories/assets.ts';
import {
  addCharacter,
  cardOf,
  findCharacter,
  listCharacters,
  listTags,
  needCharacter,
  needLivingCharacter,
  saveCharacter,
  summaryOf,
} from '../../storage/repositories/character-records.ts';
import type { StudioContext } from '../context.ts';
import { fileName } from '../export/file-name.ts';
import { inThread } from '../in-thread.ts';
import { CARD_THREAD, type CardWork, type ReadFile, type StoredCard } from './card-work.ts';
import { openTransfers } from './transfers.ts';

/** A file that the page may ask for. `name`: it is saved under that, and not shown. */
export interface ServedFile {
  readonly path: string;
  readonly type: string;
  readonly name: string | null;
}

export interface Characters {
  list(filter: CharacterFilter): CharacterList;
  tags(kind: CharacterKind): readonly TagCount[];
  open(id: string): CharacterDocument;
  create(given: { id: string; kind: CharacterKind; name: string }): CharacterSummary;
  edit(id: string, changes: readonly CardChange[]): CharacterSummary;
  favour(id: string, favourite: boolean): CharacterSummary;
  duplicate(id: string, copyId: string): CharacterSummary;
  remove(id: string): void;
  restore(id: string): CharacterSummary;
  upload(piece: { uploadId: string; offset: number; piece: string }): Promise<void>;
  importUpload(wish: { uploadId: string; id: string; kind: CharacterKind }): Promise<ImportedCharacter>;
  /** A file of this computer. */
  importFile(wish: { file: string; id: string; kind: CharacterKind }): Promise<ImportedCharacter>;
  setAvatar(id: string, picture: string | null): Promise<CharacterSummary>;
  /** Faults: ASSET_GONE where that picture is not kept any more. */
  revertAvatar(id: string, avatar: string | null): CharacterSummary;
  setThumbnail(given: { id: string; avatar: string; picture: string }): Promise<void>;
  count(texts: readonly string[]): Promise<readonly number[] | null>;
  export(id: string, as: 'original' | 'edited'): Promise<ExportedCard>;
  /** Behind the address `asset/<id>`; null where there is nothing. */
  file(id: string): ServedFile | null;
}

const DEADLINE_MS = 30_000;
const HEAP_MB = 512;

const secondsNow = (): number => Math.floor(Date.now() / 1000);

/** The characters and personas of the library. What somebody else made is read in threads. */
export function createCharacters(
  { db, env }: { db: StudioContext['db']; env: { dataDir: string } },
  countTokens: (texts: readonly string[]) => Promise<readonly number[]> = () => Promise.reject(new Error('no model')),
): Characters {
  const assets = assetsFolder(env.dataDir);
  const transfers = openTransfers(env.dataDir);
  collectAssets(db, env.dataDir);

  const work = <R>(task: CardWork): Promise<R> =>
    inThread<R>(CARD_THREAD, task, AbortSignal.timeout(DEADLINE_MS), { heapMb: HEAP_MB }).catch((cause: unknown) => {
      throw cause instanceof FaultError && cause.fault.code !== 'INTERNAL'
        ? cause
        : failure('CARD_SLOW', {}, { cause });
    });

  const known = (id: string): ImportedCharacter | null => {
    const row = findCharacter(db, id);
    return row === undefined ? null : { character: summaryOf(row), notes: [] };
  };

  async function importFile({ file, id, kind }: { file: string; id: string; kind: CharacterKind }) {
    const read = await work<ReadFile>({ do: 'import', file, assets });
    return transaction(db, (): ImportedCharacter => {
      const originalId = rememberAsset(db, read.original, read.original.type);
      const avatarId = read.avatar === null ? null : rememberAsset(db, read.avatar, read.avatar.type);
      const { spec, text: card, container, notes } = read;
      const character = addCharacter(db, { id, kind, spec, card, container, originalId, avatarId });
      return { character, notes };
    });
  }

  const storePicture = (picture: string): Promise<ReadFile['original']> =>
    work({ do: 'picture', picture: Buffer.from(picture, 'base64'), assets });

  return {
    list: (filter) => listCharacters(db, filter),
    tags: (kind) => listTags(db, kind),
    open(id) {
      const row = needCharacter(db, id);
      return { summary: summaryOf(row), card: cardOf(row), spec: row.spec, container: row.container };
    },
    create: ({ id, kind, name }) =>
      addCharacter(db, {
        id,
        kind,
        spec: 'v3',
        card: emptyCard(name, secondsNow()),
        container: null,
        originalId: null,
        avatarId: null,
      }),
    edit: (id, changes) =>
      transaction(db, () => {
        const row = needLivingCharacter(db, id);
        const edit = editOf(cardOf(row), changes);
        return saveCharacter(db, row, { card: withEdit(row.card, row.spec, edit, secondsNow()) });
      }),
    favour: (id, favourite) => saveCharacter(db, needLivingCharacter(db, id), { favourite: Number(favourite) }),
    duplicate: (id, copyId) =>
      transaction(db, () => {
        const row = needLivingCharacter(db, id);
        const name = `${row.name} (copy)`;
        const copy = addCharacter(db, {
          ...row,
          id: copyId,
          card: withEdit(row.card, row.spec, { name }, secondsNow()),
          originalId: row.original_id,
          avatarId: row.avatar_id,
        });
        if (row.thumbnail_id === null) return copy;
        return saveCharacter(db, needCharacter(db, copyId), { thumbnail_id: row.thumbnail_id });
      }),
    remove(id) {
      saveCharacter(db, needCharacter(db, id), { removed_at: Date.now() });
    },
    restore: (id) => saveCharacter(db, needCharacter(db, id), { removed_at: null }),
    upload: ({ uploadId, offset, piece }) => transfers.take(uploadId, offset, piece),
    async importUpload({ uploadId, id, kind }) {
      const before = known(id);
      if (before !== null) return before;
      try {
        return await importFile({ file: transfers.uploaded(uploadId), id, kind });
      } finally {
        transfers.drop(uploadId);
      }
    },
    importFile,
    async setAvatar(id, picture) {
      needLivingCharacter(db, id);
      const stored = picture === null ? null : await storePicture(picture);
      return transaction(db, () => {
        const avatar_id = stored === null ? null : rememberAsset(db, stored, stored.type);
        return saveCharacter(db, needLivingCharacter(db, id), { avatar_id, thumbnail_id: null });
      });
    },
    revertAvatar: (id, avatar) =>
      transaction(db, () => {
        const asset = avatar === null ? null : getAsset(db, avatar.replace(/^asset\//, ''));
        if (asset === undefined || asset?.type.startsWith('image/') === false) throw failure('ASSET_GONE', {});
        return saveCharacter(db, needLivingCharacter(db, id), { avatar_id: asset?.id ?? null, thumbnail_id: null });
      }),
    async setThumbnail({ id, avatar, picture }) {
      const stored = await storePicture(picture);
      transaction(db, () => {
        const row = needCharacter(db, id);
        // It was made of another picture.
        if (summaryOf(row).avatar !== avatar) return;
        saveCharacter(db, row, { thumbnail_id: rememberAsset(db, stored, stored.type) });
      });
    },
    // Without a model, or while it goes, there is no number.
    count: (texts) => countTokens(texts).catch(() => null),
    async export(id, as) {
      const row = needCharacter(db, id);
      const card = storedCard(db, row, env.dataDir);
      if (as === 'original') {
        if (card.original === null) throw failure('CARD_NO_ORIGINAL', {});
        const ext = card.original.container === 'apng' ? 'png' : card.original.container;
        return transfers.offer({ path: card.original.file, name: fileName(row.name, ext), isOwn: false });
      }
      const path = transfers.place(newId());
      const ext = await work<string>({ do: 'export', card, file: path });
      return transfers.offer({ path, name: fileName(row.name, ext), isOwn: true });
    },
    file(id) {
      const offered = transfers.offered(id);
      if (offered !== null) return { ...offered, type: 'application/octet-stream' };
      const row = getAsset(db, id);
      return row === undefined ? null : { path: assetPath(assets, row.sha256), type: row.type, name: null };
    },
  };
}

/** Where the files of a character lie. */
export function storedCard(db: ReadableDB, row: CharacterRow, dataDir: string): StoredCard {
  const pathOf = (assetId: string | null): string | null => {
    const asset = assetId === null ? undefined : getAsset(db, assetId);
    return asset === undefined ? null : assetPath(assetsFolder(dataDir), asset.sha256);
  };
  const [file, picture] = [pathOf(row.original_id), pathOf(row.avatar_id)];
  return {
    spec: row.spec,
    text: row.card,
    original: file === null || row.container === null ? null : { container: row.container, file },
    picture: picture === file ? null : picture,
  };
}

/** Faults: CHARACTER_CONFLICT where a field is neither as it was nor as it is to be. */
function editOf(card: Card, changes: readonly CardChange[]): CardEdit {
  const edit: Record<string, CardFields[keyof CardFields]> = {};
  for (const { field, was, is } of changes) {
    const now = written(card[field]);
    if (now !== written(is) && now !== written(was)) throw failure('CHARACTER_CONFLICT', { field });
    edit[field] = is;
  }
  return edit;
}

const written = (value: CardFields[keyof CardFields]): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part));
