import { type Candidates, probabilitiesOf } from './token-candidates.ts';

/** Divides the logits. What the tokens outside the list then weigh at most is known where they become less likely. */
export function tempered(list: Candidates, temperature: number): Candidates {
  if (temperature === 1) return list;
  const last = list.logits.at(-1) ?? 0;
  const outside =
    list.outside === -Infinity ? -Infinity : temperature < 1 ? list.outside + last * (1 / temperature - 1) : Infinity;
  return {
    ids: list.ids,
    logits: list.logits.map((logit) => logit / temperature),
    outside,
    ceiling: list.ceiling / temperature,
    spread: list.spread / temperature,
  };
}

const COLDEST = 0.01;

/**
 * A temperature between `temperature` ± `range`: low where the model is sure, high where it is not, by its entropy's
 * share of the highest possible (kalomaze 2024).
 */
export function dynamicTemperature(list: Candidates, temperature: number, range: number, exponent: number): number {
  const least = Math.max(0, temperature - range);
  if (list.ids.length < 2) return Math.max(COLDEST, temperature);
  let entropy = 0;
  for (const share of probabilitiesOf(list)) if (share > 0) entropy -= share * Math.log(share);
  const doubt = entropy / Math.log(list.ids.length);
  return Math.max(COLDEST, least + (temperature + range - least) * doubt ** exponent);
}
