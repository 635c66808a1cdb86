import { editor } from 'monaco-editor/editor';

const NAME = 'paphos';

function hex(style: CSSStyleDeclaration, variable: string): string {
  const value = style.getPropertyValue(variable).trim();
  if (/^#[0-9a-f]{6}$/i.test(value)) return value;
  return /^#[0-9a-f]{3}$/i.test(value) ? `#${[...value.slice(1)].map((digit) => digit + digit).join('')}` : '#808080';
}

/** Monaco's theme is made of the page's own colours, so that there is one list of them. */
function apply(): void {
  const style = getComputedStyle(document.documentElement);
  const [page, ink, accent, soft, bar] = ['--page', '--ink', '--accent', '--accent-soft', '--line-2'].map((name) =>
    hex(style, name),
  ) as [string, string, string, string, string];
  const [raise, line, hover, bad] = ['--raise', '--line-3', '--hover', '--bad'].map((name) => hex(style, name)) as [
    string,
    string,
    string,
    string,
  ];
  editor.defineTheme(NAME, {
    base: style.colorScheme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [{ token: '', foreground: ink.slice(1) }],
    colors: {
      'editor.background': page,
      'editor.foreground': ink,
      'editorGutter.background': page,
      'editorCursor.foreground': accent,
      'editor.selectionBackground': soft,
      'editor.inactiveSelectionBackground': soft,
      'editor.lineHighlightBorder': '#00000000',
      'editor.lineHighlightBackground': '#00000000',
      'editor.rangeHighlightBackground': '#00000000',
      'editorWidget.background': raise,
      'editorWidget.foreground': ink,
      'editorWidget.border': bar,
      'input.background': page,
      'input.foreground': ink,
      'input.border': line,
      'inputOption.activeBackground': soft,
      'inputOption.activeBorder': accent,
      'inputOption.activeForeground': ink,
      'inputOption.hoverBackground': hover,
      'toolbar.hoverBackground': hover,
      'widget.border': bar,
      errorForeground: bad,
      focusBorder: accent,
      'scrollbarSlider.background': `${ink}18`,
      'scrollbarSlider.hoverBackground': `${ink}28`,
      'scrollbarSlider.activeBackground': `${ink}38`,
    },
  });
  editor.setTheme(NAME);
}

/** Follows the theme of the document; answers with the way to stop. */
export function followTheme(): () => void {
  apply();
  const watch = new MutationObserver(apply);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => watch.disconnect();
}
