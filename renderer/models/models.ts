import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ModelFile } from '../../shared/contract/models.ts';
import { queries } from '../lib/client.ts';
import { useEngine } from './engine-status.ts';

export function useModels(): readonly ModelFile[] | undefined {
  const client = useQueryClient();
  const loaded = useEngine((engine) => `${engine.modelId ?? ''} ${engine.state} ${engine.sha256 ?? ''}`);
  useEffect(() => {
    void client.invalidateQueries({ queryKey: queries.models.list.key() });
  }, [client, loaded]);
  return useQuery({ ...queries.models.list.queryOptions(), staleTime: 0 }).data;
}

/** Put aside after it ended the engine twice; it can be tried again. */
export const isAside = (model: ModelFile): boolean => model.fault?.code === 'ASIDE';

export function useFormats(): readonly { readonly name: string; readonly title: string }[] {
  return useQuery({ ...queries.models.formats.queryOptions(), staleTime: Infinity }).data ?? [];
}
