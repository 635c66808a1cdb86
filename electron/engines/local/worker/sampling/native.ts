import type { Llama, LlamaGrammar, SequenceEvaluateOptions, Token, TokenBias } from 'node-llama-cpp';
import type { Sampling } from '../../../../../shared/settings/sampling.ts';
import { failure } from '../../../../../shared/faults/failure.ts';
import type { Task, Writer } from '../task.ts';
import type { Choice } from './choice.ts';
import { repeatPenalties } from './dry.ts';
import { drySettings } from './sampler.ts';

/** Internal to the library's pinned version: its `set` would refuse the tokens that end a text. */
interface OwnBias {
  readonly _biases: Map<number, number>;
}

/**
 * New tokens by the engine's own samplers, in their own order and with their own seeded draw: where a grammar rules,
 * which a token of our choice would not reach, or something guesses ahead. Of ours only DRY and what is said of single
 * tokens take part. With a grammar the end comes where it says so.
 */
export async function* nativeTokens(
  { sequence }: Writer,
  history: number[],
  task: Task,
): AsyncGenerator<Choice, void, void> {
  const { sampling, finals, rules } = task;
  const { model } = sequence;
  const { LlamaGrammarEvaluationState: State, TokenBias: Bias } = await import('node-llama-cpp');
  const isRuled = task.grammar !== null;
  const grammar = task.grammar === null ? {} : { grammarEvaluationState: new State({ model, grammar: task.grammar }) };
  const bias = (): TokenBias => {
    const made = new Bias(model.tokenizer);
    const { _biases: logits } = made as unknown as OwnBias;
    for (const [token, value] of rules.bias) logits.set(token, value);
    if (sampling.dryStrength > 0)
      for (const [token, penalty] of repeatPenalties(history, rules.breakers, drySettings(sampling)))
        logits.set(token, (logits.get(token) ?? 0) - penalty);
    for (const token of rules.banned) if (!(isRuled && finals.has(token))) logits.set(token, -Infinity);
    return made;
  };
  sequence.tokenPredictor?.updateInputTokens([...history] as Token[]);
  let isFirst = true;
  for await (const token of sequence.evaluate(history.slice(-1) as Token[], {
    ...nativeOptions(sampling, history),
    ...grammar,
    tokenBias: bias,
    yieldEogToken: true,
  })) {
    if (isFirst) task.began();
    isFirst = false;
    history.push(token);
    yield { token, others: null };
  }
}

function nativeOptions(set: Task['sampling'], history: readonly number[]): SequenceEvaluateOptions {
  const { repetitionRange: range } = set;
  return {
    temperature: set.temperature,
    topK: set.topK,
    topP: set.topP,
    minP: set.minP,
    seed: set.seed,
    ...(set.xtcProbability > 0 ? { xtc: { probability: set.xtcProbability, threshold: set.xtcThreshold } } : {}),
    ...(range === 0
      ? {}
      : {
          repeatPenalty: {
            penalty: set.repetitionPenalty,
            frequencyPenalty: set.frequencyPenalty,
            presencePenalty: set.presencePenalty,
            maxPunishTokens: range,
            punishTokens: () => history.slice(-range) as Token[],
          },
        }),
  };
}

/** Null where none is asked for; rejects with GRAMMAR. */
export async function grammarOf({ grammarKind, grammar }: Sampling, llama: Llama): Promise<LlamaGrammar | null> {
  if (grammarKind === 'none') return null;
  try {
    if (grammarKind === 'json')
      return await llama.createGrammarForJsonSchema(
        JSON.parse(grammar) as Parameters<typeof llama.createGrammarForJsonSchema>[0],
      );
    return await llama.createGrammar({ grammar });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw failure('GRAMMAR', { kind: grammarKind }, { detail });
  }
}
