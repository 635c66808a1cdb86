/** What tells a format. */
export interface Signs {
  readonly format: string;
  /** Its marks in a vocabulary; none where they are plain text. */
  readonly tokens: readonly string[];
  /** Its marks in a template, where they are others. */
  readonly marks?: readonly string[];
  /** Marks of another format that shares some of these. */
  readonly lacks?: readonly string[];
  /** Names of models that were taught it, and their architectures. */
  readonly name?: RegExp;
  readonly architectures?: readonly string[];
}

const GLM = ['[gMASK]', '<sop>', '<|user|>', '<|assistant|>'];

export const SIGNS: readonly Signs[] = [
  {
    format: 'metharme',
    tokens: ['<|system|>', '<|user|>', '<|model|>'],
    name: /metharme|pygmalion[-_ ]?2(?![.\d])|mythalion/i,
    architectures: ['gptneox', 'llama'],
  },
  {
    format: 'oasst',
    tokens: ['<|prompter|>', '<|assistant|>'],
    name: /oasst|open[-_ ]?assistant/i,
    architectures: ['gptneox', 'llama'],
  },
  {
    format: 'memphis',
    tokens: [],
    marks: ['### User:', '### Assistant:'],
    name: /memphis/i,
    architectures: ['stablelm'],
  },
  {
    format: 'pygmalion',
    tokens: [],
    marks: ['Persona:', '<START>'],
    name: /pygmalion[-_ ]?(?:350m|1\.3b|2\.7b|6b|7b|13b)/i,
    architectures: ['gptj', 'gptneox', 'opt', 'llama'],
  },
  { format: 'chatml', tokens: ['<|im_start|>', '<|im_end|>'], name: /chatml/i },
  {
    format: 'qwen3',
    tokens: ['<|im_start|>', '<|im_end|>'],
    name: /qwen[-_ ]?3(?!.*(?:instruct|coder))/i,
    architectures: ['qwen3', 'qwen3moe'],
  },
  {
    format: 'llama-3',
    tokens: ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'],
    name: /llama[-_ ]?3.*instruct/i,
    architectures: ['llama'],
  },
  {
    format: 'llama-2-chat',
    tokens: [],
    marks: ['[INST]', '[/INST]', '<<SYS>>'],
    name: /llama[-_ ]?2.*chat/i,
    architectures: ['llama'],
  },
  { format: 'vicuna', tokens: [], marks: ['USER:', 'ASSISTANT:'], name: /vicuna/i, architectures: ['llama'] },
  {
    format: 'alpaca',
    tokens: [],
    marks: ['### Instruction:', '### Response:'],
    name: /alpaca/i,
    architectures: ['llama'],
  },
  {
    format: 'gemma',
    tokens: ['<start_of_turn>', '<end_of_turn>'],
    name: /gemma.*\bit\b/i,
    architectures: ['gemma', 'gemma2', 'gemma3', 'gemma3n'],
  },
  {
    format: 'mistral-v1',
    tokens: [],
    marks: ['[INST]', '[/INST]'],
    lacks: ['<<SYS>>', '[SYSTEM_PROMPT]'],
    name: /mistral-7b-instruct-v0\.[12]|mixtral-8x7b-instruct/i,
    architectures: ['llama'],
  },
  {
    format: 'mistral-v3',
    tokens: ['[INST]', '[/INST]'],
    lacks: ['[SYSTEM_PROMPT]'],
    name: /mistral-nemo-instruct|mistral-7b-instruct-v0\.3|mixtral-8x22b-instruct/i,
    architectures: ['llama'],
  },
  {
    format: 'mistral-v7',
    tokens: ['[INST]', '[/INST]', '[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]'],
    name: /mistral-(?:small-3|small-24b|large-instruct-2411)/i,
    architectures: ['llama', 'mistral3'],
  },
  {
    format: 'glm-4',
    tokens: GLM,
    lacks: ['<think>'],
    name: /glm-4(?![.\d]*[567])/i,
    architectures: ['chatglm', 'glm4'],
  },
  { format: 'glm-4-5', tokens: [...GLM, '<think>'], name: /glm-4\.[567]/i, architectures: ['glm4moe'] },
  {
    format: 'command-r',
    tokens: ['<|START_OF_TURN_TOKEN|>', '<|END_OF_TURN_TOKEN|>', '<|USER_TOKEN|>', '<|CHATBOT_TOKEN|>'],
    lacks: ['<|START_RESPONSE|>'],
    name: /command-r|c4ai|\baya\b/i,
    architectures: ['command-r', 'cohere2'],
  },
  {
    format: 'harmony',
    tokens: ['<|start|>', '<|message|>', '<|channel|>', '<|end|>'],
    name: /gpt-oss/i,
    architectures: ['gpt-oss'],
  },
];
