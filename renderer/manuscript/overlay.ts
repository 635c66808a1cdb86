import type { Page } from './create-editor.ts';

interface Drawing {
  /** Draws everything anew, in its place. */
  draw(): void;
  /** The page has scrolled: all that is drawn has another place. */
  place(): void;
}

/** A node of ours over the text, whose parts stand beside its lines. */
export class Overlay {
  private readonly node: HTMLElement;
  private readonly drawing: Drawing;
  private readonly stops: { dispose(): void }[];
  private frame = 0;

  constructor(page: Page, id: string, node: HTMLElement, drawing: Drawing) {
    this.node = node;
    this.drawing = drawing;
    // The caret stays in the text while something in it is pressed.
    node.addEventListener('mousedown', (event) => event.preventDefault());
    page.addOverlayWidget({ getId: () => id, getDomNode: () => node, getPosition: () => null });
    this.stops = [
      page.onDidScrollChange(() => drawing.place()),
      page.onDidLayoutChange(() => this.refresh()),
      page.onDidContentSizeChange(() => this.refresh()),
    ];
  }

  /** Draws everything anew, once before the next frame. */
  refresh(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawing.draw();
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop.dispose();
    this.node.remove();
  }
}
