import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from 'node-llama-cpp';
import { renderParts } from '../../../../shared/prompt/plan/parts.ts';
import { tokenizeParts } from '../../../../shared/prompt/plan/tokens.ts';
import { roleWords } from '../../../../shared/prompt/plan/role-words.ts';
import { failure } from '../../../../shared/faults/failure.ts';
import type { EndingScore, ScoreRequest } from '../../port.ts';
import { type Perplexity, type PerplexityRequest, PROMPT_CHUNK } from '../protocol.ts';
import type { OpenModel } from './open-model.ts';
import { readPrompt, reusableTokens } from './read-prompt.ts';

/** `signal` ends the work with STOPPED; `onProgress` hears a share from 0 to 1. */
interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/**
 * Log-likelihood of every ending after a prefix that is read once. Prefix and ending are tokenised as one text; what
 * all of them begin with is given, what comes after it is scored. So the difference of two sums is exact, even where an
 * ending merges with the last letters of the prefix.
 */
export async function score(open: OpenModel, { prefix, endings }: ScoreRequest, work: Work): Promise<EndingScore[]> {
  const words = roleWords(prefix.format, open.vocabulary);
  const { parts } = renderParts(prefix.format, prefix.turns, { open: prefix.open, reply: !prefix.open }, words);
  const tokensWith = (ending: string): readonly number[] =>
    tokenizeParts([...parts, { kind: 'text', text: ending, turnId: null }], open.vocabulary, words, open.tokenized)
      .tokens;
  const alone = tokensWith('');
  const wholes = endings.map(tokensWith);
  const given = Math.min(alone.length, ...wholes.map((whole) => commonStart(alone, whole)));
  if (given === 0) throw failure('NO_PREFIX', {});
  assertRoom(open, Math.max(...wholes.map((whole) => whole.length)));

  return open.branches.aside(async (sequence) => {
    const scores: EndingScore[] = [];
    for (const [index, tokens] of wholes.entries()) {
      const logs = await logProbabilities(sequence, tokens, given, {
        ...work,
        onProgress: (share) => {
          work.onProgress((index + share) / wholes.length);
        },
      });
      scores.push({
        sum: logs.reduce((sum, log) => sum + log, 0),
        tokens: logs.map((logProbability, at) => ({ id: tokens[given + at] ?? 0, logProbability })),
        bytes: Buffer.byteLength(endings[index] ?? ''),
      });
    }
    return scores;
  });
}

/**
 * As llama-perplexity has it: the text in windows of so many tokens, each read on its own (where the model has a BOS,
 * in place of the first token), the second half of each scored; what is left at the end is not looked at. The tool's
 * source: tools/perplexity/perplexity.cpp of llama.cpp.
 */
export async function perplexity(
  open: OpenModel,
  { text, window }: PerplexityRequest,
  work: Work,
): Promise<Perplexity> {
  const { bos } = open.vocabulary;
  const tokens = [...(bos === null ? [] : [bos]), ...open.vocabulary.tokenize(text)];
  const windows = Math.floor(tokens.length / window);
  if (windows === 0) throw failure('TEXT_TOO_SHORT', { tokens: tokens.length, window });
  assertRoom(open, window);

  const losses: number[] = [];
  await open.branches.aside(async (sequence) => {
    for (let index = 0; index < windows; index++) {
      const piece = tokens.slice(index * window, (index + 1) * window);
      if (bos !== null) piece[0] = bos;
      const logs = await logProbabilities(sequence, piece, Math.floor(window / 2) + 1, {
        ...work,
        onProgress: (share) => {
          work.onProgress((index + share) / windows);
        },
      });
      for (const log of logs) losses.push(-log);
    }
  });
  const mean = average(losses);
  const spread = Math.sqrt(Math.max(0, average(losses.map((loss) => loss * loss)) - mean * mean) / (losses.length - 1));
  return {
    value: Math.exp(mean),
    deviation: Math.exp(mean) * spread,
    tokens: tokens.length,
    windows,
    scored: losses.length,
  };
}

/**
 * Natural logarithms of the probabilities of the tokens from `from` (at least 1) on, each after all before it. What of
 * that the sequence holds is not read again.
 */
async function logProbabilities(
  sequence: LlamaContextSequence,
  tokens: readonly number[],
  from: number,
  { signal, onProgress }: Work,
): Promise<number[]> {
  const beginning = tokens.slice(0, from);
  const kept = reusableTokens(sequence.contextTokens, beginning);
  if (sequence.nextTokenIndex > kept)
    await sequence.eraseContextTokenRanges([{ start: kept, end: sequence.nextTokenIndex }]);
  await readPrompt(sequence, beginning, PROMPT_CHUNK, signal, (done) => {
    onProgress(done / tokens.length);
  });
  const logs: number[] = [];
  while (from + logs.length < tokens.length) {
    if (signal.aborted) throw failure('STOPPED', {});
    const at = from + logs.length - 1;
    const border = Math.min(tokens.length - 1, (Math.floor(at / PROMPT_CHUNK) + 1) * PROMPT_CHUNK);
    const results = await sequence.controlledEvaluate(
      tokens.slice(at, border).map((token, index) => followedBy(token, tokens[at + index + 1] ?? 0)),
    );
    logs.push(...results.map((result, index) => logProbability(result?.next, tokens[at + index + 1] ?? 0)));
    onProgress(border / tokens.length);
  }
  return logs;
}

function assertRoom({ contextSize }: OpenModel, tokens: number): void {
  if (tokens <= contextSize) return;
  throw failure('MEASURE_TOO_LONG', { tokens, contextSize });
}

/**
 * `includeMax` of the library does nothing for a token that is not listed; at temperature 0, the default here, the
 * selected one is the maximum.
 */
function followedBy(token: number, next: number): ControlledEvaluateInputItem {
  return [
    token as Token,
    {
      generateNext: { totalLogitWeight: true, logits: { filter: { tokens: [next as Token], includeSelected: true } } },
    },
  ];
}

function logProbability(
  next: { readonly logits?: ReadonlyMap<Token, number>; readonly totalLogitWeight?: number } | undefined,
  token: number,
): number {
  const logits = next?.logits;
  if (logits === undefined) return Number.NaN;
  return (
    (logits.get(token as Token) ?? Number.NaN) -
    Math.max(...logits.values()) -
    Math.log(next?.totalLogitWeight ?? Number.NaN)
  );
}

function commonStart(a: readonly number[], b: readonly number[]): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return same;
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
