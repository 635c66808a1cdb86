import { textRange } from '../../shared/document/layout.ts';
import { REASONING_MARKS, withoutReasoning } from '../../shared/prompt/plan/reasoning.ts';
import type { ChapterText } from './chapter-text.ts';
import type { TextSource } from './text-source.ts';

/**
 * The first words of a turn on one line, without what a model thought before it answered; empty where the turn is not
 * shown.
 */
export function firstWords(text: TextSource, document: ChapterText, turnId: string, length: number): string {
  const span = document.spanOf(turnId);
  if (span === null) return '';
  const { first, count } = textRange(span);
  if (count > 0 && REASONING_MARKS.some(({ open }) => open === text.line(first)))
    return withoutReasoning(document.textOf(span), {}).replace(/\s+/g, ' ').trim().slice(0, length);
  let words = '';
  for (let line = first; line < first + count && words.length < length; line++)
    words += `${text.line(line).slice(0, length).trim()} `;
  return words.trim().slice(0, length);
}
