import { FROM_RIGHT } from '../../shared/text/direction.ts';

const STRONG = /[\p{L}\u200E\u200F]/u;

/** Whether a paragraph runs from right to left: by its first strong letter. */
export function runsFromRight(text: string): boolean {
  if (!FROM_RIGHT.test(text)) return false;
  const first = STRONG.exec(text)?.[0];
  return first !== undefined && FROM_RIGHT.test(first);
}
