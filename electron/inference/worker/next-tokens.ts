import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { GenerateRequest } from '../protocol.ts';
import { chosenTokens } from './sampling/chosen.ts';
import { nativeTokens } from './sampling/native.ts';
import { activeSteps } from './sampling/sampler.ts';
import type { Choice } from './sampling/choice.ts';
import { tokenRules, type TokenRules } from './sampling/token-rules.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Writer { readonly sequence: LlamaContextSequence; readonly vocabulary: Vocabulary }
export interface Task {
  readonly sampling: GenerateRequest['sampling'];
  /** The text ends with one of these. */
  readonly finals: ReadonlySet<number>;
  /** The most tokens that prompt and reply may have together. */
  readonly end: number;
  readonly signal: AbortSignal;
  /** The prompt is read: the first token is about to be chosen. */
  began(): void;
}

/**
 * New tokens after a text, one at a time; `history` (the prompt) grows with them. Three ways lead to one: the engine's greedy path at full speed where nothing is to be chosen, its own samplers where a grammar rules or something guesses ahead, else ours.
 * What it yields stays; a banned phrase has been undone before.
 */
export function nextTokens(writer: Writer, history: number[], task: Task): AsyncGenerator<Choice, void, void> {
  const rules = tokenRules(task.sampling, writer.vocabulary, task.finals);
  if (task.sampling.grammarKind !== 'none' || writer.sequence.tokenPredictor !== undefined) return nativeTokens(writer, history, task, rules);
  return isPlain(task.sampling, rules) ? likeliestTokens(writer.sequence, history, task) : chosenTokens(writer, history, task, rules);
}

function isPlain(sampling: GenerateRequest['sampling'], { banned, bias, phrases }: TokenRules): boolean {
  return sampling.temperature === 0 && sampling.candidates === 0 && activeSteps(sampling).length === 0 && banned.size === 0 && bias.size === 0 && phrases.length === 0;
}

async function* likeliestTokens(sequence: LlamaContextSequence, history: number[], { began }: Task): AsyncGenerator<Choice, void, void> {
  let isFirst = true;
  for await (const token of sequence.evaluate(history.slice(-1) as Token[], { temperature: 0, yieldEogToken: true })) {
    if (isFirst) began();
    isFirst = false;
    history.push(token);
    yield { token, others: null };
  }
}
