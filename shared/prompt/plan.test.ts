import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { wordTokenizer } from '../../tests/helpers/tokenizers.ts';
import { PromptFault } from './fault.ts';
import { FORMATS, formatByName } from './formats.ts';
import { headroom, planPrompt } from './plan.ts';
import type { TokenCache } from './tokens.ts';
import type { Plan, PlanRequest, PromptFormat, PromptTurn } from './types.ts';

const text = fc.array(fc.constantFrom('a', 'stone', 'river', '.', '. ', '!', ' ', '  ', '\n', '\n\n', 'é', '🦊', '狐', '<|user|>', '### User:', '\t', 'on', '\ud800'), { minLength: 0, maxLength: 60 }).map((pieces) => pieces.join(''));
const role = fc.constantFrom<PromptTurn['role'][]>('system', 'user', 'model', 'user', 'model');
const story = fc.array(fc.record({ role, text, speaker: fc.constant(null) }), { maxLength: 14 }).map((turns) => turns.map((turn, index) => ({ ...turn, id: `t${index}` })));
const vocabulary = fc.record({
  kind: fc.constantFrom<('bpe' | 'spm')[]>('bpe', 'spm'), bos: fc.boolean(),
  control: fc.constantFrom([], ['<|system|>', '<|user|>', '<|model|>', '<|endoftext|>', '<|im_start|>', '<|im_end|>'], ['<|prompter|>', '<|assistant|>']),
  userDefined: fc.constantFrom([], ['<|user|>'], ['  ']),
});
const request = fc.record({
  format: fc.constantFrom(...FORMATS, { ...(formatByName('oasst') as PromptFormat), name: 'strict', startsWithUser: true }),
  turns: story, open: fc.boolean(), reserve: fc.integer({ min: 0, max: 60 }), contextSize: fc.integer({ min: 20, max: 400 }),
  cut: fc.option(fc.record({ turnId: fc.integer({ min: 0, max: 15 }).map((n) => `t${n}`), offset: fc.nat(80) })),
});
const CASES = { numRuns: 5000, seed: 20240611 };
const GROWING = { numRuns: 1000, seed: 20240612 };

function attempt(plan: () => Plan): Plan | null {
  try { return plan(); } catch (error) {
    if (error instanceof PromptFault) return null;
    throw error;
  }
}

/** What is sent of a path, by the rules. */
function sentTurns(asked: PlanRequest) {
  const isLast = (index: number, turns: readonly PromptTurn[]) => asked.open && index === turns.length - 1;
  const sent = asked.turns.filter((turn, index) => turn.text.trim() !== '' || isLast(index, asked.turns));
  const first = sent.findIndex((turn, index) => turn.role !== 'system' || isLast(index, sent));
  const head = sent.slice(0, first < 0 ? sent.length : first);
  const user = asked.format.kind === 'prose' ? undefined : sent.findLast((turn) => turn.role === 'user');
  return { head, kept: [user, sent.at(-1)].flatMap((turn) => (turn === undefined ? [] : [turn.id])) };
}

describe('every plan', () => {
  test('keeps the budget, its head, the last turns and its accounts (W1 to W4, W8, W9, W12)', () => {
    let refused = 0;
    fc.assert(fc.property(request, vocabulary, (asked, words) => {
      const { tokenizer, textOf } = wordTokenizer(words);
      const plan = attempt(() => planPrompt(asked, tokenizer));
      refused += plan === null ? 1 : 0;
      if (plan === null) return;
      const { entries, total, overhead, cut } = plan.ledger;
      expect(total).toBe(plan.tokens.length);
      expect(total).toBeLessThanOrEqual(headroom(asked.contextSize, asked.reserve));
      expect(overhead + entries.reduce((sum, entry) => sum + (entry.placement === 'out' ? 0 : entry.tokens ?? NaN), 0)).toBe(total);
      expect(entries.map((entry) => entry.turnId)).toEqual(asked.turns.map((turn) => turn.id));
      const sent = textOf(plan.tokens);
      const spelled = (words.bos ? '<s>' : '') + plan.prompt.toWellFormed();
      expect(words.kind === 'bpe' ? sent : sent.replaceAll(/\s/g, '')).toBe(words.kind === 'bpe' ? spelled : spelled.replaceAll(/\s/g, ''));

      const { head, kept } = sentTurns(asked);
      expect(entries.filter((entry) => entry.reason === 'head').map((entry) => [entry.turnId, entry.placement])).toEqual(head.map((turn) => [turn.id, 'in']));
      expect(entries.filter((entry) => kept.includes(entry.turnId) && entry.placement === 'out')).toEqual([]);

      const again = planPrompt({ ...asked, cut }, tokenizer);
      expect(again.tokens).toEqual(plan.tokens);
      expect(again.ledger.cut).toEqual(cut);
    }), CASES);
    expect(refused).toBeLessThan(CASES.numRuns / 3);
  });

  test('of a growing story begins with the same ids until the cut moves (W5, W6, W10)', () => {
    let moves = 0;
    let steps = 0;
    fc.assert(fc.property(request, vocabulary, story, (asked, words, more) => {
      const { tokenizer } = wordTokenizer(words);
      const cache: TokenCache = new Map();
      const turns: PromptTurn[] = [{ id: 'head', role: 'system', speaker: null, text: 'Rule one.' }];
      const plans: Plan[] = [];
      for (const [index, turn] of [...asked.turns, ...more].filter((one) => one.role !== 'system').entries()) {
        turns.push({ ...turn, id: `g${index}` });
        const now: PlanRequest = { ...asked, turns, open: false, cut: plans.at(-1)?.ledger.cut ?? null };
        const plan = attempt(() => planPrompt(now, tokenizer, cache));
        if (plan === null) break;
        expect(plan.tokens).toEqual(planPrompt(now, tokenizer).tokens);
        plans.push(plan);
      }
      const heads = asked.format.kind === 'prose' ? [] : plans.map((plan) => plan.tokens.slice(0, plan.headTokens));
      expect(new Set(heads.map(String)).size).toBeLessThanOrEqual(1);
      const stays = plans.slice(1).map((plan, index) => ({ before: plans[index]?.prompt ?? '', cut: plans[index]?.ledger.cut, plan })).filter(({ cut, plan }) => JSON.stringify(cut) === JSON.stringify(plan.ledger.cut));
      const ending = asked.format.opensReply.length + asked.format.after.user.length;
      expect(stays.filter(({ before, plan }) => !plan.prompt.startsWith(before.slice(0, before.length - ending)))).toEqual([]);
      steps += Math.max(0, plans.length - 1);
      moves += Math.max(0, plans.length - 1) - stays.length;
    }), GROWING);
    expect(moves).toBeGreaterThan(100);
    expect(moves).toBeLessThan(steps / 2);
  });

  test('moves a cut only when what follows it does not fit (W5)', () => {
    fc.assert(fc.property(request, vocabulary, (asked, words) => {
      const { tokenizer } = wordTokenizer(words);
      const plan = attempt(() => planPrompt(asked, tokenizer));
      const unbounded = attempt(() => planPrompt({ ...asked, cut: plan?.ledger.cut ?? null, contextSize: 100_000 }, tokenizer));
      const wanted = attempt(() => planPrompt({ ...asked, contextSize: 100_000 }, tokenizer));
      if (plan === null || wanted === null || unbounded === null) return;
      const overflowed = wanted.tokens.length > headroom(asked.contextSize, asked.reserve);
      const stayed = JSON.stringify(plan.ledger.cut) === JSON.stringify(wanted.ledger.cut);
      expect(stayed || overflowed).toBe(true);
      expect(unbounded.ledger.cut).toEqual(plan.ledger.cut);
    }), GROWING);
  });
});

const metharme = formatByName('metharme') as PromptFormat;
const control = ['<|system|>', '<|user|>', '<|model|>'];
const prose = (count: number, each = 12) => Array.from({ length: count }, (_, index) => `word${index % 97}${index % each === each - 1 ? '.' : ''}${index % (each * 6) === each * 6 - 1 ? '\n\n' : ' '}`).join('');
const turn = (id: string, who: PromptTurn['role'], what: string): PromptTurn => ({ id, role: who, speaker: null, text: what });
const base = { format: metharme, open: false, reserve: 100, contextSize: 1024, cut: null };

describe('the window', () => {
  test('refuses with the numbers when the head alone is too long (W2)', () => {
    const { tokenizer } = wordTokenizer({ control });
    expect(() => planPrompt({ ...base, turns: [turn('h', 'system', prose(2000)), turn('u', 'user', 'Go.')] }, tokenizer)).toThrow(/take 2\d\d\d tokens, but a context of 1024 tokens leaves the prompt 923 when 100 are kept for the reply/);
  });

  test('drops whole turns to three quarters at once, then stays (W6)', () => {
    const { tokenizer } = wordTokenizer({ control });
    const turns = [turn('h', 'system', 'Be kind.')];
    let cut: PlanRequest['cut'] = null;
    const afterMoves: number[] = [];
    for (let index = 0; index < 60; index++) {
      turns.push(turn(`u${index}`, 'user', prose(10)), turn(`m${index}`, 'model', prose(60)), turn('now', 'user', 'Go on.'));
      const { ledger } = planPrompt({ ...base, turns, cut }, tokenizer);
      turns.pop();
      expect(ledger.entries.every((entry) => entry.placement !== 'trimmed')).toBe(true);
      if (JSON.stringify(ledger.cut) !== JSON.stringify(cut)) afterMoves.push(ledger.total / 923);
      cut = ledger.cut;
    }
    expect(afterMoves.length).toBeGreaterThan(8);
    expect(afterMoves.length).toBeLessThan(25);
    expect(Math.min(...afterMoves)).toBeGreaterThan(0.6);
    expect(Math.max(...afterMoves)).toBeLessThan(0.78);
  });

  test('a turn that alone is too long begins at a paragraph, and the last user turn keeps its place (W7, W8)', () => {
    const { tokenizer } = wordTokenizer({ control });
    const long = prose(5000);
    const plan = planPrompt({ ...base, open: true, turns: [turn('h', 'system', 'Be kind.'), turn('u', 'user', 'Tell on.'), turn('m', 'model', long)] }, tokenizer);
    expect(plan.ledger.entries.map((entry) => [entry.placement, entry.reason])).toEqual([['in', 'head'], ['in', 'recent'], ['trimmed', 'long']]);
    const offset = plan.ledger.cut?.offset ?? 0;
    expect(long.slice(offset - 2, offset)).toBe('\n\n');
    expect(plan.prompt).toBe(`<|system|>Be kind.<|user|>Tell on.<|model|>${long.slice(offset)}`);
    expect(plan.ledger.total).toBeGreaterThan(600);
  });

  test('without paragraphs a long turn begins at a sentence, without sentences at a word', () => {
    const { tokenizer } = wordTokenizer({ control });
    const begins = (what: string) => {
      const offset = planPrompt({ ...base, turns: [turn('u', 'user', what)] }, tokenizer).ledger.cut?.offset ?? 0;
      return [what.slice(offset - 2, offset), what.slice(offset, offset + 1)];
    };
    expect(begins(prose(5000).replaceAll('\n\n', ' '))[0]).toBe('. ');
    expect(begins(prose(5000).replaceAll(/[.\n]/g, ' '))[0]).toMatch(/\w* $/);
  });

  test('reads a bounded piece of a long chapter: Continue at word 50,000 of 100,000 in 1,024 tokens', () => {
    const { tokenizer, state } = wordTokenizer({ control });
    const chapter = prose(50_000);
    const turns = [turn('m', 'model', chapter)];
    const first = planPrompt({ ...base, open: true, turns }, tokenizer);
    expect(first.ledger.total).toBeGreaterThan(500);
    expect(state.characters).toBeLessThan(60_000);
    state.characters = 0;
    const next = planPrompt({ ...base, open: true, turns: [turn('m', 'model', `${chapter} And so on.`)], cut: first.ledger.cut }, tokenizer);
    expect(next.ledger.cut).toEqual(first.ledger.cut);
    expect(next.tokens.slice(0, first.tokens.length - 2)).toEqual(first.tokens.slice(0, -2));
    expect(state.characters).toBeLessThan(60_000);
  });

  test('empty turns are no part of it, but the open one is', () => {
    const { tokenizer } = wordTokenizer({ control });
    const turns = [turn('u', 'user', 'Go.'), turn('m', 'model', ''), turn('r', 'user', ' \n')];
    expect(planPrompt({ ...base, turns }, tokenizer).prompt).toBe('<|user|>Go.<|model|>');
    expect(planPrompt({ ...base, turns }, tokenizer).ledger.entries[2]).toMatchObject({ placement: 'out', reason: 'empty', tokens: 0 });
    expect(planPrompt({ ...base, turns: turns.slice(0, 2), open: true }, tokenizer).prompt).toBe('<|user|>Go.<|model|>');
  });
});
