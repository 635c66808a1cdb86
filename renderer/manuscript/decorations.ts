import { ModelDecorationOptions, type InsideModel } from 'monaco-editor/editor/common/model/textModel.js';
import { Range, editor } from 'monaco-editor/editor';
import { isEscaped } from '../../shared/document/grammar.ts';
import { textRange, type TurnSpan } from '../../shared/document/layout.ts';
import { optionIn } from '../../shared/document/options.ts';
import { runsFromRight } from './text-direction.ts';

type Decoration = editor.IModelDeltaDecoration;

/** Marks that are seen: the one in this line, all of them, or none. */
export type SeenMarks = number | 'all' | null;

/** Every class of a dressed line begins so, and no other: by it the old decorations of a line are found again. */
const OURS = 'ps-';
const INDENT = '\u2003\u2002';

/** Made once: Monaco makes an object of its own of each that it does not know. */
const style = (options: editor.IModelDecorationOptions): editor.IModelDecorationOptions =>
  ModelDecorationOptions.register({ description: 'paphos', ...options });

const gap = (lineHeight: number): editor.IModelDecorationOptions =>
  style({ inlineClassName: 'ps-mark', lineHeight, fontSize: '1px' });
const FIRST_GAP = gap(0.07);
const GAP = gap(0.72);
/** As large as the text: Monaco breaks all lines as if they were. */
const NOTE = style({ inlineClassName: 'ps-note', inlineClassNameAffectsLetterSpacing: true, fontStyle: 'italic' });
const YOU = style({ isWholeLine: true, linesDecorationsClassName: 'ps-you' });
const FROM_RIGHT = style({
  isWholeLine: true,
  className: 'ps-from-right',
  textDirection: editor.TextDirection.RTL,
});
const DASH = style({ inlineClassName: 'ps-dash', inlineClassNameAffectsLetterSpacing: true });
const ESCAPE = style({ inlineClassName: 'ps-escape' });
const typed: editor.IModelDecorationOptions = {
  inlineClassName: 'ps-typed',
  fontFamily: 'JetBrains Mono Variable',
  fontSize: '14px',
};
const TYPED = style(typed);
/** Among many marks each stands nearer to the text that it begins. */
const SHOWN = style({ ...typed, lineHeight: 1.4 });
const PARAGRAPH = style({
  showIfCollapsed: true,
  before: { content: INDENT, inlineClassName: 'ps-indent', inlineClassNameAffectsLetterSpacing: true },
});

function markAs(line: number, seen: SeenMarks): editor.IModelDecorationOptions {
  if (seen === 'all') return line === 1 ? TYPED : SHOWN;
  return line === seen ? TYPED : line === 1 ? FIRST_GAP : GAP;
}

function dressText(
  turn: TurnSpan,
  first: number,
  line: number,
  text: string,
  above: string,
  mayRunFromRight: boolean,
): Decoration[] {
  const out: Decoration[] = [];
  if (turn.role === 'system') out.push({ range: new Range(line, 1, line, text.length + 1), options: NOTE });
  if (turn.role === 'user') out.push({ range: new Range(line, 1, line, 1), options: YOU });
  if (mayRunFromRight && runsFromRight(text)) out.push({ range: new Range(line, 1, line, 1), options: FROM_RIGHT });
  if (isEscaped(text)) out.push({ range: new Range(line, 1, line, 2), options: ESCAPE });
  if (optionIn(text) !== null) out.push({ range: new Range(line, 1, line, 3), options: DASH });
  else if (turn.role !== 'system' && line > first && text !== '' && above !== '')
    out.push({ range: new Range(line, 1, line, 1), options: PARAGRAPH });
  return out;
}

function nameOf({
  className,
  inlineClassName,
  linesDecorationsClassName,
  before,
}: editor.IModelDecorationOptions): string | null {
  return (
    [className, inlineClassName, linesDecorationsClassName, before?.inlineClassName].find(
      (name) => name?.startsWith(OURS) === true,
    ) ?? null
  );
}

const keyOf = ({ range, options }: Decoration | editor.IModelDecoration): string =>
  `${nameOf(options) ?? ''} ${options.lineHeight ?? 0} ${range.startLineNumber} ${range.startColumn} ${range.endLineNumber} ${range.endColumn}`;

/**
 * Dresses the lines of `turns` that lie between two lines. A mark in which the person is writing stays visible. Only
 * what an edit touched is looked at, and only what differs is changed: a line whose indent comes anew is laid out anew.
 */
export function decorate(
  model: editor.ITextModel,
  turns: readonly TurnSpan[],
  from: number,
  to: number,
  seen: SeenMarks,
): void {
  const first = Math.max(1, from);
  const last = Math.min(model.getLineCount(), to);
  if (last < first) return;
  const old = model
    .getDecorationsInRange(new Range(first, 1, last, model.getLineMaxColumn(last)))
    .filter(({ options }) => nameOf(options) !== null);
  const lineAt = readLines(model, last - first);
  const mayRunFromRight = (model as unknown as InsideModel).mightContainRTL();
  const dressed: Decoration[] = [];
  for (const turn of turns) {
    const end = turn.line + turn.lines - 1;
    if (end < first || turn.line > last) continue;
    if (turn.marked && turn.line >= first) {
      const range = new Range(turn.line, 1, turn.line, lineAt(turn.line).length + 1);
      dressed.push({ range, options: markAs(turn.line, seen) });
    }
    const begin = textRange(turn).first;
    for (let line = Math.max(first, begin); line <= Math.min(last, end); line++) {
      dressed.push(
        ...dressText(turn, begin, line, lineAt(line), line > begin ? lineAt(line - 1) : '', mayRunFromRight),
      );
    }
  }
  if (old.length === 0) {
    model.deltaDecorations([], dressed);
    return;
  }
  const standing = new Set(old.map(keyOf));
  const wanted = new Set(dressed.map(keyOf));
  const gone = old.filter((one) => !wanted.has(keyOf(one))).map(({ id }) => id);
  const added = dressed.filter((one) => !standing.has(keyOf(one)));
  if (gone.length > 0 || added.length > 0) model.deltaDecorations(gone, added);
}

/** So many lines are read at once rather than one by one. */
const MANY = 1000;

function readLines(model: editor.ITextModel, count: number): (line: number) => string {
  if (count < MANY) return (line) => model.getLineContent(line);
  const lines = model.getLinesContent();
  return (line) => lines[line - 1] ?? '';
}
