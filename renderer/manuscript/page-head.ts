import type { editor } from 'monaco-editor/editor';
import type { Page } from './create-editor.ts';

/**
 * What stands above the first turn and scrolls with the text: a view zone keeps the place free, the head lies over
 * it.
 */
export class PageHead {
  private readonly page: Page;
  private readonly node: HTMLElement;
  private readonly zone: editor.IViewZone;
  private readonly zoneId: string;
  private readonly watch: ResizeObserver;
  private readonly stops: { dispose(): void }[];

  constructor(page: Page, node: HTMLElement) {
    this.page = page;
    this.node = node;
    node.classList.add('ms-head');
    page.addOverlayWidget({ getId: () => 'paphos.head', getDomNode: () => node, getPosition: () => null });
    this.zone = { afterLineNumber: 0, heightInPx: node.offsetHeight, domNode: document.createElement('div') };
    let id = '';
    page.changeViewZones((zones) => {
      id = zones.addZone(this.zone);
    });
    this.zoneId = id;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(node);
    this.stops = [page.onDidScrollChange(() => this.place()), page.onDidLayoutChange(() => this.place())];
    this.place();
  }

  dispose(): void {
    this.watch.disconnect();
    for (const stop of this.stops) stop.dispose();
    this.node.remove();
  }

  private fit(): void {
    if (this.zone.heightInPx !== this.node.offsetHeight) {
      this.zone.heightInPx = this.node.offsetHeight;
      this.page.changeViewZones((zones) => zones.layoutZone(this.zoneId));
    }
    this.place();
  }

  private place(): void {
    const { contentLeft } = this.page.getLayoutInfo();
    const top = this.page.getTopForLineNumber(1) - (this.zone.heightInPx ?? 0) - this.page.getScrollTop();
    this.node.style.transform = `translate(${contentLeft}px, ${Math.round(top)}px)`;
  }
}
