import type { LlamaContextSequence, LlamaGrammar } from 'node-llama-cpp';
import type { GenerateRequest } from '../../port.ts';
import type { TokenRules } from './sampling/token-rules.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface Writer {
  readonly sequence: LlamaContextSequence;
  readonly vocabulary: Vocabulary;
}
/** The settings as a model understands them. */
export interface Choosing {
  readonly sampling: GenerateRequest['sampling'];
  /** The text ends with one of these. */
  readonly finals: ReadonlySet<number>;
  readonly rules: TokenRules;
  readonly grammar: LlamaGrammar | null;
}
export interface Task extends Choosing {
  /** The most tokens that prompt and reply may have together. */
  readonly end: number;
  readonly signal: AbortSignal;
  /** Nothing ends the text before prompt and reply have so many tokens together. */
  readonly least: number;
  /** What the first tokens have to spell before anything new comes, in the tokens that the prompt had for it. */
  readonly heldBack: readonly number[];
  /** The prompt is read: the first token is about to be chosen. */
  began(): void;
}
