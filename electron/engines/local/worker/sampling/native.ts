import type { SequenceEvaluateOptions, Token, TokenBias } from 'node-llama-cpp';
import type { Task, Writer } from '../task.ts';
import type { Choice } from './choice.ts';
import { repeatPenalties } from './dry.ts';
import { sparedPlaces } from './penalties.ts';
import { drySettings } from './sampler.ts';
import type { Spared } from './spared-tokens.ts';

/** Internal to the library's pinned version: its `set` would refuse the tokens that end a text. */
interface OwnBias {
  readonly _biases: Map<number, number>;
}

/**
 * New tokens by the engine's own samplers, in their own order and with their own seeded draw: where something guesses
 * ahead. Of ours only DRY and what is banned or biased take part.
 */
export async function* nativeTokens(
  { sequence }: Pick<Writer, 'sequence'>,
  history: number[],
  { sampling, finals, rules, least, began }: Task,
): AsyncGenerator<Choice, void, void> {
  const { TokenBias: Bias } = await import('node-llama-cpp');
  const bias = (): TokenBias => {
    const made = new Bias(sequence.model.tokenizer);
    const { _biases: logits } = made as unknown as OwnBias;
    for (const [token, value] of rules.bias) logits.set(token, value);
    if (sampling.dryStrength > 0)
      for (const [token, penalty] of repeatPenalties(history, rules.breakers, drySettings(sampling)))
        logits.set(token, (logits.get(token) ?? 0) - penalty);
    for (const token of rules.banned) logits.set(token, -Infinity);
    if (history.length < least) for (const token of finals) logits.set(token, -Infinity);
    return made;
  };
  sequence.tokenPredictor?.updateInputTokens([...history] as Token[]);
  const options = { ...nativeOptions(sampling, history, rules.spared), tokenBias: bias, yieldEogToken: true };
  let isFirst = true;
  for await (const token of sequence.evaluate(history.slice(-1) as Token[], options)) {
    if (isFirst) began();
    isFirst = false;
    history.push(token);
    yield { token, others: null };
    if (finals.has(token)) return;
  }
}

function nativeOptions(set: Task['sampling'], history: readonly number[], spared: Spared): SequenceEvaluateOptions {
  const { repetitionRange: range } = set;
  const isSpared = sparedPlaces(history, range, spared);
  return {
    temperature: set.temperature,
    topK: set.topK,
    topP: set.topP,
    minP: set.minP,
    seed: set.seed,
    ...(range === 0
      ? {}
      : {
          repeatPenalty: {
            penalty: set.repetitionPenalty,
            frequencyPenalty: set.frequencyPenalty,
            presencePenalty: set.presencePenalty,
            maxPunishTokens: range,
            punishTokens: () => {
              const from = Math.max(0, history.length - range);
              return history.slice(from).filter((_, index) => !isSpared(from + index)) as Token[];
            },
          },
        }),
  };
}
