import type { Sampling } from '../../../shared/settings/sampling.ts';

/** Uniform numbers in [0, 1) that depend on the seed only: sfc32, its state spread from the seed by splitmix32. */
export function seededRandom(seed: number): () => number {
  let spread = seed >>> 0;
  const next = (): number => {
    spread = (spread + 0x9e3779b9) | 0;
    let mixed = Math.imul(spread ^ (spread >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let [a, b, c, counter] = [next(), next(), next(), 1];
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) draw();
  return draw;
}

type Weighted = readonly [token: number, probability: number];

/**
 * Chooses among candidates (likeliest first, probabilities before temperature): bans, then top-k, top-p and min-p on what is left, then temperature and draw.
 * Null if every candidate is banned.
 */
export function choose(candidates: Iterable<Weighted>, sampling: Pick<Sampling, 'temperature' | 'topK' | 'topP' | 'minP'>, banned: ReadonlySet<number>, random: () => number): number | null {
  let kept: Weighted[] = [];
  for (const candidate of candidates) {
    if (banned.has(candidate[0])) continue;
    if (sampling.temperature === 0) return candidate[0];
    kept.push(candidate);
    if (kept.length === sampling.topK) break;
  }
  const best = kept[0];
  if (best === undefined) return null;
  // Far below what a single-precision probability holds, the order is all that is known.
  if (best[1] <= 0) return best[0];
  kept = topP(kept, sampling.topP).filter(([, probability]) => probability > 0 && probability >= best[1] * sampling.minP);
  return draw(kept, best, sampling.temperature, random);
}

function topP(kept: Weighted[], share: number): Weighted[] {
  if (share >= 1) return kept;
  const goal = share * kept.reduce((sum, [, probability]) => sum + probability, 0);
  let reached = 0;
  const end = kept.findIndex(([, probability]) => (reached += probability) >= goal);
  return end < 0 ? kept : kept.slice(0, end + 1);
}

function draw(kept: readonly Weighted[], best: Weighted, temperature: number, random: () => number): number {
  const weights = kept.map(([, probability]) => Math.exp(Math.log(probability / best[1]) / temperature));
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return kept[index]?.[0] ?? best[0];
  }
  return best[0];
}
