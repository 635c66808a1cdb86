import { failure } from '../../../../../shared/faults/failure.ts';
import type { Task, Writer } from '../task.ts';
import type { Candidates } from './token-candidates.ts';
import { sum, weightsOf } from './token-candidates.ts';
import type { Choice } from './choice.ts';
import { GrammarStates } from './grammar-states.ts';
import { Logits, type Look } from './logits.ts';
import { OwedText } from './owed-text.ts';
import { phraseGuard } from './phrase-guard.ts';
import { seededRandom } from './random.ts';
import { RefusedTokens } from './refused-tokens.ts';
import { activeSteps, FEW, Sampler } from './sampler.ts';

/** So often in a row a banned text is undone; some texts know no other way. */
const MOST_UNDONE = 1000;
/** So many more are listed where some may be refused. */
const REFUSED = 40;
/** What comes after so many likeliest tokens is nothing that a reader would see. */
const LISTED = 500;
const NONE: ReadonlySet<number> = new Set();

/** New tokens by our own samplers: all of them, or (`owed`) only until what was held back is spelled. */
export async function* chosenTokens(
  { sequence, vocabulary }: Writer,
  history: number[],
  task: Task,
  which: 'all' | 'owed' = 'all',
): AsyncGenerator<Choice, void, void> {
  const { sampling, finals, signal, rules } = task;
  const sampler = new Sampler(sampling, { history, bias: rules.bias, breakers: rules.breakers, spared: rules.spared });
  /** What else could have come is not known where a grammar rules. */
  const isLogged = sampling.candidates > 0 && task.grammar === null;
  const isGreedy = sampling.temperature === 0 && activeSteps(sampling).length === 0;
  const refusable =
    rules.banned.size +
    (sampling.minTokens > 0 ? finals.size : 0) +
    rules.bias.size +
    (rules.phrases.length > 0 ? REFUSED : 0);
  const most = (isGreedy ? Math.max(1, sampling.candidates) : LISTED) + refusable;
  const seesFew = task.grammar === null && sampler.maySeeFew && FEW + refusable < Math.min(most, vocabulary.size);
  const logits = new Logits(sequence, vocabulary.size, {
    most,
    listed: seesFew ? FEW + refusable : most,
    always: [...rules.bias].filter(([, bias]) => bias > 0).map(([token]) => token),
    weight: sampler.weighs(LISTED) || isLogged,
    spread: sampler.needsSpread,
  });
  const random = seededRandom(sampling.seed);
  const owed = new OwedText(task.heldBack, vocabulary, history);
  const guard = phraseGuard(rules.phrases, { history, owed: task.heldBack }, vocabulary);
  const refused = new RefusedTokens();
  const states =
    task.grammar === null
      ? null
      : await GrammarStates.of(task.grammar, sequence.model, { from: history.length, finals });
  let undone = 0;
  /** The length of the text that was yielded; behind it are tokens that are held back. */
  let settled = history.length;
  let isFirst = true;
  function* settle(choices: readonly Choice[]): Generator<Choice, void, void> {
    for (const choice of choices) {
      settled++;
      yield choice;
    }
  }

  const choose = async ({ list, more, whole }: Look): Promise<Choice | null> => {
    const chances = { xtc: random(), draw: random() };
    const here = refused.at(history.length);
    const early = history.length < task.least ? finals : NONE;
    const banned = here.size + early.size === 0 ? rules.banned : new Set([...rules.banned, ...here, ...early]);
    const isOwed = owed.rest !== '';
    let from = isOwed ? owed.allowed(await whole(), banned, finals) : list;
    let token = sampler.choose(from, isOwed ? NONE : banned, chances, !isOwed && seesFew);
    if (token === 'more') {
      from = await more();
      token = sampler.choose(from, banned, chances);
    }
    if (!isOwed && (token === 'whole' || (token === null && from.ids.length < vocabulary.size))) {
      from = await whole();
      token = sampler.choose(from, banned, chances);
    }
    // Where a grammar has come to its end, so has the reply.
    if (token === null && states !== null) token = sampler.choose(await whole(), without(banned, finals), chances);
    if (typeof token !== 'number') return null;
    return { token, others: isLogged ? othersOf(from, token, sampling.candidates) : null };
  };
  const undo = async (count: number): Promise<void> => {
    refused.add(history, count);
    await sequence.eraseContextTokenRanges([{ start: history.length - 1, end: sequence.nextTokenIndex }]);
    undone++;
  };

  try {
    while (history.length < task.end && !signal.aborted && (which === 'all' || owed.rest !== '')) {
      const choice = await logits.after(
        history.at(-1) ?? 0,
        choose,
        states === null ? null : () => states.at(history.length),
      );
      if (isFirst) task.began();
      isFirst = false;
      if (choice === null || undone === MOST_UNDONE) {
        yield* settle(guard.release());
        throw failure('ALL_BANNED', {});
      }
      history.push(choice.token);
      states?.accept(choice.token, history.length);
      const isFinal = finals.has(choice.token);
      const step = isFinal ? guard.end(choice) : guard.push(choice);
      if ('undo' in step) {
        await undo(step.undo);
        continue;
      }
      if (step.decided.length > 0) undone = 0;
      yield* settle(step.decided);
      states?.settle(settled);
      if (isFinal) return;
    }
    yield* settle(guard.release());
  } finally {
    history.length = settled;
    logits.dispose();
    if (sequence.nextTokenIndex > settled)
      await sequence.eraseContextTokenRanges([{ start: settled, end: sequence.nextTokenIndex }]);
  }
}

const without = (some: ReadonlySet<number>, others: ReadonlySet<number>): ReadonlySet<number> =>
  new Set([...some].filter((token) => !others.has(token)));

function othersOf(list: Candidates, token: number, count: number): Choice['others'] {
  const most = list.logits[0] ?? 0;
  const all = most + Math.log(sum(weightsOf(list)) + (list.outside === -Infinity ? 0 : Math.exp(list.outside - most)));
  const place = list.ids.indexOf(token);
  return {
    tokens: list.ids.slice(0, count),
    logs: list.logits.slice(0, count).map((logit) => logit - all),
    chosen: place < 0 ? -Infinity : (list.logits[place] ?? 0) - all,
  };
}
