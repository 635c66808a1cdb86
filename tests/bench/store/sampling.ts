import { openModel, type OpenModel } from '../../../electron/engines/local/worker/open-model.ts';
import { choosingBy, nextTokens } from '../../../electron/engines/local/worker/next-tokens.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../../shared/settings/sampling.ts';
import { makeModel } from '../../helpers/model-maker.ts';
import { EMBEDDED_MODEL } from '../../helpers/server.ts';
import { alternate, THREADS } from '../engine/subject.ts';
import { atMost, median, noted, type Result } from '../report.ts';

const PAIRS = 15;
const TOKENS = 64;
const PROMPT =
  'The rain has been falling on the harbour since noon, and the lamp at the end of the pier was not lit. You said';
const SETTINGS: Sampling = { ...DEFAULT_SAMPLING, candidates: 10 };
const prose =
  formatByName('prose') ??
  (() => {
    throw new Error('no prose');
  })();

/**
 * The time of a token with the usual settings and the ten likeliest words recorded: by our own samplers, against the
 * library's with the same settings and its probabilities, both in one process and by turns.
 */
export async function samplerRatio(): Promise<Result[]> {
  const small = await measured(EMBEDDED_MODEL);
  const large = await measured(makeModel({ size: 'tiny', vocabulary: 'bpe' }));
  return [
    atMost('sampler_ratio', small.ratio, 'ratio', 1.1),
    noted('sampled_token_ms', small.ours, 'ms'),
    noted('greedy_token_ms', small.greedy, 'ms'),
    noted('sampler_ratio_50k', large.ratio, 'ratio'),
    noted('sampled_token_ms_50k', large.ours, 'ms'),
    noted('greedy_token_ms_50k', large.greedy, 'ms'),
  ];
}

async function measured(path: string): Promise<{ ratio: number; ours: number; greedy: number }> {
  const options = { path, contextSize: 512, threads: THREADS, gpu: false, branches: 1 };
  const model = await openModel(options, () => undefined);
  const [ours = [], theirs = [], greedy = []] = await alternate(
    PAIRS,
    () => ourWay(model),
    () => librarysWay(model, SETTINGS),
    () => librarysWay(model, { ...SETTINGS, temperature: 0, minP: 0, repetitionPenalty: 1, candidates: 0 }),
  );
  await model.dispose();
  return {
    ratio: median(ours.map((time, pair) => time / (theirs[pair] ?? Number.NaN))),
    ours: median(ours),
    greedy: median(greedy),
  };
}

/** Milliseconds per token behind the first one. */
async function timePerToken(tokens: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  let first = 0;
  for await (const _ of tokens) {
    if (count === 0) first = performance.now();
    count += 1;
    if (count > TOKENS) break;
  }
  return (performance.now() - first) / TOKENS;
}

async function ourWay(model: OpenModel): Promise<number> {
  const history = model.vocabulary.tokenize(PROMPT);
  const sequence = await readFresh(model, history);
  const choosing = await choosingBy(
    { ...SETTINGS, seed: 1, banEnd: true },
    { finals: new Set(), format: prose },
    model,
  );
  const task = {
    ...choosing,
    end: history.length + TOKENS + 2,
    signal: new AbortController().signal,
    least: 0,
    heldBack: [],
    began: () => undefined,
  };
  return timePerToken(nextTokens({ sequence, vocabulary: model.vocabulary }, history, task));
}

async function librarysWay(model: OpenModel, { temperature, topK, topP, minP, ...set }: Sampling): Promise<number> {
  const history = model.vocabulary.tokenize(PROMPT);
  const sequence = await readFresh(model, history);
  const options = {
    temperature,
    topK,
    topP,
    minP,
    seed: 1,
    yieldEogToken: true,
    ...(set.repetitionPenalty === 1
      ? {}
      : {
          repeatPenalty: {
            penalty: set.repetitionPenalty,
            maxPunishTokens: set.repetitionRange,
            punishTokens: () => history.slice(-set.repetitionRange) as Tokens,
          },
        }),
  };
  const last = history.slice(-1) as Tokens;
  async function* followed(): AsyncGenerator<unknown, void, void> {
    if (set.candidates === 0) return yield* sequence.evaluate(last, options);
    for await (const step of sequence.evaluateWithMetadata(last, { probabilities: true }, options)) {
      history.push(step.token);
      yield step;
    }
  }
  return timePerToken(followed());
}

type Sequence = Awaited<ReturnType<OpenModel['branches']['spare']>>;
type Tokens = Parameters<Sequence['evaluateWithoutGeneratingNewTokens']>[0];

async function readFresh({ branches }: OpenModel, history: readonly number[]): Promise<Sequence> {
  const sequence = await branches.spare();
  await sequence.evaluateWithoutGeneratingNewTokens(history.slice(0, -1) as Tokens);
  return sequence;
}
