import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineInMemory } from '../helpers/memory-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import type { InferenceHost } from '../../electron/engines/local/protocol.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PromptFormat, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';

const metharme = formatByName('metharme');
if (metharme === null) throw new Error('there is no format metharme');
const thinks: PromptFormat = { ...metharme, reasoning: { open: '<think>', close: '</think>' } };
/** Thinks a little and answers; after a blank line of its own it says something else. */
const BRIEF = ['<|model|><think>Maybe so</think>Quick!<|endoftext|>'];
/** Thinks for ever; made to stop it answers. */
const ENDLESS = ['<|model|><think>xyzx', '\nQuick!<|endoftext|>'];

const hosts: InferenceHost[] = [];
async function open(chain: readonly string[], marks: 'control' | 'user-defined'): Promise<InferenceHost> {
  const host = createInferenceHost(engineInMemory);
  hosts.push(host);
  const path = makeModel({ kind: 'bigram', marks, chain, extraMarks: ['<think>', '</think>'] });
  await host.load({ path, contextSize: 2048, threads: 1, gpu: false }, () => undefined);
  return host;
}
let brief: InferenceHost;
let endless: InferenceHost;
beforeAll(async () => {
  [brief, endless] = [await open(BRIEF, 'user-defined'), await open(ENDLESS, 'control')];
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close()));
});

const turn = (role: PromptTurn['role'], text: string, id = role): PromptTurn => ({ id, role, speaker: null, text });
async function reply(
  host: InferenceHost,
  format: PromptFormat,
  sampling: Partial<Omit<typeof DEFAULT_SAMPLING, 'seed'>>,
  turns = [turn('user', 'Well?')],
  continues = false,
) {
  const plan = { format, turns, open: continues, reserve: 300, contextSize: 2048, cut: null };
  const job = host.generate({ plan, sampling: { ...DEFAULT_SAMPLING, minP: 0.2, ...sampling, seed: 3 } });
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  const { ledger } = await job.accepted;
  return { ...(await job.done), text, ledger };
}

test('thinking comes between its marks, whatever kind of token they are', async () => {
  const { text, reason } = await reply(brief, thinks, {});
  expect(text).toBe('<think>\nMaybe so\n</think>\n\nQuick!');
  expect(reason).toBe('end');
});

test.each([0, 0.7])(
  'when its budget is spent, the end mark follows and the model goes on to answer (temperature %d)',
  async (temperature) => {
    for (const thinkingTokens of [0, 7, 20]) {
      const { text, reason } = await reply(endless, thinks, { thinkingTokens, temperature });
      const thought = 'xyz'.repeat(10).slice(0, Math.max(0, thinkingTokens - 1));
      expect(text).toBe(`<think>\n${thought}${thought === '' ? '' : '\n'}</think>\n\nQuick!`);
      expect(reason).toBe('end');
    }
  },
);

test('thinking takes nothing from the length of the reply', async () => {
  const { text, reason } = await reply(endless, thinks, { thinkingTokens: 50, maxTokens: 5 });
  expect(text).toMatch(/^<think>\n[xyz]{49}\n<\/think>\n\nQui/);
  expect(reason).toBe('length');
});

test('a format that opens the block has it in the text, and without thinking in the format all of it is text', async () => {
  const { text } = await reply(brief, { ...thinks, opensReply: '<|model|><think>' }, {});
  expect(text).toBe('<think>\nMaybe so\n</think>\n\nQuick!');
  expect((await reply(brief, metharme, {})).text).toBe('<think>Maybe so</think>Quick!');
});

test('a format with channels: what is thought and what is said are told apart, and the mark that closes both ends the reply', async () => {
  const harmony = formatByName('harmony') as PromptFormat;
  const host = createInferenceHost(engineInMemory);
  hosts.push(host);
  const path = makeModel({
    kind: 'bigram',
    marks: 'control',
    chain: ['<|message|>Maybe<|end|>'],
    extraMarks: ['<|start|>', '<|message|>', '<|channel|>', '<|end|>', '<|return|>', '<|call|>'],
  });
  await host.load({ path, contextSize: 2048, threads: 1, gpu: false }, () => undefined);
  for (const [thinkingTokens, thought] of [
    [0, ''],
    [2, 'Ma\n'],
  ] as const) {
    const { text, reason } = await reply(host, harmony, { thinkingTokens });
    expect([text, reason]).toEqual([`<think>\n${thought}</think>\n\nMaybe`, 'stop']);
  }
  const { text } = await reply(
    host,
    harmony,
    { thinkingTokens: 2 },
    [turn('user', 'Well?'), turn('model', '<think>\nM')],
    true,
  );
  expect(text).toMatch(/\n<\/think>\n\nMaybe$/);
});

test('what was thought is no part of the next prompt; Continue in a block thinks on', async () => {
  const told = [turn('user', 'Well?'), turn('model', '<think>\nMaybe so\n</think>\n\nQuick!'), turn('user', 'And?')];
  const plain = told.map((one) => (one.role === 'model' ? { ...one, text: 'Quick!' } : one));
  const [{ ledger }, { ledger: without }] = [
    await reply(brief, thinks, {}, told),
    await reply(brief, thinks, {}, plain),
  ];
  expect(ledger.total).toBe(without.total);
  const { text } = await reply(brief, thinks, {}, [turn('user', 'Well?'), turn('model', '<think>\nMay')], true);
  expect(text).toBe('be so\n</think>\n\nQuick!');
});

test('what is held back for a banned phrase when the budget is spent is not read with the answer', async () => {
  const host = createInferenceHost(engineInMemory);
  hosts.push(host);
  await host.load(
    {
      path: makeModel({ size: 'small', extraMarks: ['<think>', '</think>'] }),
      contextSize: 1024,
      threads: 1,
      gpu: false,
    },
    () => undefined,
  );
  const write = async (thinkingTokens: number, bannedPhrases: string[] = []) =>
    (
      await reply(
        host,
        { ...thinks, opensReply: '<|model|><think>' },
        { temperature: 0, repetitionPenalty: 1.3, banEnd: true, maxTokens: 40, thinkingTokens, bannedPhrases },
      )
    ).text;
  const short = await write(20);
  const thought = short.slice(0, short.indexOf('\n</think>'));
  const begun = (await write(60)).slice(thought.length - 1, thought.length + 2);
  expect(begun).toHaveLength(3);
  expect(await write(20, [`${begun} and never this`])).toBe(short);
});

test('a thought that fills the context is kept to its last letter', async () => {
  const host = createInferenceHost(engineInMemory);
  hosts.push(host);
  await host.load(
    {
      path: makeModel({ kind: 'bigram', marks: 'control', chain: ENDLESS, extraMarks: ['<think>', '</think>'] }),
      contextSize: 512,
      threads: 1,
      gpu: false,
    },
    () => undefined,
  );
  const plan = {
    format: thinks,
    turns: [turn('user', 'Well?')],
    open: false,
    reserve: 300,
    contextSize: 512,
    cut: null,
  };
  const { total } = await host.plan(plan);
  const room = 512 - 1 - total;
  // Its end mark no longer fits; it could go on for longer than there is room.
  for (const [thinkingTokens, kept] of [
    [room - 2, room - 3],
    [room * 2, room - 1],
  ] as const) {
    const job = host.generate({ plan, sampling: { ...DEFAULT_SAMPLING, minP: 0.2, thinkingTokens, seed: 3 } });
    let text = '';
    job.onText((piece) => {
      text += piece;
    });
    await expect(job.done).rejects.toMatchObject({
      fault: { code: 'THOUGHT_FULL' },
    });
    expect(text).toBe(`<think>\n${'xyz'.repeat(200).slice(0, kept)}`);
  }
});
