import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { GenerationEvent } from '../../../shared/contract/writing.ts';
import { follow } from '../../lib/follow.ts';
import type { StudioApi } from '../controller.ts';

interface FollowOptions {
  readonly api: Pick<StudioApi, 'writing'>;
  readonly generationId: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: GenerationEvent) => void;
  /** The studio does not know the reply any more. */
  readonly onLost: (fault: StudioFault) => void;
}

/** Follows a reply to its end, however often the connection breaks, and tells each event once. */
export function followGeneration({ api, generationId, signal, onEvent, onLost }: FollowOptions): Promise<void> {
  const over = new AbortController();
  let last = 0;
  return follow({
    open: (until) => api.writing.follow({ generationId, afterSeq: last }, { signal: until }),
    onValue: (event) => {
      if (event.seq <= last && (event.type === 'text' || event.type === 'done')) return;
      last = Math.max(last, event.seq);
      if (event.type === 'done') over.abort();
      onEvent(event);
    },
    onFault: (fault) => {
      over.abort();
      onLost(fault);
    },
    signal: AbortSignal.any([signal, over.signal]),
  });
}
