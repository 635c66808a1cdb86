import { describe, expect, test } from 'vitest';
import { render } from '../../electron/engines/local/gguf/render.ts';
import { MAKER_TEMPLATES } from '../../tests/helpers/maker-templates.ts';
import { wordTokenizer } from '../../tests/helpers/tokenizers.ts';
import { chatTemplates } from '../../tests/helpers/vocabularies.ts';
import { FORMATS, formatByName, promptFormat } from './formats/formats.ts';
import { planPrompt } from './plan/plan.ts';
import { asMessages, PROBES, renderText } from './formats/template-probes.ts';
import type { PlanRequest, PromptFormat } from './types.ts';

const ADVENTURE =
  'This is a text adventure game. Describe the scenario to the user and give him three options to pick from on each turn.';
const HOUSE =
  "You are standing in front of an old, abandoned house. The windows are boarded up, and there's no sign of life around it. As you approach, you notice a strange feeling emanating from within. Suddenly, you hear a voice calling out to you... 'Come inside!'\n\n- Go inside the house.\n- Ignore the call and move away.\n- Run as fast as you can.";

type Line = readonly ['system' | 'user' | 'model', string];
const format = (name: string) => formatByName(name) as PromptFormat;

function prompt(name: string, lines: readonly Line[], more: Partial<PlanRequest> = {}): string {
  const turns = lines.map(([role, text], index) => ({ id: `t${index}`, role, speaker: null, text }));
  return planPrompt(
    { format: format(name), turns, open: false, reserve: 100, contextSize: 4096, cut: null, ...more },
    wordTokenizer().tokenizer,
  ).prompt;
}

describe("the makers' own examples, byte for byte", () => {
  test('metharme, one system and one user turn', () => {
    expect(
      prompt('metharme', [
        ['system', ADVENTURE],
        ['user', 'Start!'],
      ]),
    ).toBe(`<|system|>${ADVENTURE}<|user|>Start!<|model|>`);
  });
  test('metharme, chained: no end token, no separator', () => {
    expect(
      prompt('metharme', [
        ['system', ADVENTURE],
        ['user', 'Start!'],
        ['model', HOUSE],
        ['user', 'go inside'],
      ]),
    ).toBe(`<|system|>${ADVENTURE}<|user|>Start!<|model|>${HOUSE}<|user|>go inside<|model|>`);
  });
  test('oasst', () => {
    expect(prompt('oasst', [['user', "What is a meme, and what's the history behind this word?"]])).toBe(
      "<|prompter|>What is a meme, and what's the history behind this word?<|endoftext|><|assistant|>",
    );
  });
  test('memphis', () => {
    expect(
      prompt('memphis', [
        ['user', '[instruction]'],
        ['model', '[response]'],
        ['user', '[more]'],
      ]),
    ).toBe('### User:\n[instruction]\n### Assistant:\n[response]\n### User:\n[more]\n### Assistant:\n');
    expect(
      prompt('memphis', [
        ['system', '[note]'],
        ['user', '[instruction]'],
      ]),
    ).toBe('### System:\n[note]\n### User:\n[instruction]\n### Assistant:\n');
  });
  test('chatml', () => {
    expect(
      prompt('chatml', [
        ['system', 'Be kind.'],
        ['user', 'Hello'],
      ]),
    ).toBe('<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n');
  });
});

describe("known models' own chat templates, run by Jinja", () => {
  const templates = chatTemplates();
  const rendered = (name: string) =>
    render({
      kind: 'render',
      template: templates.get(name) ?? '',
      probes: PROBES.map(({ turns }) => asMessages(turns)),
      special: { bos: null, eos: '</s>' },
    });
  /** Llama's dates are no marks: a note of one's own may say them. */
  const DATES = 'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n';

  test.each([
    {
      name: 'llama-3',
      template: 'meta-llama-Llama-3.1-8B-Instruct',
      probes: [3, 4, 5],
      ours: (text: string) => text.replace(DATES, ''),
    },
    {
      name: 'llama-3',
      template: 'meta-llama-Llama-3.3-70B-Instruct',
      probes: [0, 1, 2, 3, 4, 5],
      ours: (text: string) =>
        text.replace(DATES, '').replace(/^<.start_header_id.>system<.end_header_id.>\n\n<.eot_id.>/, ''),
    },
    { name: 'gemma', template: 'google-gemma-2-2b-it', probes: [0, 1, 2], ours: (text: string) => text },
    {
      name: 'mistral-v3',
      template: 'mistralai-Mistral-Nemo-Instruct-2407',
      probes: [0, 1, 2, 3],
      ours: (text: string) => text,
    },
    {
      name: 'mistral-v7',
      template: 'Mistral-Small-3.2-24B-Instruct-2506',
      probes: [3, 4, 5],
      ours: (text: string) => text,
    },
    { name: 'glm-4-5', template: 'GLM-4.6', probes: [0, 1, 2, 3, 4, 5], ours: (text: string) => text },
    { name: 'qwen3', template: 'Qwen-Qwen3-0.6B', probes: [0, 1, 2, 3, 4, 5], ours: (text: string) => text },
  ])('$name writes as $template does', ({ name, template, probes, ours }) => {
    const renderings = rendered(template);
    for (const index of probes)
      expect({ text: renderText(format(name), PROBES[index]?.turns ?? []) }).toEqual({
        text: ours((renderings[index] as { text: string }).text),
      });
  });
});

test('alpaca, as its makers print it', () => {
  expect(
    prompt('alpaca', [
      ['system', 'Below is an instruction.'],
      ['user', 'Name a sea.'],
      ['model', 'The Baltic.'],
      ['user', 'Another.'],
    ]),
  ).toBe(
    'Below is an instruction.\n\n### Instruction:\nName a sea.\n\n### Response:\nThe Baltic.\n\n### Instruction:\nAnother.\n\n### Response:\n',
  );
});

describe('formats of later makers', () => {
  const told: Line[] = [
    ['system', 'Rain.'],
    ['user', 'Who?'],
    ['model', 'A keeper.'],
    ['user', 'Go on.'],
  ];
  test.each([
    ['vicuna', 'Rain. USER: Who? ASSISTANT: A keeper.</s>USER: Go on. ASSISTANT:'],
    ['llama-2-chat', '[INST] <<SYS>>\nRain.\n<</SYS>>\n\nWho? [/INST] A keeper. </s><s>[INST] Go on. [/INST]'],
    ['mistral-v1', '[INST] Rain.\n\nWho? [/INST] A keeper.</s>[INST] Go on. [/INST]'],
    ['mistral-v3', '[INST]Rain.\n\nWho?[/INST]A keeper.</s>[INST]Go on.[/INST]'],
    ['mistral-v7', '[SYSTEM_PROMPT]Rain.[/SYSTEM_PROMPT][INST]Who?[/INST]A keeper.</s>[INST]Go on.[/INST]'],
    ['glm-4', '[gMASK]<sop><|system|>\nRain.<|user|>\nWho?<|assistant|>\nA keeper.<|user|>\nGo on.<|assistant|>'],
    [
      'glm-4-5',
      '[gMASK]<sop><|system|>\nRain.<|user|>\nWho?<|assistant|>\n<think></think>\nA keeper.<|user|>\nGo on.<|assistant|>',
    ],
    [
      'command-r',
      '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Rain.<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Who?<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>A keeper.<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Go on.<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
    ],
    [
      'harmony',
      '<|start|>system<|message|>Reasoning: medium\n\n# Valid channels: analysis, commentary, final. Channel must be included for every message.<|end|><|start|>developer<|message|># Instructions\n\nRain.\n\n<|end|><|start|>user<|message|>Who?<|end|><|start|>assistant<|channel|>final<|message|>A keeper.<|end|><|start|>user<|message|>Go on.<|end|><|start|>assistant<|channel|>analysis<|message|>',
    ],
    ['pygmalion', "Character's Persona: Rain.\n<START>\nYou: Who?\nCharacter: A keeper.\nYou: Go on.\nCharacter:"],
  ])('%s', (name, expected) => {
    expect(prompt(name, told)).toBe(expected);
  });

  test('llama 2: a note goes into the turn behind it, between its marks, wherever it stands (F4)', () => {
    expect(
      prompt('llama-2-chat', [
        ['user', 'Who?'],
        ['model', 'I.'],
        ['system', 'Rain.'],
        ['user', 'Go on.'],
      ]),
    ).toBe('[INST] Who? [/INST] I. </s><s>[INST] <<SYS>>\nRain.\n<</SYS>>\n\nGo on. [/INST]');
    expect(
      prompt('llama-2-chat', [
        ['user', 'Who?'],
        ['system', 'Rain.'],
      ]),
    ).toBe('[INST] Who?\n\n<<SYS>>\nRain.\n<</SYS>>\n\n [/INST]');
  });
  test('what begins a prompt stands once, and not again where BOS is the same (F2)', () => {
    const turns = [{ id: 'u', role: 'user', speaker: null, text: 'Who?' }] as const;
    const { tokenizer } = wordTokenizer({ bos: true, control: ['<s>', '<sop>'] });
    const plan = (begins: string) =>
      planPrompt(
        { format: { ...format('glm-4'), begins }, turns, open: false, reserve: 10, contextSize: 200, cut: null },
        tokenizer,
      );
    expect(plan('<s><sop>').tokens).toEqual(plan('<sop>').tokens);
    expect(plan('<sop>').tokens[0]).toBe(tokenizer.bos);
    expect(plan('<sop>').headTokens).toBe(2);
  });
  test('Continue thinks on behind the mark of the format, whatever the story is written with', () => {
    const thought: Line[] = [
      ['user', 'Who?'],
      ['model', '<think>\nHm,'],
    ];
    expect(prompt('harmony', thought, { open: true })).toMatch(
      /<\|start\|>assistant<\|channel\|>analysis<\|message\|>\nHm,$/,
    );
    expect(prompt('glm-4-5', thought, { open: true })).toMatch(/Who\?<\|assistant\|><think>\nHm,$/);
    expect(
      prompt(
        'harmony',
        [
          ['user', 'Who?'],
          ['model', '<think>\nHm.\n</think>\n\nA keeper'],
        ],
        { open: true },
      ),
    ).toMatch(/final<\|message\|>A keeper$/);
  });
});

describe("what the makers' templates write, told in our words, is what the formats write", () => {
  const { llama2, mistralV1, vicuna, alpaca, llama3, glm4, glm45, commandR } = MAKER_TEMPLATES;
  test.each([
    ['llama-2-chat', llama2, [0, 1, 2, 3, 4, 5]],
    ['mistral-v1', mistralV1, [0, 1, 2]],
    ['vicuna', vicuna, [0, 1, 2, 3, 4, 5]],
    ['alpaca', alpaca, [0, 1, 2, 3, 4, 5]],
    ['llama-3', llama3, [0, 1, 2, 3, 4, 5]],
    ['glm-4', glm4, [0, 1, 2, 3, 4, 5]],
    ['glm-4-5', glm45, [0, 1, 2, 3, 4, 5]],
    ['command-r', commandR, [0, 1, 2, 3, 4, 5]],
  ] as const)('%s', (name, template, probes) => {
    const renderings = render({
      kind: 'render',
      template,
      probes: PROBES.map(({ turns }) => asMessages(turns)),
      special: { bos: '<s>', eos: '</s>' },
    });
    for (const index of probes)
      expect({ text: renderText(format(name), PROBES[index]?.turns ?? []) }).toEqual({
        text: (renderings[index] as { text: string }).text.replace(/^<s>/, ''),
      });
  });
});

describe('rules of formats', () => {
  test('oasst folds a note into the following user turn, and a trailing one opens a turn of its own (F4)', () => {
    expect(
      prompt('oasst', [
        ['system', 'Note.'],
        ['user', 'Hi'],
      ]),
    ).toBe('<|prompter|>Note.\n\nHi<|endoftext|><|assistant|>');
    expect(
      prompt('oasst', [
        ['user', 'Hi'],
        ['model', 'Ho'],
        ['system', 'Rain.'],
      ]),
    ).toBe('<|prompter|>Hi<|endoftext|><|assistant|>Ho<|endoftext|><|prompter|>Rain.<|endoftext|><|assistant|>');
    expect(
      prompt('oasst', [
        ['system', 'A.'],
        ['system', 'B.'],
        ['model', 'Ho'],
        ['user', 'Hi'],
      ]),
    ).toBe('<|prompter|>A.\n\nB.<|endoftext|><|assistant|>Ho<|endoftext|><|prompter|>Hi<|endoftext|><|assistant|>');
  });
  test('two turns of a role in a row stay two, or are joined where roles must alternate (F5)', () => {
    expect(
      prompt('metharme', [
        ['user', 'One.'],
        ['user', 'Two.'],
      ]),
    ).toBe('<|user|>One.<|user|>Two.<|model|>');
    expect(
      prompt('oasst', [
        ['user', 'One.'],
        ['user', 'Two.'],
      ]),
    ).toBe('<|prompter|>One.\n\nTwo.<|endoftext|><|assistant|>');
  });
  test('Continue closes nothing (F6)', () => {
    const lines: Line[] = [
      ['user', 'Start!'],
      ['model', 'It was'],
    ];
    expect(prompt('metharme', lines, { open: true })).toBe('<|user|>Start!<|model|>It was');
    expect(prompt('oasst', lines, { open: true })).toBe('<|prompter|>Start!<|endoftext|><|assistant|>It was');
    expect(prompt('memphis', lines, { open: true })).toBe('### User:\nStart!\n### Assistant:\nIt was');
    expect(prompt('chatml', lines, { open: true })).toBe(
      '<|im_start|>user\nStart!<|im_end|>\n<|im_start|>assistant\nIt was',
    );
  });
  test('prose is paragraphs; what steers is left out (F7)', () => {
    expect(
      prompt(
        'prose',
        [
          ['system', 'A tale.'],
          ['user', 'Once.'],
          ['model', 'Then'],
        ],
        { open: true },
      ),
    ).toBe('A tale.\n\nOnce.\n\nThen');
    const turns = [
      { id: 'a', role: 'user', speaker: null, text: 'Make it sad.', steers: true },
      { id: 'b', role: 'model', speaker: null, text: 'Rain.' },
    ] as const;
    const plan = planPrompt(
      { format: format('prose'), turns, open: false, reserve: 10, contextSize: 100, cut: null },
      wordTokenizer().tokenizer,
    );
    expect(plan.prompt).toBe('Rain.\n\n');
    expect(plan.ledger.segments[0]).toMatchObject({ placement: 'out', reason: 'steering' });
  });
  test('a format that needs a user turn first gets an empty one', () => {
    expect(
      prompt(
        'metharme',
        [
          ['system', 'S'],
          ['model', 'M'],
          ['user', 'U'],
        ],
        { format: { ...format('metharme'), startsWithUser: true } },
      ),
    ).toBe('<|system|>S<|user|><|model|>M<|user|>U<|model|>');
  });
  test('formats are data of one shape; a broken one is refused (F1)', () => {
    for (const shipped of FORMATS) expect(promptFormat.parse(structuredClone(shipped))).toEqual(shipped);
    expect(promptFormat.safeParse({ ...format('metharme'), before: { user: 'x' } }).success).toBe(false);
  });
});
