import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { CharacterKind, CharacterSummary } from '../../shared/contract/characters.ts';
import { newId } from '../../shared/document/ids.ts';
import { failure, faultOf } from '../../shared/faults/failure.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { makePrivateFiles } from '../private-files.ts';
import type { ReadableDB } from '../storage/core/handle.ts';
import { openStore } from '../storage/core/open.ts';
import { readStore } from '../storage/core/read-store.ts';
import { listCharacters, needCharacter } from '../storage/repositories/character-records.ts';
import { exportCard } from '../studio/characters/card-work.ts';
import { createCharacters, storedCard } from '../studio/characters/characters.ts';
import { chooseStore } from './choose.ts';
import { usage } from './usage.ts';
import { freeName, writeWhole } from './write-file.ts';

interface Given {
  readonly original?: boolean | undefined;
  readonly out?: string | undefined;
  readonly persona?: boolean | undefined;
  readonly data?: string | undefined;
}

/** Lists, imports and exports characters; a library is only read, and may be in use, where nothing is imported. */
export function runCharacters([what, ...named]: readonly string[], given: Given): number | Promise<number> {
  const kind: CharacterKind = given.persona === true ? 'persona' : 'character';
  const dataDir = chooseStore(given.data);
  if (what === 'list') return list(dataDir, kind);
  if (what === 'import') return importFiles(dataDir, named, kind);
  if (what === 'export') return exportOne(dataDir, named.length === 0 ? null : named.join(' '), kind, given);
  throw usage('USAGE_CHARACTERS', { given: what ?? null, known: ['list', 'import FILE…', 'export CHARACTER'] });
}

function everyone(db: ReadableDB, kind: CharacterKind): readonly CharacterSummary[] {
  const found: CharacterSummary[] = [];
  for (;;) {
    const { items } = listCharacters(db, { kind, from: found.length, count: 500 });
    if (items.length === 0) return found;
    found.push(...items);
  }
}

function list(dataDir: string, kind: CharacterKind): number {
  for (const { id, name, tags } of readStore(join(dataDir, 'store.db'), (db) => everyone(db, kind)))
    process.stdout.write(
      `${name === '' ? 'Untitled' : name} (${id})${tags.length === 0 ? '' : `: ${tags.join(', ')}`}\n`,
    );
  return 0;
}

/** 0 where every file became a character. */
async function importFiles(dataDir: string, files: readonly string[], kind: CharacterKind): Promise<number> {
  if (files.length === 0) throw usage('USAGE_NO_CARDS', {});
  makePrivateFiles();
  const store = openStore(dataDir);
  let refused = 0;
  try {
    const characters = createCharacters({ db: store.db, env: { dataDir } });
    for (const file of files)
      try {
        const { character, notes } = await characters.importFile({ file: resolve(file), id: newId(), kind });
        process.stdout.write(`${character.name === '' ? basename(file) : character.name} (${character.id})\n`);
        for (const note of notes) process.stderr.write(`${basename(file)}: ${sentenceOf(note)}\n`);
      } catch (error) {
        refused += 1;
        process.stderr.write(`${basename(file)}: ${sentenceOf(faultOf(error))}\n`);
      }
  } finally {
    store.close();
  }
  return refused === 0 ? 0 : 1;
}

function exportOne(dataDir: string, named: string | null, kind: CharacterKind, { original, out }: Given): number {
  const { name, card } = readStore(join(dataDir, 'store.db'), (db) => {
    const { id } = chooseCharacter(everyone(db, kind), named);
    const row = needCharacter(db, id);
    return { name: row.name, card: storedCard(db, row, dataDir) };
  });
  if (original === true && card.original === null) throw failure('CARD_NO_ORIGINAL', {});
  const { bytes, ext } =
    original === true && card.original !== null
      ? {
          bytes: readFileSync(card.original.file),
          ext: card.original.container === 'apng' ? 'png' : card.original.container,
        }
      : exportCard(card);
  const file = out === undefined ? freeName(name, ext) : resolve(out);
  writeWhole(file, bytes);
  process.stdout.write(`${file}\n`);
  return 0;
}

/** By its id, or by its name where no other character has the same. */
function chooseCharacter(all: readonly CharacterSummary[], given: string | null): CharacterSummary {
  const found = all.filter(({ id, name }) => id === given || name.toLowerCase() === given?.toLowerCase());
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw usage('USAGE_CHARACTER', {
      given,
      known: (found.length > 1 ? found : all.slice(0, 20)).map(({ id, name }) => `${name} (${id})`),
    });
  return one;
}
