/**
 * Takes characters in and edits them as fast as it can, and says on stdout what was acknowledged, until somebody kills
 * it. It says `ready`, and begins when it hears something. Arguments: data folder, seed.
 */
import { readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../electron/storage/core/open.ts';
import { createCharacters } from '../../electron/studio/characters/characters.ts';
import { newId } from '../../shared/document/ids.ts';
import { makePng, textChunk } from './card-maker.ts';

const [dataDir = '', seed = ''] = process.argv.slice(2);
const card = (name: string, hue: number): Buffer =>
  makePng({ hue }, [textChunk('chara', Buffer.from(JSON.stringify({ name })).toString('base64'))]);

writeSync(1, 'ready\n');
readSync(0, Buffer.alloc(1));
const { db } = openStore(dataDir);
const characters = createCharacters({ db, env: { dataDir } });
for (let number = 0; ; number += 1) {
  const file = join(dataDir, `card-${seed}.png`);
  const id = newId();
  writeFileSync(file, card(`n${seed}`, Number(seed) * 1000 + number));
  await characters.importFile({ file, id, kind: 'character' });
  writeSync(1, `${id} n${seed}\n`);
  for (let edit = 0; edit < 5; edit += 1) {
    const name = `${seed}.${String(number)}.${String(edit)}`;
    characters.edit(id, [{ field: 'name', was: characters.open(id).card.name, is: name }]);
    writeSync(1, `${id} ${name}\n`);
  }
  const picture = makePng({ hue: number, width: 16 }).toString('base64');
  await characters.setAvatar(id, picture);
}
