import { expect, test } from 'vitest';
import { hasSmallDisks, onSmallDisk } from '../../tests/helpers/small-disk.ts';

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
