import { escapeLine, unescapeLine } from '../../../shared/document/grammar.ts';
import type { StudioFault } from '../../../shared/contract/common.ts';
import type { GenerationEvent } from '../../../shared/contract/writing.ts';
import type { StudioApi } from '../controller.ts';
import type { Place } from '../text-source.ts';

const RETRY_MS = 300;

export interface FollowOptions {
  readonly api: Pick<StudioApi, 'writing'>;
  readonly generationId: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: GenerationEvent) => void;
  /** The studio does not know the reply any more. */
  readonly onLost: (fault: StudioFault) => void;
  readonly faultOf: (error: unknown) => StudioFault;
}

/** Follows a reply to its end, however often the connection breaks, and tells each event once. */
export async function followGeneration({
  api,
  generationId,
  signal,
  onEvent,
  onLost,
  faultOf,
}: FollowOptions): Promise<void> {
  let last = 0;
  while (!signal.aborted) {
    try {
      for await (const event of await api.writing.follow({ generationId, afterSeq: last }, { signal })) {
        if (signal.aborted) return;
        if (event.seq <= last && event.type !== 'prompt') continue;
        last = Math.max(last, event.seq);
        onEvent(event);
        if (event.type === 'done') return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const fault = faultOf(error);
      if (fault.code !== 'UNREACHABLE') return onLost(fault);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

export interface Insertion {
  readonly from: Place;
  readonly to: Place;
  readonly text: string;
}

/**
 * The edit that brings streamed text to a place of a line, so that no line of text reads as a mark (M4). `behind` is what of the line
 * stands after it. Nearly always it is the text itself.
 */
export function insertion(line: string, at: Place, text: string): Insertion {
  const head = line.slice(0, at.column - 1);
  const behind = line.slice(at.column - 1);
  const plain = head + text + behind;
  const shown = (unescapeLine(line).slice(0, head.length - (line.length - unescapeLine(line).length)) + text + behind)
    .split('\n')
    .map(escapeLine)
    .join('\n');
  if (shown === plain) return { from: at, to: at, text };
  return { from: { line: at.line, column: 1 }, to: { line: at.line, column: line.length + 1 }, text: shown };
}

/** Between two writes: seldom enough to leave the processor to the model, often enough that the text flows for its reader. */
const LEAST_REST_MS = 33;
const MOST_REST_MS = 200;
/** A write and the frame that it makes take at most about this share of the time. */
const SHARE = 1 / 8;
/** While the person types, their keys go first: so long after a key nothing is written, but no longer than this after the last write. */
const AFTER_KEY_MS = 120;
const MOST_WAIT_MS = 600;

/** Gathers what arrives and brings it onto the page: the first at once, then at a pace that this computer draws with ease. */
export class Batch {
  private readonly write: (text: string) => void;
  private text = '';
  private began = 0;
  private next = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  add(text: string): void {
    this.text += text;
    if (this.timer === undefined) this.wait();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.text;
    this.text = '';
    if (text === '') return;
    const began = performance.now();
    this.write(text);
    this.began = began;
    const written = performance.now();
    this.next = began + LEAST_REST_MS;
    requestAnimationFrame((frame) =>
      setTimeout(() => {
        const drawing = performance.now() - Math.max(frame, written);
        this.next = Math.max(this.next, began + Math.min(MOST_REST_MS, (written - began + drawing) / SHARE));
      }),
    );
  }

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
    this.text = '';
    this.flush();
  }
}
