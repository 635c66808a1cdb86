import { DEFAULT_SAMPLING, type Sampling } from '../../../shared/settings/sampling.ts';
import { makeModel } from '../../helpers/model-maker.ts';
import { atMost, median, noted, type Result } from '../report.ts';
import { alternate, freshText, goal, GREEDY, type Subject, textPlan, timed, withEngine } from './subject.ts';

const TOKENS = 96;
const PAIRS = 9;
const CANDIDATES = 10;

/**
 * Everything that can be on at a time, but typical-p: mirostat would take the place of the others, a grammar runs in
 * the engine.
 */
const EVERYTHING: Partial<Sampling> = {
  ...DEFAULT_SAMPLING,
  candidates: 0,
  banEnd: true,
  temperature: 1,
  dynamicRange: 0.3,
  topK: 400,
  topP: 0.98,
  minP: 0.001,
  tailFree: 0.99,
  topNSigma: 4,
  xtcProbability: 0.5,
  xtcThreshold: 0.01,
  dryStrength: 0.8,
  repetitionPenalty: 1.1,
  frequencyPenalty: 0.1,
  presencePenalty: 0.1,
  repetitionRange: 256,
  logitBias: [
    { text: ' the', bias: -1 },
    { text: '#300', bias: 1 },
  ],
  bannedTokens: ['#301', '#302'],
  bannedPhrases: ['shivers down', 'a mix of'],
};
const TYPICAL: Partial<Sampling> = { ...GREEDY, temperature: 1, typicalP: 0.2, banEnd: true };

/**
 * Milliseconds that sampling adds to a token: a model that computes nearly nothing, with a real vocabulary, against its
 * greedy speed.
 */
async function added(sampling: Partial<Sampling>): Promise<number> {
  const subject = { model: makeModel({ size: 'tiny', vocabulary: 'bpe' }), contextSize: 2048 };
  return withEngine(subject, async (host) => {
    const text = await freshText(host, 512);
    const perToken = async (chosen: Partial<Sampling>): Promise<number> =>
      1000 / (await timed(host, textPlan(text, subject), { ...chosen, maxTokens: TOKENS })).tokensPerSecond;
    const [full = [], greedy = []] = await alternate(
      PAIRS,
      () => perToken(sampling),
      () => perToken({}),
    );
    return median(full.map((time, pair) => time - (greedy[pair] ?? Number.NaN)));
  });
}

/** The vocabulary of 50,000 is part of these figures: they are of no other model. */
export const samplerCost = async ({ goals }: Subject): Promise<Result[]> =>
  goals ? [atMost('sampler_ms_50k', await added(EVERYTHING), 'ms', 0.6)] : [];
export const typicalCost = async ({ goals }: Subject): Promise<Result[]> =>
  goals ? [noted('typical_full_ms_50k', await added(TYPICAL), 'ms')] : [];

/** The share of speed that recording the other words costs. */
export async function candidatesCost(subject: Subject): Promise<Result[]> {
  return withEngine(subject, async (host) => {
    const text = await freshText(host, 64);
    const speed = async (candidates: number): Promise<number> =>
      (
        await timed(host, textPlan(text, subject), {
          ...DEFAULT_SAMPLING,
          banEnd: true,
          maxTokens: TOKENS / 2,
          candidates,
        })
      ).tokensPerSecond;
    const [recorded = [], plain = []] = await alternate(
      PAIRS,
      () => speed(CANDIDATES),
      () => speed(0),
    );
    return [
      goal(
        subject,
        atMost(
          'candidates_cost',
          1 - median(recorded.map((one, pair) => one / (plain[pair] ?? Number.NaN))),
          'share',
          0.1,
        ),
      ),
    ];
  });
}
