/**
 * The manuscript language: marks, escapes, and the two total functions `parse` and `print` (rules M1 to M6 of SPEC.md).
 */
import { ROLES } from './turn.ts';
import type { Role, TurnContent } from './turn.ts';

export interface Mark {
  readonly role: Role;
  readonly speaker: string | null;
}

const MARKS = ROLES.map((role) => ({ role, token: `<|${role}|>` }));
const BACKSLASH = '\\';

/** The mark a line is, or null where it is a line of text (M1). */
export function readMark(line: string): Mark | null {
  if (!line.startsWith('<|')) return null;
  for (const { role, token } of MARKS) {
    if (!line.startsWith(token)) continue;
    if (line.length === token.length) return { role, speaker: null };
    return line[token.length] === ' ' ? { role, speaker: speakerOf(line.slice(token.length)) } : null;
  }
  return null;
}

export function isMark(line: string): boolean {
  return readMark(line) !== null;
}

/** A speaker as a mark can hold it: one line, trimmed, null where nothing is left. */
export function speakerOf(name: string | null): string | null {
  return name?.replace(/[\r\n]+/g, ' ').trim() || null;
}

export function printMark(mark: Mark): string {
  const speaker = speakerOf(mark.speaker);
  return speaker === null ? `<|${mark.role}|>` : `<|${mark.role}|> ${speaker}`;
}

/** Whether the line is backslashes (none is enough) before what would be a mark (M4). */
function hidesMark(line: string): boolean {
  let start = 0;
  while (line[start] === BACKSLASH) start++;
  return isMark(start === 0 ? line : line.slice(start));
}

/** A line of text as the manuscript writes it. */
export function escapeLine(line: string): string {
  return hidesMark(line) ? BACKSLASH + line : line;
}

/** Whether a line of the manuscript carries an escape, which is one backslash at its start. */
export function isEscaped(line: string): boolean {
  return line.startsWith(BACKSLASH) && hidesMark(line);
}

/** A line of the manuscript, no mark, as the turn's text has it. */
export function unescapeLine(line: string): string {
  return isEscaped(line) ? line.slice(1) : line;
}

/** The text that turns have for these lines of a manuscript (M2, M4). */
export function turnText(lines: readonly string[]): string {
  return lines.map(unescapeLine).join('\n');
}

/** A text as the manuscript writes it: never without a line (M2, M4). */
export function escapeText(text: string): string {
  return text.includes('<|') ? text.split('\n').map(escapeLine).join('\n') : text;
}

export interface Normalised {
  readonly text: string;
  /** How many characters no text can hold (NUL, halves of a surrogate pair) became U+FFFD. */
  readonly replaced: number;
}

const LINE_ENDS = /\r\n?/g;
const UNHOLDABLE = /\0|\p{Surrogate}/gu;

/** Line ends and characters as every manuscript has them (M6). */
export function normalise(text: string): Normalised {
  const lines = text.includes('\r') ? text.replace(LINE_ENDS, '\n') : text;
  if (lines.isWellFormed() && !lines.includes('\0')) return { text: lines, replaced: 0 };
  let replaced = 0;
  const whole = lines.replace(UNHOLDABLE, () => {
    replaced++;
    return '\uFFFD';
  });
  return { text: whole, replaced };
}

/** Whether a text is as every manuscript has it (M6). */
export function isNormal(text: string): boolean {
  return normalise(text).text === text;
}

/** Normalises a text that comes in pieces of whole characters: both halves of a `\r\n` become one line end. */
export function normaliser(): (piece: string) => string {
  let isAfterReturn = false;
  return (piece) => {
    if (piece === '') return '';
    const text = isAfterReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    isAfterReturn = piece.endsWith('\r');
    return normalise(text).text;
  };
}

/** The turns of a manuscript: at least one, whatever the text is. */
export function parse(text: string): TurnContent[] {
  const turns: TurnContent[] = [];
  let open: Mark | null = null;
  let body: string[] = [];
  const close = (): void => {
    if (open !== null) turns.push({ ...open, marked: true, text: turnText(body) });
    else if (body.length > 0) turns.push({ role: 'model', speaker: null, marked: false, text: turnText(body) });
    body = [];
  };
  for (const line of normalise(text).text.split('\n')) {
    const mark = readMark(line);
    if (mark === null) {
      body.push(line);
      continue;
    }
    close();
    open = mark;
  }
  close();
  return turns;
}

/**
 * Whether a turn at this place is written without a mark: only a first one can be, and only a plain model turn (M3).
 */
export function isUnmarked(turn: Omit<TurnContent, 'text'>, index: number): boolean {
  return index === 0 && !turn.marked && turn.role === 'model' && turn.speaker === null;
}

/** The manuscript of these turns; that of no turn is that of one empty unmarked one. */
export function print(turns: readonly TurnContent[]): string {
  return turns
    .flatMap((turn, index) =>
      isUnmarked(turn, index) ? [escapeText(turn.text)] : [printMark(turn), escapeText(turn.text)],
    )
    .join('\n');
}
