import type { StudioFault } from './studio-fault.ts';
import type { FaultCode } from './catalogue.ts';
import { SENTENCES } from './en/index.ts';
import { withIsolatedTexts } from '../text/direction.ts';

const isKnown = (code: string): code is FaultCode => Object.hasOwn(SENTENCES, code);

/** What to tell a person. */
export function sentenceOf({ code, params }: StudioFault): string {
  try {
    // The code says what its params are: both were put together by `fault`.
    if (isKnown(code)) return (SENTENCES[code] as (given: unknown) => string)(withIsolatedTexts(params));
  } catch {
    // Another version of the studio says something else by this code.
  }
  return `Something did not work that this page has no words for (${code}). What was saved is safe. Reload the page, or restart Paphos, and try again.`;
}
