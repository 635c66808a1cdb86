import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { textsIn, writeUntilFull } from '../../../tests/helpers/fill-store.ts';
import { quickFolder } from '../../../tests/helpers/quick-folder.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { hasSmallDisks, onSmallDisk } from '../../../tests/helpers/small-disk.ts';
import { seededRandom } from '../../engines/local/worker/sampling/random.ts';
import { checkStore } from '../integrity/check.ts';
import { createStory, listStories } from '../repositories/stories.ts';
import { openStore } from './open.ts';

const POINTS = sizeOf(20, 200);
const DISKS = sizeOf(1, 20);

test(`a store that takes no more is read, loses nothing, and goes on when it does: ${POINTS} places, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  for (let point = 0; point < POINTS; point += 1) {
    const folder = quickFolder('full');
    const [chapterId, turnId] = [newId(), newId()];
    const { db, close } = openStore(folder);
    createStory(db, { id: newId(), title: 'Full', chapterId, turnId });
    const texts = new Map([[turnId, '']]);
    const pages = Number(db.sqlite.pragma('page_count', { simple: true }));
    db.sqlite.pragma(`max_page_count = ${String(pages + Math.floor(random() * 30))}`);
    const refused = writeUntilFull(db, chapterId, random, texts);
    expect(refused, `place ${String(point)}`).toEqual(['DISK_FULL', 'DISK_FULL', 'DISK_FULL']);
    expect(textsIn(db, chapterId), `place ${String(point)}`).toEqual(texts);
    db.sqlite.pragma('max_page_count = 1000000');
    createStory(db, { id: newId(), title: 'Room again', chapterId: newId(), turnId: newId() });
    close();
    expect(checkStore(folder).problems, `place ${String(point)}`).toEqual([]);
    const again = openStore(folder);
    expect(textsIn(again.db, chapterId), `place ${String(point)}`).toEqual(texts);
    expect(listStories(again.db)).toHaveLength(2);
    again.close();
    rmSync(folder, { recursive: true });
  }
}, 600_000);

const moduleAt = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

test.runIf(hasSmallDisks)(
  `so does one on a disk that is really full: ${DISKS} disks, seed ${SEED}`,
  () => {
    for (let disk = 0; disk < DISKS; disk += 1) {
      const copy = quickFolder('full');
      const [chapterId, turnId] = [newId(), newId()];
      const said = onSmallDisk(
        `import { cpSync } from 'node:fs';
      import { openStore } from ${moduleAt('open.ts')};
      import { createStory } from ${moduleAt('../repositories/stories.ts')};
      import { seededRandom } from ${moduleAt('../../engines/local/worker/sampling/random.ts')};
      import { textsIn, writeUntilFull } from ${moduleAt('../../../tests/helpers/fill-store.ts')};
      const chapterId = '${chapterId}';
      const random = seededRandom(${String(SEED + disk)});
      const { db, close } = openStore(join(disk, 'data'));
      createStory(db, { id: '${newId()}', title: 'Full', chapterId, turnId: '${turnId}' });
      appendFileSync(join(disk, 'filler'), Buffer.alloc(Math.floor(random() * 1e6)));
      const texts = new Map([['${turnId}', '']]);
      const refused = writeUntilFull(db, chapterId, random, texts);
      const isRead = () => JSON.stringify([...textsIn(db, chapterId)].toSorted()) === JSON.stringify([...texts].toSorted());
      const full = { taken: texts.size, isRead: isRead() };
      makeRoom();
      refused.push(...writeUntilFull(db, chapterId, random, texts));
      const again = { taken: texts.size, isRead: isRead() };
      close();
      cpSync(join(disk, 'data'), ${JSON.stringify(copy)}, { recursive: true });
      console.log(JSON.stringify({ refused, full, again, texts: [...texts] }));`,
        { kib: 2048 },
      );
      const { refused, full, again, texts } = JSON.parse(said) as {
        refused: string[];
        full: { taken: number; isRead: boolean };
        again: { taken: number; isRead: boolean };
        texts: [string, string][];
      };
      expect(new Set(refused), `disk ${String(disk)}`).toEqual(new Set(['DISK_FULL']));
      expect([full.isRead, again.isRead], `disk ${String(disk)}`).toEqual([true, true]);
      expect(again.taken).toBeGreaterThan(full.taken);
      expect(checkStore(copy).problems, `disk ${String(disk)}`).toEqual([]);
      const store = openStore(copy);
      expect(textsIn(store.db, chapterId), `disk ${String(disk)}`).toEqual(new Map(texts));
      store.close();
      rmSync(copy, { recursive: true });
    }
  },
  600_000,
);
