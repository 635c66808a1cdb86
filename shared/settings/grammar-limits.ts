import { fault } from '../faults/failure.ts';
import type { StudioFault } from '../faults/studio-fault.ts';
import type { Sampling } from './sampling.ts';
import { type Extent, schemaExtent } from './json-schema.ts';

/** Groups or schemas inside each other: the engine reads them, and goes by them, by recursion. */
export const MOST_NESTED = 64;
/** Rules, groups and repetitions, each repetition as often as it may be; or schemas, counted so. */
export const MOST_PARTS = 2000;

/** What is wrong with a grammar as far as it can be seen without an engine: nothing larger ever reaches one. */
export function grammarFault({ grammarKind, grammar }: Pick<Sampling, 'grammarKind' | 'grammar'>): StudioFault | null {
  if (grammarKind === 'none') return null;
  const found = grammarKind === 'json' ? schemaExtent(grammar, MOST_NESTED) : gbnfExtent(grammar);
  if ('fault' in found) return found.fault;
  if (found.nested > MOST_NESTED)
    return fault('GRAMMAR_LARGE', { kind: grammarKind, what: 'nested', most: MOST_NESTED });
  return found.parts > MOST_PARTS
    ? fault('GRAMMAR_LARGE', { kind: grammarKind, what: 'parts', most: MOST_PARTS })
    : null;
}

/** Words and characters between quotes and brackets, and comments, hold nothing that counts. */
const PIECES = /"(?:\\[^]|[^"\\])*"|\[(?:\\[^]|[^\]\\])*\]|#.*|::=|[()*+?]|\{\s*(\d*)\s*,?\s*(\d*)\s*\}/g;

function gbnfExtent(grammar: string): Extent {
  let [depth, nested, parts] = [0, 0, 0];
  for (const [piece, least = '', most = ''] of grammar.matchAll(PIECES)) {
    if (piece === '(') nested = Math.max(nested, ++depth);
    if (piece === ')') depth--;
    if (piece.startsWith('{')) parts += Math.max(Number(least), Number(most));
    else if (piece !== ')' && !/^["[#]/.test(piece)) parts++;
  }
  return { nested, parts };
}
