import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { samplingSchema, type Sampling } from '../../shared/settings/sampling.ts';
import { useWorkspace } from '../workspace/workspace.ts';
import { api, queries } from '../lib/client.ts';
import { toastFault } from '../ui/toasts.tsx';

const REST_MS = 250;

/** What suits the model, to go back to. */
export function useSuitableSampling(): Sampling | null {
  return useQuery(queries.settings.suitableSampling.queryOptions()).data ?? null;
}

/**
 * The open story's sampling. A change shows at once and is stored after a short rest, so that dragging a slider is one
 * save.
 */
export function useSampling(): { readonly sampling: Sampling | null; readonly change: (next: Sampling) => void } {
  const storyId = useWorkspace((workspace) => workspace.place?.storyId ?? null);
  const client = useQueryClient();
  const options = queries.settings.sampling.queryOptions({ input: { storyId: storyId ?? '' } });
  const query = useQuery({ ...options, enabled: storyId !== null });
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; save: () => void } | null>(null);

  const flush = useCallback(() => {
    if (pending.current === null) return;
    clearTimeout(pending.current.timer);
    const { save } = pending.current;
    pending.current = null;
    save();
  }, []);
  useEffect(() => flush, [flush, storyId]);

  const change = (next: Sampling): void => {
    if (storyId === null || !samplingSchema.safeParse(next).success) return;
    client.setQueryData(options.queryKey, next);
    if (pending.current !== null) clearTimeout(pending.current.timer);
    const save = (): void => {
      api.settings.setSampling({ storyId, sampling: next }).catch(async (error: unknown) => {
        toastFault(error);
        await client.invalidateQueries({ queryKey: options.queryKey });
      });
    };
    pending.current = { timer: setTimeout(flush, REST_MS), save };
  };
  return { sampling: query.data ?? null, change };
}
