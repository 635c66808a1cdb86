import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../../storage/core/open.ts';
import { createStory } from '../../storage/repositories/stories.ts';
import { createExporting } from './exporting.ts';

test('a chapter is written beside everything else, under a name of its own; an abort ends it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-exporting-'));
  const store = openStore(folder);
  try {
    const [storyId, chapterId] = [newId(), newId()];
    createStory(store.db, { id: storyId, title: 'Key: One\u0007', chapterId, turnId: newId() });
    const exporting = createExporting(store);
    const wish = { storyId, chapterId, format: 'docx', author: null, withPerson: true, withNotes: false } as const;
    const { name, base64, replaced } = await exporting.write(wish);
    expect(name).toBe('Key One – Chapter 1.docx');
    expect(replaced).toBe(1);
    const parts = unzipSync(new Uint8Array(Buffer.from(base64, 'base64')));
    expect(strFromU8(parts['word/document.xml'] ?? new Uint8Array())).toContain('Key: One\uFFFD');

    const ending = new AbortController();
    const ended = exporting.write(wish, ending.signal);
    ending.abort(new Error('Enough.'));
    await expect(ended).rejects.toThrow('Enough.');
    await expect(exporting.write({ ...wish, chapterId: newId() })).rejects.toMatchObject({
      fault: { code: 'NO_CHAPTER' },
    });
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
});
