import { afterEach, beforeEach, expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import type { InferenceHost, LoadOptions } from '../../electron/engines/local/protocol.ts';
import { surveyLoad } from '../../electron/engines/local/host/load-survey.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';

/**
 * Lavapipe, a Vulkan that computes on the processor: the way through a graphics card, without one. Vulkan leaves out
 * such devices unless they are named.
 */
const PATH = makeModel({ kind: 'bigram', architecture: 'gptneox', chain: ['quick-brown.<|endoftext|>'] });
const options = (tuning: LoadOptions['tuning']): LoadOptions => ({
  path: PATH,
  contextSize: 512,
  threads: 1,
  gpu: true,
  ...(tuning ? { tuning } : {}),
});

let host: InferenceHost;
beforeEach(() => {
  process.env['GGML_VK_VISIBLE_DEVICES'] = '0';
});
afterEach(() => host.close());

async function loadAndWrite(tuning: LoadOptions['tuning']) {
  host = createInferenceHost(forkEngine());
  const loaded = await host.load(options(tuning), () => undefined);
  const format = formatByName('prose');
  if (!format) throw new Error('no prose format');
  const job = host.generate({
    plan: {
      format,
      turns: [{ id: 'a', role: 'model', speaker: null, text: 'qu' }],
      open: true,
      reserve: 32,
      contextSize: 512,
      cut: null,
    },
    sampling: { ...DEFAULT_SAMPLING, temperature: 0, repetitionPenalty: 1, maxTokens: 32, seed: 1 },
  });
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  await job.done;
  return { loaded, text };
}

for (const [gpuLayers, layers] of [
  [0, 0],
  [1, 1],
  ['auto', 2],
  ['max', 2],
] as const) {
  test(`${gpuLayers} layers on the card: the text is right, and memory lies where it is said to`, async () => {
    const { loaded, text } = await loadAndWrite({ gpuLayers });
    expect(text).toBe('ick-brown.');
    expect(loaded.hardware).toMatchObject({ gpuLayers: layers, warning: null });
    if (layers === 0) {
      expect(loaded.device).toBe('CPU, 1 thread');
      expect(loaded.hardware).toMatchObject({ vram: null, memory: { vram: 0 } });
    } else {
      expect(loaded.device).toMatch(/^llvmpipe/);
      expect(loaded.hardware.vram?.total).toBe(2 ** 31);
      expect(loaded.hardware.memory.vram).toBeGreaterThan(0);
    }
  });
}

test('two cards are two names and the memory of both', async () => {
  process.env['GGML_VK_VISIBLE_DEVICES'] = '0,0';
  const { loaded, text } = await loadAndWrite({ gpuLayers: 'max' });
  expect(text).toBe('ick-brown.');
  expect(loaded.device).toMatch(/^llvmpipe[^,]*(,[^,]*)?, llvmpipe/);
  expect(loaded.hardware.vram?.total).toBe(2 ** 32);
});

test('a card is chosen for the process; one that is not there is a sentence, and the processor computes', async () => {
  const chosen = await loadAndWrite({ device: 0 });
  expect(chosen.loaded.device).toMatch(/^llvmpipe/);
  await host.close();
  const { loaded, text } = await loadAndWrite({ device: 7 });
  expect(text).toBe('ick-brown.');
  expect(loaded.device).toBe('CPU, 1 thread');
  expect(loaded.hardware.warning).toEqual({ code: 'NO_SUCH_CARD', params: { number: 8 } });
});

test('a survey names the cards and their memory without loading', async () => {
  host = createInferenceHost(forkEngine());
  const { devices, estimate } = await surveyLoad(forkEngine(), options({ gpuLayers: 'max' }), { ram: 0, vram: 0 });
  expect(devices).toEqual([expect.stringMatching(/^llvmpipe/)]);
  expect(estimate).toMatchObject({ verdict: 'fits', contextSize: 512, room: { vram: 2 ** 31 } });
  expect(estimate.need.vram).toBeGreaterThan(0);
});
