import { useQuery } from '@tanstack/react-query';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type { PlannedReply } from '../../shared/contract/writing.ts';
import { useOpenChapter, useWorkspace } from '../workspace/workspace.ts';
import { api, queries, useConnection } from '../lib/client.ts';
import { useEngine } from '../models/engine-status.ts';
import { faultOf } from '../lib/faults.ts';
import { useRested } from '../lib/rested.ts';
import { useSampling } from '../settings/sampling.ts';
import { useNoteVersions } from '../notes/open-notes.ts';
import { planInputs } from './plan-inputs.ts';

const REST_MS = 300;

export interface PlanView {
  readonly ledger: PlannedReply | null;
  readonly fault: StudioFault | null;
  /** The ledger is of a moment ago, and cannot be counted again until a model is ready. */
  readonly old: boolean;
}

/** The prompt that Reply would send, planned again 300 ms after whatever could change it. */
export function usePlan(): PlanView {
  const chapterId = useWorkspace((workspace) => workspace.place?.chapterId ?? null);
  // A chapter that is still being read is shown first.
  const isShown = useOpenChapter((chapter) => !chapter.loading) === true;
  const engine = useEngine();
  const open = useConnection((connection) => connection.state === 'open');
  const { sampling } = useSampling();
  const target = useOpenChapter((chapter) => chapter.planTarget);
  const notes = useNoteVersions(useWorkspace((workspace) => workspace.place?.storyId ?? null));
  const asked = { ...planInputs(chapterId, target, engine, sampling, notes), isShown };
  const rested = useRested(asked, REST_MS);
  const writing = useOpenChapter((chapter) => chapter.generation !== null) === true;
  const query = useQuery({
    queryKey: [...queries.writing.plan.key(), rested.chapterId, rested],
    queryFn: ({ signal }) =>
      api.writing.plan({ chapterId: rested.chapterId ?? '', turnId: rested.turnId, offset: null }, { signal }),
    enabled:
      open &&
      !writing &&
      engine.state === 'ready' &&
      target !== null &&
      rested.isShown &&
      rested.chapterId !== null &&
      rested.chapterId === chapterId,
    // What was true a moment ago stays until the new count is there, but never another chapter's.
    placeholderData: (before, query) => (query?.queryKey.at(-2) === chapterId ? before : undefined),
    retry: false,
    refetchOnWindowFocus: false,
  });
  return {
    ledger: query.data ?? null,
    fault: query.error === null ? null : faultOf(query.error),
    old: query.data !== undefined && engine.state !== 'ready' && engine.state !== 'generating',
  };
}
