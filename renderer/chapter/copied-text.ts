import { escapeLine, parse } from '../../shared/document/grammar.ts';
import { withoutReasoning } from '../../shared/prompt/plan/reasoning.ts';
import type { Stretch, TextSource } from './text-source.ts';

/** `prose`: as a reader would read it; `marked`: with the marks, of which a paste makes turns again. */
export type CopyForm = 'prose' | 'marked';

/** A part of the page; what begins within a line is no mark, whatever it looks like. */
function markedText(source: TextSource, { from, to }: Stretch): string {
  const text = source.slice(source.offsetAt(from.line, from.column), source.offsetAt(to.line, to.column));
  if (from.column === 1) return text;
  const end = text.indexOf('\n');
  return end === -1 ? escapeLine(text) : escapeLine(text.slice(0, end)) + text.slice(end);
}

/** Turns become paragraphs; thinking stays out, unless it is all that was chosen. */
function proseOf(marked: string): string {
  const turns = parse(marked);
  const [first] = turns;
  if (first === undefined) return '';
  if (turns.length === 1) return withoutReasoning(first.text, {}) || first.text;
  return turns
    .map(({ text }) => withoutReasoning(text, {}).replace(/^\n+|\n+$/g, ''))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** What the clipboard gets of the chosen parts of a page. */
export function copiedText(source: TextSource, parts: readonly Stretch[], form: CopyForm): string {
  const marked = parts.map((part) => markedText(source, part));
  return (form === 'marked' ? marked : marked.map(proseOf)).join('\n');
}
