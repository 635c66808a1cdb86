import type { Sampling, Step } from '../../../../../shared/settings/sampling.ts';
import { type Candidates, changed, shareOutside, sharesOfAll, sum, weightsOf } from './token-candidates.ts';
import { type DrySettings, repeatPenalties, withoutRepeats } from './dry.ts';
import { isTopPCertain, isTypicalCertain, minP, tailFree, topK, topNSigma, topP, typicalP, xtc } from './filters.ts';
import { Mirostat } from './mirostat.ts';
import { penalised, RecentCounts } from './penalties.ts';
import { NOTHING_SPARED, type Spared } from './spared-tokens.ts';
import { dynamicTemperature, tempered } from './temperature.ts';

/** So much of the distribution may be unseen where a step needs to know all of it. */
const UNSEEN = 1e-3;
/** These thin out candidates, which Mirostat does by itself. */
const THINNING: readonly Step[] = ['topNSigma', 'topK', 'tailFree', 'typicalP', 'topP', 'minP', 'xtc'];

/** So many of the likeliest tokens nearly always hold all that is left. */
export const FEW = 64;

export interface Surroundings {
  /** Prompt and reply so far, as they grow. */
  readonly history: readonly number[];
  /** What is added to the logits of some tokens. */
  readonly bias: ReadonlyMap<number, number>;
  /** Tokens that no repeated sequence reaches across. */
  readonly breakers: ReadonlySet<number>;
  readonly spared?: Spared;
}

/** Two fresh random numbers for one token. */
export interface Chances {
  readonly xtc: number;
  readonly draw: number;
}

/** The settings as one function from what may come next to what comes. */
export class Sampler {
  readonly #settings: Sampling;
  readonly #bias: ReadonlyMap<number, number>;
  readonly #counts: RecentCounts;
  readonly #history: readonly number[];
  readonly #breakers: ReadonlySet<number>;
  readonly #mirostat: Mirostat | null;
  readonly #steps: readonly Step[];
  readonly #closing: Step | 'draw' | null;
  /** Where one of these is among the likeliest, XTC does nothing. */
  readonly #unstruck: ReadonlySet<number>;

  constructor(settings: Sampling, { history, bias, breakers, spared = NOTHING_SPARED }: Surroundings) {
    this.#settings = settings;
    this.#bias = bias;
    this.#steps = activeSteps(settings);
    this.#closing = closingStep(settings, this.#steps);
    this.#counts = new RecentCounts(
      history,
      settings.repetitionRange,
      this.#steps.includes('penalties') ? spared : NOTHING_SPARED,
    );
    this.#unstruck = this.#steps.includes('xtc') ? spared.breaks : NOTHING_SPARED.breaks;
    this.#history = history;
    this.#breakers = breakers;
    this.#mirostat =
      settings.mirostatTau > 0 && settings.temperature > 0
        ? new Mirostat(settings.mirostatTau, settings.mirostatEta)
        : null;
  }

  /** Whether the share of the tokens beyond `listed` ones matters: not where a step before leaves none of them. */
  weighs(listed: number): boolean {
    for (const step of this.#steps) {
      if (step === 'topP' || step === 'typicalP' || step === 'xtc') return true;
      if (step === 'minP' || step === 'topNSigma' || (step === 'topK' && this.#settings.topK <= listed)) return false;
    }
    return this.#mirostat !== null;
  }

  /** Whether a list of a FEW tokens may be tried first. */
  get maySeeFew(): boolean {
    return this.#closing !== null;
  }

  get needsSpread(): boolean {
    return this.#steps.includes('topNSigma');
  }

  /**
   * The next token; null if none is allowed; 'whole' if that cannot be said without the whole vocabulary, 'more' if a
   * longer list might say something else than these FEW.
   */
  choose(
    list: Candidates,
    banned: ReadonlySet<number>,
    chances: Chances,
    areFew = false,
  ): number | 'whole' | 'more' | null {
    const left = this.left(list, banned, chances, areFew);
    if (left === null || left === 'whole' || left === 'more') return left;
    const { place, share } = drawn(left, chances.draw);
    this.#mirostat?.learn(share);
    return left.ids[place] ?? null;
  }

  /** What it is drawn from. */
  left(
    list: Candidates,
    banned: ReadonlySet<number>,
    chances: Chances,
    areFew = false,
  ): Candidates | 'whole' | 'more' | null {
    let now = allowed(list, this.#bias, banned);
    if (now.ids.length === 0) return areFew ? 'more' : null;
    for (const step of this.#steps) {
      if (areFew && step === this.#closing && !this.#isClosed(now)) return 'more';
      if (this.#needsWhole(step, now, chances)) return 'whole';
      now = this.#apply(step, now, chances);
    }
    if (areFew && this.#closing === 'draw' && !this.#isClosed(now)) return 'more';
    if (this.#settings.temperature === 0) return topK(now, 1);
    if (this.#mirostat !== null && shareOutside(now) > this.#mostUnseen(this.#steps.length)) return 'whole';
    return this.#mirostat === null ? now : (this.#mirostat.thinned(now) ?? 'whole');
  }

  /** Whether what closes a list takes all tokens that it does not have. */
  #isClosed({ logits, ceiling }: Candidates): boolean {
    const { topK: count, minP: share } = this.#settings;
    const [most = -Infinity] = logits;
    if (this.#closing === 'minP') return ceiling < most + Math.log(share);
    return ceiling < (this.#closing === 'topK' ? (logits[count - 1] ?? -Infinity) : most);
  }

  /** Whether a step would do something else if it saw the whole vocabulary. */
  #needsWhole(step: Step, list: Candidates, chances: Chances): boolean {
    const { topP: kept, xtcProbability, xtcThreshold } = this.#settings;
    const mostUnseen = this.#mostUnseen(this.#steps.indexOf(step));
    switch (step) {
      case 'typicalP':
        return !isTypicalCertain(list, this.#settings.typicalP);
      case 'topP':
        return mostUnseen < 1 ? !isTopPCertain(list, kept) : shareOutside(list) > 1 - kept;
      case 'xtc':
        return chances.xtc < xtcProbability && (shareOutside(list) > mostUnseen || reachesBeyond(list, xtcThreshold));
      default:
        return false;
    }
  }

  /**
   * How much of the distribution may lie beyond the list before a step. Behind a temperature its weight is not known
   * exactly.
   */
  #mostUnseen(step: number): number {
    const warmed = this.#steps.indexOf('temperature');
    return warmed >= 0 && warmed < step ? UNSEEN : 1;
  }

  #apply(step: Step, list: Candidates, chances: Chances): Candidates {
    const set = this.#settings;
    switch (step) {
      case 'penalties':
        return penalised(list, this.#counts.follow().counts, {
          repetition: set.repetitionPenalty,
          frequency: set.frequencyPenalty,
          presence: set.presencePenalty,
        });
      case 'dry':
        return withoutRepeats(list, repeatPenalties(this.#history, this.#breakers, drySettings(set)));
      case 'topNSigma':
        return topNSigma(list, set.topNSigma);
      case 'topK':
        return topK(list, set.topK);
      case 'tailFree':
        return tailFree(list, set.tailFree);
      case 'typicalP':
        return typicalP(list, set.typicalP);
      case 'topP':
        return topP(list, set.topP);
      case 'minP':
        return minP(list, set.minP);
      case 'xtc':
        return xtc(
          list,
          { probability: set.xtcProbability, threshold: set.xtcThreshold, spared: this.#unstruck },
          chances.xtc,
        );
      case 'temperature':
        return tempered(
          list,
          set.dynamicRange > 0
            ? dynamicTemperature(list, set.temperature, set.dynamicRange, set.dynamicExponent)
            : set.temperature,
        );
    }
  }
}

export const drySettings = (set: Sampling): DrySettings => ({
  strength: set.dryStrength,
  base: set.dryBase,
  allowed: set.dryAllowed,
  range: set.dryRange,
});

/**
 * The steps that do something, in the chosen order. At temperature 0 only what can change the likeliest token counts.
 */
export function activeSteps(set: Sampling): readonly Step[] {
  const penalties =
    set.repetitionRange > 0 && (set.repetitionPenalty !== 1 || set.frequencyPenalty !== 0 || set.presencePenalty !== 0);
  const greedy = set.temperature === 0;
  const on: Record<Step, boolean> = {
    penalties,
    dry: set.dryStrength > 0,
    topNSigma: set.topNSigma > 0,
    topK: set.topK > 0,
    tailFree: set.tailFree < 1,
    typicalP: set.typicalP < 1,
    topP: set.topP < 1,
    minP: set.minP > 0,
    xtc: set.xtcProbability > 0,
    temperature: set.temperature !== 1 || set.dynamicRange > 0,
  };
  return set.order.filter(
    (step) =>
      on[step] &&
      !(greedy && step !== 'penalties' && step !== 'dry') &&
      !(set.mirostatTau > 0 && THINNING.includes(step)),
  );
}

/** Whether tokens that are not listed may have the share too. */
const reachesBeyond = (list: Candidates, share: number): boolean =>
  list.outside !== -Infinity && (sharesOfAll(list).at(-1) ?? 0) >= share;

/**
 * The first step that nearly always leaves none of the tokens beyond a FEW, where all before it only make tokens less
 * likely or leave their order; at temperature 0 the draw. Null: there is none.
 */
function closingStep(set: Sampling, steps: readonly Step[]): Step | 'draw' | null {
  if (set.mirostatTau > 0 && set.temperature > 0) return null;
  const lowers = set.repetitionPenalty >= 1 && set.frequencyPenalty >= 0 && set.presencePenalty >= 0;
  for (const step of steps) {
    if (step === 'minP' || (step === 'topK' && set.topK <= FEW / 2)) return step;
    const isHarmless =
      step === 'dry' || (step === 'penalties' && lowers) || (step === 'temperature' && set.dynamicRange === 0);
    if (!isHarmless) return null;
  }
  return set.temperature === 0 ? 'draw' : null;
}

function allowed(list: Candidates, bias: ReadonlyMap<number, number>, banned: ReadonlySet<number>): Candidates {
  if (bias.size === 0 && banned.size === 0) return list;
  return changed(list, (logit, id) => (banned.has(id) ? -Infinity : logit + (bias.get(id) ?? 0)));
}

function drawn(list: Candidates, chance: number): { place: number; share: number } {
  const weights = weightsOf(list);
  const total = sum(weights);
  let rest = chance * total;
  const place = weights.findIndex((weight) => (rest -= weight) < 0);
  return place < 0 ? { place: 0, share: 1 / total } : { place, share: (weights[place] ?? 0) / total };
}
