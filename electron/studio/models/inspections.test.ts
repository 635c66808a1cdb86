import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInspections } from './inspections.ts';
import { foundIn, type FoundModel } from './model-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-inspections-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a model that somebody waits for does not stand in line behind a folder of others', async () => {
  const models = Array.from({ length: 20 }, (_, n): FoundModel => {
    const path = join(folder, `model-${n}.gguf`);
    writeFileSync(path, 'no model');
    return foundIn(path) ?? expect.fail('it was not found');
  });
  const inspections = createInspections();
  let looked = 0;
  const all = models.map(async (model) => {
    await inspections.of(model);
    looked += 1;
  });
  const last = models.at(-1) ?? expect.fail('there is none');
  expect(await inspections.again(last)).toMatchObject({ examined: null, fault: { code: 'NOT_GGUF' } });
  expect(looked).toBeLessThan(models.length / 2);
  await Promise.all(all);
});
