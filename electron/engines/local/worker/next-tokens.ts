import type { Token } from 'node-llama-cpp';
import type { PromptFormat } from '../../../../shared/prompt/types.ts';
import { chosenTokens } from './sampling/chosen.ts';
import { grammarOf } from './sampling/grammar-states.ts';
import { nativeTokens } from './sampling/native.ts';
import { activeSteps } from './sampling/sampler.ts';
import type { Choice } from './sampling/choice.ts';
import { tokenRules } from './sampling/token-rules.ts';
import type { OpenModel } from './open-model.ts';
import type { Choosing, Task, Writer } from './task.ts';

/** What is wrong with the settings for this model is refused here, before anything is read: NOT_A_TOKEN, GRAMMAR. */
export async function choosingBy(
  sampling: Choosing['sampling'],
  { finals, format }: { readonly finals: ReadonlySet<number>; readonly format: PromptFormat },
  { vocabulary, llama }: Pick<OpenModel, 'vocabulary' | 'llama'>,
): Promise<Choosing> {
  return {
    sampling,
    finals,
    rules: tokenRules(sampling, { finals, format, vocabulary }),
    grammar: await grammarOf(sampling, llama),
  };
}

/**
 * New tokens after a text, one at a time; `history` (the prompt) grows with them. Three ways lead to one: the engine's
 * greedy path at full speed where nothing is to be chosen, its own samplers where something guesses ahead, else ours.
 * What the prompt held back comes first: by our samplers, or as it stood where a grammar says what is new. What it
 * yields stays; a banned text has been undone before.
 */
export async function* nextTokens(writer: Writer, history: number[], task: Task): AsyncGenerator<Choice, void, void> {
  if (task.grammar !== null) {
    yield* heldTokens(writer, history, task);
    if (!task.signal.aborted) yield* chosenTokens(writer, history, { ...task, heldBack: [] });
    return;
  }
  // What is taken back, and what XTC leaves alone, the engine does not know.
  const isOurs = task.rules.phrases.length > 0 || task.sampling.xtcProbability > 0;
  const isNative = writer.sequence.tokenPredictor !== undefined && !isOurs;
  if (!isNative && !isPlain(task)) return yield* chosenTokens(writer, history, task);
  if (task.heldBack.length > 0) yield* chosenTokens(writer, history, task, 'owed');
  if (task.signal.aborted) return;
  yield* isNative ? nativeTokens(writer, history, task) : likeliestTokens(writer, history, task);
}

/** What was held back, in the tokens that it had. */
export async function* heldTokens(
  { sequence }: Pick<Writer, 'sequence'>,
  history: number[],
  { heldBack, began }: Pick<Task, 'heldBack' | 'began'>,
): AsyncGenerator<Choice, void, void> {
  for (const token of heldBack) {
    await sequence.evaluateWithoutGeneratingNewTokens(history.slice(-1) as Token[]);
    began();
    history.push(token);
    yield { token, others: null };
  }
}

function isPlain({ sampling, rules: { banned, bias, phrases } }: Task): boolean {
  return (
    sampling.temperature === 0 &&
    sampling.candidates === 0 &&
    sampling.minTokens === 0 &&
    activeSteps(sampling).length === 0 &&
    banned.size === 0 &&
    bias.size === 0 &&
    phrases.length === 0
  );
}

async function* likeliestTokens(
  { sequence }: Writer,
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
