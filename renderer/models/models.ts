import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ModelFile } from '../../shared/contract/models.ts';
import { queryClient } from '../ui/query-client.ts';
import { api, queries } from '../lib/client.ts';
import { follow } from '../lib/follow.ts';
import { useEngine } from './engine-status.ts';

const readAgain = (): void => void queryClient.invalidateQueries({ queryKey: queries.models.list.key() });

/**
 * The folders are looked at when somebody comes back to the page, who may have put a file there; the studio says if the
 * list is another one.
 */
export function followModels(): void {
  void follow({
    open: (signal) => api.models.changes(undefined, { signal }),
    onValue: readAgain,
    signal: new AbortController().signal,
  });
  window.addEventListener('focus', () => void api.models.look().catch(() => undefined));
}

/**
 * Read again also when a model was loaded, rests or failed: what is known of it has changed, not what lies on the disk.
 */
export function useModels(): readonly ModelFile[] | undefined {
  const loaded = useEngine((engine) => `${engine.modelId ?? ''} ${engine.state} ${engine.sha256 ?? ''}`);
  useEffect(readAgain, [loaded]);
  return useQuery({ ...queries.models.list.queryOptions(), staleTime: Infinity }).data;
}

/** Put aside after it ended the engine twice; it can be tried again. */
export const isAside = (model: ModelFile): boolean => model.fault?.code === 'ASIDE';

export function useFormats(): readonly { readonly name: string; readonly title: string }[] {
  return useQuery({ ...queries.models.formats.queryOptions(), staleTime: Infinity }).data ?? [];
}
