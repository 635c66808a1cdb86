import { isWholeWord, type Query } from './text-query.ts';

/** A search of texts. `template`: what each hit is to become, `$1` and so on filled in; null: nothing. */
export interface RegexSearch {
  readonly texts: readonly string[];
  readonly query: Query;
  readonly template: string | null;
}

export interface RegexFound {
  /** Of each hit the text, line and column of its beginning, line and column of its end; all from 0. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** What each becomes; null where that was not asked. */
  readonly replacements: readonly string[] | null;
}

const GROUP = /\\([nt\\])|\$(?:([$&])|(\d{1,2})|<([^>]*)>)/g;
const SIGNS: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\' };

/** As `String.replace` has it, and `\n`, `\t`, `\\` too. */
function filled(template: string, match: RegExpExecArray): string {
  return template.replace(GROUP, (whole, sign?: string, special?: string, number?: string, name?: string) => {
    if (sign !== undefined) return SIGNS[sign] ?? whole;
    if (special !== undefined) return special === '$' ? '$' : match[0];
    if (name !== undefined) return match.groups === undefined ? whole : (match.groups[name] ?? '');
    if (number === undefined) return whole;
    if (Number(number) < match.length) return match[Number(number)] ?? '';
    const first = number.slice(0, 1);
    return number.length === 2 && Number(first) < match.length ? (match[Number(first)] ?? '') + number.slice(1) : whole;
  });
}

/** Line and column of growing offsets in a text. */
function placesIn(text: string): (offset: number) => readonly [line: number, column: number] {
  let line = 0;
  let start = 0;
  let end = text.indexOf('\n');
  return (offset) => {
    while (end !== -1 && offset > end) {
      line++;
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    return [line, offset - start];
  };
}

/** Throws a `SyntaxError` where the expression is none. */
export function searchRegex({ texts, query, template }: RegexSearch): RegexFound {
  const expression = new RegExp(query.text, query.matchCase ? 'gmu' : 'gimu');
  const places: number[] = [];
  const replacements: string[] = [];
  texts.forEach((text, index) => {
    const place = placesIn(text);
    expression.lastIndex = 0;
    for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
      const from = match.index;
      const to = from + match[0].length;
      // What takes no room is found once in each place.
      if (to === from) expression.lastIndex += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
      if (query.wholeWord && !isWholeWord(text, from, to)) continue;
      places.push(index, ...place(from), ...place(to));
      if (template !== null) replacements.push(filled(template, match));
    }
  });
  return { places: Uint32Array.from(places), replacements: template === null ? null : replacements };
}
