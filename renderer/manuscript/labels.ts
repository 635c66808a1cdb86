import { textRange, type TurnSpan } from '../../shared/document/layout.ts';
import { MEASURE, type Page } from './create-editor.ts';
import { Overlay } from './overlay.ts';
import type { AlternatesState } from '../chapter/controller.ts';
import { words } from '../locales/index.ts';

interface LabelSource {
  turns(): readonly TurnSpan[];
  alternates(turnId: string): AlternatesState | null;
  readOnly(): boolean;
  openMenu(turn: TurnSpan, label: string, anchor: DOMRect): void;
  choose(turnId: string, step: -1 | 1): void;
}

function labelOf(turn: TurnSpan): string {
  if (turn.speaker !== null) return turn.speaker;
  const { you, note, story } = words.manuscript;
  return turn.role === 'user' ? you : turn.role === 'system' ? note : story;
}

interface Slot {
  readonly label: HTMLButtonElement;
  readonly swipe: HTMLElement;
  readonly back: HTMLButtonElement;
  readonly place: HTMLElement;
  readonly on: HTMLButtonElement;
  /** How much another alternate has behind it. */
  readonly more: HTMLElement;
  turn: TurnSpan | null;
}

/** From the label's box to the text; the hairline stands in it. */
const LABEL_GAP = 16;
/** What a label needs; where there is less, a sign stands for it. */
const LABEL_ROOM = 60;
const SIGN = '⋮';
/** What the alternates need beside the text; how much one of them has behind it stands below. */
const SWIPE_GAP = 14;
const SWIPE_ROOM = 96;
const SWIPE_HEIGHT = 28;

const ARROW = { back: 'M10 3.5 5.5 8l4.5 4.5', on: 'M6 3.5 10.5 8 6 12.5' };

function arrow(kind: 'back' | 'on'): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  picture.setAttribute('viewBox', '0 0 16 16');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ARROW[kind]);
  picture.append(path);
  button.append(picture);
  return button;
}

/** Where the words of a label stand: its box goes on to their left. */
function wordsOf(label: HTMLElement): DOMRect {
  const range = document.createRange();
  range.selectNodeContents(label);
  return range.getBoundingClientRect();
}

/**
 * The quiet labels left of the text and the alternates right of it: real buttons, only for turns in sight, used again
 * as the page scrolls.
 */
export class Labels {
  private readonly page: Page;
  private readonly source: LabelSource;
  private readonly layer = document.createElement('div');
  private readonly slots: Slot[] = [];
  private readonly overlay: Overlay;

  constructor(page: Page, source: LabelSource) {
    this.page = page;
    this.source = source;
    this.layer.className = 'ms-labels';
    const place = (): void => this.place();
    this.overlay = new Overlay(page, 'paphos.labels', this.layer, { draw: place, place });
  }

  refresh(): void {
    this.overlay.refresh();
  }

  dispose(): void {
    this.overlay.dispose();
  }

  private slot(index: number): Slot {
    const known = this.slots[index];
    if (known !== undefined) return known;
    const label = document.createElement('button');
    label.type = 'button';
    const swipe = document.createElement('div');
    swipe.className = 'ms-swipe';
    const place = document.createElement('span');
    const more = document.createElement('small');
    const slot: Slot = { label, swipe, back: arrow('back'), place, on: arrow('on'), more, turn: null };
    label.addEventListener('click', () => {
      if (slot.turn !== null) this.source.openMenu(slot.turn, labelOf(slot.turn), wordsOf(label));
    });
    slot.back.addEventListener('click', () => {
      if (slot.turn !== null) this.source.choose(slot.turn.id, -1);
    });
    slot.on.addEventListener('click', () => {
      if (slot.turn !== null) this.source.choose(slot.turn.id, 1);
    });
    swipe.append(slot.back, place, slot.on, more);
    this.layer.append(label, swipe);
    this.slots.push(slot);
    return slot;
  }

  private visible(): TurnSpan[] {
    const ranges = this.page.getVisibleRanges();
    const first = ranges[0]?.startLineNumber;
    const last = ranges.at(-1)?.endLineNumber;
    if (first === undefined || last === undefined) return [];
    const turns = this.source.turns();
    let low = 0;
    for (let high = turns.length; low < high;) {
      const middle = (low + high) >> 1;
      const turn = turns[middle];
      if (turn !== undefined && turn.line + turn.lines - 1 < first) low = middle + 1;
      else high = middle;
    }
    const out: TurnSpan[] = [];
    for (let at = low; at < turns.length; at++) {
      const turn = turns[at];
      if (turn === undefined || turn.line > last) break;
      out.push(turn);
    }
    return out;
  }

  private place(): void {
    const scrolled = this.page.getScrollTop();
    const layout = this.page.getLayoutInfo();
    const left = layout.contentLeft;
    const right = layout.width - left - MEASURE;
    const turns = this.visible();
    turns.forEach((turn, index) =>
      this.fill(this.slot(index), turn, this.page.getTopForLineNumber(textRange(turn).first) - scrolled, left, right),
    );
    for (const slot of this.slots.slice(turns.length)) {
      slot.turn = null;
      slot.label.hidden = slot.swipe.hidden = true;
    }
  }

  private fill(slot: Slot, turn: TurnSpan, top: number, left: number, right: number): void {
    const name = labelOf(turn);
    const quiet = turn.role === 'model' && turn.speaker === null;
    const isNarrow = left < LABEL_ROOM;
    const shown = isNarrow ? SIGN : name;
    if (slot.turn?.id !== turn.id || slot.label.textContent !== shown || slot.label.dataset.role !== turn.role) {
      slot.label.className = isNarrow ? 'ms-label ms-sign' : quiet ? 'ms-label ms-quiet' : 'ms-label';
      slot.label.dataset.role = turn.role;
      slot.label.textContent = shown;
      slot.label.ariaLabel = words.manuscript.menu(name);
    }
    slot.turn = turn;
    slot.label.hidden = false;
    slot.label.style.transform = `translateY(${Math.round(top)}px)`;
    slot.label.style.width = isNarrow ? '' : `${Math.min(120, left - LABEL_GAP)}px`;
    slot.label.style.left = `${Math.max(0, left - LABEL_GAP - 120)}px`;
    const alternates = this.source.alternates(turn.id);
    slot.swipe.hidden = alternates === null || alternates.count < 2;
    if (alternates === null || slot.swipe.hidden) return;
    const place = words.manuscript.of(alternates.number, alternates.count);
    if (slot.place.textContent !== place) slot.place.textContent = place;
    const more = alternates.more === 0 ? '' : words.manuscript.more(alternates.more);
    if (slot.more.textContent !== more) {
      slot.more.textContent = more;
      slot.more.title = more === '' ? '' : words.manuscript.goesOn(alternates.more);
    }
    // Where there is no room beside the text, they stand in the gap above it.
    const isAbove = right < SWIPE_ROOM;
    slot.swipe.classList.toggle('ms-above', isAbove);
    slot.swipe.style.transform = `translateY(${Math.round(isAbove ? top - SWIPE_HEIGHT : top)}px)`;
    slot.swipe.style.left = isAbove ? 'auto' : `${left + MEASURE + SWIPE_GAP}px`;
    slot.swipe.style.right = isAbove ? `${-(left + MEASURE + Math.min(0, right - SWIPE_GAP))}px` : 'auto';
    slot.back.ariaLabel = words.manuscript.earlier(name);
    slot.on.ariaLabel = words.manuscript.later(name);
    slot.back.disabled = alternates.number <= 1 || this.source.readOnly();
    slot.on.disabled = alternates.number >= alternates.count || this.source.readOnly();
  }
}
