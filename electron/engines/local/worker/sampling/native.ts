import type {
  Llama,
  LlamaGrammar,
  LlamaGrammarEvaluationState,
  SequenceEvaluateOptions,
  Token,
  TokenBias,
} from 'node-llama-cpp';
import type { Sampling } from '../../../../../shared/settings/sampling.ts';
import { failure, FaultError } from '../../../../../shared/faults/failure.ts';
import { grammarFault } from '../../../../../shared/settings/grammar-limits.ts';
import type { Task, Writer } from '../task.ts';
import type { Choice } from './choice.ts';
import { repeatPenalties } from './dry.ts';
import { phraseGuard } from './phrase-guard.ts';
import { sparedPlaces } from './penalties.ts';
import { RefusedTokens } from './refused-tokens.ts';
import { drySettings } from './sampler.ts';
import type { Spared } from './spared-tokens.ts';

/** Internal to the library's pinned version: its `set` would refuse the tokens that end a text. */
interface OwnBias {
  readonly _biases: Map<number, number>;
}

/** The same: the library asks this of its own guesses. */
interface OwnState {
  readonly _state: object;
  readonly _llama: {
    readonly _bindings: {
      readonly AddonSampler: { canBeNextTokenForGrammarEvaluationState(state: object, token: number): boolean };
    };
  };
}

/** So often in a row a banned text is undone; some grammars know no other way. */
const MOST_UNDONE = 200;

/**
 * New tokens by the engine's own samplers, in their own order and with their own seeded draw: where a grammar rules,
 * which a token of our choice would not reach, or something guesses ahead. Of ours only DRY and what is banned or
 * biased take part. With a grammar the end comes where it says so.
 */
export async function* nativeTokens(
  { sequence, vocabulary }: Writer,
  history: number[],
  task: Task,
): AsyncGenerator<Choice, void, void> {
  const { sampling, finals, rules } = task;
  const { model } = sequence;
  const { LlamaGrammarEvaluationState: State, TokenBias: Bias } = await import('node-llama-cpp');
  const guard = phraseGuard(rules.phrases, { history, owed: [] }, vocabulary);
  const refused = new RefusedTokens();
  let undone = 0;
  /** Behind so many tokens the grammar stands so. */
  const states = new Map<number, LlamaGrammarEvaluationState>();
  const isRestricted = rules.phrases.length > 0 || rules.banned.size > 0;
  if (task.grammar !== null) states.set(history.length, new State({ model, grammar: task.grammar }));
  const bias = (): TokenBias => {
    const made = new Bias(model.tokenizer);
    const { _biases: logits } = made as unknown as OwnBias;
    for (const [token, value] of rules.bias) logits.set(token, value);
    if (sampling.dryStrength > 0)
      for (const [token, penalty] of repeatPenalties(history, rules.breakers, drySettings(sampling)))
        logits.set(token, (logits.get(token) ?? 0) - penalty);
    for (const token of rules.banned) if (task.grammar === null || !finals.has(token)) logits.set(token, -Infinity);
    if (task.grammar === null && history.length < task.least) for (const token of finals) logits.set(token, -Infinity);
    for (const token of refused.at(history.length)) logits.set(token, -Infinity);
    return made;
  };
  const options = nativeOptions(sampling, history, rules.spared);
  let isFirst = true;
  for (let goesOn = true; goesOn;) {
    goesOn = false;
    sequence.tokenPredictor?.updateInputTokens([...history] as Token[]);
    const state = states.get(history.length)?.clone();
    for await (const token of sequence.evaluate(history.slice(-1) as Token[], {
      ...options,
      ...(state === undefined ? {} : { grammarEvaluationState: state }),
      tokenBias: bias,
      yieldEogToken: true,
    })) {
      if (isFirst) task.began();
      isFirst = false;
      // Where the grammar allows only what is banned, the engine takes anything.
      if (isRestricted && !mayFollow(states.get(history.length), token)) {
        yield* guard.release();
        throw failure('ALL_BANNED', {});
      }
      history.push(token);
      const isFinal = finals.has(token);
      const step = isFinal ? guard.end({ token, others: null }) : guard.push({ token, others: null });
      if ('undo' in step) {
        if (++undone === MOST_UNDONE) throw failure('ALL_BANNED', {});
        refused.add(history, step.undo);
        goesOn = true;
        break;
      }
      if (state !== undefined && isRestricted) states.set(history.length, state.clone());
      if (step.decided.length > 0) undone = 0;
      yield* step.decided;
      if (isFinal) return;
    }
    if (goesOn) await sequence.eraseContextTokenRanges([{ start: history.length - 1, end: sequence.nextTokenIndex }]);
  }
}

function mayFollow(state: LlamaGrammarEvaluationState | undefined, token: number): boolean {
  if (state === undefined) return true;
  const { _llama, _state } = state as unknown as OwnState;
  return _llama._bindings.AddonSampler.canBeNextTokenForGrammarEvaluationState(_state, token);
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
    ...(set.xtcProbability > 0 ? { xtc: { probability: set.xtcProbability, threshold: set.xtcThreshold } } : {}),
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

/** Null where none is asked for; rejects with GRAMMAR, GRAMMAR_LARGE or SCHEMA_KEYWORDS. */
export async function grammarOf(sampling: Sampling, llama: Llama): Promise<LlamaGrammar | null> {
  const { grammarKind, grammar } = sampling;
  if (grammarKind === 'none') return null;
  const wrong = grammarFault(sampling);
  if (wrong !== null) throw new FaultError(wrong);
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
