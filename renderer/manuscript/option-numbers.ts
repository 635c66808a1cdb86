import type { ChapterText } from '../chapter/chapter-text.ts';
import { words } from '../locales/index.ts';
import { measureOf } from './create-editor.ts';
import type { EditorSurface } from './editor-surface.ts';
import { Overlay } from './overlay.ts';
import { runsFromRight } from './text-direction.ts';

/** So many options have a key of their own. */
const MOST = 3;
/** From the left end of a number to the text, and from text that runs from the right to its number. */
const BEFORE = 34;
const BEHIND = 12;
/** What a number that a finger can press takes there. */
const ROOM = 40;

interface NumberSource {
  readonly document: ChapterText;
  /** Nothing can be asked for now. */
  readonly isLocked: () => boolean;
  readonly take: (place: number) => void;
}

interface Numbered {
  readonly line: number;
  readonly item: HTMLLIElement;
  readonly isFromRight: boolean;
}

/** What the last reply offers has its number in the margin: a button that says it and asks for the answer. */
export class OptionNumbers {
  private readonly surface: EditorSurface;
  private readonly source: NumberSource;
  private readonly list = document.createElement('ul');
  private readonly overlay: Overlay;
  private numbered: readonly Numbered[] = [];

  constructor(surface: EditorSurface, source: NumberSource) {
    this.surface = surface;
    this.source = source;
    this.list.className = 'ms-options';
    this.list.role = 'list';
    this.list.ariaLabel = words.manuscript.options;
    this.overlay = new Overlay(surface.page, 'paphos.options', this.list, {
      draw: () => this.number(),
      place: () => this.place(),
    });
  }

  refresh(): void {
    this.overlay.refresh();
  }

  dispose(): void {
    this.overlay.dispose();
  }

  private number(): void {
    const { document, isLocked } = this.source;
    const offered = isLocked() ? [] : document.offered().slice(0, MOST);
    const lines = document.offeredLines();
    this.list.hidden = offered.length === 0;
    this.numbered = offered.map((option, index) => {
      const item = this.numbered[index]?.item ?? this.item(index + 1);
      const name = words.manuscript.option(index + 1, option);
      const button = item.querySelector('button');
      if (button !== null && button.ariaLabel !== name) button.ariaLabel = name;
      return { line: lines[index] ?? 1, item, isFromRight: runsFromRight(option) };
    });
    const shown = this.numbered.map(({ item }) => item);
    if (shown.length !== this.list.childElementCount) this.list.replaceChildren(...shown);
    this.place();
  }

  private item(place: number): HTMLLIElement {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = String(place);
    button.addEventListener('click', () => this.source.take(place));
    item.append(button);
    return item;
  }

  private place(): void {
    const { page } = this.surface;
    const { contentLeft, width } = page.getLayoutInfo();
    const left = Math.max(2, contentLeft - BEFORE);
    const behind = contentLeft + measureOf(width) + BEHIND;
    const right = behind + ROOM > width ? left : behind;
    for (const { line, item, isFromRight } of this.numbered)
      item.style.transform = `translate(${isFromRight ? right : left}px, ${Math.round(page.getTopForLineNumber(line) - page.getScrollTop())}px)`;
  }
}
