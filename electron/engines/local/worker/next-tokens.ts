import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { chosenTokens } from './sampling/chosen.ts';
import { grammarOf, nativeTokens } from './sampling/native.ts';
import { activeSteps } from './sampling/sampler.ts';
import type { Choice } from './sampling/choice.ts';
import { tokenRules } from './sampling/token-rules.ts';
import type { OpenModel } from './open-model.ts';
import type { Choosing, Task, Writer } from './task.ts';

/** What is wrong with the settings for this model is refused here, before anything is read: NOT_A_TOKEN, GRAMMAR. */
export async function choosingBy(
  sampling: Choosing['sampling'],
  finals: ReadonlySet<number>,
  { vocabulary, llama }: Pick<OpenModel, 'vocabulary' | 'llama'>,
): Promise<Choosing> {
  return {
    sampling,
    finals,
    rules: tokenRules(sampling, vocabulary, finals),
    grammar: await grammarOf(sampling, llama),
  };
}

/**
 * New tokens after a text, one at a time; `history` (the prompt) grows with them. Three ways lead to one: the engine's
 * greedy path at full speed where nothing is to be chosen, its own samplers where a grammar rules or something guesses
 * ahead, else ours. What it yields stays; a banned phrase has been undone before.
 */
export function nextTokens(writer: Writer, history: number[], task: Task): AsyncGenerator<Choice, void, void> {
  if (task.grammar !== null || writer.sequence.tokenPredictor !== undefined) return nativeTokens(writer, history, task);
  return isPlain(task) ? likeliestTokens(writer.sequence, history, task) : chosenTokens(writer, history, task);
}

function isPlain({ sampling, rules: { banned, bias, phrases } }: Task): boolean {
  return (
    sampling.temperature === 0 &&
    sampling.candidates === 0 &&
    activeSteps(sampling).length === 0 &&
    banned.size === 0 &&
    bias.size === 0 &&
    phrases.length === 0
  );
}

async function* likeliestTokens(
  sequence: LlamaContextSequence,
  history: number[],
  { began }: Task,
): AsyncGenerator<Choice, void, void> {
  let isFirst = true;
  for await (const token of sequence.evaluate(history.slice(-1) as Token[], { temperature: 0, yieldEogToken: true })) {
    if (isFirst) began();
    isFirst = false;
    history.push(token);
    yield { token, others: null };
  }
}
