import { escapeText, isEscaped, normalise, unescapeLine } from '../../../shared/document/grammar.ts';
import type { Replacement } from '../../chapter/chapter-view.ts';
import type { Place, Stretch } from '../../chapter/text-source.ts';

export interface Replaced extends Stretch {
  /** As the turn's text is to have it. */
  readonly text: string;
}

/**
 * The edits that put other text in these places of turns' texts, from top to bottom and none over another: whatever the
 * text is, it stays text. A line that would read as a mark is escaped, one that does not any more is not.
 */
export function replacementEdits(all: readonly Replaced[], lineAt: (line: number) => string): Replacement[] {
  const edits: Replacement[] = [];
  for (let at = 0; at < all.length;) {
    const group: Replaced[] = [];
    let last = all[at]?.from.line ?? 1;
    for (let next = all[at]; next !== undefined && (group.length === 0 || next.from.line <= last); next = all[at]) {
      group.push({ ...next, text: normalise(next.text).text });
      last = next.to.line;
      at++;
    }
    edits.push(...editsOf(group, lineAt));
  }
  return edits;
}

/** Of replacements that share lines, which no other one touches. */
function editsOf(group: readonly Replaced[], lineAt: (line: number) => string): readonly Replacement[] {
  const first = group[0]?.from.line ?? 1;
  const last = group.at(-1)?.to.line ?? first;
  const shown = Array.from({ length: last - first + 1 }, (_, index) => lineAt(first + index));
  const lines = shown.map(unescapeLine);
  const column = ({ line, column }: Place): number => column - 1 - (isEscaped(lineAt(line)) ? 1 : 0);
  let text = '';
  let place: Place = { line: first, column: isEscaped(lineAt(first)) ? 2 : 1 };
  const takeTo = (to: Place): void => {
    for (let { line } = place; line < to.line; line++) {
      text += `${lines[line - first]?.slice(column(place)) ?? ''}\n`;
      place = { line: line + 1, column: isEscaped(lineAt(line + 1)) ? 2 : 1 };
    }
    text += lines[to.line - first]?.slice(column(place), column(to)) ?? '';
    place = to;
  };
  for (const { from, to, text: replacement } of group) {
    takeTo(from);
    text += replacement;
    place = to;
  }
  const end = { line: last, column: lineAt(last).length + 1 };
  takeTo(end);
  const written = escapeText(text);
  const isPlain = written === text && shown.every((line, index) => line === lines[index]);
  return isPlain ? group : [{ from: { line: first, column: 1 }, to: end, text: written }];
}
