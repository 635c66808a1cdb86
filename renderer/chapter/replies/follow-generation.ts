import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { GenerationEvent } from '../../../shared/contract/writing.ts';
import type { StudioApi } from '../controller.ts';

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
        if (event.seq <= last && (event.type === 'text' || event.type === 'done')) continue;
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
