import type { StopReason } from '../../../shared/contract/writing.ts';
import { patchOf } from '../../../shared/document/diff.ts';
import { words } from '../../locales/index.ts';

interface Written {
  readonly text: string;
  readonly reason: StopReason;
}

const SHOWN = 40;
/** These end a reply wherever it happens to be. */
const CUT_OFF: readonly StopReason[] = ['stopped', 'error'];

/**
 * Whether a reply that was made again is the same as the first one, which is the `number`-th of its alternates: in a
 * sentence, with why where it is not.
 */
export function compareReplies(
  first: Written,
  again: Written,
  number: number,
): { readonly message: string; readonly why: string | null } {
  // In front of a word, a reply ends with a space that is not its own.
  const patch = patchOf(first.text.replace(/ $/, ''), again.text.replace(/ $/, ''));
  if (patch === null) return { message: words.manuscript.identical(number), why: null };
  const [shorter, longer] = first.text.length < again.text.length ? [first, again] : [again, first];
  if (CUT_OFF.includes(shorter.reason) && longer.text.startsWith(shorter.text))
    return { message: words.manuscript.identicalSoFar(number), why: null };
  return {
    message: words.manuscript.differs(number, first.text.slice(0, patch.at).trim().slice(-SHOWN)),
    why: words.manuscript.whyDiffers,
  };
}
