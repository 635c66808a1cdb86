import type { GenerationStats, StopReason } from '../../../../shared/contract/writing.ts';
import { planPrompt } from '../../../../shared/prompt/plan/plan.ts';
import { stopTexts } from '../../../../shared/prompt/plan/role-words.ts';
import type { Ledger, Plan, PlanRequest } from '../../../../shared/prompt/types.ts';
import { failure } from '../../../../shared/faults/failure.ts';
import { CandidateLog } from '../../candidate-record.ts';
import type { GenerateRequest } from '../../port.ts';
import { GrammarEnd } from './grammar-end.ts';
import { choosingBy, heldTokens, nextTokens } from './next-tokens.ts';
import type { Choice } from './sampling/choice.ts';
import type { OpenModel } from './open-model.ts';
import { readPrompt } from './read-prompt.ts';
import type { Task } from './task.ts';
import { TextStream } from './text-stream.ts';
import { limited, Thinking } from './thinking.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A reader sees no difference below this; the wire and the page are spared a message per token. */
const BATCH_MS = 40;
/**
 * What is written may stay unseen for long: control tokens, the beginning of a stop text. An empty text tells that it
 * goes on.
 */
const SIGN_MS = 1000;

export interface GenerationEvents {
  accepted(ledger: Ledger, headTokens: readonly number[]): void;
  prompt(done: number, total: number, reused: number): void;
  text(text: string): void;
}
export interface GenerationResult {
  readonly reason: Exclude<StopReason, 'error'>;
  readonly stats: GenerationStats;
  readonly position: number;
  readonly candidates: Uint8Array | null;
}

export function ledgerOf(open: OpenModel, request: PlanRequest): Ledger {
  return accounted(open, planPrompt(request, open.vocabulary, open.tokenized));
}

export async function generate(
  open: OpenModel,
  request: GenerateRequest,
  signal: AbortSignal,
  events: GenerationEvents,
): Promise<GenerationResult> {
  const { vocabulary } = open;
  const { sampling } = request;
  const started = performance.now();
  const plan = planPrompt(request.plan, vocabulary, open.tokenized);
  const total = plan.tokens.length;
  const stopTokens = stopsOf(request.plan.format.stops, vocabulary);
  const finals = new Set([...vocabulary.ends, ...stopTokens]);
  const choosing = await choosingBy(sampling, { finals, format: request.plan.format }, open);
  events.accepted(accounted(open, plan), plan.tokens.slice(0, plan.headTokens));
  const sequence = await open.branches.take(plan.tokens, { headTokens: plan.headTokens, cold: request.cold === true });
  const reused = await readPrompt(sequence, plan.tokens, open.loaded.hardware.promptChunk, signal, (done, kept) => {
    events.prompt(done, total, kept);
  });

  const { heldBack } = plan;
  const addsSpace = vocabulary.addsSpace && isMark(plan.tokens.at(-1), vocabulary);
  const stream = new TextStream(stopTexts(request.plan.format, request.plan.names), {
    lead: nameBefore(request.plan) !== null ? ' ' : heldBack.length > 0 ? '' : leadOf(request.plan, addsSpace),
    before: textBefore(request.plan),
  });
  /** Bytes that the reply begins with and that stand in the story already; tokens that spelled nothing else. */
  let owed = heldBack.reduce((sum, token) => sum + vocabulary.bytes(token).length, 0);
  let repeated = 0;
  const thinking = new Thinking(request.plan, sampling.thinkingTokens);
  const ending = new GrammarEnd(choosing.grammar);
  const log = new CandidateLog();
  const batch = new Batch(events.text);
  const end = open.contextSize - 1;
  let reason: GenerationResult['reason'] = 'length';
  let position = sequence.nextTokenIndex;
  const guessed = sequence.tokenPredictions;
  let [count, first, last] = [0, 0, 0];
  const began = (): void => {
    if (count > 0) return;
    position = sequence.nextTokenIndex;
    events.prompt(total, total, reused);
  };
  /** How much of the text has left the stream: the rest is held back there. */
  let passed = 0;
  try {
    if (!signal.aborted) {
      const history = [...plan.tokens];
      const task = (): Task => ({
        ...choosing,
        end,
        least: total + heldBack.length + sampling.minTokens,
        signal,
        heldBack: count === 0 ? heldBack : [],
        began,
      });
      const next = (): AsyncIterable<Choice> => nextTokens({ sequence, vocabulary }, history, task());
      batch.add(thinking.begin());
      const read = (): Promise<number> =>
        readPrompt(sequence, history, open.loaded.hardware.promptChunk, signal, () => undefined);
      const held = (): AsyncIterable<Choice> => heldTokens({ sequence }, history, task());
      for await (const { token, others } of request.plan.format.reasoning === undefined
        ? next()
        : limited({ held, next }, { thinking, vocabulary, history, end, read })) {
        last = performance.now();
        count++;
        if (count === 1) first = last;
        if (signal.aborted) break;
        if (vocabulary.ends.has(token)) {
          reason = 'end';
          break;
        }
        if (stopTokens.has(token) || thinking.endsAnswer(token, vocabulary)) {
          reason = 'stop';
          break;
        }
        const bytes = thinking.markOf(token, vocabulary) ?? vocabulary.bytes(token);
        const known = Math.min(owed, bytes.length);
        owed -= known;
        if (known > 0 && known === bytes.length) {
          repeated++;
          batch.add('');
        } else {
          if (others !== null && thinking.isOver) log.add(batch.length + stream.length - passed, { token, others });
          const text = stream.push(bytes.subarray(known));
          passed += text.length;
          batch.add(ending.push(thinking.push(text)));
        }
        if (stream.stopped) {
          reason = 'stop';
          break;
        }
        if (ending.isOver) {
          reason = 'end';
          break;
        }
        if (count - repeated - thinking.tokens >= sampling.maxTokens) break;
        if (total + count >= end) {
          reason = 'window';
          break;
        }
      }
      if (reason === 'window' && thinking.isInside) throw failure('THOUGHT_FULL', {});
    }
  } finally {
    // Whatever ended it: what was written reaches the page, and what was evaluated one by one is forgotten.
    await open.branches.settle(sequence, plan.tokens);
    batch.add(ending.push(thinking.push(stream.end()) + thinking.end()) + ending.end());
    batch.flush();
  }
  if (signal.aborted) reason = 'stopped';
  const seconds = (last - first) / 1000;
  return {
    reason,
    position,
    candidates: log.encode(batch.length, (token) => vocabulary.bytes(token)),
    stats: {
      promptTokens: total,
      reusedTokens: reused,
      tokens: count,
      firstTokenMs: count > 0 ? first - started : 0,
      tokensPerSecond: count > 1 && seconds > 0 ? (count - 1) / seconds : 0,
      seed: sampling.seed,
      ...(sequence.tokenPredictor === undefined
        ? {}
        : {
            guesses: {
              right: sequence.tokenPredictions.used - guessed.used,
              wrong: sequence.tokenPredictions.refuted - guessed.refuted,
            },
          }),
    },
  };
}

function accounted(open: OpenModel, plan: Plan): Ledger {
  return { ...plan.ledger, toRead: plan.tokens.length - open.branches.reusable(plan.tokens, plan) };
}

/** Marks that are control tokens have no text that could be recognised: they are known by their ids. */
function stopsOf(stops: readonly string[], vocabulary: Vocabulary): ReadonlySet<number> {
  return new Set(stops.flatMap((stop) => vocabulary.special(stop)?.id ?? []));
}

/**
 * The space in front of a reply that is no part of it: what stands between the opened reply and a model's turn, or the
 * space of SentencePiece.
 */
function leadOf({ format: { before, opensReply }, open }: PlanRequest, addsSpace: boolean): string {
  const lead = !open && before.model.startsWith(opensReply) ? before.model.slice(opensReply.length) : '';
  return lead !== '' && lead.trim() === '' ? lead : addsSpace ? ' ' : '';
}

/** The name that stands right in front of a reply (F17), and of a turn that is begun. */
function nameBefore({ open, turns, names }: PlanRequest): string | null {
  const last = turns.at(-1);
  return (open ? (last?.text === '' ? last.name : null) : names?.speaker) ?? null;
}

/** What stands on the page or in the prompt in front of a reply, in its line. */
function textBefore(request: PlanRequest): string {
  const name = nameBefore(request);
  return name === null ? (request.open ? (request.turns.at(-1)?.text ?? '') : '') : `${name}:`;
}

function isMark(token: number | undefined, vocabulary: Vocabulary): boolean {
  return token !== undefined && vocabulary.piece(token).kind !== 'plain';
}

/** The first text goes out at once, what follows every BATCH_MS. */
class Batch {
  readonly #send: (text: string) => void;
  #text = '';
  #length = 0;
  #timer: NodeJS.Timeout | null = null;
  #told = performance.now();

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** Of all that was added. */
  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    if (text === '') {
      this.#sign();
      return;
    }
    this.#text += text;
    this.#length += text.length;
    if (this.#timer !== null) return;
    this.#release();
    this.#timer = setTimeout(() => {
      this.#tick();
    }, BATCH_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#release();
  }

  #sign(): void {
    if (performance.now() - this.#told < SIGN_MS) return;
    this.#told = performance.now();
    this.#send('');
  }

  #tick(): void {
    this.#timer = null;
    if (this.#text === '') return;
    this.#release();
    this.#timer = setTimeout(() => {
      this.#tick();
    }, BATCH_MS);
  }

  #release(): void {
    if (this.#text !== '') this.#send(this.#text);
    this.#text = '';
  }
}
