import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineInMemory } from '../helpers/memory-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import type { EngineReply, EnginePort, GenerateRequest } from '../../electron/engines/port.ts';
import type { LoadingEngine } from '../../electron/studio/models/loaded-engine.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PlanRequest } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { FakeEngine } from '../helpers/fake-engine.ts';
import { makeModel } from '../helpers/model-maker.ts';

const format = formatByName('metharme') ?? expect.fail('no metharme');
const plan = (...texts: string[]): PlanRequest => ({
  format,
  turns: texts.map((text, index) => ({
    id: `turn ${String(index)}`,
    role: index % 2 === 0 ? 'user' : 'model',
    speaker: null,
    text,
  })),
  open: false,
  reserve: 64,
  contextSize: 1024,
  cut: null,
});
const request = (maxTokens: number, seed = 1): GenerateRequest => ({
  plan: plan('Who is there?'),
  sampling: { ...DEFAULT_SAMPLING, banEnd: true, maxTokens, seed },
  cold: true,
});

/** What a job says, in its order. */
function heard(job: EngineReply): { events: string[]; text: () => string } {
  const events: string[] = [];
  const texts: string[] = [];
  job.accepted.then(
    () => events.push('accepted'),
    () => undefined,
  );
  job.onText((text) => {
    if (texts.push(text) === 1) events.push('text');
  });
  job.done.then(
    ({ reason }) => events.push(reason),
    () => events.push('failed'),
  );
  return { events, text: () => texts.join('') };
}
const firstWords = (job: EngineReply): Promise<void> =>
  new Promise((resolve) => {
    job.onText(() => {
      resolve();
    });
  });

describe.each<[string, () => LoadingEngine]>([
  ['the engine on this computer', () => createInferenceHost(engineInMemory)],
  ['an engine that guesses its tokens', () => new FakeEngine()],
])('%s, as the studio knows it', (_name, create) => {
  const whole = create();
  const engine: EnginePort = whole;
  const states: string[] = [];
  const options = { path: makeModel({ size: 'small' }), contextSize: 1024, threads: 1, gpu: false };
  beforeAll(async () => {
    expect(engine.state).toBe('empty');
    engine.onChange(() => {
      if (states.at(-1) !== engine.state) states.push(engine.state);
    });
    await whole.load(options, () => undefined);
  });
  afterAll(() => engine.close());

  test('says when it gets a model', () => {
    expect(states).toEqual(['loading', 'loaded']);
  });

  test('accounts for every turn of a prompt, and counts as it plans', async () => {
    const texts = ['The keeper counted the ships.', 'One too many.', 'Which one?'];
    const ledger = await engine.plan(plan(...texts));
    expect(ledger.segments.map(({ source }) => source.id)).toEqual(['turn 0', 'turn 1', 'turn 2']);
    expect(ledger.segments.reduce((sum, { tokens }) => sum + (tokens ?? 0), ledger.overhead)).toBe(ledger.total);
    const [none = -1, one = 0, two = 0] = await engine.count(['', texts[0] ?? '', texts.join(' ')]);
    expect(none).toBe(0);
    expect(one).toBeGreaterThan(0);
    expect(two).toBeGreaterThan(one);
  });

  test('writes what is asked for one after the other: accepted, then its text, then its end', async () => {
    const jobs = [engine.generate(request(3)), engine.generate(request(5))];
    const [first, second] = jobs.map(heard);
    const ended: number[] = [];
    await Promise.all(jobs.map((job, index) => job.done.then(() => ended.push(index))));
    expect(ended).toEqual([0, 1]);
    for (const one of [first, second]) expect(one?.events).toEqual(['accepted', 'text', 'length']);
    expect((await jobs[1]?.done)?.stats.tokens).toBe(5);
    expect(second?.text()).not.toBe('');
  });

  test('the same request gives the same reply where it is read anew', async () => {
    const texts: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const job = engine.generate(request(8, 42));
      const { text } = heard(job);
      await job.done;
      texts.push(text());
    }
    expect(texts[1]).toBe(texts[0]);
  });

  test('stops what it writes and keeps that; what waits is stopped at once', async () => {
    const writes = engine.generate(request(500));
    const waits = engine.generate(request(500));
    await firstWords(writes);
    waits.stop();
    expect(await waits.done).toMatchObject({ reason: 'stopped', stats: { tokens: 0 } });
    const { events } = heard(writes);
    expect(events).toEqual([]);
    writes.stop();
    const { reason, stats } = await writes.done;
    expect(reason).toBe('stopped');
    expect(stats.tokens).toBeGreaterThan(0);
    expect(stats.tokens).toBeLessThan(500);
  });

  test('tells probabilities and reads ahead, or says that it does not', async () => {
    const prefix = { format, turns: plan('Who?').turns, open: false };
    const scores = await engine.score?.({ prefix, endings: ['Me.', 'Nobody at all.'] }).done;
    expect(scores?.length ?? 2).toBe(2);
    for (const { sum } of scores ?? []) expect(sum).toBeLessThan(0);
    expect((await engine.readAhead?.prepare(plan('A long way to go. '.repeat(20)))) ?? 1).toBeGreaterThan(0);
  });

  test('rests when it is told to, and starts again for the next reply', async () => {
    await engine.rest();
    expect(engine.state).toBe('empty');
    expect((await engine.generate(request(2)).done).stats.tokens).toBe(2);
    expect(engine.state).toBe('loaded');
    expect(states.slice(-3)).toEqual(['empty', 'loading', 'loaded']);
  });

  test('when it is closed, nothing is written any more', async () => {
    await engine.close();
    await expect(engine.generate(request(2)).done).rejects.toMatchObject({
      fault: { code: expect.any(String) as string },
    });
  });
});
