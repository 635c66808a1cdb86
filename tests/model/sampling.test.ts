import { afterEach, describe, expect, test } from 'vitest';
import { FaultError } from '../../shared/faults/failure.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { engineInMemory } from '../helpers/memory-wire.ts';
import type { EngineReply, GenerateRequest } from '../../electron/engines/port.ts';
import type { InferenceHost } from '../../electron/engines/local/protocol.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { references, softmax } from '../../electron/engines/local/worker/sampling/references.ts';
import { bigramLogProbability, makeModel } from '../helpers/model-maker.ts';
import { bytePairs } from '../helpers/model-vocabulary.ts';

const metharme =
  formatByName('metharme') ??
  (() => {
    throw new Error('no metharme');
  })();
const hosts: InferenceHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function loaded(path: string): Promise<InferenceHost> {
  const host = createInferenceHost(engineInMemory);
  hosts.push(host);
  await host.load({ path, contextSize: 512, threads: 1, gpu: false }, () => undefined);
  return host;
}

/** Nothing on, unless said. */
function request(said: string, changes: Partial<Sampling & { seed: number }>): GenerateRequest {
  return {
    plan: {
      format: metharme,
      turns: [{ id: 'a', role: 'user', speaker: null, text: said }],
      open: false,
      reserve: 64,
      contextSize: 512,
      cut: null,
    },
    sampling: {
      ...DEFAULT_SAMPLING,
      temperature: 0,
      minP: 0,
      repetitionPenalty: 1,
      candidates: 0,
      maxTokens: 40,
      seed: 7,
      ...changes,
    },
  };
}

async function write(job: EngineReply): Promise<{ text: string } & Awaited<EngineReply['done']>> {
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  return { ...(await job.done), text };
}

/** The code of what is refused; nothing of the prompt was read for it. */
async function refusal(host: InferenceHost, changes: Parameters<typeof request>[1]): Promise<string> {
  const job = host.generate(request('x'.repeat(300), changes));
  let read = 0;
  job.onPrompt(() => {
    read++;
  });
  const reasons: unknown[] = await Promise.all(
    [job.accepted, job.done].map((promise: Promise<unknown>) => promise.catch((error: unknown) => error)),
  );
  expect(reasons[0]).toBe(reasons[1]);
  expect(read).toBe(0);
  return reasons[1] instanceof FaultError ? reasons[1].fault.code : 'not refused';
}

/**
 * Certain steps from byte to byte, where nothing interferes; what is second likeliest is known too, as its logit is
 * written into the table first.
 */
const chain = (...texts: string[]): string => makeModel({ kind: 'bigram', chain: texts });
/** The same where `to` and others are tokens too, though the texts are written letter by letter. */
const spelled = (...texts: string[]): string =>
  makeModel({ kind: 'bigram', vocabulary: bytePairs(300, 'control'), chain: texts });

describe('through the real engine', () => {
  test('every sampler that can be off leaves greedy text as it is when it is on at temperature 0 and has nothing to do', async () => {
    const host = await loaded(chain('<|model|>The fox.<|endoftext|>'));
    const plain = await write(host.generate(request('x', {})));
    expect(plain).toMatchObject({ text: 'The fox.', reason: 'end' });
    for (const changes of [
      { candidates: 10 },
      { dryStrength: 1, dryAllowed: 3 },
      { bannedPhrases: ['wolf'] },
      { bannedTokens: ['#255'] },
      { logitBias: [{ text: 'z', bias: -5 }] },
    ]) {
      expect(await write(host.generate(request('x', changes)))).toMatchObject({
        text: 'The fox.',
        reason: 'end',
        position: plain.position,
      });
    }
  });

  test('a banned phrase is undone and another word comes; nothing of it is seen', async () => {
    const host = await loaded(chain('<|model|>A cat.<|endoftext|>', '<|model|>A dog.<|endoftext|>'));
    const free = await write(host.generate(request('x', { temperature: 0.3 })));
    expect(free.text).toMatch(/^A (cat|dog)\.$/);
    for (let seed = 1; seed <= 6; seed++) {
      expect((await write(host.generate(request('x', { temperature: 0.3, seed, bannedPhrases: ['CAT'] })))).text).toBe(
        'A dog.',
      );
      expect(
        (await write(host.generate(request('x', { temperature: 0.3, seed, bannedPhrases: ['a dog'] })))).text,
      ).not.toMatch(/a dog/i);
    }
  });

  test('a banned word never comes, by whatever tokens; in longer words it does', async () => {
    const host = await loaded(
      spelled('<|model|>We to.<|endoftext|>', '<|model|>We go.<|endoftext|>', '<|model|>We too.<|endoftext|>'),
    );
    const written = async (changes: Parameters<typeof request>[1]): Promise<ReadonlySet<string>> => {
      const texts = new Set<string>();
      for (let seed = 1; seed <= 12; seed++)
        texts.add((await write(host.generate(request('x', { temperature: 0.3, seed, ...changes })))).text);
      return texts;
    };
    expect(await written({})).toContain('We to.');
    const without = await written({ bannedTokens: ['TO'] });
    expect(without).toContain('We go.');
    expect([...without].filter((text) => /\bto\b/i.test(text))).toEqual([]);
    expect([...without].some((text) => /\btoo/.test(text))).toBe(true);
  });

  test('nor where it would be the last of the reply, or its first half stands in the text', async () => {
    const ending = await loaded(spelled('<|model|>We to<|endoftext|>'));
    expect((await write(ending.generate(request('x', {})))).text).toBe('We to');
    expect((await write(ending.generate(request('x', { bannedTokens: ['to'] })))).text).not.toMatch(/\bto\b/i);
    const host = await loaded(spelled('<|model|>We to.<|endoftext|>'));
    const asked = request('x', {});
    const plan = {
      ...asked.plan,
      open: true,
      turns: [...asked.plan.turns, { id: 'b', role: 'model' as const, speaker: null, text: 'We t' }],
    };
    expect((await write(host.generate({ ...asked, plan }))).text).toBe('o.');
    for (const changes of [{ bannedTokens: ['to'] }, { bannedPhrases: ['we to'] }]) {
      const { text } = await write(host.generate({ ...request('x', changes), plan }));
      expect(text).not.toMatch(/^o\b/);
      expect(text).not.toBe('');
    }
  });

  test('nor where a grammar rules', async () => {
    const host = await loaded(spelled('<|model|>We to.<|endoftext|>'));
    const ruled = (changes: Parameters<typeof request>[1]): EngineReply =>
      host.generate(
        request('x', { grammarKind: 'gbnf', grammar: 'root ::= "We " ("to" | "go" | "too") "."', ...changes }),
      );
    expect((await write(ruled({}))).text).toBe('We to.');
    expect((await write(ruled({ bannedTokens: ['to'] }))).text).toMatch(/^We (go|too)\.$/);
    expect((await write(ruled({ bannedPhrases: ['to'] }))).text).toBe('We go.');
    await expect(ruled({ bannedPhrases: ['to', 'GO'] }).done).rejects.toMatchObject({ fault: { code: 'ALL_BANNED' } });
    expect((await write(ruled({}))).text).toBe('We to.');
  });

  test('where everything that could come is banned the reply ends with that, and nothing banned stands in it', async () => {
    const host = await loaded(chain('<|model|>Oh no.<|endoftext|>'));
    const letters = ['o', 'h', ' ', 'n', '.'];
    const job = host.generate(
      request('x', {
        bannedPhrases: [...letters.slice(1), 'oo'],
        bannedTokens: Array.from(
          { length: 260 },
          (_, token) => `#${letters.includes(String.fromCharCode(token)) ? 79 : token}`,
        ),
      }),
    );
    let text = '';
    job.onText((piece) => {
      text += piece;
    });
    await expect(job.done).rejects.toMatchObject({ fault: { code: 'ALL_BANNED' } });
    expect(text).toBe('');
  });

  test('a mark that is one token is found by its name, in bans and in the bias', async () => {
    const host = await loaded(chain('<|model|>No.<|endoftext|>'));
    expect(await write(host.generate(request('x', { bannedTokens: ['<|endoftext|>'], maxTokens: 9 })))).toMatchObject({
      reason: 'length',
      stats: { tokens: 9 },
    });
    expect(
      await write(host.generate(request('x', { logitBias: [{ text: '<|endoftext|>', bias: 40 }] }))),
    ).toMatchObject({ text: '', reason: 'end' });
  });

  test('the end token can be banned, and stop texts stay held back while phrases are', async () => {
    const host = await loaded(makeModel({ kind: 'bigram', marks: 'absent', chain: ['>Hey<|usr'] }));
    const format = { ...metharme, stops: ['<|us'] };
    const asked = request('x', { bannedPhrases: ['hey you'] });
    expect(await write(host.generate({ ...asked, plan: { ...asked.plan, format } }))).toMatchObject({
      text: 'Hey',
      reason: 'stop',
    });
    const ending = await loaded(chain('<|model|>No.<|endoftext|>'));
    expect(await write(ending.generate(request('x', { banEnd: true, bannedPhrases: ['never'] })))).toMatchObject({
      reason: 'length',
      stats: { tokens: 40 },
    });
  });

  test('bias lifts a token from far below and lowers the likeliest; a word that is several tokens cannot be biased, and it is said', async () => {
    const host = await loaded(chain('<|model|>aaa<|endoftext|>'));
    expect(
      (await write(host.generate(request('x', { logitBias: [{ text: 'q', bias: 40 }], maxTokens: 5 })))).text,
    ).toBe('qqqqq');
    expect(
      (await write(host.generate(request('x', { logitBias: [{ text: 'a', bias: -40 }], maxTokens: 5 })))).text,
    ).not.toMatch(/^a/);
    expect(await refusal(host, { logitBias: [{ text: 'castle', bias: 5 }] })).toBe('NOT_A_TOKEN');
    expect((await write(host.generate(request('x', { maxTokens: 3 })))).text).toBe('aaa');
  });

  test('DRY sees the prompt', async () => {
    const host = await loaded(chain('<|model|>abcd.<|endoftext|>'));
    const dry = { dryStrength: 5, dryBase: 4 };
    expect((await write(host.generate(request('xabcdx', {})))).text).toBe('abcd.');
    expect((await write(host.generate(request('something else', dry)))).text).toBe('abcd.');
    expect((await write(host.generate(request('xabcdx', dry)))).text).toMatch(/^abc[^d]/);
    expect((await write(host.generate(request('xabcdx', { ...dry, dryBreakers: ['b'] })))).text).toBe('abcd.');
  });

  test('a frequency penalty does not keep replies from ending where each turn before ended with the same mark', async () => {
    const oasst = formatByName('oasst') ?? metharme;
    const host = await loaded(
      makeModel({
        kind: 'bigram',
        extraMarks: ['<|prompter|>', '<|assistant|>'],
        chain: ['<|assistant|>xy<|endoftext|>'],
      }),
    );
    const asked = request('', { frequencyPenalty: 2, presencePenalty: 2, repetitionRange: 512 });
    const turns = Array.from({ length: 9 }, (_, index) => ({
      id: `${index}`,
      role: index % 2 === 0 ? ('user' as const) : ('model' as const),
      speaker: null,
      text: String.fromCharCode(97 + index),
    }));
    for (const changes of [{}, { grammarKind: 'gbnf' as const, grammar: 'root ::= [a-z]*' }])
      expect(
        await write(
          host.generate({
            sampling: { ...asked.sampling, ...changes },
            plan: { ...asked.plan, format: oasst, turns },
          }),
        ),
      ).toMatchObject({ text: 'xy', reason: 'end' });
  });

  test('XTC takes neither the end of the reply nor a new line for a choice to be left out', async () => {
    const host = await loaded(
      chain('<|model|>a\n<|endoftext|>', '<|model|>a<|endoftext|>', '<|model|>ab<|endoftext|>'),
    );
    const texts = new Set<string>();
    for (let seed = 1; seed <= 20; seed++)
      texts.add((await write(host.generate(request('x', { temperature: 1, xtcProbability: 1, seed })))).text);
    for (const text of ['a', 'a\n', 'ab']) expect(texts).toContain(text);
  });

  test('a reply does not end before it has the least number of tokens, then it may', async () => {
    const host = await loaded(chain('<|model|>ab<|endoftext|>'));
    expect(await write(host.generate(request('x', {})))).toMatchObject({ text: 'ab', reason: 'end' });
    expect((await write(host.generate(request('x', { minTokens: 2 })))).text).toBe('ab');
    const { text, stats } = await write(host.generate(request('x', { minTokens: 4 })));
    expect(text).toMatch(/^ab[^]/);
    expect(stats.tokens).toBeGreaterThan(4);
  });

  test('a seed gives the same text again with everything on, another seed another', async () => {
    const host = await loaded(makeModel({ kind: 'random', seed: 5 }));
    const all = {
      temperature: 1.1,
      topK: 100,
      topP: 0.97,
      minP: 0.001,
      typicalP: 0.9,
      tailFree: 0.98,
      topNSigma: 3,
      xtcProbability: 0.3,
      xtcThreshold: 0.05,
      dryStrength: 0.8,
      frequencyPenalty: 0.2,
      presencePenalty: 0.1,
      repetitionPenalty: 1.1,
      repetitionRange: 64,
      dynamicRange: 0.4,
      bannedPhrases: ['zz'],
      candidates: 10,
      banEnd: true,
    };
    const first = await write(host.generate(request('x', all)));
    expect((await write(host.generate(request('x', all)))).text).toBe(first.text);
    expect((await write(host.generate(request('x', { ...all, seed: 8 })))).text).not.toBe(first.text);
    expect(first.stats.tokens).toBe(40);
  });
});

describe('a grammar', () => {
  test('rules what is written, and its end is the reply’s', async () => {
    const host = await loaded(makeModel({ kind: 'random', seed: 5 }));
    for (const seed of [1, 2]) {
      const result = await write(
        host.generate(
          request('x', { temperature: 1, seed, grammarKind: 'gbnf', grammar: 'root ::= ("yes" | "no") "!"' }),
        ),
      );
      expect(result.text).toMatch(/^(yes|no)!$/);
      expect(result.reason).toBe('end');
    }
    const schema = JSON.stringify({ type: 'object', properties: { open: { type: 'boolean' } } });
    expect(
      JSON.parse(
        (await write(host.generate(request('x', { temperature: 1, grammarKind: 'json', grammar: schema })))).text,
      ),
    ).toEqual({ open: expect.any(Boolean) });
  });

  test('leaves to the samplers what it allows, and they do as on that alone: XTC, and the least length', async () => {
    const recipe = { kind: 'bigram', seed: 11 } as const;
    const host = await loaded(makeModel(recipe));
    const log = bigramLogProbability(recipe);
    const [end, opened, line] = [256, 259, 10];
    const [threshold, least] = [0.12, 5];
    const letters = Array.from('abcdef', (letter) => letter.charCodeAt(0));
    /** By hand: what the grammar allows behind a text, and what of that is left. */
    const leftBehind = (text: readonly number[]): { allowed: number[]; left: Set<number>; spares: boolean } => {
      const last = text.at(-1);
      const allowed = last === undefined || last === line ? letters : [...letters, line, end];
      const may = text.length < least ? allowed.filter((token) => token !== end) : allowed;
      const shares = softmax(new Map(may.map((token) => [token, log(last ?? opened, token)])));
      const spares = [line, end].some((token) => (shares.get(token) ?? 0) >= threshold);
      return { allowed, left: new Set((spares ? shares : references.xtc(shares, threshold)).keys()), spares };
    };
    const seen = { excluded: 0, spared: 0, ends: 0, firsts: new Set<number>() };
    for (let seed = 1; seed <= 40; seed++) {
      const { text, reason } = await write(
        host.generate(
          request('x', {
            temperature: 1,
            seed,
            maxTokens: 12,
            minTokens: least,
            xtcProbability: 1,
            xtcThreshold: threshold,
            grammarKind: 'gbnf',
            grammar: 'root ::= [a-f] ("\\n"? [a-f])*',
          }),
        ),
      );
      const written = [...Buffer.from(text), ...(reason === 'end' ? [end] : [])];
      expect(text).toMatch(/^[a-f](\n?[a-f])*\n?$/);
      seen.firsts.add(written[0] ?? 0);
      if (reason === 'end') seen.ends++;
      written.forEach((token, at) => {
        const { allowed, left, spares } = leftBehind(written.slice(0, at));
        expect([text, at, [...left]]).toEqual([text, at, expect.arrayContaining([token])]);
        if (spares) seen.spared++;
        else if (left.size < allowed.length) seen.excluded++;
      });
    }
    expect(seen.firsts).toEqual(leftBehind([]).left);
    expect(Math.min(seen.excluded, seen.spared, seen.ends)).toBeGreaterThan(5);
  });

  test('that has come to its end ends the reply, however long that should be', async () => {
    const host = await loaded(makeModel({ kind: 'random', seed: 5 }));
    for (const changes of [{ minTokens: 30 }, { banEnd: true }, { xtcProbability: 1, xtcThreshold: 0.01 }])
      expect(
        await write(host.generate(request('x', { grammarKind: 'gbnf', grammar: 'root ::= "yes!"', ...changes }))),
      ).toMatchObject({ text: 'yes!', reason: 'end' });
    const goesOn = request('x', { grammarKind: 'gbnf', grammar: 'root ::= [a-z]*', banEnd: true, maxTokens: 9 });
    expect(await write(host.generate(goesOn))).toMatchObject({
      text: expect.stringMatching(/^[a-z]{9}$/),
      reason: 'length',
    });
  });

  test('is over with its text: blank lines that it lets come behind it are not written', async () => {
    const host = await loaded(chain('<|model|>yes\n\n\n\n\n\n\n\n'));
    const ruled = (grammar: string): EngineReply => host.generate(request('x', { grammarKind: 'gbnf', grammar }));
    expect(await write(ruled('root ::= "yes" "\\n"*'))).toMatchObject({ text: 'yes', reason: 'end' });
    expect(await write(ruled('root ::= "yes\\n"'))).toMatchObject({ text: 'yes', reason: 'end' });
    expect(await write(ruled('root ::= "yes\\n\\n" "no"'))).toMatchObject({ text: 'yes\n\nno', reason: 'end' });
    const json = request('x', { temperature: 1, grammarKind: 'json', grammar: '{"type":"boolean"}' });
    expect(await write(host.generate(json))).toMatchObject({
      text: expect.stringMatching(/^(true|false)$/) as string,
      reason: 'end',
    });
  });

  test('that could end the engine, or a schema that would not be kept, is refused and named', async () => {
    const host = await loaded(makeModel({ kind: 'random', seed: 5 }));
    const { pid } = host;
    const grammar = `root ::= ${'('.repeat(20_000)}"a"${')'.repeat(20_000)}`;
    expect(await refusal(host, { grammarKind: 'gbnf', grammar })).toBe('GRAMMAR_LARGE');
    const schema = '{"type":"string","pattern":"^a"}';
    expect(await refusal(host, { grammarKind: 'json', grammar: schema })).toBe('SCHEMA_KEYWORDS');
    expect(host.pid).toBe(pid);
  });

  test.each([
    ['gbnf', 'root = "a"'],
    ['gbnf', 'root ::= root "a"'],
    ['gbnf', 'top ::= "a"'],
    ['gbnf', ''],
    ['json', '{'],
  ] as const)(
    'that is wrong is refused in a sentence before anything is read, and the engine lives: %s %s',
    async (grammarKind, grammar) => {
      const host = await loaded(makeModel({ kind: 'random', seed: 5 }));
      expect(await refusal(host, { temperature: 1, grammarKind, grammar })).toBe('GRAMMAR');
      expect((await write(host.generate(request('x', { maxTokens: 3 })))).stats.tokens).toBeGreaterThan(0);
    },
  );
});
