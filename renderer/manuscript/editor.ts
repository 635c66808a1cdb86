import '@fontsource-variable/literata/opsz.css';
import '@fontsource-variable/literata/opsz-italic.css';
import './manuscript.css';
import 'monaco-editor/features/anchorSelect/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/dnd/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/wordOperations/register';
import { editor } from 'monaco-editor/editor';
import { prepareMonaco } from './environment.ts';
import { followTheme } from './theme.ts';

export type Page = editor.IStandaloneCodeEditor;

const FAMILY = '"Literata Variable", Georgia, serif';
const SIZE = 18;
/** The measure: 32 em, about 66 characters of prose. */
const MEASURE = 32 * SIZE;
/** Room for the labels left of the text, and on a narrow page at least for the hairline. */
const LABELS = 112;
const LEAST_MARGIN = 28;
/** Above this many characters the exact layout of every line costs more than it gives. */
const PLAIN_WRAPPING = 1_200_000;

/** Advanced wrapping measures the text as it is set; with a font that comes later every line would be measured twice. */
export async function loadFonts(): Promise<void> {
  await Promise.all([document.fonts.load(`${SIZE}px "Literata Variable"`), document.fonts.load(`italic ${SIZE}px "Literata Variable"`)]);
}

/** Width of one Monaco column in this font, by which its wrapping counts. */
function columnWidth(page: Page): number {
  return page.getOption(editor.EditorOption.fontInfo).typicalHalfwidthCharacterWidth;
}

function fit(page: Page, width: number): void {
  const left = Math.max(width < MEASURE + 2 * LABELS ? Math.min(LABELS, Math.max(LEAST_MARGIN, width - MEASURE - 12)) : 0, Math.floor((width - MEASURE) / 2));
  page.updateOptions({ lineDecorationsWidth: left, wordWrapColumn: Math.round(MEASURE / columnWidth(page)) });
}

export function createPage(host: HTMLElement, text: string): { page: Page; dispose: () => void } {
  prepareMonaco();
  const model = editor.createModel(text, 'plaintext');
  model.setEOL(editor.EndOfLineSequence.LF);
  const page = editor.create(host, {
    model, ariaLabel: 'Manuscript', fontFamily: FAMILY, fontSize: SIZE, lineHeight: 30, fontLigatures: true,
    lineNumbers: 'off', glyphMargin: false, folding: false, lineDecorationsWidth: LABELS, minimap: { enabled: false }, overviewRulerLanes: 0, overviewRulerBorder: false,
    hideCursorInOverviewRuler: true, renderLineHighlight: 'none', wordWrap: 'bounded', wrappingStrategy: text.length > PLAIN_WRAPPING ? 'simple' : 'advanced', wrappingIndent: 'none',
    scrollBeyondLastLine: false, padding: { top: 56, bottom: 128 }, cursorSurroundingLines: 2, allowVariableLineHeights: true, allowVariableFonts: true, stopRenderingLineAfter: -1,
    occurrencesHighlight: 'off', selectionHighlight: false, matchBrackets: 'never', bracketPairColorization: { enabled: false }, guides: { indentation: false }, renderWhitespace: 'none',
    quickSuggestions: false, wordBasedSuggestions: 'off', links: false, contextmenu: false, stickyScroll: { enabled: false }, autoIndent: 'none', useTabStops: false,
    autoClosingBrackets: 'never', autoClosingQuotes: 'never', autoSurround: 'never', unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false },
    unusualLineTerminators: 'off', emptySelectionClipboard: false, copyWithSyntaxHighlighting: false, cursorWidth: 2, cursorBlinking: 'smooth', roundedSelection: true,
    scrollbar: { useShadows: false, verticalScrollbarSize: 10, horizontal: 'hidden' }, automaticLayout: true, find: { addExtraSpaceOnTop: false, seedSearchStringFromSelection: 'selection' },
  });
  const stopTheme = followTheme();
  let width = -1;
  const follow = page.onDidLayoutChange((layout) => {
    if (layout.width === width) return;
    width = layout.width;
    fit(page, layout.width);
  });
  fit(page, page.getLayoutInfo().width);
  return { page, dispose: () => { follow.dispose(); stopTheme(); page.dispose(); model.dispose(); } };
}
