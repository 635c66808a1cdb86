import { afterAll, expect, test, vi } from 'vitest';
import type { EngineReply } from '../../electron/engines/port.ts';
import { openLog } from '../../electron/log/log.ts';
import { writeSetting } from '../../electron/storage/repositories/setting-records.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { createWriteAhead, type PreparedReply } from '../../electron/studio/writing/write-ahead.ts';
import { branchTo, promptRequest, reserveFor } from '../../electron/studio/writing/prompt-request.ts';
import { createSettings } from '../../electron/studio/settings/settings.ts';
import { newId } from '../../shared/document/ids.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { temporaryFolder } from '../helpers/server.ts';
import { openStoryEngine } from '../helpers/story-engine.ts';

const sampling = { ...DEFAULT_SAMPLING, maxTokens: 40, banEnd: true };
const { db, engine, storyId, chapterId, modelTurn, close } = await openStoryEngine(
  'Start.',
  'You wake.\n\n- Go inside\n- Run away\n- Wait\n- Sleep',
);
afterAll(close);
const settings = createSettings({ db, engine }, () => sampling);
const ended = { storyId, chapterId, turnId: modelTurn };
const prepared = createWriteAhead({ db, engine, log: openLog(temporaryFolder('ahead')) }, settings);
writeSetting(db, 'interface', 'prepareReplies', true);

/** What a reply is asked for with, when the person has said this. */
function asked(text: string, id = newId()) {
  const ready = engine.current();
  if (ready === null) throw new Error('the engine is not ready');
  const { turns, versions } = branchTo(db, readTree(db, chapterId, { texts: 'path' }), modelTurn);
  const target = {
    turns: [...turns, { id, role: 'user' as const, speaker: null, text }],
    versions,
    open: false,
    speaker: null,
  };
  return {
    name: ready.modelName,
    plan: promptRequest(
      db,
      chapterId,
      target,
      { format: ready.format, contextSize: ready.contextSize, reserve: reserveFor(ready, sampling) },
      { head: [], notes: [], names: null },
    ),
  };
}
async function text(job: EngineReply): Promise<string> {
  let whole = '';
  job.onText((piece) => {
    whole += piece;
  });
  await job.done;
  return whole;
}
const generate = vi.spyOn(engine.host, 'generate');
/** The replies that were begun ahead. */
const ahead = (): EngineReply[] =>
  generate.mock.results.flatMap(({ value }, index) =>
    generate.mock.calls[index]?.[1] === 'idle' ? [value as EngineReply] : [],
  );
/** A reply has ended, and so many are begun ahead; answers with the last of them. */
async function begun(count: number): Promise<EngineReply> {
  generate.mockClear();
  prepared.after(ended);
  await expect.poll(() => ahead().length, { timeout: 30_000 }).toBe(count);
  return ahead()[count - 1] ?? expect.fail('it was not begun');
}
/** The person reads until all of them are written. */
const reads = async () => (await begun(3)).done;
const take = (words: string): PreparedReply | null => {
  const { name, plan } = asked(words);
  return prepared.take(name, plan, sampling);
};

test('what is offered is answered ahead, and the answer is the one that would be written', async () => {
  await reads();
  const reply = take('Run away');
  const { plan } = asked('Run away');
  const whole = await text(reply?.written ?? expect.fail('nothing was prepared'));
  expect(whole.length).toBeGreaterThan(10);
  const again = engine.host.generate({ plan, sampling: reply?.sampling ?? { ...sampling, seed: 0 }, cold: true });
  expect(await text(again)).toBe(whole);
  expect((await reply?.written.done)?.stats).toMatchObject({ tokens: 40, seed: reply?.sampling.seed });
  expect(take('Go inside')).toBeNull();
});

test('other words, other settings and the fourth thing offered are written when they are asked for', async () => {
  for (const words of ['Run away!', 'Sleep']) {
    await reads();
    expect(take(words)).toBeNull();
  }
  await reads();
  const { name, plan } = asked('Run away');
  expect(prepared.take(name, plan, { ...sampling, temperature: 0.1 })).toBeNull();
});

test('it gives way to whoever waits, and a part of a reply is never taken for a whole one', async () => {
  writeSetting(db, `story:${storyId}`, 'sampling', { ...sampling, maxTokens: 400 });
  await (
    await begun(1)
  ).accepted;
  const { plan } = asked('Something else');
  const started = performance.now();
  const job = engine.host.generate({ plan, sampling: { ...sampling, maxTokens: 1, seed: 1 } });
  await job.done;
  expect(performance.now() - started).toBeLessThan(1000);
  const { name, plan: wanted } = asked('Go inside');
  const reserve = { ...wanted, reserve: 400 };
  expect(prepared.take(name, reserve, { ...sampling, maxTokens: 400 })).toBeNull();
  writeSetting(db, `story:${storyId}`, 'sampling', sampling);
});

test('a reply that was begun ahead and is asked for by now gives way no more', async () => {
  writeSetting(db, `story:${storyId}`, 'sampling', { ...sampling, maxTokens: 400 });
  await (
    await begun(1)
  ).accepted;
  const { name, plan } = asked('Go inside');
  const reply = prepared.take(name, { ...plan, reserve: 400 }, { ...sampling, maxTokens: 400 });
  const later = engine.host.generate({
    plan: asked('Something else').plan,
    sampling: { ...sampling, maxTokens: 1, seed: 1 },
  });
  expect(await reply?.written.done).toMatchObject({ reason: 'length', stats: { tokens: 400 } });
  expect((await later.done).stats.tokens).toBe(1);
  writeSetting(db, `story:${storyId}`, 'sampling', sampling);
});

test('nothing is written ahead where it was not asked for', async () => {
  writeSetting(db, 'interface', 'prepareReplies', false);
  generate.mockClear();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  prepared.after(ended);
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(ahead()).toEqual([]);
  expect(take('Run away')).toBeNull();
});
