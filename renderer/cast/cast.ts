import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { create } from 'zustand';
import type { CastView, StoryCast } from '../../shared/contract/cast.ts';
import { api, queries } from '../lib/client.ts';
import { follow } from '../lib/follow.ts';
import { toastFault } from '../ui/toasts.tsx';
import { useWorkspace } from '../workspace/workspace.ts';

/** The cast of the open story, as the studio told it last; null until it has. */
export const useCast = create<{ storyId: string | null; cast: CastView | null }>(() => ({ storyId: null, cast: null }));

/** Goes along with the cast of the open story. */
export function useStoryCast(): void {
  const storyId = useWorkspace((workspace) => workspace.place?.storyId ?? null);
  useEffect(() => {
    useCast.setState({ storyId, cast: null });
    if (storyId === null) return undefined;
    const leaving = new AbortController();
    void follow({
      open: (signal) => api.cast.watch({ storyId }, { signal }),
      onValue: (cast) => useCast.setState({ storyId, cast }),
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, [storyId]);
}

/** Shows at once; what the studio does not take comes back. */
export function changeCast(change: Partial<StoryCast>): void {
  const { storyId, cast } = useCast.getState();
  if (storyId === null || cast === null) return;
  const { people, ...before } = cast;
  const next = { ...before, ...change };
  useCast.setState({ cast: { ...next, people } });
  api.cast.set({ storyId, cast: next }).catch((error: unknown) => {
    useCast.setState(({ cast: now }) => (now === null ? {} : { cast }));
    toastFault(error);
  });
}

const MOST_SHOWN = 200;

/** Who could be in the story. */
export function useLibrary(kind: 'character' | 'persona'): readonly { readonly id: string; readonly name: string }[] {
  return useQuery(queries.characters.list.queryOptions({ input: { kind, count: MOST_SHOWN } })).data?.items ?? [];
}
