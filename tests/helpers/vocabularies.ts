import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { Vocabulary } from '../../electron/engines/local/worker/vocabulary.ts';

const library = dirname(dirname(createRequire(import.meta.url).resolve('node-llama-cpp')));
const cache = join(library, '..', '.cache', 'paphos-vocabularies');

/**
 * Real vocabularies and chat templates lie in the git bundle that node-llama-cpp brings (formats.md F10); none of them
 * is ours to commit.
 */
const git = (...args: string[]): Buffer =>
  execFileSync('git', args, { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });

function fromBundle(name: string, write: (bundle: string, unfinished: string) => void): string {
  const kept = join(cache, name);
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'extract-'));
  try {
    git('clone', '--quiet', '--bare', join(library, 'llama', 'gitRelease.bundle'), join(work, 'bundle'));
    write(join(work, 'bundle'), join(work, 'unfinished'));
    renameSync(join(work, 'unfinished'), kept);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return kept;
}

export function vocabularyFile(name: string): string {
  const file = `ggml-vocab-${name}.gguf`;
  return fromBundle(file, (bundle, unfinished) => {
    writeFileSync(unfinished, git('-C', bundle, 'show', `HEAD:models/${file}`));
  });
}

/** Chat templates of known models, by name. */
export function chatTemplates(): ReadonlyMap<string, string> {
  const file = fromBundle('chat-templates.json', (bundle, unfinished) => {
    const names = git('-C', bundle, 'ls-tree', '--name-only', 'HEAD', 'models/templates/')
      .toString()
      .split('\n')
      .filter((name) => name.endsWith('.jinja'));
    writeFileSync(
      unfinished,
      JSON.stringify(
        names.map((name) => [
          name.replace(/^.*\/|\.jinja$/g, ''),
          git('-C', bundle, 'show', `HEAD:${name}`).toString(),
        ]),
      ),
    );
  });
  return new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, string][]);
}

export interface LoadedVocabulary {
  readonly vocabulary: Vocabulary;
  /** The oracle: llama.cpp's own tokenisation of the whole string, special tokens on, BOS as the file asks. */
  whole(text: string): number[];
}

export async function loadVocabularies(
  files: Readonly<Record<string, string>>,
): Promise<{ vocabularies: Map<string, LoadedVocabulary>; dispose: () => Promise<void> }> {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: 1,
    progressLogs: false,
    skipDownload: true,
    logLevel: LlamaLogLevel.disabled,
  });
  const vocabularies = new Map<string, LoadedVocabulary>();
  for (const [name, modelPath] of Object.entries(files)) {
    const model: LlamaModel = await llama.loadModel({ modelPath, vocabOnly: true });
    const vocabulary = new Vocabulary(model);
    vocabularies.set(name, {
      vocabulary,
      whole: (text) => [...(vocabulary.bos === null ? [] : [vocabulary.bos]), ...model.tokenize(text, true)],
    });
  }
  return { vocabularies, dispose: () => llama.dispose() };
}
