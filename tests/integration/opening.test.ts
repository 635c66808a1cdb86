import { newIds } from '../helpers/new-ids.ts';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { OddModels } from '../helpers/bad-models.ts';
import { makeModel } from '../helpers/model-maker.ts';
import {
  connect,
  EMBEDDED_MODEL,
  engineReaches,
  lookedAtModels,
  serve,
  type StudioClient,
  temporaryFolder,
} from '../helpers/server.ts';
import { splitModel } from '../helpers/split-model.ts';

const SHA = (JSON.parse(readFileSync(join(EMBEDDED_MODEL, '../model.json'), 'utf8')) as { sha256: string }).sha256;

async function withModels(
  fill: (folder: string) => void,
  work: (client: StudioClient, data: string) => Promise<void>,
): Promise<string> {
  const data = temporaryFolder('opening');
  const folder = join(data, 'models');
  mkdirSync(folder, { recursive: true });
  fill(folder);
  const server = await serve({ data });
  const { client, close } = await connect(server);
  try {
    await work(client, data);
  } finally {
    close();
    await server.stop();
  }
  return data;
}

test('a data folder that is moved away while the engine starts gets nothing in its place', async () => {
  const data = temporaryFolder('moved');
  const server = await serve({ data });
  const { client, close } = await connect(server);
  renameSync(data, `${data}.away`);
  await engineReaches(client, ['ready']);
  const made = existsSync(data);
  if (!made) renameSync(`${data}.away`, data);
  expect(made).toBe(false);
  close();
  await server.stop();
});

const model = async (client: StudioClient, name: string) => {
  const found = (await lookedAtModels(client)).find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not listed`);
  return found;
};

test('a model in several files is one model, loads, and names the part that it lacks', async () => {
  let bytes = 0;
  await withModels(
    (folder) => {
      bytes = splitModel(folder, 'tale', 3).reduce((sum, part) => sum + statSync(part).size, 0);
      rmSync(splitModel(folder, 'torn', 3)[1] ?? '');
      rmSync(splitModel(folder, 'headless', 2)[0] ?? '');
    },
    async (client) => {
      expect((await lookedAtModels(client)).map(({ name }) => name)).toEqual([
        'Pocket storyteller',
        'headless',
        'tale',
        'torn',
      ]);
      const tale = await model(client, 'tale');
      expect(tale).toMatchObject({ bytes, parts: 3, format: 'metharme', fault: null, warnings: [] });
      expect((await model(client, 'torn')).fault).toEqual({
        code: 'PART_MISSING',
        params: { part: 2, parts: 3, file: 'torn-00002-of-00003.gguf' },
      });
      expect((await model(client, 'headless')).fault?.params).toMatchObject({ part: 1, parts: 2 });
      await client.models.load({ id: tale.id, contextSize: 512 });
      expect(await engineReaches(client, ['ready'])).toMatchObject({ modelName: 'tale', contextSize: 512 });
    },
  );
}, 90_000);

test('a file that was refused is looked at again when somebody wants to load it', async () => {
  const whole = readFileSync(makeModel());
  const put = (path: string, bytes: Buffer): void => {
    writeFileSync(path, bytes);
    // As a copy from a backup has it.
    utimesSync(path, 1000, 1000);
  };
  await withModels(
    (folder) => {
      put(join(folder, 'mended.gguf'), Buffer.from(whole).fill(0, 4, 8));
    },
    async (client, data) => {
      const { id, fault } = await model(client, 'mended');
      expect(fault?.code).toBe('GGUF_VERSION');
      put(join(data, 'models', 'mended.gguf'), whole);
      await client.models.load({ id, contextSize: 512 });
      expect(await engineReaches(client, ['ready'])).toMatchObject({ modelName: 'mended' });
      expect((await model(client, 'mended')).fault).toBeNull();
    },
  );
}, 60_000);

test('the file in use is read to its end in the background, and what is written with it says so', async () => {
  const data = await withModels(
    (folder) => {
      const odd = new OddModels(folder).changed({
        tensors: (plans) =>
          plans.map((plan) =>
            plan.name === 'blk.0.ffn_up.weight'
              ? { ...plan, fill: (values) => [Buffer.alloc(values * 2, Buffer.of(0xff, 0x7f))] }
              : plan,
          ),
      });
      copyFileSync(odd, join(folder, 'nan.gguf'));
      copyFileSync(
        new OddModels(folder).changed({ set: [['gptneox.context_length', 'u32', 0]] }),
        join(folder, 'nowhere.gguf'),
      );
    },
    async (client) => {
      await engineReaches(client, ['ready']);
      await expect
        .poll(async () => model(client, 'Pocket storyteller'), { timeout: 20_000 })
        .toMatchObject({ sha256: SHA, genuine: true, warnings: [] });
      const [story] = await client.stories.list();
      const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
      const { generationId } = await client.writing.generate({
        ...newIds(),
        chapterId: chapter?.id ?? '',
        kind: 'reply',
        turnId: null,
        offset: null,
      });
      for await (const event of await client.writing.follow({ generationId, afterSeq: 0 }))
        if (event.type === 'done') break;

      const nan = await model(client, 'nan');
      expect(nan).toMatchObject({ sha256: null, genuine: null, fault: null, warnings: [] });
      await client.models.load({ id: nan.id, contextSize: null });
      await expect
        .poll(async () => (await model(client, 'nan')).warnings, { timeout: 20_000 })
        .toEqual([{ code: 'ODD_WEIGHTS', params: { name: 'blk.0.ffn_up.weight' } }]);
      const nowhere = await model(client, 'nowhere');
      expect(nowhere.warnings).toEqual([{ code: 'ODD_CONTEXT', params: { tokens: 0 } }]);
      await client.models.load({ id: nowhere.id, contextSize: null });
      expect((await engineReaches(client, ['ready'])).contextSize).toBeGreaterThanOrEqual(1024);
    },
  );
  const store = new Database(join(data, 'store.db'), { readonly: true });
  const { settings } = store.prepare('SELECT settings FROM generations').get() as { settings: string };
  expect((JSON.parse(settings) as { model: unknown }).model).toEqual({ name: 'Pocket storyteller', sha256: SHA });
  store.close();
}, 120_000);

const CHATML =
  '{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

test('the format doctor says why, warns, and shows the sample in tokens', async () => {
  await withModels(
    (folder) => {
      const odd = new OddModels(folder);
      const template = (name: string, text: string): void =>
        copyFileSync(
          odd.changed({ recipe: { marks: 'absent' }, set: [['tokenizer.chat_template', 'string', text]] }),
          join(folder, `${name}.gguf`),
        );
      template('chatty', CHATML);
      template(
        'noteless',
        `{% for message in messages %}{% if message.role == 'system' %}{{ raise_exception('Only two roles.') }}{% endif %}{% endfor %}${CHATML}`,
      );
      template(
        'endless',
        '{% for a in range(100000) %}{% for b in range(100000) %}{% set c = b %}{% endfor %}{% endfor %}',
      );
      copyFileSync(makeModel({ marks: 'user-defined' }), join(folder, 'loose.gguf'));
      copyFileSync(
        odd.changed({
          set: [
            ['tokenizer.ggml.add_bos_token', 'bool', true],
            ['tokenizer.ggml.bos_token_id', 'u32', 99_999],
          ],
        }),
        join(folder, 'startless.gguf'),
      );
    },
    async (client) => {
      await engineReaches(client, ['ready']);
      const demo = await model(client, 'Pocket storyteller');
      const good = await client.models.examineFormat({ id: demo.id, format: null });
      expect(good.detected).toMatchObject({ title: 'Metharme', confidence: 'certain' });
      expect(good.detected.reasons.map(({ code }) => code)).toEqual([
        'BY_CARD',
        'BY_TEMPLATE',
        'BY_MARKS_IN_TEMPLATE',
        'BY_VOCABULARY',
      ]);
      expect(good.trim).toEqual({ trim: 'both', trimmedBy: 'tokenizer' });
      expect(good.warnings).toEqual([]);
      expect(good.tokens?.sample.map(({ text }) => text).join('')).toBe(good.sample.map(({ text }) => text).join(''));
      expect(good.tokens?.sample.filter(({ kind }) => kind === 'control').map(({ text }) => text)).toEqual([
        '<|system|>',
        '<|user|>',
        '<|model|>',
        '<|user|>',
        '<|model|>',
      ]);
      expect(good.tokens?.ends.map(({ text }) => text)).toEqual(['<|endoftext|>']);

      const other = await client.models.examineFormat({ id: demo.id, format: 'oasst' });
      expect(other.warnings).toEqual([
        { code: 'MARKS_NOT_IN_VOCABULARY', params: { marks: expect.arrayContaining(['<|prompter|>']) as unknown } },
        { code: 'TEMPLATE_DIFFERS', params: {} },
      ]);
      expect(other.sample[0]).toEqual({ text: '<|prompter|>', mark: true });

      const chatty = await model(client, 'chatty');
      expect(chatty).toMatchObject({
        format: 'chatml',
        confidence: 'certain',
        evidence: { code: 'BY_TEMPLATE', params: { of: 'all' } },
      });
      const report = await client.models.examineFormat({ id: chatty.id, format: null });
      expect(report.tokens).toBeNull();
      expect(report.warnings.map(({ code }) => code)).toEqual(['MARKS_NOT_IN_VOCABULARY']);
      const noteless = await client.models.examineFormat({ id: (await model(client, 'noteless')).id, format: null });
      expect(noteless.detected).toMatchObject({ title: 'ChatML', confidence: 'certain' });
      expect(noteless.warnings.map(({ code }) => code)).toContain('TEMPLATE_REFUSES_NOTES');

      // A template that never ends costs its deadline, once, and is no evidence.
      expect(await model(client, 'endless')).toMatchObject({ format: 'prose', confidence: 'guess', fault: null });
      const loose = await client.models.examineFormat({ id: (await model(client, 'loose')).id, format: null });
      const startless = await client.models.examineFormat({ id: (await model(client, 'startless')).id, format: null });
      expect(startless.warnings.map(({ code }) => code)).toEqual(['ODD_BEGINNING']);
      expect(loose.warnings.map(({ code }) => code)).toEqual(['MARKS_IN_ORDINARY_TEXT']);
    },
  );
}, 90_000);
