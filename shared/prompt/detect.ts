import { FORMATS } from './formats.ts';
import type { PromptFormat } from './types.ts';

/** What a model file says of itself. */
export interface ModelTraits {
  readonly architecture: string | null;
  readonly name: string | null;
  /** Texts of the vocabulary's special tokens, as far as they may be role marks. */
  readonly tokens: readonly string[];
  readonly chatTemplate: string | null;
}

/** `evidence` is a line for people; not `sure` means that they should look at it. */
export interface Detection {
  readonly format: PromptFormat;
  readonly evidence: string;
  readonly sure: boolean;
}

/** Marks that tell a format, in the order in which they are looked for: the rarer first. */
const MARKS: readonly { readonly format: string; readonly marks: readonly string[] }[] = [
  { format: 'metharme', marks: ['<|system|>', '<|user|>', '<|model|>'] },
  { format: 'oasst', marks: ['<|prompter|>', '<|assistant|>'] },
  { format: 'chatml', marks: ['<|im_start|>', '<|im_end|>'] },
];
const TEMPLATE_MARKS = [...MARKS, { format: 'memphis', marks: ['### User:', '### Assistant:'] }];
const NAMES: readonly { readonly format: string; readonly name: RegExp; readonly architectures: readonly string[] }[] = [
  { format: 'metharme', name: /metharme|pygmalion[-_ ]?2|mythalion/i, architectures: ['gptneox', 'llama'] },
  { format: 'oasst', name: /oasst|open[-_ ]?assistant/i, architectures: ['gptneox', 'llama'] },
  { format: 'memphis', name: /memphis/i, architectures: ['stablelm'] },
];

/** Which format a model was taught, with the evidence (F9): its own template, its vocabulary, its name; else plain prose. */
export function detectFormat({ architecture, name, tokens, chatTemplate }: ModelTraits): Detection {
  const inTemplate = chatTemplate === null ? undefined : TEMPLATE_MARKS.find(({ marks }) => marks.every((mark) => chatTemplate.includes(mark)));
  if (inTemplate) return found(inTemplate.format, `its own chat template writes ${list(inTemplate.marks)}`, true);

  const inVocabulary = MARKS.find(({ marks }) => marks.every((mark) => tokens.includes(mark)));
  if (inVocabulary && chatTemplate === null) return found(inVocabulary.format, `its vocabulary holds ${list(inVocabulary.marks)}`, true);

  const byName = NAMES.find((known) => known.name.test(name ?? ''));
  if (byName) {
    const fits = architecture !== null && byName.architectures.includes(architecture);
    return found(byName.format, `its name is “${name}”${fits ? ` and its architecture ${architecture}` : ''}`, fits);
  }
  if (inVocabulary) return found(inVocabulary.format, `its vocabulary holds ${list(inVocabulary.marks)}, but its chat template is of another kind`, false);
  return found('prose', chatTemplate === null
    ? 'no role marks in its vocabulary and no chat template: it continues text'
    : 'its chat template is of a kind that is not known here', false);
}

function found(name: string, evidence: string, sure: boolean): Detection {
  const format = FORMATS.find((candidate) => candidate.name === name);
  if (format === undefined) throw new RangeError(`There is no format ${name}.`);
  return { format, evidence: `${format.title}: ${evidence}`, sure };
}

const list = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
