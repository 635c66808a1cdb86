import type { PromptFormat, PromptTurn, ReasoningMarks } from '../types.ts';

/**
 * The marks of models that are known. They count for every format: a chapter keeps its blocks when another model goes
 * on with it.
 */
export const REASONING_MARKS: readonly ReasoningMarks[] = [
  { open: '<think>', close: '</think>' },
  { open: '<thinking>', close: '</thinking>' },
  { open: '[THINK]', close: '[/THINK]' },
];

/**
 * The marks that thinking is written down with: those of the format where they are known words, else the first that
 * are.
 */
export function marksOnPage(marks: ReasoningMarks | null): ReasoningMarks {
  return REASONING_MARKS.find(({ open }) => open === marks?.open) ?? { open: '<think>', close: '</think>' };
}

type Thinks = Pick<PromptFormat, 'reasoning'>;
interface Block {
  readonly from: number;
  readonly to: number;
  readonly marks: ReasoningMarks;
  readonly closed: boolean;
}

const marksOf = ({ reasoning }: Thinks): readonly ReasoningMarks[] =>
  reasoning === undefined ? REASONING_MARKS : [reasoning, ...REASONING_MARKS];

/** The first block at or after a place: its open mark begins a line, and it ends with its close mark, or not at all. */
function blockAfter(text: string, at: number, format: Thinks): Block | null {
  let first: Block | null = null;
  for (const marks of marksOf(format)) {
    let from = text.indexOf(marks.open, at);
    while (from > 0 && text[from - 1] !== '\n') from = text.indexOf(marks.open, from + 1);
    if (from < 0 || (first !== null && from >= first.from)) continue;
    const close = text.indexOf(marks.close, from + marks.open.length);
    first = { from, to: close < 0 ? text.length : close + marks.close.length, marks, closed: close >= 0 };
  }
  return first;
}

/** A text of the model without its blocks of thinking and the space behind them: what later prompts are made of. */
export function withoutReasoning(text: string, format: Thinks): string {
  let [out, at] = ['', 0];
  for (let block = blockAfter(text, 0, format); block !== null; block = blockAfter(text, at, format)) {
    out += text.slice(at, block.from);
    at = block.to + (/^\s*/.exec(text.slice(block.to))?.[0].length ?? 0);
  }
  return out + text.slice(at);
}

/** A text of the model in the parts that it thought and those that it said; none is empty. */
export function reasoningParts(
  text: string,
  format: Thinks,
): readonly { readonly isThought: boolean; readonly text: string; readonly isClosed: boolean }[] {
  const parts = [];
  let at = 0;
  for (let block = blockAfter(text, 0, format); block !== null; block = blockAfter(text, at, format)) {
    parts.push({ isThought: false, text: text.slice(at, block.from).trim(), isClosed: true });
    const end = block.to - (block.closed ? block.marks.close.length : 0);
    parts.push({
      isThought: true,
      text: text.slice(block.from + block.marks.open.length, end).trim(),
      isClosed: block.closed,
    });
    at = block.to;
  }
  return [...parts, { isThought: false, text: text.slice(at), isClosed: true }].filter((part) => part.text !== '');
}

/**
 * Where the model is still thinking at the end of a text: what stands before the block and what is in it. Null if it is
 * not.
 */
export function openReasoning(
  text: string,
  format: Thinks,
): { readonly before: string; readonly marks: ReasoningMarks; readonly thought: string } | null {
  let block = blockAfter(text, 0, format);
  while (block?.closed === true) block = blockAfter(text, block.to, format);
  if (block === null) return null;
  const { from, marks } = block;
  return {
    before: withoutReasoning(text.slice(0, from), format),
    marks,
    thought: text.slice(from + marks.open.length),
  };
}

/** A path as the model reads it again: it never sees what it thought before, except where it is to think on. */
export function spokenTurns(turns: readonly PromptTurn[], format: Thinks, open: boolean): readonly PromptTurn[] {
  return turns.map((turn, index) => {
    if (turn.role !== 'model') return turn;
    const thinking = open && index === turns.length - 1 ? openReasoning(turn.text, format) : null;
    const text =
      thinking === null
        ? withoutReasoning(turn.text, format)
        : thinking.before + thinking.marks.open + thinking.thought;
    return text === turn.text ? turn : { ...turn, text };
  });
}
