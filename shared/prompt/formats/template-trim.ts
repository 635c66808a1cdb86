import type { PromptFormat, PromptTurn, Trim } from '../types.ts';
import { asMessages, PROBES, type Rendering, type TemplateProbe } from './template-probes.ts';

const WHITE_SPACE = ' \n ';
const spoken: readonly PromptTurn[] = [
  { id: 'first', role: 'user', speaker: null, text: 'I light the lamp.' },
  { id: 'answer', role: 'model', speaker: null, text: 'A bell answers from the water.' },
  { id: 'second', role: 'user', speaker: null, text: 'I call out.' },
];
const changed = (change: (text: string) => string): TemplateProbe =>
  asMessages(spoken.map((turn) => ({ ...turn, text: change(turn.text) })));

/** What a template is run over: conversations that tell its format, and behind them those that tell its trim. */
export const TEMPLATE_PROBES: readonly TemplateProbe[] = [
  ...PROBES.map(({ turns }) => asMessages(turns)),
  changed((text) => text),
  changed((text) => WHITE_SPACE + text),
  changed((text) => text + WHITE_SPACE),
];

/** At which ends a template leaves out the white space of every turn (F11); null where it does not tell. */
export function trimOf(renderings: readonly Rendering[]): Trim | null {
  const [plain, start, end] = renderings.slice(PROBES.length);
  if (plain === undefined || start === undefined || end === undefined || !('text' in plain)) return null;
  const [trimsStart, trimsEnd] = [start, end].map((rendering) => 'text' in rendering && rendering.text === plain.text);
  if (trimsStart === true) return trimsEnd === true ? 'both' : 'start';
  return trimsEnd === true ? 'end' : 'none';
}

/**
 * A format that leaves out the white space that the model's own template leaves out. What a tokenizer takes away beside
 * its marks a template need not.
 */
export function trimmedAs(format: PromptFormat, trim: Trim | null): PromptFormat {
  return trim === null || format.trimmedBy === 'tokenizer' || trim === (format.trim ?? 'none')
    ? format
    : { ...format, trim, trimmedBy: 'template' };
}
