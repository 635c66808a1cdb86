/**
 * What the chat templates of known models write, told in our own words: the marks, their order and their spaces are the
 * makers'.
 */
const each = (body: string): string => `{% for m in messages %}${body}{% endfor %}`;
const byRole = (system: string, user: string, model: string): string =>
  each(`{% if m.role == 'system' %}${system}{% elif m.role == 'user' %}${user}{% else %}${model}{% endif %}`);
const opens = (mark: string): string => `{% if add_generation_prompt %}${mark}{% endif %}`;
const REFUSES = "{{ raise_exception('only user and assistant') }}";

export const MAKER_TEMPLATES = {
  llama2: each(
    "{% if m.role == 'system' %}{% elif m.role == 'user' %}{{ bos_token }}[INST] {% if messages[0].role == 'system' and loop.index0 == 1 %}<<SYS>>\n{{ messages[0].content }}\n<</SYS>>\n\n{% endif %}{{ m.content }} [/INST]{% else %} {{ m.content }} {{ eos_token }}{% endif %}",
  ),
  mistralV1: `{{ bos_token }}${byRole(REFUSES, '[INST] {{ m.content }} [/INST]', ' {{ m.content }}{{ eos_token }}')}`,
  /** V3 with a SentencePiece vocabulary: no space before the closing mark. */
  mistralV3Spm: `{{ bos_token }}${byRole(REFUSES, '[INST] {{ m.content }}[/INST]', ' {{ m.content }}{{ eos_token }}')}`,
  vicuna: `{{ bos_token }}${byRole('{{ m.content }} ', 'USER: {{ m.content }} ', 'ASSISTANT: {{ m.content }}{{ eos_token }}')}${opens('ASSISTANT:')}`,
  alpaca: `${byRole('{{ m.content }}\n\n', '### Instruction:\n{{ m.content }}\n\n', '### Response:\n{{ m.content }}\n\n')}${opens('### Response:\n')}`,
  llama3: `{{ bos_token }}${each('<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>')}${opens('<|start_header_id|>assistant<|end_header_id|>\n\n')}`,
  glm4: `[gMASK]<sop>${each('<|{{ m.role }}|>\n{{ m.content }}')}${opens('<|assistant|>')}`,
  glm45: `[gMASK]<sop>${byRole('<|system|>\n{{ m.content }}', '<|user|>\n{{ m.content }}', '<|assistant|>\n<think></think>\n{{ m.content }}')}${opens('<|assistant|>')}`,
  commandR: `{{ bos_token }}${byRole(...(['SYSTEM', 'USER', 'CHATBOT'].map((role) => `<|START_OF_TURN_TOKEN|><|${role}_TOKEN|>{{ m.content }}<|END_OF_TURN_TOKEN|>`) as [string, string, string]))}${opens('<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>')}`,
  /** Near misses: the marks of a known format, other ends. */
  chatmlEndoftext: `${each('<|im_start|>{{ m.role }}\n{{ m.content }}<|endoftext|>\n')}${opens('<|im_start|>assistant\n')}`,
  llama3Endoftext: `${each('<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|endoftext|>')}${opens('<|start_header_id|>assistant<|end_header_id|>\n\n')}`,
  alpacaEos: `${byRole('{{ m.content }}\n\n', '### Instruction:\n{{ m.content }}\n\n', '### Response:\n{{ m.content }}{{ eos_token }}\n')}${opens('### Response:\n')}`,
  vicunaLines: `${byRole('{{ m.content }}\n', 'USER: {{ m.content }}\n', 'ASSISTANT: {{ m.content }}\n')}${opens('ASSISTANT:')}`,
  metharmeEos: `${each("<|{{ 'model' if m.role == 'assistant' else m.role }}|>{{ m.content }}{{ eos_token }}")}${opens('<|model|>')}`,
} as const;
