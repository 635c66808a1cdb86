import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { FaultAction } from '../chapter/chapter-view.ts';
import type { EditorSurface } from './editor-surface.ts';
import { words } from '../locales/index.ts';

const GAP = 12;

/** What went wrong with a turn, or cut it short, below it: a view zone keeps the place free, the block lies over it. */
export class TurnFault {
  private readonly surface: EditorSurface;
  private readonly onDismiss: () => void;
  private readonly node = document.createElement('section');
  private readonly watch: ResizeObserver;
  private zone: string | null = null;
  private height = 0;
  private line: () => number = () => 1;
  private readonly stops: { dispose(): void }[];

  constructor(surface: EditorSurface, onDismiss: () => void) {
    this.surface = surface;
    this.onDismiss = onDismiss;
    this.node.className = 'ms-fault';
    this.node.setAttribute('role', 'alert');
    this.node.hidden = true;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.node);
    const { page } = surface;
    page.addOverlayWidget({ getId: () => 'paphos.fault', getDomNode: () => this.node, getPosition: () => null });
    this.stops = [
      page.onDidScrollChange(() => this.place()),
      page.onDidLayoutChange(() => this.place()),
      page.onDidContentSizeChange(() => this.place()),
    ];
  }

  /** `line`: the last line of the turn, asked whenever the page moves. */
  show(line: () => number, fault: StudioFault, actions: readonly FaultAction[]): void {
    const [head, ...rest] = sentenceOf(fault).split(/(?<=[.!?])\s+/);
    // How a reply ended is no alarm.
    const isQuiet = fault.code === 'CUT_SHORT';
    this.node.classList.toggle('ms-cut', isQuiet);
    this.node.setAttribute('role', isQuiet ? 'status' : 'alert');
    const title = document.createElement('b');
    title.textContent = head ?? '';
    const text = document.createElement('p');
    text.textContent = rest.join(' ');
    const row = document.createElement('div');
    this.line = line;
    this.node.replaceChildren(title, text, row);
    for (const { label, run } of actions) row.append(this.button(label, run));
    if (fault.detail !== undefined) row.append(this.details(fault.detail));
    row.append(this.button(words.common.dismiss, this.onDismiss));
    this.node.hidden = false;
    this.fit();
  }

  hide(): void {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.surface.page.changeViewZones((zones) => {
      if (this.zone !== null) zones.removeZone(this.zone);
    });
    this.zone = null;
  }

  dispose(): void {
    this.watch.disconnect();
    for (const stop of this.stops) stop.dispose();
    this.node.remove();
  }

  private button(label: string, run: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', run);
    return button;
  }

  private details(detail: string): HTMLButtonElement {
    const shown = document.createElement('pre');
    shown.textContent = detail;
    const button = this.button(words.common.details, () => {
      if (shown.isConnected) shown.remove();
      else this.node.append(shown);
      button.textContent = shown.isConnected ? words.manuscript.hideDetails : words.common.details;
    });
    return button;
  }

  private fit(): void {
    if (this.node.hidden) return;
    this.height = this.node.offsetHeight + 2 * GAP;
    this.surface.page.changeViewZones((zones) => {
      if (this.zone !== null) zones.removeZone(this.zone);
      this.zone = zones.addZone({
        afterLineNumber: this.line(),
        heightInPx: this.height,
        domNode: document.createElement('div'),
      });
    });
    this.place();
  }

  private place(): void {
    if (this.node.hidden) return;
    const { page } = this.surface;
    const top = page.getBottomForLineNumber(this.line()) - page.getScrollTop() + GAP;
    this.node.style.transform = `translate(${page.getLayoutInfo().contentLeft}px, ${Math.round(top)}px)`;
  }
}
