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
import { keepWritersKeys } from './editor-commands.ts';
import { followTheme } from './editor-theme.ts';

breakLongLinesInParts();
keepWritersKeys();

export function createText(text: string): editor.ITextModel {
  prepareMonaco();
  const model = editor.createModel(text, 'plaintext');
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

const FAMILY = '"Literata Variable", Georgia, serif';
const SIZE = 18;
/** The measure: 32 em, about 66 characters of prose. */
export const MEASURE = 32 * SIZE;
/** Room for the labels left of the text, and on a narrow page at least for the hairline and a sign, or a finger. */
const LABELS = 112;
const leastMargin = (): number => (matchMedia('(pointer: coarse)').matches ? 40 : 28);
/** Above this many characters the exact layout of every line costs more than it gives. */
const PLAIN_WRAPPING = 1_200_000;

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
function measureColumns(): number {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return 60;
  pen.font = `${SIZE}px ${FAMILY}`;
  return Math.round(MEASURE / pen.measureText('n').width);
}

/**
 * What is left of the text: half of what the measure leaves free, on a narrow page at least room for the labels or the
 * hairline.
 */
function marginOf(width: number): number {
  const half = Math.floor((width - MEASURE) / 2);
  return Math.max(leastMargin(), half, Math.min(LABELS, width - MEASURE - 12));
}

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
    wordWrapColumn: measureColumns(),
    minimap: { enabled: false },
    overviewRulerLanes: 0,
    overviewRulerBorder: false,
    hideCursorInOverviewRuler: true,
    renderLineHighlight: 'none',
    wordWrap: 'bounded',
    wrappingStrategy: model.getValueLength() > PLAIN_WRAPPING ? 'simple' : 'advanced',
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
  const follow = page.onDidLayoutChange(({ width, decorationsWidth }) => {
    if (decorationsWidth !== marginOf(width)) page.updateOptions({ lineDecorationsWidth: marginOf(width) });
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
