import {
  type Candidates,
  part,
  picked,
  probabilitiesOf,
  sharesOfAll,
  sum,
  weightOutside,
  weightsOf,
} from './token-candidates.ts';

/** Each thins out a list of candidates by its published definition and always leaves at least one. */

export function topK(list: Candidates, k: number): Candidates {
  return k >= list.ids.length ? list : part(list, 0, k);
}

/** The smallest number of likeliest tokens that have at least the share `p` (Holtzman et al. 2019). */
export function topP(list: Candidates, p: number): Candidates {
  const weights = weightsOf(list);
  const goal = p * (sum(weights) + (list.outside === Infinity ? 0 : weightOutside(list)));
  let reached = 0;
  const end = weights.findIndex((weight) => (reached += weight) >= goal);
  return end < 0 ? list : part(list, 0, end + 1);
}

/** Whether those are the same ones, and listed, whatever the tokens outside the list weigh. */
export function isTopPCertain(list: Candidates, p: number): boolean {
  const unseen = weightOutside(list);
  if (unseen === 0) return true;
  const weights = weightsOf(list);
  const all = sum(weights);
  let reached = 0;
  const last = weights.findIndex((weight) => (reached += weight) >= p * all);
  return reached >= p * (all + unseen) && (list.logits[last] ?? -Infinity) >= list.ceiling;
}

/** Tokens with at least the share `p` of the likeliest one's probability (Nguyen et al. 2024). */
export function minP(list: Candidates, p: number): Candidates {
  const least = (list.logits[0] ?? 0) + Math.log(p);
  const end = list.logits.findIndex((logit) => logit < least);
  return end < 0 ? { ...list, outside: -Infinity } : part(list, 0, Math.max(1, end));
}

/**
 * Tokens whose surprise is nearest to the expected one, as many as have the share `p` (Meister et al. 2022). Needs the
 * whole distribution, or nearly.
 */
export function typicalP(list: Candidates, p: number): Candidates {
  const shares = probabilitiesOf(list);
  let entropy = 0;
  for (const share of shares) if (share > 0) entropy -= share * Math.log(share);
  const strangeness = shares.map((share) => Math.abs(-Math.log(share) - entropy));
  const places = Int32Array.from(shares.keys()).sort((a, b) => (strangeness[a] ?? 0) - (strangeness[b] ?? 0) || a - b);
  let reached = 0;
  const end = places.findIndex((place) => (reached += shares[place] ?? 0) >= p);
  return { ...picked(list, places.subarray(0, end < 0 ? places.length : end + 1).sort()), outside: -Infinity };
}

/** No vocabulary has more. */
const MOST_TOKENS = 2 ** 20;

/**
 * Whether the typical tokens are the same ones, all of them listed, whatever the tokens outside the list weigh and
 * however that is shared out among them. Surprises and entropy are taken without the logarithm of the whole weight,
 * which they have in common. The set is nested by the share and moves up with the entropy: so four corners tell.
 */
export function isTypicalCertain(list: Candidates, p: number): boolean {
  const unseen = weightOutside(list);
  if (unseen === 0) return true;
  if (!(unseen < MOST_TOKENS / Math.E)) return false;
  const weights = weightsOf(list);
  const surprises = list.logits.map((logit) => (list.logits[0] ?? 0) - logit);
  const beyond = (list.logits[0] ?? 0) - list.ceiling;
  const all = sum(weights);
  const listed = weights.reduce((total, weight, place) => total + weight * (surprises[place] ?? 0), 0);
  const low = Math.min(listed / all, (listed + unseen * beyond) / (all + unseen));
  const high = (listed + unseen * Math.log(MOST_TOKENS / unseen)) / all;
  const [first, ...others] = [low, high].flatMap((entropy) =>
    [all, all + unseen].map((total) => typicalRange(surprises, weights, entropy, p * total)),
  );
  if (first === undefined || others.some((range) => range?.from !== first?.from || range?.to !== first?.to))
    return false;
  if (first === null) return false;
  return high - (surprises[first.from] ?? 0) < beyond - high && (surprises[first.to] ?? 0) < beyond;
}

/** The places of the tokens nearest to an entropy that weigh `goal` together; null if all of them do not. */
function typicalRange(
  surprises: Float64Array,
  weights: Float64Array,
  entropy: number,
  goal: number,
): { readonly from: number; readonly to: number } | null {
  let above = surprises.findIndex((surprise) => surprise >= entropy);
  if (above < 0) above = surprises.length;
  let below = above - 1;
  let reached = 0;
  while (reached < goal) {
    const [down, up] = [entropy - (surprises[below] ?? -Infinity), (surprises[above] ?? Infinity) - entropy];
    if (down === Infinity && up === Infinity) return null;
    reached += (down <= up ? weights[below--] : weights[above++]) ?? 0;
  }
  return { from: below + 1, to: above - 1 };
}

/** Cuts where the curve of the probabilities has bent by the share `z` of its whole bend (Bricken 2019). */
export function tailFree(list: Candidates, z: number): Candidates {
  const shares = probabilitiesOf(list);
  if (shares.length <= 2) return list;
  const bends = new Float64Array(shares.length - 2);
  for (let i = 0; i < bends.length; i++)
    bends[i] = Math.abs((shares[i] ?? 0) - 2 * (shares[i + 1] ?? 0) + (shares[i + 2] ?? 0));
  const all = sum(bends);
  let reached = 0;
  const end = bends.findIndex(
    (bend, index) => (reached += all > 1e-6 ? bend / all : 1 / bends.length) > z && index >= 1,
  );
  return end < 0 ? list : part(list, 0, end);
}

/** Tokens whose logit is at most `n` standard deviations of all logits below the highest (Tang et al. 2024). */
export function topNSigma(list: Candidates, n: number): Candidates {
  const least = (list.logits[0] ?? 0) - n * list.spread;
  const end = list.logits.findIndex((logit) => logit < least);
  return end < 0 ? { ...list, outside: -Infinity } : part(list, 0, end);
}

/**
 * Exclude top choices: of the tokens that reach `threshold`, all but the least likely go, with the given probability
 * (p-e-w 2024); unless one of them is of `spared`: then all stay, and its share with them. `chance` is a fresh random
 * number.
 */
export function xtc(list: Candidates, { probability, threshold, spared }: XtcSettings, chance: number): Candidates {
  if (chance >= probability) return list;
  const shares = sharesOfAll(list);
  const below = shares.findIndex((share) => share < threshold);
  const reach = below < 0 ? shares.length : below;
  if (reach < 2 || list.ids.subarray(0, reach).some((token) => spared.has(token))) return list;
  return { ...part(list, reach - 1, list.ids.length), outside: list.outside };
}

export interface XtcSettings {
  readonly probability: number;
  readonly threshold: number;
  readonly spared: ReadonlySet<number>;
}
