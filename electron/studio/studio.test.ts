import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Hold } from '../../shared/contract/writing.ts';
import { newId } from '../../shared/document/ids.ts';
import { hasSmallDisks, onSmallDisk } from '../../tests/helpers/small-disk.ts';
import { createStudio } from './studio.ts';

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

test.runIf(hasSmallDisks)('on a disk that has become full it ends well, and what was acknowledged is there', () => {
  const said = onSmallDisk(
    `import { createStudio } from ${url('studio.ts')};
    import { newId } from ${url('../../shared/document/ids.ts')};
    const open = () => createStudio({ dataDir: disk, modelsDir: null, resourcesDir: disk, startEngine: () => { throw new Error('no engine'); } });
    const [id, chapterId, turnId] = [newId(), newId(), newId()];
    const studio = await open();
    studio.services.stories.create({ id, title: 'A story', chapterId, turnId });
    const client = { id: newId(), signal: new AbortController().signal };
    const op = { op: 'setText', turnId, version: 1, at: 0, del: 0, ins: 'Typed. '.repeat(2000) };
    await studio.services.writing.applyChange({ changeId: newId(), chapterId, structureRev: 1, ops: [op] }, client);
    fill();
    await studio.close();
    console.log('closed');
    makeRoom();
    const again = await open();
    console.log(again.services.chapters.open(chapterId).turns[0].text.length);
    await again.close();`,
    { kib: 1024 },
  );
  expect(said).toBe('closed\n14000\n');
});

test.skipIf(process.platform === 'win32')('without the drive that its models are on it opens and closes', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'paphos-links-'));
  for (const name of ['models', 'adapters', 'state']) symlinkSync(join(dataDir, 'no-drive', name), join(dataDir, name));
  const studio = await createStudio({
    dataDir,
    modelsDir: null,
    resourcesDir: dataDir,
    startEngine: () => {
      throw new Error('no engine');
    },
  });
  const { stories, models } = studio.services;
  expect(await models.list()).toEqual([]);
  const id = newId();
  stories.create({ id, title: 'A story', chapterId: newId(), turnId: newId() });
  await stories.remove(id);
  expect(stories.removedCount()).toBe(1);
  await studio.close();
});

test('a page that leaves while the store is damaged ends nothing, and its story is free', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'paphos-left-'));
  const studio = await createStudio({
    dataDir,
    modelsDir: null,
    resourcesDir: dataDir,
    startEngine: () => {
      throw new Error('no engine');
    },
  });
  const { stories, writing } = studio.services;
  const storyId = newId();
  stories.create({ id: storyId, title: 'A story', chapterId: newId(), turnId: newId() });
  const page = (): { abort: () => void; hold: AsyncIterator<Hold> } => {
    const leaving = new AbortController();
    const client = { id: newId(), signal: new AbortController().signal };
    const held = writing.hold(storyId, client, undefined, leaving.signal);
    return { abort: () => leaving.abort(), hold: held[Symbol.asyncIterator]() };
  };
  const writer = page();
  expect((await writer.hold.next()).value).toEqual({ role: 'writer' });
  const reader = page();
  expect((await reader.hold.next()).value).toEqual({ role: 'reader' });

  const damage = new DatabaseSync(join(dataDir, 'store.db'));
  damage.exec('ALTER TABLE chapters RENAME TO lost');
  writer.abort();
  expect((await reader.hold.next()).value).toEqual({ role: 'writer' });
  damage.exec('ALTER TABLE lost RENAME TO chapters');
  damage.close();
  await studio.close();
  expect(readFileSync(join(dataDir, 'logs', 'paphos.log'), 'utf8')).toContain('story.left');
});
