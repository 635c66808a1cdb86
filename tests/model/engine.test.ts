import { afterEach, describe, expect, test } from 'vitest';
import { FaultError } from '../../shared/faults/failure.ts';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { engineInMemory } from '../helpers/memory-wire.ts';
import type { EngineReply, GenerateRequest } from '../../electron/engines/port.ts';
import type { InferenceHost, StartEngine } from '../../electron/engines/local/protocol.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PlanRequest, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { largeModel, makeModel } from '../helpers/model-maker.ts';

const DEMO = new URL('../../resources/models/pocket-storyteller-q8_0.gguf', import.meta.url).pathname;
const metharme =
  formatByName('metharme') ??
  (() => {
    throw new Error('no metharme');
  })();
const hosts: InferenceHost[] = [];

function newHost(start: StartEngine = forkEngine()): InferenceHost {
  const host = createInferenceHost(start);
  hosts.push(host);
  return host;
}

async function loaded(path = DEMO, start?: StartEngine): Promise<InferenceHost> {
  const host = newHost(start);
  await host.load({ path, contextSize: null, threads: 1, gpu: false }, () => undefined);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

const ADVENTURE: readonly (readonly ['system' | 'user' | 'model', string])[] = [
  [
    'system',
    'This is a text adventure game. Describe the scenario to the user and give him three options to pick from on each turn.',
  ],
  ['user', 'Start!'],
];

function request(
  turns = ADVENTURE,
  changes: Partial<GenerateRequest['sampling']> = {},
  plan: Partial<PlanRequest> = {},
): GenerateRequest {
  return {
    plan: {
      format: metharme,
      turns: turns.map(([role, text], index): PromptTurn => ({ id: String(index), role, speaker: null, text })),
      open: false,
      reserve: 256,
      contextSize: 1024,
      cut: null,
      ...plan,
    },
    sampling: { ...DEFAULT_SAMPLING, seed: 7, ...changes },
  };
}

async function write(job: EngineReply): Promise<{ text: string } & Awaited<EngineReply['done']>> {
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  return { ...(await job.done), text };
}

async function faultOf(promise: Promise<unknown>): Promise<StudioFault> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaultError)) throw new Error(`expected a fault, got ${String(error)}`);
  return error.fault;
}

test('a prompt in its tokens: control tokens by name, everything else as text, and what ends a reply', async () => {
  const host = await loaded();
  const { tokens, ends } = await host.tokens(
    request([
      ['system', 'Rain.'],
      ['user', 'Who goes?'],
    ]).plan,
  );
  expect(tokens.map(({ text }) => text).join('')).toBe('<|system|>Rain.<|user|>Who goes?<|model|>');
  expect(tokens.filter(({ kind }) => kind === 'control').map(({ text }) => text)).toEqual([
    '<|system|>',
    '<|user|>',
    '<|model|>',
  ]);
  expect(ends.map(({ text }) => text)).toEqual(['<|endoftext|>']);
  const bytes = await loaded(makeModel({ marks: 'user-defined' }));
  const spelled = await bytes.tokens(request([['user', 'é']]).plan);
  expect(spelled.tokens.map(({ text, kind }) => [text, kind])).toEqual([
    ['<|user|>', 'user-defined'],
    ['<C3>', 'plain'],
    ['<A9>', 'plain'],
    ['<|model|>', 'user-defined'],
  ]);
});

describe('a reply', () => {
  test('streams and ends by itself; the ledger is what the engine read', async () => {
    const host = await loaded();
    const ledger = await host.plan(request().plan);
    const job = host.generate(request());
    const pieces: string[] = [];
    job.onText((piece) => pieces.push(piece));
    const { reason, stats, position } = await job.done;
    const accepted = await job.accepted;
    expect(reason).toBe('end');
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toMatch(/- .+\n- .+\n- /);
    expect(pieces.join('')).not.toMatch(/<\||\uFFFD/);
    expect(position).toBe(accepted.ledger.total);
    expect(accepted.ledger).toEqual(ledger);
    expect(accepted.headTokens).toHaveLength(ledger.segments[0]?.tokens ?? 0);
    expect(stats).toMatchObject({ promptTokens: ledger.total, reusedTokens: 0, seed: 7 });
    expect(stats.tokensPerSecond).toBeGreaterThan(1);
  });

  test('is the same for a seed, in another process and in memory, and another for another seed', async () => {
    const [here, there, memory] = [await loaded(), await loaded(), await loaded(DEMO, engineInMemory)];
    const first = await write(here.generate(request(ADVENTURE, { temperature: 1 })));
    expect((await write(there.generate(request(ADVENTURE, { temperature: 1 })))).text).toBe(first.text);
    expect((await write(memory.generate(request(ADVENTURE, { temperature: 1 })))).text).toBe(first.text);
    expect((await write(there.generate(request(ADVENTURE, { temperature: 1, seed: 8 })))).text).not.toBe(first.text);
  });

  test('reads only what is new; greedy text is that of a cold start', async () => {
    const host = await loaded();
    const { text, stats } = await write(host.generate(request(ADVENTURE, { temperature: 0 })));
    const second = [...ADVENTURE, ['model', text], ['user', 'I look around.']] as const;
    await host.work({ type: 'prepare', plan: request([...ADVENTURE, ['model', text]]).plan });
    const ledger = await host.plan(request(second).plan);
    const warm = await write(host.generate(request(second, { temperature: 0 })));
    expect(ledger.toRead).toBeLessThan(12);
    expect(warm.stats.reusedTokens).toBe(ledger.total - ledger.toRead);
    expect(warm.stats.reusedTokens).toBeGreaterThan(stats.promptTokens);
    expect(warm.position).toBe(ledger.total);
    const cold = await write((await loaded()).generate(request(second, { temperature: 0 })));
    expect(warm.text).toBe(cold.text);
  });

  test('goes on past the end token when asked to, as long as asked to', async () => {
    const host = await loaded();
    for (const temperature of [0, 1]) {
      const result = await write(host.generate(request(ADVENTURE, { temperature, banEnd: true, maxTokens: 200 })));
      expect(result).toMatchObject({ reason: 'length', stats: { tokens: 200 } });
    }
  });

  test('a context that is full ends it with a reason', async () => {
    const host = await loaded();
    const result = await write(host.generate(request(ADVENTURE, { banEnd: true, maxTokens: 4000 }, { reserve: 64 })));
    expect(result.reason).toBe('window');
    expect(result.stats.tokens + result.stats.promptTokens).toBe(1023);
  });

  test('plans while it writes, one reply after another, and counts when nobody waits', async () => {
    const host = await loaded();
    const first = host.generate(request(ADVENTURE, { banEnd: true, maxTokens: 400 }));
    const second = host.generate(request(ADVENTURE, { maxTokens: 5 }));
    const writing = Promise.withResolvers<void>();
    first.onText(() => {
      writing.resolve();
    });
    await writing.promise;
    const order: string[] = [];
    const noted = async <T>(name: string, promise: Promise<T>): Promise<T> => promise.finally(() => order.push(name));
    const [ledger, counts] = await Promise.all([
      noted('plan', host.plan(request().plan)),
      noted('count', host.count(['Once upon a time', ''])),
      noted('first', first.done),
      noted('second', second.done),
    ]);
    expect(ledger.toRead).toBeLessThan(8);
    expect(counts).toEqual([4, 0]);
    expect(order).toEqual(['plan', 'first', 'second', 'count']);
  });
});

describe('exact text', () => {
  test('emoji, end token and spaces come as the vocabulary has them, in both kinds of vocabulary', async () => {
    const cases = [
      { recipe: { kind: 'bigram', chain: ['<|model|>Oh .\n\u{1F98A}!<|endoftext|>'] }, expected: 'Oh .\n\u{1F98A}!' },
      {
        recipe: { kind: 'bigram', architecture: 'llama', vocabulary: 'spm', chain: ['<|model|> Once\u{1F98A}.</s>'] },
        expected: 'Once\u{1F98A}.',
      },
      { recipe: { kind: 'bigram', marks: 'user-defined', chain: ['<|model|>Hey!<|user|>'] }, expected: 'Hey!' },
    ] as const;
    for (const { recipe, expected } of cases) {
      const host = await loaded(makeModel(recipe));
      const { text, reason } = await write(
        host.generate(request([['user', 'x']], { temperature: 0 }, { contextSize: 4096 })),
      );
      expect(text).toBe(expected);
      expect(reason).toBe(recipe.chain[0].endsWith('<|user|>') ? 'stop' : 'end');
    }
  });

  test('a stop text in a vocabulary without such a token is never shown', async () => {
    const host = await loaded(makeModel({ kind: 'bigram', marks: 'absent', chain: ['>Hey<|usr'] }));
    const format = { ...metharme, stops: ['<|us'] };
    const { text, reason } = await write(
      host.generate(request([['user', 'x']], { temperature: 0 }, { contextSize: 4096, format })),
    );
    expect({ text, reason }).toEqual({ text: 'Hey', reason: 'stop' });
  });

  test('the repetition penalty sees the prompt', async () => {
    const host = await loaded(
      makeModel({ kind: 'bigram', chain: ['<|model|>a<|endoftext|>', '<|model|>b<|endoftext|>'] }),
    );
    for (const temperature of [0, 0.5]) {
      const after = async (said: string): Promise<string> =>
        (
          await write(
            host.generate(
              request(
                [['user', said]],
                { temperature, repetitionPenalty: 2, repetitionRange: 3 },
                { contextSize: 4096 },
              ),
            ),
          )
        ).text;
      expect([await after('a'), await after('b')]).toEqual(['b', 'a']);
    }
  });
});

describe('stopping', () => {
  const long: readonly (readonly ['user', string])[] = [['user', 'the rain in the north '.repeat(250)]];
  const heavy = request(long, { banEnd: true, maxTokens: 200 }, { contextSize: 4096 });

  test('a stop in the prompt and in the text', async () => {
    const host = await loaded(largeModel());
    const reading = host.generate(heavy);
    const began = Promise.withResolvers<void>();
    reading.onPrompt(({ done }) => {
      if (done > 0) began.resolve();
    });
    await began.promise;
    let at = performance.now();
    reading.stop();
    const read = await reading.done;
    expect(read).toMatchObject({ reason: 'stopped', stats: { tokens: 0 } });
    expect(read.position).toBeLessThan((await reading.accepted).ledger.total);
    expect(performance.now() - at).toBeLessThan(2000);

    const writing = host.generate(request(ADVENTURE, { banEnd: true }, { contextSize: 4096 }));
    const first = Promise.withResolvers<void>();
    writing.onText(() => {
      first.resolve();
    });
    await first.promise;
    at = performance.now();
    writing.stop();
    expect((await writing.done).reason).toBe('stopped');
    expect(performance.now() - at).toBeLessThan(500);
  });
});

describe('what cannot be done is said in a sentence', () => {
  test('nothing loaded; a prompt that cannot fit; a context that no memory holds; then it works again', async () => {
    const host = newHost();
    expect((await faultOf(host.plan(request().plan))).code).toBe('NO_ENGINE');
    expect((await faultOf(host.generate(request()).done)).code).toBe('NO_ENGINE');
    const memory = await faultOf(
      host.load({ path: DEMO, contextSize: 4_000_000, threads: 1, gpu: false }, () => undefined),
    );
    expect(memory.code).toBe('MEMORY');
    const offered = Number(memory.params['offered']);
    expect(offered).toBeGreaterThan(4096);
    expect(offered).toBeLessThan(4_000_000);
    await host.load({ path: DEMO, contextSize: null, threads: 1, gpu: false }, () => undefined);
    const small = await faultOf(host.generate(request(ADVENTURE, {}, { reserve: 1020 })).done);
    expect(small.code).toBe('WINDOW_TOO_SMALL');
    expect((await write(host.generate(request()))).reason).toBe('end');
  });
});
