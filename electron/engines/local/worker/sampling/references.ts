/**
 * The samplers once more, plainly and slowly, written from their published definitions: what the tests compare with. A
 * distribution is a Map from token to probability (logit for the penalties); what is left out is not in the answer, and
 * the answer sums to 1.
 */
export type Distribution = ReadonlyMap<number, number>;

export function softmax(logits: Distribution): Map<number, number> {
  const most = Math.max(...logits.values());
  return normalised(new Map([...logits].map(([token, logit]) => [token, Math.exp(logit - most)])));
}

export function normalised(weights: Distribution): Map<number, number> {
  const total = [...weights.values()].reduce((a, b) => a + b, 0);
  return new Map([...weights].map(([token, weight]) => [token, weight / total]));
}

const byLikelihood = (shares: Distribution): [number, number][] =>
  [...shares].sort((a, b) => b[1] - a[1] || a[0] - b[0]);

/** The first of an order that together reach a goal; always one. */
function upTo(order: readonly (readonly [number, number])[], goal: number): Map<number, number> {
  const kept = new Map<number, number>();
  let reached = 0;
  for (const [token, share] of order) {
    kept.set(token, share);
    reached += share;
    if (reached >= goal) break;
  }
  return normalised(kept);
}

export const references = {
  topK: (shares: Distribution, k: number) => normalised(new Map(byLikelihood(shares).slice(0, k))),
  topP: (shares: Distribution, p: number) => upTo(byLikelihood(shares), p),
  minP: (shares: Distribution, p: number) =>
    normalised(new Map([...shares].filter(([, share]) => share >= p * Math.max(...shares.values())))),
  /** Order by |−ln q − H|, then as many as reach p. */
  typicalP(shares: Distribution, p: number) {
    const entropy = [...shares.values()].reduce((sum, q) => sum - q * Math.log(q), 0);
    return upTo(
      byLikelihood(shares).sort((a, b) => Math.abs(-Math.log(a[1]) - entropy) - Math.abs(-Math.log(b[1]) - entropy)),
      p,
    );
  },
  /**
   * First differences of the sorted probabilities, the differences of those, their absolute values as shares; cut where
   * the shares so far exceed z.
   */
  tailFree(shares: Distribution, z: number) {
    const order = byLikelihood(shares);
    if (order.length <= 2) return normalised(shares);
    const first = order.slice(1).map(([, share], index) => (order[index]?.[1] ?? 0) - share);
    const second = first.slice(1).map((slope, index) => Math.abs((first[index] ?? 0) - slope));
    const all = second.reduce((a, b) => a + b, 0);
    let reached = 0;
    for (const [index, bend] of second.entries()) {
      reached += bend / all;
      if (reached > z && index >= 1) return normalised(new Map(order.slice(0, index)));
    }
    return normalised(shares);
  },
  /** Logits at least max − n·σ, σ over all logits. */
  topNSigma(logits: Distribution, n: number) {
    const values = [...logits.values()];
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const sigma = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return softmax(new Map([...logits].filter(([, logit]) => logit >= Math.max(...values) - n * sigma)));
  },
  /** All tokens at or above the threshold but the least likely of them go, if there are two or more. */
  xtc(shares: Distribution, threshold: number) {
    const good = byLikelihood(shares).filter(([, share]) => share >= threshold);
    const skipped = new Set(good.slice(0, -1).map(([token]) => token));
    return normalised(new Map([...shares].filter(([token]) => !skipped.has(token))));
  },
  tempered: (logits: Distribution, temperature: number) =>
    softmax(new Map([...logits].map(([token, logit]) => [token, logit / temperature]))),
  dynamicTemperature(logits: Distribution, temperature: number, range: number, exponent: number) {
    const entropy = [...softmax(logits).values()].reduce((sum, q) => sum - q * Math.log(q), 0);
    const [low, high] = [Math.max(0, temperature - range), temperature + range];
    return references.tempered(logits, low + (high - low) * (entropy / Math.log(logits.size)) ** exponent);
  },
  penalties(
    logits: Distribution,
    recent: readonly number[],
    { repetition, frequency, presence }: { repetition: number; frequency: number; presence: number },
  ) {
    return new Map(
      [...logits].map(([token, logit]) => {
        const times = recent.filter((other) => other === token).length;
        if (times === 0) return [token, logit];
        return [token, (logit <= 0 ? logit * repetition : logit / repetition) - times * frequency - presence];
      }),
    );
  },
  /**
   * For every earlier place of the last token: how far does the text before it agree with the end? The token after it
   * then loses strength · base^(length − allowed).
   */
  dry(
    text: readonly number[],
    { strength, base, allowed }: { strength: number; base: number; allowed: number },
    breakers: ReadonlySet<number>,
  ) {
    const penalties = new Map<number, number>();
    const last = text.length - 1;
    for (let place = 0; place < last; place++) {
      let length = 0;
      while (
        place - length >= 0 &&
        text[place - length] === text[last - length] &&
        !breakers.has(text[last - length] ?? -1)
      )
        length++;
      const next = text[place + 1] ?? -1;
      if (length < allowed || breakers.has(next)) continue;
      penalties.set(next, Math.max(penalties.get(next) ?? 0, strength * base ** (length - allowed)));
    }
    return penalties;
  },
} as const;
