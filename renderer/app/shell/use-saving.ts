import { fault as faultAs } from '../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { useConnection } from '../../lib/client.ts';
import { useStoreFault } from '../../lib/store-fault.ts';
import { useOpenChapter } from '../../workspace/workspace.ts';

/** Whether all that the page shows is in the library; `fault`: why it is not, where that will not pass by itself. */
export interface Saving {
  readonly state: 'saved' | 'saving' | 'notSaved';
  readonly fault: StudioFault | null;
}

/** Null while no chapter is open. */
export function useSaving(): Saving | null {
  const save = useOpenChapter((chapter) => chapter.save);
  const refused = useOpenChapter((chapter) => chapter.saveFault);
  const isWriting = useOpenChapter((chapter) => chapter.generation?.phase === 'writing') === true;
  const store = useStoreFault(({ fault }) => fault);
  const isLost = useConnection(({ state }) => state === 'lost');
  if (save === null) return null;
  if (store !== null) return { state: 'notSaved', fault: store };
  if (save === 'failed' || save === 'offline') return { state: 'notSaved', fault: refused };
  // The studio keeps a reply as it comes, a moment after it is on the page.
  if (save === 'saved' && !isWriting) return { state: 'saved', fault: null };
  return isLost ? { state: 'notSaved', fault: faultAs('UNREACHABLE', {}) } : { state: 'saving', fault: null };
}
