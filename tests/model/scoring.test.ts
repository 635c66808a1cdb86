import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FaultError } from '../../shared/faults/failure.ts';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import type { EndingScore, ScoreRequest } from '../../electron/engines/port.ts';
import type { InferenceHost } from '../../electron/engines/local/protocol.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PromptFormat } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { bigramLogProbability, largeModel, makeModel, type ModelRecipe } from '../helpers/model-maker.ts';
import { EMBEDDED_MODEL, ROOT } from '../helpers/server.ts';
import { loadVocabularies } from '../helpers/vocabularies.ts';

const hosts: InferenceHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function loaded(path: string): Promise<InferenceHost> {
  const host = createInferenceHost(forkEngine());
  hosts.push(host);
  await host.load({ path, contextSize: 1024, threads: 1, gpu: false }, () => undefined);
  return host;
}

function format(name: string): PromptFormat {
  const found = formatByName(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const after = (text: string): ScoreRequest['prefix'] => ({
  format: format('prose'),
  turns: [{ id: 'story', role: 'model', speaker: null, text }],
  open: true,
});
const sums = (scores: readonly EndingScore[]): number[] => scores.map(({ sum }) => sum);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no fault',
    (error: unknown) => (error instanceof FaultError ? error.fault.code : String(error)),
  );
const expectClose = (value: number, expected: number, relative: number): void => {
  expect(Math.abs(value / expected - 1)).toBeLessThan(relative);
};

const STORY = 'The keeper counted the ships again, and once more there was one too many. '.repeat(40).trim();
const BIGRAMS: readonly Partial<ModelRecipe>[] = [
  { kind: 'bigram', chain: ['The keeper counted'] },
  { kind: 'bigram', architecture: 'llama', vocabulary: 'spm', seed: 5 },
];

/** The tokens of a text, by llama.cpp in this process. */
async function tokensOf(path: string, text: string): Promise<{ bos: number | null; tokens: number[] }> {
  const { vocabularies, dispose } = await loadVocabularies({ model: path });
  const vocabulary = vocabularies.get('model')?.vocabulary;
  const tokens = vocabulary?.tokenize(text) ?? [];
  await dispose();
  return { bos: vocabulary?.bos ?? null, tokens };
}

describe.each(BIGRAMS)('a bigram model knows every probability: %o', (recipe) => {
  const path = makeModel(recipe);
  const logProbability = bigramLogProbability(recipe);

  test('perplexity is that of its table', async () => {
    const host = await loaded(path);
    for (const window of [512, 99]) {
      const { bos, tokens } = await tokensOf(path, STORY);
      const all = [...(bos === null ? [] : [bos]), ...tokens];
      const losses: number[] = [];
      const windows = Math.floor(all.length / window);
      for (let start = 0; start < windows * window; start += window) {
        for (let at = start + Math.floor(window / 2) + 1; at < start + window; at += 1)
          losses.push(-logProbability(all[at - 1] ?? 0, all[at] ?? 0));
      }
      const result = await host.perplexity({ text: STORY, window }).done;
      expectClose(result.value, Math.exp(losses.reduce((sum, loss) => sum + loss, 0) / losses.length), 1e-4);
      expect(result).toMatchObject({ tokens: all.length, windows, scored: losses.length });
    }
  });

  test('so are the scores of endings, token by token', async () => {
    const host = await loaded(path);
    const endings = [' and slept.', '', ' and slept again, until noon!'];
    const scores = await host.score({ prefix: after('The keeper sat down'), endings }).done;
    const { tokens } = await tokensOf(path, 'The keeper sat down');
    expect(scores.map(({ bytes, tokens: scored }) => [bytes, scored.length])).toEqual(
      endings.map((ending) => [ending.length, ending.length]),
    );
    for (const { sum, tokens: scored } of scores) {
      let before = tokens.at(-1) ?? 0;
      let expected = 0;
      for (const { id, logProbability: given } of scored) {
        expected += logProbability(before, id);
        expect(given).toBeCloseTo(logProbability(before, id), 4);
        before = id;
      }
      expect(sum).toBeCloseTo(expected, 4);
    }
  });
});

describe('scores', () => {
  const endings = ['She opened the door.', 'Nothing moved, and the rain went on as it had all day.', 'zq zq'];

  test('are the same after a shared prefix, with the whole prompt each time, and in another order', async () => {
    for (const path of [makeModel({ size: 'small' }), EMBEDDED_MODEL]) {
      const host = await loaded(path);
      const prefix = after(`${STORY.slice(0, 700)} `);
      const shared = await host.score({ prefix, endings }).done;
      const apart: EndingScore[] = [];
      for (const ending of endings) {
        const cold = await loaded(path);
        apart.push(...(await cold.score({ prefix, endings: [ending] }).done));
        await cold.close();
      }
      const turned = await host.score({ prefix, endings: endings.toReversed() }).done;
      for (const [index, sum] of sums(shared).entries()) {
        expectClose(sum, sums(apart)[index] ?? 0, 2e-3);
        expectClose(sum, sums(turned).toReversed()[index] ?? 0, 2e-3);
      }
    }
  });

  test('count what merges with the end of the prefix for every ending, so that they can be compared', async () => {
    const host = await loaded(EMBEDDED_MODEL);
    const [merged, other] = await host.score({
      prefix: after('Once upon a ti'),
      endings: ['me there was a fox.', 'zzz'],
    }).done;
    const [split] = await host.score({ prefix: after('Once upon a'), endings: [' time there was a fox.'] }).done;
    expect(merged?.sum).toBeCloseTo(split?.sum ?? 0, 1);
    expect(merged?.sum).toBeGreaterThan(other?.sum ?? 0);
  });

  test('a reply in the format of the model: what it would say scores higher than what it would not', async () => {
    const host = await loaded(EMBEDDED_MODEL);
    const prefix: ScoreRequest['prefix'] = {
      format: format('metharme'),
      open: false,
      turns: [{ id: 'you', role: 'user', speaker: null, text: 'Tell me a story about a fox.' }],
    };
    const [fitting, other] = await host.score({
      prefix,
      endings: ['Once upon a time there was a fox.', 'Invoice quarterly synergy matrix.'],
    }).done;
    expect(fitting?.sum).toBeGreaterThan(other?.sum ?? 0);
  });

  test('what cannot be scored is refused, and the model goes on', async () => {
    const host = await loaded(EMBEDDED_MODEL);
    expect(await codeOf(host.score({ prefix: after(''), endings: ['a'] }).done)).toBe('NO_PREFIX');
    expect(await codeOf(host.score({ prefix: after('a'), endings: [STORY.repeat(9)] }).done)).toBe('MEASURE_TOO_LONG');
    expect(await codeOf(host.perplexity({ text: 'Too short.', window: 512 }).done)).toBe('TEXT_TOO_SHORT');
    expect(await codeOf(host.perplexity({ text: STORY.repeat(9), window: 2048 }).done)).toBe('MEASURE_TOO_LONG');
    expect(await host.score({ prefix: after('a'), endings: [] }).done).toEqual([]);
  });
});

test('the embedded model has the perplexity of its card', async () => {
  const card = JSON.parse(readFileSync(join(ROOT, 'resources/models/model.json'), 'utf8')) as {
    perplexity: { text: string; tokens: number; windows: number; value: number; relativeTolerance: number };
  };
  const text = readFileSync(join(ROOT, 'resources/models', card.perplexity.text), 'utf8').replace(/\n$/, '');
  const host = await loaded(EMBEDDED_MODEL);
  const result = await host.perplexity({ text, window: 512 }).done;
  expect(result).toMatchObject({ tokens: card.perplexity.tokens, windows: card.perplexity.windows });
  expectClose(result.value, card.perplexity.value, card.perplexity.relativeTolerance);
});

test('a measurement says how far it is and can be stopped, in the work and before it', async () => {
  const host = await loaded(largeModel());
  const running = host.perplexity({ text: 'the rain in the north '.repeat(400), window: 512 });
  const waiting = host.perplexity({ text: STORY, window: 128 });
  const shares: number[] = [];
  running.onProgress((share) => {
    shares.push(share);
    if (shares.length > 3) running.stop();
  });
  waiting.stop();
  expect(await codeOf(waiting.done)).toBe('STOPPED');
  expect(await codeOf(running.done)).toBe('STOPPED');
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBeLessThan(1);
  expect(sums(await host.score({ prefix: after('the rain'), endings: [' in the north'] }).done)[0]).toBeLessThan(0);
});

test('a reply goes first: the measurement gives way, begins again, and comes to the same value', async () => {
  const host = await loaded(EMBEDDED_MODEL);
  const request = { text: STORY.repeat(4), window: 512 };
  const undisturbed = await host.perplexity(request).done;
  const order: string[] = [];
  const measurement = host.perplexity(request);
  const begun = Promise.withResolvers<void>();
  measurement.onProgress((share) => {
    if (share > 0.2) begun.resolve();
  });
  await begun.promise;
  const { format: prose, turns, open } = after('Once upon a time');
  const reply = host.generate({
    plan: { format: prose, turns, open, reserve: 8, contextSize: 1024, cut: null },
    sampling: { ...DEFAULT_SAMPLING, maxTokens: 8, seed: 1 },
  });
  await Promise.all([
    reply.done.then(() => order.push('reply')),
    measurement.done.then(() => order.push('measurement')),
  ]);
  expect(order).toEqual(['reply', 'measurement']);
  expectClose((await measurement.done).value, undisturbed.value, 1e-6);
});
