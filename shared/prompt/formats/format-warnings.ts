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

/** What a person should know before writing with a format, in sentences. */
export function formatWarnings(format: PromptFormat, use: FormatUse): string[] {
  return [...aboutMarks(format, use), ...aboutTemplate(format, use)];
}

function aboutMarks(format: PromptFormat, { control, userDefined, endText }: FormatUse): string[] {
  const warnings: string[] = [];
  const marks = wordsOf(format).filter((word) => word !== endText);
  const special = [...control, ...userDefined];
  const plain = marks.filter((word) => !special.some((token) => word.includes(token)));
  const bracketed = format.marksAreText === true ? [] : plain.filter(isBracketed);
  if (bracketed.length > 0)
    warnings.push(
      `Role marks are plain text in this model: ${bracketed.join(' ')} ${bracketed.length > 1 ? 'are no tokens' : 'is no token'} of its vocabulary. It was probably taught another format; the same letters in what you write are sent so that they mark nothing.`,
    );
  else if (plain.length > 0)
    warnings.push(
      `Role marks are plain text in this format (${plain.join(' ')}). The same words in what you write are sent so that they mark nothing.`,
    );
  const loose = marks.filter((word) => userDefined.includes(word));
  if (loose.length > 0)
    warnings.push(
      `${loose.join(' ')} would also be read as ${loose.length > 1 ? 'marks' : 'a mark'} in ordinary text. Where you write them they are taken apart.`,
    );
  if (endText === null)
    warnings.push(
      'The model file does not name the token that ends a text. It is guessed; if none is found, a reply ends at a role mark or at its length.',
    );
  return warnings;
}

function aboutTemplate(format: PromptFormat, { renderings, bos }: FormatUse): string[] {
  if (renderings === null) return [];
  const noted = renderings.filter((_, index) => PROBES[index]?.noted === true);
  const [refused] = renderings.flatMap((rendering) => ('refusal' in rendering ? [rendering.refusal] : []));
  if (renderings.every((rendering) => 'refusal' in rendering))
    return [`The model's own chat template could not be run, so it is no evidence: ${refused ?? ''}`];
  const warnings: string[] = [];
  if (noted.every((rendering) => 'refusal' in rendering))
    warnings.push(
      `The model's own chat template takes no notes (system turns), so it may not heed them. ${sent(format)}`,
    );
  else if (noted.every((rendering) => 'text' in rendering && !rendering.text.includes(NOTE_TEXT)))
    warnings.push(`The model's own chat template drops notes (system turns), so it may not heed them. ${sent(format)}`);
  const { plain, noted: withNotes, prefaced } = agreement(format, renderings, bos);
  if (!plain && !withNotes && !prefaced)
    warnings.push(
      "The model's own chat template writes conversations in another way. If its replies are odd, that is the first thing to look at.",
    );
  return warnings;
}

function sent(format: PromptFormat): string {
  return format.system !== 'own'
    ? 'This format sends them in front of your words.'
    : 'This format sends them all the same.';
}
