import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import type { Cut, Ledger, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { EMBEDDED_MODEL } from '../helpers/server.ts';

const format = formatByName('metharme');
if (!format) throw new Error('no metharme');
const host = createInferenceHost(forkEngine());
afterAll(() => host.close());

const load = () => host.load({ path: EMBEDDED_MODEL, contextSize: 1024, threads: 1, gpu: false }, () => undefined);

/** What each turn in the window costs, counted by another process. */
function retokenise(prompts: readonly { marker: string; text: string }[][]): number[][] {
  const output = execFileSync(
    process.execPath,
    [join(import.meta.dirname, '../helpers/retokenise.ts'), EMBEDDED_MODEL],
    { input: JSON.stringify(prompts), encoding: 'utf8', maxBuffer: 1e8 },
  );
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as number[][];
}

const inWindow = (ledger: Ledger, turns: readonly PromptTurn[]) =>
  ledger.segments
    .filter((segment) => segment.placement !== 'out')
    .map((segment) => {
      const turn = turns.find(({ id }) => id === segment.source.id);
      if (!turn) throw new Error('the ledger names a turn that is not there');
      const from = ledger.cut?.turnId === turn.id ? ledger.cut.offset : 0;
      return { segment, marker: format.before[turn.role], text: turn.text.slice(from).trim() };
    });

test('50 replies of 64 tokens: the head never changes, the window slides in blocks, the ledger is the truth', async () => {
  await load();
  const turns: PromptTurn[] = [
    {
      id: 'note',
      role: 'system',
      speaker: null,
      text: 'A text adventure. Say what happens, then offer three things to do, each on a line that begins with a dash.',
    },
  ];
  let cut = null as Cut | null;
  let cuts = 0;
  const heads: string[] = [];
  const prompts: { marker: string; text: string }[][] = [];
  const counted: number[][] = [];
  for (let reply = 0; reply < 50; reply += 1) {
    turns.push({ id: `you-${reply}`, role: 'user', speaker: null, text: `I look behind door number ${reply}.` });
    const job = host.generate({
      plan: { format, turns, open: false, reserve: 64, contextSize: 1024, cut },
      sampling: { ...DEFAULT_SAMPLING, maxTokens: 64, banEnd: true, seed: reply },
    });
    let text = '';
    job.onText((piece) => {
      text += piece;
    });
    const { ledger, headTokens } = await job.accepted;
    const { reason, stats, position } = await job.done;
    expect(reason).toBe('length');
    expect(stats.tokens).toBe(64);
    expect(position).toBe(ledger.total);
    const window = inWindow(ledger, turns);
    expect(window.reduce((sum, { segment }) => sum + (segment.tokens ?? 0), ledger.overhead)).toBe(ledger.total);
    prompts.push(window.map(({ marker, text: words }) => ({ marker, text: words })));
    counted.push(window.map(({ segment }) => segment.tokens ?? 0));
    heads.push(headTokens.join(' '));
    if (reply > 0 && (ledger.cut?.turnId !== cut?.turnId || ledger.cut?.offset !== cut?.offset)) cuts += 1;
    cut = ledger.cut;
    turns.push({ id: `story-${reply}`, role: 'model', speaker: null, text });
  }
  expect(new Set(heads).size).toBe(1);
  expect(cuts).toBeGreaterThanOrEqual(5);
  expect(counted).toEqual(retokenise(prompts));
});

test('Continue at word 50,000 of a one-turn chapter of 100,000 words', async () => {
  await load();
  const words = Array.from({ length: 100_000 }, (_, n) =>
    n % 90 === 89 ? 'end.\n' : (['rain', 'harbour', 'lamp', 'pier', 'key', 'door'][n % 6] ?? ''),
  );
  const before = words.slice(0, 50_000).join(' ');
  const job = host.generate({
    plan: {
      format,
      turns: [{ id: 'story', role: 'model', speaker: null, text: before }],
      open: true,
      reserve: 32,
      contextSize: 1024,
      cut: null,
    },
    sampling: { ...DEFAULT_SAMPLING, maxTokens: 32, banEnd: true, seed: 1 },
  });
  let text = '';
  job.onText((piece) => {
    text += piece;
  });
  const { ledger } = await job.accepted;
  const { stats, position } = await job.done;
  expect(ledger.segments).toHaveLength(1);
  expect(ledger.segments[0]).toMatchObject({ placement: 'trimmed', reason: 'long' });
  expect(ledger.total).toBeLessThanOrEqual(1024 - 1 - 32);
  expect(position).toBe(ledger.total);
  // What was held back of the last word is written once more.
  expect(stats.tokens).toBeGreaterThanOrEqual(32);
  expect(text.length).toBeGreaterThan(0);
  expect(before.slice(0, ledger.cut?.offset)).toMatch(/\n *$/);
});
