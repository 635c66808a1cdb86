import { type Candidates, changed } from './token-candidates.ts';

export interface DrySettings {
  readonly strength: number;
  readonly base: number;
  readonly allowed: number;
  readonly range: number;
}

/** Beyond this a longer sequence makes no difference, and numbers stay finite. */
const LONGEST = 100;

/**
 * "Don't repeat yourself" (p-e-w 2024) over the whole text: what the logit of each token loses that would go on with a
 * sequence that stands there already, the more so the longer the sequence. `breaks`: tokens that no sequence reaches
 * across.
 */
export function repeatPenalties(
  history: readonly number[],
  breaks: ReadonlySet<number>,
  { strength, base, allowed, range }: DrySettings,
): Map<number, number> {
  const last = history.length - 1;
  const first = range === 0 ? 0 : Math.max(0, history.length - range);
  const most = allowed + LONGEST;
  /** How far the text up to a place agrees with all of it. */
  const lengthAt = (place: number): number => {
    let length = 0;
    while (
      length < most &&
      place - length >= first &&
      history[place - length] === history[last - length] &&
      !breaks.has(history[last - length] ?? 0)
    )
      length++;
    return length;
  };
  const lengths = new Map<number, number>();
  for (let place = first; place < last; place++) {
    if (history[place] !== history[last]) continue;
    const next = history[place + 1] ?? 0;
    const known = lengths.get(next) ?? 0;
    if (known === most || breaks.has(next)) continue;
    const length = lengthAt(place);
    if (length >= allowed && length > known) lengths.set(next, length);
  }
  return new Map([...lengths].map(([token, length]) => [token, strength * base ** (length - allowed)]));
}

export function withoutRepeats(list: Candidates, penalties: ReadonlyMap<number, number>): Candidates {
  if (penalties.size === 0) return list;
  return changed(list, (logit, id) => logit - (penalties.get(id) ?? 0));
}
