import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

interface SelectProps {
  readonly label: string;
  readonly items: Readonly<Record<string, string>>;
  readonly value: string | null;
  readonly onChoose: (value: string) => void;
  /** What is shown instead of the chosen item's name. */
  readonly shown?: string;
  readonly badge?: ReactNode;
  readonly popup?: string;
  /** Options of one's own; without them, each item by its name. */
  readonly children?: ReactNode;
}

/** One of a few, by its name. */
export function Select({
  label,
  items,
  value,
  onChoose,
  shown,
  badge,
  popup = 'menu',
  children,
}: SelectProps): ReactElement {
  return (
    <Base.Root
      items={items}
      value={value}
      modal={false}
      onValueChange={(chosen) => {
        if (chosen !== null) onChoose(chosen);
      }}
    >
      <Base.Trigger className="select" aria-label={label}>
        <Base.Value>{shown}</Base.Value>
        {badge}
        <Base.Icon>
          <ChevronsUpDown size={14} aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="layer" data-layer sideOffset={6} align="end" alignItemWithTrigger={false}>
          <Base.Popup className={popup}>
            <Base.List>
              {children ??
                Object.entries(items).map(([key, title]) => <SelectOption key={key} value={key} title={title} />)}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface OptionProps {
  readonly value: string;
  readonly title: string;
  readonly isDisabled?: boolean;
  /** A line with a tick, one with a hint below it, or a card with more about it. */
  readonly look?: 'line' | 'hinted' | 'card';
  readonly children?: ReactNode;
}

const LOOKS = { line: 'option', hinted: 'option preset-option', card: 'model-option' };

export function SelectOption({ value, title, isDisabled = false, look = 'line', children }: OptionProps): ReactElement {
  return (
    <Base.Item value={value} label={title} disabled={isDisabled} className={LOOKS[look]}>
      <Base.ItemText render={look === 'card' ? <b /> : undefined}>{title}</Base.ItemText>
      {look === 'card' ? null : (
        <Base.ItemIndicator className="check">
          <Check size={14} aria-hidden />
        </Base.ItemIndicator>
      )}
      {children}
    </Base.Item>
  );
}

/** Options that belong together, below what they have in common. */
export function SelectGroup({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Base.Group>
      <Base.GroupLabel className="quiet">{title}</Base.GroupLabel>
      {children}
    </Base.Group>
  );
}
