import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import { unreadIn } from './unread-weights.ts';

test('what lies in a models folder and is not read is said, once for each folder and sort', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-unread-'));
  try {
    mkdirSync(join(folder, 'mistral'));
    mkdirSync(join(folder, 'maker/name/q4'), { recursive: true });
    const files = ['tale.gguf', 'notes.txt', 'tokens.bin', 'old.PT', 'maker/near.gguf', 'maker/name/q4/far.gguf'];
    const parts = [1, 2, 3].map((part) => `mistral/model-0000${String(part)}-of-00003.safetensors`);
    for (const file of [...files, ...parts]) writeFileSync(join(folder, file), '');
    symlinkSync(folder, join(folder, 'mistral/round'));
    expect(unreadIn(folder).map(sentenceOf).toSorted()).toEqual([
      '“maker/name/q4/far.gguf” is too deep to be found. Move it at most one folder below the models folder.',
      '“mistral/model-00001-of-00003.safetensors” and 2 more hold safetensors weights, which Paphos does not read yet. Get the model as a GGUF file.',
      '“old.PT” holds PyTorch weights, which Paphos does not read yet. Get the model as a GGUF file.',
    ]);
    expect(unreadIn(join(folder, 'nothing'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
