import '@fontsource-variable/literata/opsz.css';
import '@fontsource-variable/literata/opsz-italic.css';
import './manuscript.css';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/wordOperations/register';
import { editor, Range } from 'monaco-editor/editor';
import { patchOf } from '../../shared/document/diff.ts';
import { prepareMonaco } from './environment.ts';
import { breakLongLinesInParts } from './long-lines.ts';
import { estimateManyLines } from './estimated-lines.ts';
import { keepWritersKeys } from './editor-commands.ts';
import { sumNoFurther } from './prefix-sums.ts';
import { followTheme } from './editor-theme.ts';

breakLongLinesInParts();
estimateManyLines();
sumNoFurther();
keepWritersKeys();

export function createText(text: string): editor.ITextModel {
  prepareMonaco();
  // Monaco takes one byte order mark off the beginning: it may have this one, and leaves the text whole.
  const model = editor.createModel(`\uFEFF${text}`, 'plaintext');
  model.setEOL(editor.EndOfLineSequence.LF);
  return model;
}

/** The text has become another one since its page was left: that is a step of its undo history. */
export function changeText(model: editor.ITextModel, text: string): void {
  const patch = patchOf(model.getValue(), text);
  if (patch === null) return;
  const [from, to] = [model.getPositionAt(patch.at), model.getPositionAt(patch.at + patch.del)];
  model.pushStackElement();
  model.pushEditOperations([], [{ range: Range.fromPositions(from, to), text: patch.ins }], () => null);
  model.pushStackElement();
}

export type Page = editor.IStandaloneCodeEditor;

/** Monaco puts a monospace family behind these, which would take the letters of Arabic on Linux. */
const FAMILY = '"Literata Variable", Georgia, serif, "Noto Naskh Arabic", "DejaVu Sans"';
const SIZE = 18;
/** The measure: 32 em, about 66 characters of prose. */
export const MEASURE = 32 * SIZE;
/** A page that has no width yet lays out no line by the letter. */
const LEAST_MEASURE = 120;
/** What stays free right of the text, the scroll bar in it. */
const RIGHT = 24;
/** Room for the labels left of the text, and on a narrow page at least for the hairline and a sign, or a finger. */
const LABELS = 112;
const leastMargin = (): number => (matchMedia('(pointer: coarse)').matches ? 40 : 28);

/**
 * Advanced wrapping measures the text as it is set; with a font that comes later every line would be measured twice.
 */
export async function loadFonts(): Promise<void> {
  await Promise.all([
    document.fonts.load(`${SIZE}px "Literata Variable"`),
    document.fonts.load(`italic ${SIZE}px "Literata Variable"`),
  ]);
}

/**
 * The measure in Monaco's columns: it counts by the width of an n. Known before the page is made, every line is laid
 * out only once.
 */
function measureColumns(width: number): number {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return 60;
  pen.font = `${SIZE}px ${FAMILY}`;
  return Math.round(measureOf(width) / pen.measureText('n').width);
}

/**
 * What is left of the text: half of what the measure leaves free, on a narrow page at least room for the labels or the
 * hairline.
 */
function marginOf(width: number): number {
  const half = Math.floor((width - MEASURE) / 2);
  return Math.max(leastMargin(), half, Math.min(LABELS, width - MEASURE - 12));
}

/** How wide the text is on a page of this width. */
export const measureOf = (width: number): number =>
  Math.max(LEAST_MEASURE, Math.min(MEASURE, width - marginOf(width) - RIGHT));

/** `foot`, `covered`: so much of the page is covered there and at its top. What stands there can be scrolled free. */
export const paddingFor = (foot: number, covered = 0): { top: number; bottom: number } => ({
  top: Math.max(44, covered + 12),
  bottom: foot + 84,
});

/** `model`: dressed already, so that its lines are laid out as they are to look. */
export function createPage(host: HTMLElement, model: editor.ITextModel): { page: Page; dispose: () => void } {
  const page = editor.create(host, {
    model,
    ariaLabel: 'Manuscript',
    fontFamily: FAMILY,
    fontSize: SIZE,
    lineHeight: 30,
    fontLigatures: true,
    lineNumbers: 'off',
    glyphMargin: false,
    folding: false,
    lineDecorationsWidth: marginOf(host.clientWidth),
    wordWrapColumn: measureColumns(host.clientWidth),
    minimap: { enabled: false },
    overviewRulerLanes: 0,
    overviewRulerBorder: false,
    hideCursorInOverviewRuler: true,
    renderLineHighlight: 'none',
    wordWrap: 'bounded',
    wrappingStrategy: 'advanced',
    wrappingIndent: 'none',
    scrollBeyondLastLine: false,
    padding: paddingFor(0),
    cursorSurroundingLines: 2,
    allowVariableLineHeights: true,
    allowVariableFonts: true,
    stopRenderingLineAfter: -1,
    occurrencesHighlight: 'off',
    selectionHighlight: false,
    matchBrackets: 'never',
    bracketPairColorization: { enabled: false },
    guides: { indentation: false },
    renderWhitespace: 'none',
    quickSuggestions: false,
    wordBasedSuggestions: 'off',
    links: false,
    contextmenu: false,
    stickyScroll: { enabled: false },
    autoIndent: 'none',
    useTabStops: false,
    tabFocusMode: true,
    autoClosingBrackets: 'never',
    autoClosingQuotes: 'never',
    autoSurround: 'never',
    unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false },
    unusualLineTerminators: 'off',
    emptySelectionClipboard: false,
    multiCursorLimit: 1,
    dragAndDrop: false,
    dropIntoEditor: { enabled: false },
    copyWithSyntaxHighlighting: false,
    cursorWidth: 2,
    cursorBlinking: 'blink',
    roundedSelection: true,
    scrollbar: { useShadows: false, verticalScrollbarSize: 10, horizontal: 'hidden' },
    automaticLayout: true,
  });
  const stopTheme = followTheme();
  const measured = (width: number): void => host.style.setProperty('--measure', `${measureOf(width)}px`);
  measured(host.clientWidth);
  const follow = page.onDidLayoutChange(({ width }) => {
    measured(width);
    page.updateOptions({ lineDecorationsWidth: marginOf(width), wordWrapColumn: measureColumns(width) });
  });
  return {
    page,
    dispose: () => {
      follow.dispose();
      stopTheme();
      page.dispose();
    },
  };
}
