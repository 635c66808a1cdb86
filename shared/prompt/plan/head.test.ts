import { describe, expect, test } from 'vitest';
import { wordTokenizer } from '../../../tests/helpers/tokenizers.ts';
import { FORMATS, formatByName } from '../formats/formats.ts';
import { planPrompt } from './plan.ts';
import { stopTexts } from './role-words.ts';
import type { HeadText, Plan, PlanRequest, PromptFormat, PromptTurn } from '../types.ts';

const format = (name: string): PromptFormat => formatByName(name) as PromptFormat;
const turn = (id: string, role: PromptTurn['role'], text: string, more: Partial<PromptTurn> = {}): PromptTurn => ({
  id,
  role,
  speaker: null,
  text,
  ...more,
});
const text = (id: string, place: HeadText['place'], said: string): HeadText => ({ id, place, text: said });
const base = { format: format('chatml'), open: false, reserve: 100, contextSize: 1024, cut: null };
const { tokenizer } = wordTokenizer({ control: ['<|im_start|>', '<|im_end|>'] });
const plan = (request: Partial<PlanRequest> & Pick<PlanRequest, 'turns'>): Plan =>
  planPrompt({ ...base, ...request }, tokenizer);
const told = (planned: Plan): string[] =>
  planned.ledger.segments
    .filter(({ reason }) => reason === 'head' || reason === 'example')
    .map(({ source, placement }) => `${source.id} ${placement}`);
const words = (count: number, word = 'word'): string => Array.from({ length: count }, () => word).join(' ');

describe('texts of the head', () => {
  const head = [text('behind', 'behind', 'Behind.'), text('front', 'front', 'Front.'), text('none', 'front', ' \n')];

  test('stand around the system turns that lead, as one system turn (W17, W18)', () => {
    const turns = [turn('s', 'system', 'Play.'), turn('u', 'user', 'Go.')];
    const planned = plan({ turns, head });
    expect(planned.prompt).toBe(
      '<|im_start|>system\nFront.\n\nPlay.\n\nBehind.<|im_end|>\n<|im_start|>user\nGo.<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(planned.ledger.segments.map(({ source, placement, reason }) => [source.id, placement, reason])).toEqual([
      ['front', 'in', 'head'],
      ['none', 'out', 'empty'],
      ['s', 'in', 'head'],
      ['behind', 'in', 'head'],
      ['u', 'in', 'recent'],
    ]);
    const counted = planned.ledger.segments.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0);
    expect(counted + planned.ledger.overhead).toBe(planned.ledger.total);
  });

  test('are one system turn also where no turn leads (W18)', () => {
    expect(plan({ turns: [turn('u', 'user', 'Go.')], head }).prompt).toMatch(
      /^<\|im_start\|>system\nFront\.\n\nBehind\.<\|im_end\|>\n<\|im_start\|>user/,
    );
  });

  test.each(FORMATS.map(({ name }) => name))('stand once in %s, in their order', (name) => {
    const turns = [
      turn('s', 'system', 'Play.'),
      turn('u', 'user', 'Go.'),
      turn('m', 'model', 'Gone.'),
      turn('v', 'user', 'On.'),
    ];
    const { prompt } = plan({ format: format(name), turns, head, contextSize: 16_384 });
    expect(prompt.match(/Front\.|Play\.|Behind\./g)).toEqual(['Front.', 'Play.', 'Behind.']);
    expect(prompt).toContain('Front.\n\nPlay.\n\nBehind.');
  });

  test('their ids stay while the window slides over 200 turns, and examples leave before turns do (W10, W19)', () => {
    const examples = [1, 2, 3].map((one) =>
      text(`example ${String(one)}`, 'example', `Example ${String(one)}: ${words(60)}.`),
    );
    const turns: PromptTurn[] = [turn('s', 'system', 'Play.')];
    let [cut, before] = [null as PlanRequest['cut'], null as Plan | null];
    let [left, slid] = [0, 0];
    for (let index = 0; index < 200; index++) {
      turns.push(turn(`t${String(index)}`, index % 2 === 0 ? 'user' : 'model', words(20, `word${String(index)}`)));
      if (index % 2 === 1) continue;
      const planned = plan({ turns, head: [...head, ...examples], cut });
      cut = planned.ledger.cut;
      const kept = told(planned).filter((one) => /^example . in/.test(one)).length;
      const isWhole = planned.ledger.segments.every(
        ({ source, placement }) => source.kind === 'note' || placement === 'in',
      );
      if (kept > 0) expect(isWhole).toBe(true);
      if (before !== null) {
        expect(planned.tokens.slice(0, planned.headTokens)).toEqual(before.tokens.slice(0, before.headTokens));
        const keptBefore = told(before).filter((one) => /^example . in/.test(one)).length;
        expect(kept).toBeLessThanOrEqual(keptBefore);
        if (kept < keptBefore) left += 1;
      }
      if (cut !== null) slid += 1;
      expect(planned.headTokens).toBeGreaterThan(8);
      before = planned;
    }
    expect(left).toBeGreaterThan(1);
    expect(slid).toBeGreaterThan(50);
  });

  test('examples stand behind it, the first ones as long as there is room, and nothing is refused for them (W19)', () => {
    const examples = [
      text('a', 'example', words(300)),
      text('b', 'example', words(300)),
      text('c', 'example', words(3000)),
    ];
    const turns = [turn('s', 'system', 'Play.'), turn('u', 'user', words(100))];
    expect(told(plan({ turns, head: [...head, ...examples], contextSize: 1600 }))).toEqual([
      'front in',
      's in',
      'behind in',
      'a in',
      'b in',
      'c out',
    ]);
    expect(told(plan({ turns, head: examples, contextSize: 400 }))).toEqual(['s in', 'a out', 'b out', 'c out']);
  });

  test('the ledger says which of them tells the time (F19)', () => {
    const clock: HeadText = { ...text('now', 'front', 'It is 14:05.'), hasClock: true, field: 'memory' };
    const [segment] = plan({ turns: [turn('u', 'user', 'Go.')], head: [clock] }).ledger.segments;
    expect(segment).toMatchObject({ source: { kind: 'note', id: 'now', field: 'memory' }, changes: ['clock'] });
  });
});

describe('names in the prompt', () => {
  const names = { speaker: 'Ines', others: ['Mara', 'Odo'] };
  const turns = [turn('u', 'user', 'Who is there?', { name: 'Mara' }), turn('m', 'model', ' I am.', { name: 'Odo' })];

  test('stand in front of what is said, and open the reply (F15, F17)', () => {
    expect(
      plan({
        turns: [...turns, turn('v', 'user', '', { name: 'Mara' }), turn('w', 'user', 'And?', { name: 'Mara' })],
        names,
      }).prompt,
    ).toBe(
      '<|im_start|>user\nMara: Who is there?<|im_end|>\n<|im_start|>assistant\nOdo: I am.<|im_end|>\n<|im_start|>user\nMara: And?<|im_end|>\n<|im_start|>assistant\nInes:',
    );
    expect(plan({ turns, names, open: true }).prompt).toMatch(/assistant\nOdo: I am\.$/);
    const prose = plan({ format: format('prose'), turns, names }).prompt;
    expect(prose).toBe('Mara: Who is there?\n\nOdo: I am.\n\nInes:');
    expect(plan({ format: format('pygmalion'), turns, names }).prompt).toMatch(
      /Character: Odo: I am\.\nCharacter: Ines:$/,
    );
  });

  test('are no marks, whatever they are (F15, F17)', () => {
    const typed = '<|im_end|>';
    const { ledger, tokens } = plan({
      turns: [turn('u', 'user', 'Hi.', { name: typed })],
      names: { speaker: typed, others: [] },
    });
    const end = tokenizer.special(typed)?.id ?? -1;
    expect(tokens.filter((token) => token === end)).toHaveLength(1);
    expect(ledger.total).toBe(tokens.length);
    const plain = planPrompt(
      { ...base, format: format('memphis'), turns: [turn('u', 'user', 'Hi.', { name: '### User' })] },
      wordTokenizer().tokenizer,
    );
    expect(plain.prompt).toBe('### User:\n#\u2060## User: Hi.\n### Assistant:\n');
  });

  test('of others end a reply where they begin a line (F18)', () => {
    const stops = stopTexts(format('chatml'), names).filter(({ text: stop }) => /Mara|Odo/.test(stop));
    expect(stops.map(({ text: stop }) => stop)).toEqual(['\nMara:', 'Mara:', '\nOdo:', 'Odo:']);
  });
});
