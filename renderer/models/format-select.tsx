import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { ModelFile } from '../../shared/contract/models.ts';
import { api, queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { Select } from '../ui/select.tsx';
import { useFormats } from './models.ts';

const DETECTED = 'detected';

/** Choosing takes effect at once, wherever it is done. */
export function FormatSelect({ model }: { readonly model: ModelFile }): ReactElement {
  const client = useQueryClient();
  const choose = useMutation({
    mutationFn: (format: string | null) => api.models.setFormat({ id: model.id, format }),
    onSettled: () => client.invalidateQueries({ queryKey: queries.models.list.key() }),
  });
  const formats = useFormats();
  const items = {
    [DETECTED]: words.models.detected(model.formatTitle),
    ...Object.fromEntries(formats.map((format) => [format.name, format.title])),
  };
  return (
    <Select
      label={words.models.format}
      items={items}
      value={model.chosenFormat ?? DETECTED}
      onChoose={(value) => choose.mutate(value === DETECTED ? null : value)}
    />
  );
}
