import { fault as faultAs } from '../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import { useUnsavedCards } from '../../characters/card-edits.ts';
import { isAway, useConnection } from '../../lib/client.ts';
import { useStoreFault } from '../../lib/store-fault.ts';
import { useNotesSaving } from '../../notes/open-notes.ts';
import { useHeldText, useTurning } from '../../workspace/held-text.ts';
import { useOpenChapter } from '../../workspace/workspace.ts';

/**
 * Whether all that the page shows is in the library; `fault`: why it is not, where that will not pass by itself. A page
 * that only reads goes along with what another one writes, or shows what was there at a moment (ms).
 */
export interface Saving {
  readonly state: 'saved' | 'saving' | 'notSaved' | 'readingAlong' | 'behind';
  readonly fault: StudioFault | null;
  readonly asOf: number | null;
}

const saved = (state: Saving['state'], fault: StudioFault | null = null): Saving => ({ state, fault, asOf: null });

/** Null while no chapter is open. */
export function useSaving(): Saving | null {
  const save = useOpenChapter((chapter) => chapter.save);
  const refused = useOpenChapter((chapter) => chapter.saveFault);
  const asOf = useOpenChapter((chapter) => chapter.asOf);
  const isWriting = useOpenChapter((chapter) => chapter.generation?.phase === 'writing') === true;
  const cards = useUnsavedCards();
  const store = useStoreFault(({ fault }) => fault);
  const isLost = useConnection(({ state }) => state === 'lost');
  const notes = useNotesSaving();
  const isHolding = useHeldText(({ text }) => text !== '');
  const turning = useTurning();
  const isUnknown = useConnection(isAway);
  if (cards?.state === 'notSaved') return saved('notSaved', cards.fault);
  if (save === null) return cards === null ? null : saved(isLost ? 'notSaved' : 'saving');
  if (store !== null) return saved('notSaved', isUnknown ? faultAs('UNREACHABLE', {}) : store);
  if (notes.state === 'notSaved') return saved('notSaved', notes.fault);
  if (typeof asOf === 'number') return { state: 'behind', fault: null, asOf };
  if (asOf === 'now') return saved('readingAlong');
  if (save === 'failed' || save === 'offline') return saved('notSaved', refused);
  // The studio keeps a reply as it comes, a moment after it is on the page.
  if (save === 'saved' && notes.state === 'saved' && !isWriting && !isHolding && cards === null) return saved('saved');
  if (isHolding && !turning) return saved('notSaved');
  return isLost ? saved('notSaved', faultAs('UNREACHABLE', {})) : saved('saving');
}
