import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkModel } from './link-model.ts';

test('a model file is added where it lies, with its parts; what cannot be added is said', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-link-'));
  const at = (...names: string[]): string => join(folder, ...names);
  const models = at('models');
  try {
    mkdirSync(at('elsewhere'));
    for (const name of ['tale.gguf', 'big-00001-of-00002.gguf', 'big-00002-of-00002.gguf', 'notes.txt'])
      writeFileSync(at('elsewhere', name), name);
    linkModel(at('elsewhere', 'tale.gguf'), models);
    linkModel(at('elsewhere', 'tale.gguf'), models);
    linkModel(at('elsewhere', 'big-00002-of-00002.gguf'), models);
    expect(readdirSync(models)).toEqual(['big-00001-of-00002.gguf', 'big-00002-of-00002.gguf', 'tale.gguf']);
    expect(readFileSync(join(models, 'tale.gguf'), 'utf8')).toBe('tale.gguf');

    writeFileSync(at('tale.gguf'), 'another one');
    const refused = (path: string): string => {
      try {
        linkModel(path, models);
      } catch (error) {
        return (error as { fault: { code: string } }).fault.code;
      }
      return 'added';
    };
    expect(refused(at('tale.gguf'))).toBe('MODEL_NAME_TAKEN');
    expect(readFileSync(join(models, 'tale.gguf'), 'utf8')).toBe('tale.gguf');
    for (const path of ['tale.gguf', at('elsewhere', 'notes.txt'), at('nowhere.gguf'), at('elsewhere'), '\0.gguf'])
      expect(refused(path)).toBe('NO_MODEL_FILE');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
