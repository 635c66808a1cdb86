import { describe, expect, test } from 'vitest';
import { wordTokenizer } from '../../tests/helpers/tokenizers.ts';
import { formatByName } from './formats/formats.ts';
import { resolveMacros } from './macros.ts';
import { planPrompt } from './plan/plan.ts';
import { HEAD_PARTS, nameOf, stage, writesNames, type Actor, type Staging } from './roleplay.ts';
import type { Plan, PromptFormat, PromptTurn } from './types.ts';

const actor = (id: string, name: string, more: Partial<Actor> = {}): Actor => ({
  id,
  name,
  nickname: '',
  description: '',
  personality: '',
  scenario: '',
  exampleMessages: '',
  systemPrompt: '',
  postHistoryInstructions: '',
  depthPrompt: '',
  depth: 4,
  depthRole: 'system',
  ...more,
});
const ODO = actor('odo', 'Odo Marrin', {
  nickname: 'Odo',
  description: '{{char}} keeps the ferry below the old lighthouse and knows every rope of it.',
  personality: 'gruff, patient, fond of bad jokes',
  scenario: '{{user}} has missed the last ferry, and a storm is coming in.',
  exampleMessages:
    '<START>\n{{user}}: Is it safe to cross?\n{{char}}: Safe? The sea has never once been safe. Get in.\n<START>\n{{user}}: What is that light?\n{{char}}: A debt.',
  systemPrompt: '{{original}} {{char}} answers in short sentences.',
  postHistoryInstructions: 'Stay with what {{char}} can see from the pier.',
  depthPrompt: '{{char}} limps on the left leg.',
  depth: 2,
});
const INES = actor('ines', 'Ines', { description: 'Ines mends nets and sings while she works.' });
const TAM = actor('tam', 'Tam', { description: 'A boy of nine who asks too much.', personality: 'curious' });
const MARA = actor('mara', 'Mara', { description: 'A doctor from the mainland, with a leather bag.' });

const staging = (more: Partial<Staging> = {}): Staging => ({
  cast: [ODO],
  persona: MARA,
  speaker: ODO,
  user: 'You',
  char: 'Narrator',
  memory: 'The lighthouse has been dark for three nights.',
  authorsNote: { text: 'Slow and uneasy.', depth: 1, role: 'system' },
  postHistory: 'Two paragraphs at most.',
  order: HEAD_PARTS,
  resolve: (_, text, values) => {
    const { text: said, hasClock } = resolveMacros(text, {
      values,
      now: new Date(0),
      draws: new Map(),
      random: () => 0,
    });
    return hasClock ? { text: said, hasClock } : { text: said };
  },
  ...more,
});
const GROUP = staging({ cast: [ODO, INES, TAM], speaker: INES });

const turn = (id: string, role: PromptTurn['role'], text: string, speaker: string | null): PromptTurn => ({
  id,
  role,
  speaker,
  text,
});
const TURNS = [
  turn('1', 'model', 'Odo does not look up from the rope. “You are late.”', 'Odo'),
  turn('2', 'user', 'I know. Can you still take me across?', 'Mara'),
  turn('3', 'model', 'Tam pulls at her sleeve. “He says that to everyone.”', 'Tam'),
  turn('4', 'user', 'I turn to Ines. What do you say?', 'Mara'),
];

function prompt(format: PromptFormat, on: Staging): Plan {
  const names = writesNames('suggested', format, on.cast.length);
  const speaker = on.speaker === null ? null : nameOf(on.speaker);
  const others = [...on.cast.map(nameOf), 'Mara'].filter((name) => name !== speaker);
  return planPrompt(
    {
      format,
      turns: names ? TURNS.map((one) => ({ ...one, name: one.speaker ?? '' })) : TURNS,
      ...stage(on),
      ...(names ? { names: { speaker, others } } : {}),
      open: false,
      reserve: 256,
      contextSize: 4096,
      cut: null,
    },
    wordTokenizer().tokenizer,
  );
}

const FORMATS = ['metharme', 'oasst', 'memphis', 'pygmalion', 'prose', 'chatml', 'llama-3'];

describe('the exact prompt of a roleplay, to read', () => {
  test.each(FORMATS)('%s', async (name) => {
    const format = formatByName(name) as PromptFormat;
    const [alone, group] = [prompt(format, staging()), prompt(format, GROUP)];
    const told = ({ prompt: text, ledger }: Plan): string =>
      `${text}\n\n${ledger.segments
        .flatMap(({ source, reason }) =>
          source.kind === 'turn'
            ? []
            : [`${source.field ?? ''}${source.of === undefined ? '' : ` of ${source.of}`}: ${reason}`],
        )
        .join('\n')}\n`;
    const text = `=== one character ===\n${told(alone)}\n=== a group of three, Ines answers ===\n${told(group)}`;
    await expect(text).toMatchFileSnapshot(`../../tests/goldens/roleplay/${name}.txt`);
  });
});

test.each(FORMATS)('in %s its ids stay while the window slides over 200 turns (W10, W19)', (name) => {
  const { tokenizer } = wordTokenizer();
  const { head, notes } = stage(GROUP);
  const turns: PromptTurn[] = [];
  let [cut, slides, first] = [null as Plan['ledger']['cut'], 0, null as readonly number[] | null];
  for (let index = 0; index < 200; index++) {
    const isMine = index % 2 === 0;
    const words = Array.from({ length: 16 }, (_, word) => `word${String(index + word)}`).join(' ');
    turns.push({ ...turn(String(index), isMine ? 'user' : 'model', words, null), name: isMine ? 'Mara' : 'Tam' });
    if (index % 5 > 0) continue;
    const format = formatByName(name) as PromptFormat;
    const names = { speaker: 'Ines', others: ['Odo', 'Tam', 'Mara'] };
    const request = { format, turns, head, notes, names, open: false, reserve: 200, contextSize: 1100, cut };
    const { tokens, headTokens, ledger } = planPrompt(request, tokenizer);
    first ??= tokens.slice(0, headTokens);
    expect(tokens.slice(0, headTokens)).toEqual(first);
    slides += JSON.stringify(cut) === JSON.stringify(ledger.cut) ? 0 : 1;
    cut = ledger.cut;
  }
  expect(slides).toBeGreaterThan(3);
  expect(first?.length).toBeGreaterThan(60);
});

const fieldsOf = (on: Staging): string[] => stage(on).head.map(({ field, of }) => `${field ?? ''} ${of ?? ''}`.trim());

describe('the head of a roleplay', () => {
  test('has the parts in their order, each with its field and whose it is (W21)', () => {
    expect(fieldsOf(staging())).toEqual([
      'system Odo',
      'persona Mara',
      'description Odo',
      'personality Odo',
      'scenario Odo',
      'memory',
      'example Odo',
      'example Odo',
    ]);
    expect(fieldsOf(staging({ order: ['memory', 'opening', 'description'] }))).toEqual(['memory', 'description Odo']);
    const places = stage(staging()).head.map(({ place }) => place);
    expect([places[0], places[1], places.at(-1)]).toEqual(['front', 'behind', 'example']);
  });

  test('the card’s words take the place of the story’s, which it can hold as {{original}} (W22)', () => {
    const [system] = stage(staging()).head;
    expect(system?.text).toMatch(/^This is a roleplay\. .* Odo answers in short sentences\.$/);
    const last = stage(staging()).notes.at(-1);
    expect(last).toMatchObject({
      field: 'postHistory',
      of: 'Odo',
      depth: 0,
      text: 'Stay with what Odo can see from the pier.',
    });
    const own = { ...ODO, postHistoryInstructions: '{{original}} Odo only.' };
    expect(stage(staging({ cast: [own], speaker: own })).notes.at(-1)?.text).toBe('Two paragraphs at most. Odo only.');
    const plain = { ...ODO, systemPrompt: '', postHistoryInstructions: '' };
    const bare = stage(staging({ cast: [plain], speaker: plain }));
    expect(bare.head[0]?.text).toMatch(
      /^This is a roleplay\. Write the words and deeds of Odo, never those of Mara\.$/,
    );
    expect(bare.notes.at(-1)).toMatchObject({ field: 'postHistory', text: 'Two paragraphs at most.' });
  });

  test('is the same whoever of a group answers; what stands at the end is the speaker’s (W23)', () => {
    const [ines, odo] = [stage(GROUP), stage({ ...GROUP, speaker: ODO })];
    expect(odo.head).toEqual(ines.head);
    expect(ines.notes.map(({ field, of, depth }) => [field, of, depth])).toEqual([
      ['authorsNote', undefined, 1],
      ['postHistory', undefined, 0],
    ]);
    expect(odo.notes.map(({ field, of, depth }) => [field, of, depth])).toEqual([
      ['depthPrompt', 'Odo', 2],
      ['authorsNote', undefined, 1],
      ['postHistory', 'Odo', 0],
    ]);
    expect(ines.head[0]?.text).toMatch(/deeds of Odo, Ines and Tam, never those of Mara\./);
    expect(ines.head[1]).toMatchObject({ field: 'system', of: 'Odo', text: 'Odo answers in short sentences.' });
    const tam = ines.head.find(({ id }) => id === 'description tam');
    expect(tam?.text).toBe('Tam: A boy of nine who asks too much.');
  });

  test('a story without cast and persona has its notes alone (W20)', () => {
    const { head, notes } = stage(staging({ cast: [], persona: null, speaker: null }));
    expect(head.map(({ field, place }) => [field, place])).toEqual([['memory', 'behind']]);
    expect(notes.map(({ field, depth }) => [field, depth])).toEqual([
      ['authorsNote', 1],
      ['postHistory', 0],
    ]);
  });

  test('hostile cards: examples are bounded, macros of names are not read', () => {
    const many = { ...ODO, exampleMessages: '<START>x'.repeat(5000), nickname: '{{user}}' };
    const { head } = stage(staging({ cast: [many], speaker: many }));
    expect(head.filter(({ place }) => place === 'example')).toHaveLength(100);
    expect(head.find(({ field }) => field === 'description')?.text).toMatch(/^\{\{user\}\} keeps the ferry/);
  });

  test('names are written as the story or the format says (F15)', () => {
    const format = (name: string): PromptFormat => formatByName(name) as PromptFormat;
    const says = (name: string, members: number) =>
      (['suggested', 'never', 'groups', 'always'] as const).map((chosen) => writesNames(chosen, format(name), members));
    expect(says('metharme', 1)).toEqual([false, false, false, true]);
    expect(says('metharme', 2)).toEqual([true, false, true, true]);
    expect(says('prose', 1)).toEqual([true, false, false, true]);
    expect(says('qwen3', 3)).toEqual([false, false, true, true]);
    expect(says('prose', 0)).toEqual([false, false, false, false]);
  });
});
