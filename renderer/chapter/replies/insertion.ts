import { escapeLine, unescapeLine } from '../../../shared/document/grammar.ts';
import type { Replacement } from '../chapter-view.ts';
import type { Place } from '../text-source.ts';

/**
 * The edit that brings streamed text to a place of a line. A line of text that would read as a mark is escaped (M4),
 * for which the whole line is written anew.
 */
export function insertion(line: string, at: Place, text: string): Replacement {
  const head = line.slice(0, at.column - 1);
  const behind = line.slice(at.column - 1);
  const plain = head + text + behind;
  const shown = (unescapeLine(line).slice(0, head.length - (line.length - unescapeLine(line).length)) + text + behind)
    .split('\n')
    .map(escapeLine)
    .join('\n');
  if (shown === plain) return { from: at, to: at, text };
  return { from: { line: at.line, column: 1 }, to: { line: at.line, column: line.length + 1 }, text: shown };
}
