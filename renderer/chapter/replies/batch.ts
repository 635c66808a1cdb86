import type { ChapterView } from '../chapter-view.ts';

/**
 * Between two writes: seldom enough to leave the processor to the model, often enough that the text flows for its
 * reader.
 */
const LEAST_REST_MS = 33;
const MOST_REST_MS = 200;
/** A write and the frame that it makes take at most about this share of the time. */
const SHARE = 1 / 8;
/** While the person types, their keys go first: so long after a key nothing is written… */
const AFTER_KEY_MS = 120;
/** …but no longer than this after the last write. */
const MOST_WAIT_MS = 600;

/** When what arrives is written onto the page: the first at once, then at a pace that this computer draws with ease. */
export class Batch {
  private readonly write: () => void;
  private readonly whenDrawn: ChapterView['whenDrawn'];
  private isDue = false;
  private began = 0;
  private next = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: () => void, whenDrawn: ChapterView['whenDrawn']) {
    this.write = write;
    this.whenDrawn = whenDrawn;
  }

  /** Something has arrived. */
  add(): void {
    this.isDue = true;
    if (this.timer === undefined) this.wait();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.isDue) return;
    this.isDue = false;
    const began = performance.now();
    this.write();
    this.began = began;
    const writing = performance.now() - began;
    this.next = began + LEAST_REST_MS;
    this.whenDrawn((drawing) => {
      this.next = Math.max(this.next, began + Math.min(MOST_REST_MS, (writing + drawing) / SHARE));
    });
  }

  /** The person is typing. */
  giveWay(): void {
    this.next = Math.max(this.next, Math.min(performance.now() + AFTER_KEY_MS, this.began + MOST_WAIT_MS));
  }

  private wait(): void {
    this.timer = setTimeout(() => {
      if (performance.now() < this.next) this.wait();
      else this.flush();
    }, this.next - performance.now());
  }

  drop(): void {
    this.isDue = false;
    this.flush();
  }
}
