import { describe, expect, test } from 'vitest';
import { wordTokenizer } from '../../../tests/helpers/tokenizers.ts';
import { formatByName } from '../formats/formats.ts';
import { planPrompt } from './plan.ts';
import type { PlanRequest, PromptFormat, PromptNote, PromptTurn } from '../types.ts';

const metharme = formatByName('metharme') as PromptFormat;
const control = ['<|system|>', '<|user|>', '<|model|>'];
const prose = (count: number, each = 12) =>
  Array.from(
    { length: count },
    (_, index) =>
      `word${index % 97}${index % each === each - 1 ? '.' : ''}${index % (each * 6) === each * 6 - 1 ? '\n\n' : ' '}`,
  ).join('');
const turn = (id: string, who: PromptTurn['role'], what: string): PromptTurn => ({
  id,
  role: who,
  speaker: null,
  text: what,
});
/** The fault of a prompt whose `what` alone is too long, with its numbers. */
const tooSmall = (what: 'head' | 'notes') =>
  expect.objectContaining({
    fault: {
      code: 'WINDOW_TOO_SMALL',
      params: { what, turn: false, need: expect.any(Number) as unknown, room: 923, contextSize: 1024, reserve: 100 },
    },
  }) as unknown;
const base = { format: metharme, open: false, reserve: 100, contextSize: 1024, cut: null };

describe('the window', () => {
  test('refuses with the numbers when the head alone is too long (W2)', () => {
    const { tokenizer } = wordTokenizer({ control });
    expect(() =>
      planPrompt({ ...base, turns: [turn('h', 'system', prose(2000)), turn('u', 'user', 'Go.')] }, tokenizer),
    ).toThrowError(tooSmall('head'));
  });

  test('refuses a head that leaves the last turn next to nothing, and says before what is left (W16)', () => {
    const { tokenizer } = wordTokenizer({ control });
    const beside = (head: number, text: string, more: Partial<PlanRequest> = {}) =>
      planPrompt({ ...base, turns: [turn('h', 'system', prose(head)), turn('u', 'user', text)], ...more }, tokenizer);
    const room = (head: number) => beside(head, 'Go.').ledger.room;
    let most = 600;
    while (room(most + 1) >= 64) most++;
    expect(beside(most, 'Go.').ledger.leastRoom).toBe(64);
    // A long turn is trimmed to what there is; with less it is refused, and a short one still fits.
    expect(beside(most, prose(500)).ledger.segments[1]?.placement).toBe('trimmed');
    expect(() => beside(most + 8, prose(500))).toThrowError(
      expect.objectContaining({
        fault: {
          code: 'WINDOW_TOO_SMALL',
          params: { what: 'head', turn: true, need: 923 - room(most + 8), room: 923, contextSize: 1024, reserve: 100 },
        },
      }) as Error,
    );
    expect(beside(most + 8, 'Go.').ledger.segments[1]?.placement).toBe('in');
    // Both the question and the answer that goes on have theirs.
    const goOn = [turn('h', 'system', prose(most)), turn('u', 'user', prose(90)), turn('m', 'model', prose(90))];
    expect(() => beside(most, '', { turns: goOn, open: true })).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'WINDOW_TOO_SMALL' }) as unknown }) as Error,
    );
  });

  test('drops whole turns to three quarters at once, then stays (W6)', () => {
    const { tokenizer } = wordTokenizer({ control });
    const turns = [turn('h', 'system', 'Be kind.')];
    let cut: PlanRequest['cut'] = null;
    const afterMoves: number[] = [];
    for (let index = 0; index < 60; index++) {
      turns.push(
        turn(`u${index}`, 'user', prose(10)),
        turn(`m${index}`, 'model', prose(60)),
        turn('now', 'user', 'Go on.'),
      );
      const { ledger } = planPrompt({ ...base, turns, cut }, tokenizer);
      turns.pop();
      expect(ledger.segments.every((segment) => segment.placement !== 'trimmed')).toBe(true);
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
    const plan = planPrompt(
      {
        ...base,
        open: true,
        turns: [turn('h', 'system', 'Be kind.'), turn('u', 'user', 'Tell on.'), turn('m', 'model', long)],
      },
      tokenizer,
    );
    expect(plan.ledger.segments.map((segment) => [segment.placement, segment.reason])).toEqual([
      ['in', 'head'],
      ['in', 'anchor'],
      ['trimmed', 'long'],
    ]);
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

  test('reads a bounded piece of a long chapter: Continue at word 50,000 of 100,000 in 1,024 tokens (W11)', () => {
    const { tokenizer, state } = wordTokenizer({ control });
    const chapter = prose(50_000);
    const turns = [turn('m', 'model', chapter)];
    const first = planPrompt({ ...base, open: true, turns }, tokenizer);
    expect(first.ledger.total).toBeGreaterThan(500);
    expect(state.characters).toBeLessThan(60_000);
    state.characters = 0;
    const next = planPrompt(
      { ...base, open: true, turns: [turn('m', 'model', `${chapter} And so on.`)], cut: first.ledger.cut },
      tokenizer,
    );
    expect(next.ledger.cut).toEqual(first.ledger.cut);
    expect(next.tokens.slice(0, first.tokens.length - 2)).toEqual(first.tokens.slice(0, -2));
    expect(state.characters).toBeLessThan(60_000);
  });

  test('empty turns are no part of it, but the open one is (W3)', () => {
    const { tokenizer } = wordTokenizer({ control });
    const turns = [turn('u', 'user', 'Go.'), turn('m', 'model', ''), turn('r', 'user', ' \n')];
    expect(planPrompt({ ...base, turns }, tokenizer).prompt).toBe('<|user|>Go.<|model|>');
    expect(planPrompt({ ...base, turns }, tokenizer).ledger.segments[2]).toMatchObject({
      placement: 'out',
      reason: 'empty',
      tokens: 0,
    });
    expect(planPrompt({ ...base, turns: turns.slice(0, 2), open: true }, tokenizer).prompt).toBe(
      '<|user|>Go.<|model|>',
    );
  });
});

describe('notes at a depth', () => {
  const turns = [
    turn('h', 'system', 'Be kind.'),
    turn('u1', 'user', 'One.'),
    turn('m1', 'model', 'Two.'),
    turn('u2', 'user', 'Three.'),
  ];
  const note = (depth: number, text = 'Rain.'): PromptNote => ({ id: `n${depth}`, role: 'system', text, depth });
  const planned = (notes: readonly PromptNote[], more: Partial<PlanRequest> = {}) =>
    planPrompt({ ...base, turns, notes, ...more }, wordTokenizer({ control }).tokenizer);

  test('stand before the newest turns, or before the reply (W13)', () => {
    expect(planned([note(0)]).prompt).toBe(
      '<|system|>Be kind.<|user|>One.<|model|>Two.<|user|>Three.<|system|>Rain.<|model|>',
    );
    expect(planned([note(1)]).prompt).toBe(
      '<|system|>Be kind.<|user|>One.<|model|>Two.<|system|>Rain.<|user|>Three.<|model|>',
    );
    expect(planned([note(9, 'Deep.'), note(2)]).prompt).toBe(
      '<|system|>Be kind.<|system|>Deep.<|user|>One.<|system|>Rain.<|model|>Two.<|user|>Three.<|model|>',
    );
  });

  test('a turn that is continued belongs to the reply (W13)', () => {
    expect(planned([note(0)], { open: true, turns: turns.slice(0, 3) }).prompt).toBe(
      '<|system|>Be kind.<|user|>One.<|system|>Rain.<|model|>Two.',
    );
  });

  test('of turns that have left stand behind the head (W13)', () => {
    const long = [
      turn('h', 'system', 'Be kind.'),
      ...Array.from({ length: 40 }, (_, index) => turn(`t${index}`, index % 2 === 0 ? 'user' : 'model', prose(40))),
    ];
    const { prompt, ledger } = planned([note(35)], { turns: long });
    expect(prompt.startsWith('<|system|>Be kind.<|system|>Rain.<|')).toBe(true);
    expect(ledger.segments[6]).toMatchObject({
      source: { kind: 'note', id: 'n35' },
      placement: 'in',
      reason: 'note',
      at: 4,
      tokens: 3,
    });
    expect(
      ledger.segments
        .filter(({ placement }) => placement === 'in')
        .map(({ source }) => source.id)
        .slice(0, 2),
    ).toEqual(['h', 'n35']);
  });

  test('say what they take and where, and an empty one takes nothing (W9)', () => {
    const { segments } = planned([note(1), note(0, ' \n')]).ledger;
    expect(segments.map(({ source, at, tokens, reason }) => [source.id, at, tokens, reason])).toEqual([
      ['h', 0, 4, 'head'],
      ['u1', 4, 3, 'recent'],
      ['m1', 7, 3, 'recent'],
      ['n1', 10, 3, 'note'],
      ['u2', 13, 3, 'recent'],
      ['n0', null, 0, 'empty'],
    ]);
  });

  test('are never trimmed: what does not fit is refused with the numbers (W14)', () => {
    expect(() => planned([note(1, prose(2000))])).toThrowError(tooSmall('notes'));
    const crowded = planned([note(1, prose(500))], { turns: [turn('u', 'user', prose(2000))] });
    expect(crowded.ledger.segments.map(({ source, placement }) => [source.id, placement])).toEqual([
      ['n1', 'in'],
      ['u', 'trimmed'],
    ]);
  });
});

describe('what the makers put in front', () => {
  const prefaced: PromptFormat = {
    ...metharme,
    preface: { alone: '<|system|>Be kind.', before: '<|system|>Be kind. ', after: ' So be it.' },
  };
  const told = [turn('u', 'user', 'Go.'), turn('m', 'model', 'Gone.'), turn('v', 'user', 'On.')];
  const plan = (format: PromptFormat, turns: readonly PromptTurn[], contextSize = 1024) =>
    planPrompt({ ...base, format, turns, contextSize }, wordTokenizer({ control }).tokenizer);

  test('stands alone, or around the notes that lead, whose it is then (F13)', () => {
    const alone = plan(prefaced, told);
    expect(alone.prompt).toBe('<|system|>Be kind.<|user|>Go.<|model|>Gone.<|user|>On.<|model|>');
    expect(alone.ledger.overhead).toBeGreaterThan(1);
    const notes = [turn('a', 'system', 'Rain.'), turn('b', 'system', 'Night.')];
    const noted = plan(prefaced, [...notes, ...told]);
    expect(noted.prompt).toMatch(/^<\|system\|>Be kind\. Rain\.\n\nNight\. So be it\.<\|user\|>Go\./);
    expect(noted.ledger).toMatchObject({
      overhead: 1,
      segments: [{ at: 0, reason: 'head' }, { reason: 'head' }, {}, {}, {}],
    });
    // A note between turns has the marks of any other.
    expect(plan(prefaced, [...told, turn('n', 'system', 'Rain.')]).prompt).toMatch(
      /On\.<\|system\|>Rain\.<\|model\|>$/,
    );
  });

  test('may be the notes in front of the last user turn, whole also when the window slides (F4)', () => {
    const last: PromptFormat = { ...(formatByName('mistral-v3') as PromptFormat), system: 'last' };
    const head = turn('h', 'system', 'Rain.');
    expect(plan(last, [head, ...told]).prompt).toBe('[INST]Go.[/INST]Gone.</s>[INST]Rain.\n\nOn.[/INST]');
    expect(plan(last, [head]).prompt).toBe('[INST]Rain.[/INST]');
    const long = [head, turn('u', 'user', prose(900)), turn('m', 'model', prose(900)), turn('v', 'user', 'On.')];
    const slid = plan(last, long, 1024);
    expect(slid.prompt).toMatch(/\[INST\]Rain\.\n\nOn\.\[\/INST\]$/);
    expect(slid.ledger.total).toBeLessThanOrEqual(923);
    expect(slid.ledger.segments.map(({ placement }) => placement)).toContain('trimmed');
  });
});
