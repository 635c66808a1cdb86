import { escapeLine, unescapeLine } from '../../shared/document/grammar.ts';
import type { StudioFault } from '../../shared/contract/common.ts';
import type { GenerationEvent } from '../../shared/contract/writing.ts';
import type { StudioApi } from './controller.ts';
import type { Place } from './source.ts';

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
export async function followGeneration({ api, generationId, signal, onEvent, onLost, faultOf }: FollowOptions): Promise<void> {
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

export interface Insertion { readonly from: Place; readonly to: Place; readonly text: string }

/**
 * The edit that brings streamed text to a place of a line, so that no line of text reads as a mark (M4). `behind` is what of the line
 * stands after it. Nearly always it is the text itself.
 */
export function insertion(line: string, at: Place, text: string): Insertion {
  const head = line.slice(0, at.column - 1);
  const behind = line.slice(at.column - 1);
  const plain = head + text + behind;
  const shown = (unescapeLine(line).slice(0, head.length - (line.length - unescapeLine(line).length)) + text + behind).split('\n').map(escapeLine).join('\n');
  if (shown === plain) return { from: at, to: at, text };
  return { from: { line: at.line, column: 1 }, to: { line: at.line, column: line.length + 1 }, text: shown };
}

/** Gathers what arrives until the page is drawn again. */
export class Batch {
  private readonly write: (text: string) => void;
  private text = '';
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  add(text: string): void {
    this.text += text;
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => this.flush());
    // A page in the background is not drawn; its text is to arrive all the same.
    this.timer = setTimeout(() => this.flush(), 200);
  }

  flush(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = 0;
    const text = this.text;
    this.text = '';
    if (text !== '') this.write(text);
  }

  drop(): void {
    this.text = '';
    this.flush();
  }
}
