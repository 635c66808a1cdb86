import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import type { Hold } from '../../shared/contract/writing.ts';
import { newId } from '../../shared/document/ids.ts';
import { hasSmallDisks, onSmallDisk } from '../../tests/helpers/small-disk.ts';
import type { Client } from './connections.ts';
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

test('while the store takes and tells nothing, whatever is due goes on; afterwards all is there', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
  const dataDir = mkdtempSync(join(tmpdir(), 'paphos-due-'));
  const studio = await createStudio({
    dataDir,
    modelsDir: null,
    resourcesDir: dataDir,
    startEngine: () => {
      throw new Error('no engine');
    },
  });
  const { stories, writing, chapters, jobs, models, log } = studio.services;
  const [storyId, chapterId, turnId] = [newId(), newId(), newId()];
  const leaving = new AbortController();
  const { client, lost } = studio.connections.open(newId(), () => undefined);
  stories.create({ id: storyId, title: 'A story', chapterId, turnId });
  const op = { op: 'setText' as const, turnId, version: 1, at: 0, del: 0, ins: 'Typed.' };
  await writing.applyChange({ changeId: newId(), chapterId, structureRev: 1, ops: [op] }, client);
  for (const watched of [
    writing.hold(storyId, client, undefined, leaving.signal),
    jobs.watch(leaving.signal),
    models.changes(leaving.signal),
    models.status(leaving.signal),
    log.defects(leaving.signal),
  ])
    await Promise.race([watched.next(), Promise.resolve()]);

  const tables = ['stories', 'chapters', 'turns', 'revisions', 'edits', 'generations', 'settings', 'models', 'jobs'];
  const damage = new DatabaseSync(join(dataDir, 'store.db'));
  for (const table of tables) damage.exec(`ALTER TABLE ${table} RENAME TO lost_${table}`);
  await vi.advanceTimersByTimeAsync(60_000);
  leaving.abort();
  lost();
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  for (const table of tables) damage.exec(`ALTER TABLE lost_${table} RENAME TO ${table}`);
  damage.close();

  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(chapters.open(chapterId).turns.map(({ text }) => text)).toEqual(['Typed.']);
  await studio.close();
  expect(readFileSync(join(dataDir, 'logs', 'paphos.log'), 'utf8')).not.toMatch(/process\.u/);
});

test('while the store is damaged a story can be taken over, and a page that leaves ends nothing and frees it', async () => {
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
  const page = (): { abort: () => void; client: Client; hold: AsyncIterator<Hold> } => {
    const leaving = new AbortController();
    const client = { id: newId(), signal: new AbortController().signal, hasLeft: false };
    const held = writing.hold(storyId, client, undefined, leaving.signal);
    return { abort: () => leaving.abort(), client, hold: held[Symbol.asyncIterator]() };
  };
  const writer = page();
  expect((await writer.hold.next()).value).toEqual({ role: 'writer' });
  const reader = page();
  expect((await reader.hold.next()).value).toEqual({ role: 'reader' });

  const damage = new DatabaseSync(join(dataDir, 'store.db'));
  damage.exec('ALTER TABLE chapters RENAME TO lost');
  writing.takeOver(storyId, reader.client);
  expect((await reader.hold.next()).value).toEqual({ role: 'writer' });
  expect((await writer.hold.next()).value).toEqual({ role: 'reader' });
  reader.abort();
  expect((await writer.hold.next()).value).toEqual({ role: 'writer' });
  damage.exec('ALTER TABLE lost RENAME TO chapters');
  damage.close();
  await studio.close();
  expect(readFileSync(join(dataDir, 'logs', 'paphos.log'), 'utf8')).toContain('story.left');
});
