/**
 * What may come next, likeliest first. Samplers take one list and answer with another; none changes what it was given.
 */
export interface Candidates {
  readonly ids: Int32Array;
  readonly logits: Float64Array;
  /**
   * ln of what all tokens that are not listed weigh together, at most (a token weighs e to its logit). -Infinity: none
   * is left; Infinity: not known.
   */
  readonly outside: number;
  /** No token that is not listed has a higher logit; says something only where `outside` does. */
  readonly ceiling: number;
  /** Standard deviation of the logits of the whole vocabulary. */
  readonly spread: number;
}

/** Weights relative to the likeliest, which has 1. */
export function weightsOf({ logits }: Candidates): Float64Array {
  const most = logits[0] ?? 0;
  const weights = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) weights[i] = Math.exp((logits[i] ?? 0) - most);
  return weights;
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** What the tokens that are not listed weigh together, relative to the likeliest. */
export const weightOutside = ({ outside, logits }: Candidates): number =>
  outside === -Infinity ? 0 : Math.exp(outside - (logits[0] ?? 0));

/** Shares of the listed tokens of everything that may come. */
export function sharesOfAll(list: Candidates): Float64Array {
  const weights = weightsOf(list);
  const total = sum(weights) + weightOutside(list);
  return weights.map((weight) => weight / total);
}

/** Shares of the listed tokens among themselves. */
export function probabilitiesOf(list: Candidates): Float64Array {
  const weights = weightsOf(list);
  const total = sum(weights);
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) / total;
  return weights;
}

/** The part of the list from `from` to before `to`; all else is left out. */
export function part({ ids, logits, ceiling, spread }: Candidates, from: number, to: number): Candidates {
  return { ids: ids.subarray(from, to), logits: logits.subarray(from, to), outside: -Infinity, ceiling, spread };
}

/** The tokens at these places of the list, in this order. */
export function picked({ ids, logits, outside, ceiling, spread }: Candidates, places: ArrayLike<number>): Candidates {
  const newIds = new Int32Array(places.length);
  const newLogits = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    newIds[i] = ids[place] ?? 0;
    newLogits[i] = logits[place] ?? 0;
  }
  return { ids: newIds, logits: newLogits, outside, ceiling, spread };
}

/**
 * The list with some logits changed, the likeliest first again; tokens that cannot come go. Few change: only those look
 * for a new place. Equal ones keep their order.
 */
export function changed(list: Candidates, change: (logit: number, id: number) => number): Candidates {
  const logits = new Float64Array(list.logits.length);
  const still = new Int32Array(logits.length);
  const moved: number[] = [];
  let count = 0;
  for (let i = 0; i < logits.length; i++) {
    const before = list.logits[i] ?? 0;
    const now = change(before, list.ids[i] ?? 0);
    logits[i] = now;
    if (now === -Infinity) continue;
    if (now === before) still[count++] = i;
    else moved.push(i);
  }
  if (count === logits.length) return list;
  const order = (a: number, b: number): number => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b;
  return picked({ ...list, logits }, merged(still.subarray(0, count), moved.sort(order), order));
}

function merged(one: Int32Array, other: readonly number[], order: (a: number, b: number) => number): Int32Array {
  const all = new Int32Array(one.length + other.length);
  let [i, j] = [0, 0];
  for (let place = 0; place < all.length; place++) {
    const isOnes = j >= other.length || (i < one.length && order(one[i] ?? 0, other[j] ?? 0) < 0);
    all[place] = (isOnes ? one[i++] : other[j++]) ?? 0;
  }
  return all;
}

/** The share of the tokens that are not listed, at most. */
export function shareOutside(list: Candidates): number {
  const out = weightOutside(list);
  return out === Infinity ? 1 : out / (out + sum(weightsOf(list)));
}
