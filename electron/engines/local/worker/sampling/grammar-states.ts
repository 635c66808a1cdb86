import type { Llama, LlamaGrammar, LlamaGrammarEvaluationState, LlamaModel } from 'node-llama-cpp';
import type { Sampling } from '../../../../../shared/settings/sampling.ts';
import { failure, FaultError } from '../../../../../shared/faults/failure.ts';
import { grammarFault } from '../../../../../shared/settings/grammar-limits.ts';

/** Internal to the library's pinned version: it moves a grammar on only in its own loop. */
interface OwnState {
  readonly _state: object;
  readonly _llama: {
    readonly _bindings: {
      readonly AddonSampler: { acceptGrammarEvaluationStateToken(state: object, token: number): void };
    };
  };
}

/** Where a grammar stands behind a text that grows and shrinks at its end, by its length. */
export class GrammarStates {
  readonly #finals: ReadonlySet<number>;
  readonly #states: Map<number, LlamaGrammarEvaluationState>;

  /** `from`: the length of the text behind which it rules. */
  static async of(
    grammar: LlamaGrammar,
    model: LlamaModel,
    { from, finals }: { readonly from: number; readonly finals: ReadonlySet<number> },
  ): Promise<GrammarStates> {
    const { LlamaGrammarEvaluationState: State } = await import('node-llama-cpp');
    return new GrammarStates(new Map([[from, new State({ model, grammar })]]), finals);
  }

  private constructor(states: Map<number, LlamaGrammarEvaluationState>, finals: ReadonlySet<number>) {
    this.#states = states;
    this.#finals = finals;
  }

  /** For a look of a sampler of the library, which moves it on by a token of its own. */
  at(length: number): object {
    return own(this.#states.get(length)?.clone())._state;
  }

  /** A token was written at the end of a text that has this length now. */
  accept(token: number, length: number): void {
    if (this.#finals.has(token)) return;
    const next = this.#states.get(length - 1)?.clone();
    const { _llama, _state } = own(next);
    _llama._bindings.AddonSampler.acceptGrammarEvaluationStateToken(_state, token);
    if (next !== undefined) this.#states.set(length, next);
  }

  /** The text never gets shorter than that again. */
  settle(length: number): void {
    for (const known of this.#states.keys()) if (known < length) this.#states.delete(known);
  }
}

function own(state: LlamaGrammarEvaluationState | undefined): OwnState {
  if (state === undefined) throw new RangeError('The grammar has no state there.');
  return state as unknown as OwnState;
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
