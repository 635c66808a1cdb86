import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { Vocabulary } from '../../electron/inference/worker/vocabulary.ts';

const library = dirname(dirname(createRequire(import.meta.url).resolve('node-llama-cpp')));
const cache = join(library, '..', '.cache', 'paphos-vocabularies');

/** Real vocabularies lie in the git bundle that node-llama-cpp brings (formats.md F10); none of them is ours to commit. */
export function vocabularyFile(name: string): string {
  const file = join(cache, `ggml-vocab-${name}.gguf`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'extract-'));
  try {
    const git = (...args: string[]) => execFileSync('git', args, { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
    git('clone', '--quiet', '--bare', join(library, 'llama', 'gitRelease.bundle'), join(work, 'bundle'));
    writeFileSync(join(work, 'vocabulary'), git('-C', join(work, 'bundle'), 'show', `HEAD:models/ggml-vocab-${name}.gguf`));
    renameSync(join(work, 'vocabulary'), file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

export interface LoadedVocabulary {
  readonly vocabulary: Vocabulary;
  /** The oracle: llama.cpp's own tokenisation of the whole string, special tokens on, BOS as the file asks. */
  whole(text: string): number[];
}

export async function loadVocabularies(files: Readonly<Record<string, string>>): Promise<{ vocabularies: Map<string, LoadedVocabulary>; dispose: () => Promise<void> }> {
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false, skipDownload: true, logLevel: LlamaLogLevel.disabled });
  const vocabularies = new Map<string, LoadedVocabulary>();
  for (const [name, modelPath] of Object.entries(files)) {
    const model: LlamaModel = await llama.loadModel({ modelPath, vocabOnly: true });
    const vocabulary = new Vocabulary(model);
    vocabularies.set(name, { vocabulary, whole: (text) => [...(vocabulary.bos === null ? [] : [vocabulary.bos]), ...model.tokenize(text, true)] });
  }
  return { vocabularies, dispose: () => llama.dispose() };
}
