import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { checkStore } from '../../electron/storage/integrity/check.ts';
import { newId } from '../../shared/document/ids.ts';
import { buildDiskShim, preloaded } from '../helpers/power-cut/disk-shim.ts';
import { imageAt, MODELS, readDiskLog, type DiskEvent, type Image } from '../helpers/power-cut/images.ts';
import { quickFolder } from '../helpers/quick-folder.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';
import { faultsOf, newLibrary, startChild, STORE_WRITER } from '../helpers/store-child.ts';

const IMAGES = sizeOf(200, 4000);
const IMAGES_EACH = 50;
const CONTROLS = sizeOf(24, 200);
/** Enough for some checkpoints. */
const WORDS = 260;
const shim = buildDiskShim();
const random = seededRandom(SEED);

interface Recording {
  readonly chapterId: string;
  readonly base: Buffer;
  readonly events: readonly DiskEvent[];
}

/** Lets a writer run to its end, with pragmas after those of the store, and gives what the system was told. */
async function record(library: string, pragmas: readonly string[]): Promise<Recording> {
  const chapterId = newId();
  const folder = newLibrary(chapterId);
  const base = readFileSync(join(folder, 'store.db'));
  const log = join(folder, 'disk.log');
  const seed = String(Math.floor(random() * 2 ** 32));
  const writer = startChild(
    STORE_WRITER,
    [folder, chapterId, seed, String(WORDS), ...pragmas],
    preloaded({ library, folder, log }),
  );
  writer.go();
  expect(await writer.ended, writer.complaint()).toBe(0);
  const events = readDiskLog(log);
  rmSync(folder, { recursive: true });
  return { chapterId, base, events };
}

function putImage({ files, index }: Image): string {
  const folder = quickFolder('image');
  mkdirSync(join(folder, 'backups'));
  for (const [name, bytes] of Object.entries(files)) if (bytes !== null) writeFileSync(join(folder, name), bytes);
  if (index !== null) writeFileSync(join(folder, 'store.db-shm'), index);
  writeFileSync(join(folder, 'library.txt'), '');
  return folder;
}

/** A store of an image is looked into, opened and read. Answers with all that is wrong. */
function inspect(image: Image, chapterId: string): { readonly wrong: readonly string[]; readonly unfinished: boolean } {
  const folder = putImage(image);
  const acknowledged = image.said.split('\n').filter((line) => line.startsWith('<'));
  try {
    const before = checkStore(folder);
    const wrong = before.problems.map(({ fault }) => `told before it is opened: ${fault.code}`);
    wrong.push(...faultsOf(folder, chapterId, acknowledged));
    wrong.push(...checkStore(folder).problems.map(({ fault }) => `told after it was opened: ${fault.code}`));
    return { wrong, unfinished: before.notes.length > 0 };
  } catch (error) {
    return { wrong: [String(error)], unfinished: false };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Result {
  /** Of images in which something is wrong: what, and where the log was cut. */
  readonly wrong: readonly string[];
  readonly lost: number;
  readonly unfinished: number;
}

async function images(library: string, count: number, pragmas: readonly string[] = []): Promise<Result> {
  const wrong: string[] = [];
  let [lost, unfinished] = [0, 0];
  for (let done = 0; done < count; done += IMAGES_EACH) {
    const { chapterId, base, events } = await record(library, pragmas);
    for (let n = 0; n < Math.min(IMAGES_EACH, count - done); n += 1) {
      const cut = 1 + Math.floor(random() * events.length);
      const model = MODELS[n % MODELS.length] ?? 'synced';
      const found = inspect(imageAt({ base, events, cut, model, random }), chapterId);
      if (found.wrong.length > 0) wrong.push(`${model} at ${String(cut)}: ${found.wrong.slice(0, 3).join(', ')}`);
      if (found.wrong.some((one) => one.endsWith('is missing'))) lost += 1;
      if (found.unfinished) unfinished += 1;
    }
  }
  return { wrong, lost, unfinished };
}

describe.skipIf(shim === null)(`after the power went, seed ${SEED}`, () => {
  const library = shim ?? '';

  test(`all that was acknowledged is there in ${IMAGES} images, and the check calls none of them damaged`, async () => {
    const { wrong, unfinished } = await images(library, IMAGES);
    expect(wrong).toEqual([]);
    expect(unfinished).toBeGreaterThan(IMAGES / 20);
  }, 3_600_000);

  test('a log that was removed and made anew begins empty, also where the old one was never synced', () => {
    const event = (kind: DiskEvent['kind'], bytes = ''): DiskEvent => ({
      kind,
      file: 'store.db-wal',
      at: 0,
      bytes: Buffer.from(bytes),
    });
    const folder: DiskEvent = { kind: 'sync', file: 'folder', at: 0, bytes: Buffer.alloc(0) };
    const events = [event('create'), event('write', 'old'), event('sync'), folder, event('unlink'), event('create')];
    const walAfter = (...more: DiskEvent[]): string | undefined => {
      const all = [...events, ...more];
      const image = imageAt({ base: Buffer.alloc(0), events: all, cut: all.length, model: 'synced', random });
      return image.files['store.db-wal']?.toString();
    };
    expect([walAfter(), walAfter(folder)]).toEqual(['old', '']);
    expect([walAfter(event('write', 'new'), event('sync')), walAfter(event('write', 'new'), folder)]).toEqual([
      'old',
      '',
    ]);
    expect(walAfter(event('write', 'new'), event('sync'), folder)).toBe('new');
  });

  test(`control: without any sync nearly every one of ${CONTROLS} images fails`, async () => {
    const { wrong } = await images(library, CONTROLS, ['synchronous = OFF']);
    expect(wrong.length).toBeGreaterThan(CONTROLS * 0.75);
  }, 600_000);

  test(`control: where only checkpoints sync, some of ${CONTROLS} images lose what was acknowledged`, async () => {
    const { lost } = await images(library, CONTROLS, ['synchronous = NORMAL', 'wal_autocheckpoint = 60']);
    expect(lost).toBeGreaterThan(CONTROLS / 10);
  }, 600_000);
});
