import { Select } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactElement } from 'react';

interface Props {
  readonly label: string;
  readonly items: Readonly<Record<string, string>>;
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

/** One of a few, by its name. */
export function Choice({ label, items, value, onChoose }: Props): ReactElement {
  return (
    <Select.Root
      items={items}
      value={value}
      modal={false}
      onValueChange={(chosen) => {
        if (chosen !== null) onChoose(chosen);
      }}
    >
      <Select.Trigger className="select" aria-label={label}>
        <Select.Value />
        <Select.Icon>
          <ChevronsUpDown size={14} aria-hidden />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner className="layer" data-layer sideOffset={6} align="end" alignItemWithTrigger={false}>
          <Select.Popup className="menu">
            <Select.List>
              {Object.entries(items).map(([key, title]) => (
                <Select.Item key={key} value={key} className="option">
                  <Select.ItemText>{title}</Select.ItemText>
                  <Select.ItemIndicator className="check">
                    <Check size={14} aria-hidden />
                  </Select.ItemIndicator>
                </Select.Item>
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
