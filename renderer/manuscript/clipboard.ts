import { copiedText } from '../chapter/copied-text.ts';
import type { EditorSurface } from './editor-surface.ts';

/** Beside the prose that other programs take, what is cut is turns: pasted elsewhere on a page it is the same again. */
const TURNS = 'application/x-paphos-turns';

/** Copies prose; what is cut and pasted on a page stays what it was. */
export function takeClipboard(surface: EditorSurface): { dispose(): void } {
  const { page } = surface;
  const node = page.getDomNode();
  const taken = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  const copy = (event: ClipboardEvent): void => {
    const parts = surface.selections();
    if (event.clipboardData === null || parts.length === 0) return;
    taken(event);
    event.clipboardData.setData('text/plain', copiedText(surface, parts, 'prose'));
    if (event.type !== 'cut') return;
    event.clipboardData.setData(TURNS, copiedText(surface, parts, 'marked'));
    page.trigger('keyboard', 'cut', null);
  };
  const paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData(TURNS) ?? '';
    if (text === '') return;
    taken(event);
    page.trigger('keyboard', 'paste', { text });
  };
  const heard = [
    ['copy', copy],
    ['cut', copy],
    ['paste', paste],
  ] as const;
  // Before the editor hears of it, and only from its text: its find field copies for itself.
  const inText = (listener: (event: ClipboardEvent) => void) => (event: ClipboardEvent) => {
    if (page.hasTextFocus()) listener(event);
  };
  const listeners = heard.map(([name, listener]) => [name, inText(listener)] as const);
  for (const [name, listener] of listeners) node?.addEventListener(name, listener, true);
  return {
    dispose: () => {
      for (const [name, listener] of listeners) node?.removeEventListener(name, listener, true);
    },
  };
}
