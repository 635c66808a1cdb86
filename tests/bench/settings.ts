import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import {
  DEFAULT_TUNING,
  type InferenceHost,
  type LoadedModel,
  type Tuning,
} from '../../electron/engines/local/protocol.ts';
import { makeAdapter } from '../helpers/adapter-maker.ts';
import { largeModel, makeModel, type ModelRecipe } from '../helpers/model-maker.ts';
import { alternate, freshText, textPlan, THREADS, timed } from './engine/subject.ts';
import { median, noted, report, type Result } from './report.ts';

/**
 * `npm run bench -- settings`: what each advanced setting does to the speed and memory of a generated model of 162
 * million parameters, in alternating runs.
 */
const CONTEXT = 2048;
const PROMPT = 256;
const TOKENS = 48;
const ROUNDS = 5;
/** Goes round and round; a capital is a token in the made vocabulary. */
const ROUND = 'ABCDEFGHIJKLMNOPQRST';
const steps = [[...Buffer.from(`${ROUND}A`)]];
const like = (recipe: Partial<ModelRecipe>): string => makeModel({ vocabulary: 'bpe', context: 4096, ...recipe });
const [sure, sureSmall] = (['large', 'tiny'] as const).map((size) => like({ size, kind: 'steps', steps }));
if (sure === undefined || sureSmall === undefined) throw new RangeError('two models');
const layers = Array.from(
  { length: 12 },
  (_, layer) =>
    [
      [`blk.${layer}.attn_qkv`, 3 * 768, 768],
      [`blk.${layer}.ffn_up`, 3072, 768],
    ] as const,
).flat();

/** `against`: the side that it is compared with. */
interface Side {
  readonly name: string;
  readonly model: string;
  readonly repeats: boolean;
  readonly tuning: Partial<Tuning>;
  readonly against: string;
}
const SIDES: readonly Side[] = [
  { name: 'plain', model: largeModel(), repeats: false, tuning: {}, against: 'plain' },
  { name: 'keys_q8', model: largeModel(), repeats: false, tuning: { keyCache: 'q8_0' }, against: 'plain' },
  { name: 'keys_q4', model: largeModel(), repeats: false, tuning: { keyCache: 'q4_0' }, against: 'plain' },
  {
    name: 'lora_rank_16',
    model: largeModel(),
    repeats: false,
    tuning: { adapters: [{ path: makeAdapter({ architecture: 'gptneox', rank: 16, matrices: layers }), scale: 0.01 }] },
    against: 'plain',
  },
  { name: 'lookup_wrong', model: largeModel(), repeats: false, tuning: { lookup: true }, against: 'plain' },
  {
    name: 'draft_wrong',
    model: largeModel(),
    repeats: false,
    tuning: { draft: like({ size: 'tiny' }) },
    against: 'plain',
  },
  { name: 'sure', model: sure, repeats: true, tuning: {}, against: 'sure' },
  { name: 'lookup_right', model: sure, repeats: true, tuning: { lookup: true }, against: 'sure' },
  { name: 'draft_right', model: sure, repeats: true, tuning: { draft: sureSmall }, against: 'sure' },
];

interface Loaded extends Side {
  readonly host: InferenceHost;
  readonly ram: LoadedModel['hardware']['memory']['ram'];
  readonly read: number[];
}
const loaded: Loaded[] = [];
for (const side of SIDES) {
  const host = createInferenceHost(forkEngine());
  const { hardware } = await host.load(
    {
      path: side.model,
      contextSize: CONTEXT,
      threads: THREADS,
      gpu: false,
      branches: 1,
      tuning: { ...DEFAULT_TUNING, promptChunk: 128, ...side.tuning },
    },
    () => undefined,
  );
  loaded.push({ ...side, host, ram: hardware.memory.ram, read: [] });
}

async function run({ host, repeats, read }: Loaded): Promise<number> {
  const text = repeats
    ? `${await freshText(host, 16)} ${ROUND.repeat(Math.floor(PROMPT / ROUND.length))}`
    : await freshText(host, PROMPT);
  const { promptPerSecond, tokensPerSecond } = await timed(
    host,
    textPlan(text, { contextSize: CONTEXT }),
    { maxTokens: TOKENS, banEnd: true },
    { cold: true },
  );
  read.push(promptPerSecond);
  return tokensPerSecond;
}

const written = await alternate(ROUNDS, ...loaded.map((side) => () => run(side)));
const results = loaded.flatMap((side, index): Result[] => {
  const other = loaded.findIndex(({ name }) => name === side.against);
  const speed = written[index] ?? [];
  const name = (what: string): string => `${side.name}_${what}`;
  if (side.name === side.against)
    return [
      noted(name('written'), median(speed), 'tokens/s'),
      noted(name('read'), median(side.read), 'tokens/s'),
      noted(name('memory'), side.ram / 1e6, 'MB'),
    ];
  const ratio = (one: readonly number[], two: readonly number[]): number =>
    median(one.map((value, round) => value / (two[round] ?? Number.NaN)));
  return [
    noted(name('written_ratio'), ratio(speed, written[other] ?? []), 'ratio'),
    noted(name('read_ratio'), ratio(side.read.slice(1), loaded[other]?.read.slice(1) ?? []), 'ratio'),
    noted(name('memory'), (side.ram - (loaded[other]?.ram ?? 0)) / 1e6, 'MB more'),
  ];
});
report('settings', results);
await Promise.all(loaded.map(({ host }) => host.close()));
process.exit(0);
