import type { StudioFault } from '../../faults/studio-fault.ts';
import { fault } from '../../faults/failure.ts';
import { agreement, NOTE_TEXT, PROBES, type Rendering } from './template-probes.ts';
import type { PromptFormat } from '../types.ts';
import { isBracketed, wordsOf } from '../plan/role-words.ts';

/** What there is to know of a model before a format is used with it. */
export interface FormatUse {
  readonly control: readonly string[];
  readonly userDefined: readonly string[];
  readonly bos: string | null;
  readonly endText: string | null;
  /** What the model's own template made of each probe; null where it has none or it did not end. */
  readonly renderings: readonly Rendering[] | null;
}

/** What a person should know before writing with a format. */
export function formatWarnings(format: PromptFormat, use: FormatUse): StudioFault[] {
  return [...aboutMarks(format, use), ...aboutTemplate(format, use)];
}

function aboutMarks(format: PromptFormat, { control, userDefined, endText }: FormatUse): StudioFault[] {
  const warnings: StudioFault[] = [];
  const { open, close } = format.reasoning ?? { open: '', close: '' };
  // Whether a model thinks between tokens or between words is no matter of turns.
  const marks = wordsOf(format).filter((word) => word !== endText && !open.includes(word) && !close.includes(word));
  const special = [...control, ...userDefined];
  const plain = marks.filter((word) => !special.some((token) => word.includes(token)));
  const bracketed = format.marksAreText === true ? [] : plain.filter(isBracketed);
  if (bracketed.length > 0) warnings.push(fault('MARKS_NOT_IN_VOCABULARY', { marks: bracketed }));
  else if (plain.length > 0) warnings.push(fault('MARKS_ARE_WORDS', { marks: plain }));
  const loose = marks.filter((word) => userDefined.includes(word));
  if (loose.length > 0) warnings.push(fault('MARKS_IN_ORDINARY_TEXT', { marks: loose }));
  if (endText === null) warnings.push(fault('NO_END_TOKEN', {}));
  return warnings;
}

function aboutTemplate(format: PromptFormat, { renderings, bos }: FormatUse): StudioFault[] {
  if (renderings === null) return [];
  const noted = renderings.filter((_, index) => PROBES[index]?.note === 'first');
  const [refused] = renderings.flatMap((rendering) => ('refusal' in rendering ? [rendering.refusal] : []));
  if (renderings.every((rendering) => 'refusal' in rendering))
    return [fault('TEMPLATE_NOT_RUN', { why: refused ?? '' })];
  const warnings: StudioFault[] = [];
  const inFront = format.system !== 'own';
  if (noted.every((rendering) => 'refusal' in rendering)) warnings.push(fault('TEMPLATE_REFUSES_NOTES', { inFront }));
  else if (noted.every((rendering) => 'text' in rendering && !rendering.text.includes(NOTE_TEXT)))
    warnings.push(fault('TEMPLATE_DROPS_NOTES', { inFront }));
  const { plain, noted: withNotes } = agreement(format, renderings, bos);
  if (!plain && !withNotes) warnings.push(fault('TEMPLATE_DIFFERS', {}));
  return warnings;
}
