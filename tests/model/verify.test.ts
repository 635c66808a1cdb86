import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Verification, verifyModel } from '../../electron/cli/verify-model.ts';
import { pageOf } from '../../electron/cli/verify-page.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { makeModel, type ModelRecipe } from '../helpers/model-maker.ts';
import { EMBEDDED_MODEL, ROOT, temporaryFolder } from '../helpers/server.ts';

process.env['PAPHOS_THREADS'] = '1';
const verify = (path: string, format: string | null = null): Promise<Verification> =>
  verifyModel({
    path,
    demo: null,
    contextSize: 1024,
    format: format === null ? null : formatByName(format),
    says: () => undefined,
  });
const paphos = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  promisify(execFile)(process.execPath, [join(ROOT, 'electron/cli.ts'), ...args], {
    env: { ...process.env, PAPHOS_THREADS: '1' },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );

/** Each architecture, each kind of vocabulary, each way in which a vocabulary holds role marks. */
const RECIPES: readonly Partial<ModelRecipe>[] = [
  { architecture: 'gptneox', marks: 'control' },
  { architecture: 'gptneox', marks: 'user-defined' },
  { architecture: 'gptneox', marks: 'absent' },
  { architecture: 'gptneox', vocabulary: 'bpe' },
  { architecture: 'stablelm', marks: 'control' },
  { architecture: 'stablelm', kind: 'bigram', marks: 'absent' },
  { architecture: 'llama', vocabulary: 'spm', marks: 'control' },
  { architecture: 'llama', vocabulary: 'spm', marks: 'user-defined' },
  { architecture: 'llama', vocabulary: 'spm', kind: 'bigram', marks: 'absent' },
];

test.each(RECIPES)('a page about %o', async (recipe) => {
  const { marks = 'control', vocabulary } = recipe;
  const found = await verify(makeModel(recipe), 'metharme');
  expect(found.faults).toEqual([]);
  expect(found.header.architecture).toBe(recipe.architecture);
  expect(found.window).toMatchObject({ turns: 20, headIdentical: true, countsEqual: true });
  expect(found.window.cuts).toBeGreaterThan(0);
  expect(found.perplexity.value).toBeGreaterThan(1);
  expect(found.speed.promptPerSecond).toBeGreaterThan(1);

  expect(found.marks.map(({ text }) => text)).toEqual(['<|system|>', '<|user|>', '<|model|>']);
  for (const { text, tokens } of found.marks) {
    if (marks === 'absent')
      expect(
        tokens
          .map((token) => token.text)
          .join('')
          .trim(),
      ).toBe(text);
    else expect(tokens).toEqual([expect.objectContaining({ text, kind: marks })]);
  }
  expect(found.warnings.some(({ code }) => code === 'MARKS_NOT_IN_VOCABULARY')).toBe(marks === 'absent');
  expect(found.bos?.text ?? null).toBe(vocabulary === 'spm' ? '<s>' : null);
  expect(found.ends.map(({ text }) => text)).toContain(vocabulary === 'spm' ? '</s>' : '<|endoftext|>');
  expect(
    found.sample
      .filter(({ kind }) => kind === 'plain')
      .map(({ text }) => text)
      .join(''),
  ).toContain('A bell answers from the water.');
  const page = pageOf(found);
  expect(page.split('\n').length).toBeLessThan(100);
  expect(page).toMatch(
    /^Window {6}20 turns through 512 tokens: \d+ cuts; the head stayed the same; the counts are the engine's/m,
  );
});

test('the embedded model, on the command line: text and JSON say the same', async () => {
  const [page, json] = [await paphos('verify', EMBEDDED_MODEL), await paphos('verify', '--json', '--context', '512')];
  expect([page.code, json.code]).toEqual([0, 0]);
  const found = JSON.parse(json.out) as Verification;
  expect(found.loaded.contextSize).toBe(512);
  expect(Math.abs(found.perplexity.value / 129.1 - 1)).toBeLessThan(0.003);
  expect(page.out).toContain(`SHA-256     ${found.file.sha256}`);
  expect(page.out).toContain(`"<|model|>" = control token ${found.marks[2]?.tokens[0]?.id ?? ''}`);
  expect(page.out).toMatch(/^Faults {6}none$/m);
  expect(found.reply.text.length).toBeGreaterThan(0);
});

test('what is wrong is said, and the exit code says so too', async () => {
  const broken = join(temporaryFolder('verify'), 'broken.gguf');
  copyFileSync(makeModel(), broken);
  const bytes = readFileSync(broken);
  bytes.writeFloatLE(Number.NaN, bytes.length - 256);
  writeFileSync(broken, bytes);
  const damaged = await paphos('verify', broken);
  expect(damaged.code).toBe(1);
  expect(damaged.out).toMatch(/^Faults {6}Some of this model’s weights are not numbers/m);

  const text = await paphos('verify', join(ROOT, 'package.json'));
  expect([text.code, text.out]).toEqual([1, '']);
  expect(text.err).toMatch(/This is not a model file/);
  expect(await paphos('verify', EMBEDDED_MODEL, '--format', 'morse')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/There is no format “morse”/) as string,
  });
});
