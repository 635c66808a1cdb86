import { Select } from '@base-ui/react/select';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ModelFile } from '../../shared/contract/models.ts';
import { api, queries } from '../lib/client.ts';
import { words } from '../lib/words.ts';
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
  const items: Record<string, string> = { [DETECTED]: words.detected(model.formatTitle), ...Object.fromEntries(formats.map((format) => [format.name, format.title])) };
  return (
    <Select.Root items={items} value={model.chosenFormat ?? DETECTED} modal={false} onValueChange={(value) => choose.mutate(value === DETECTED ? null : value)}>
      <Select.Trigger className="select" aria-label={words.format}><Select.Value /><Select.Icon><ChevronsUpDown size={14} aria-hidden /></Select.Icon></Select.Trigger>
      <Select.Portal>
        <Select.Positioner className="layer" sideOffset={6} align="end" alignItemWithTrigger={false}>
          <Select.Popup className="menu">
            <Select.List>
              {Object.entries(items).map(([value, title]) => (
                <Select.Item key={value} value={value} className="option"><Select.ItemText>{title}</Select.ItemText><Select.ItemIndicator className="check"><Check size={14} aria-hidden /></Select.ItemIndicator></Select.Item>
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
