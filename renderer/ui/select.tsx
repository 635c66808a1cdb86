import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import ui from './ui.module.css';
import menu from './menu.module.css';
import css from './select.module.css';

/** A line with a tick, one with a hint below it, or a card with more about it. */
type Look = 'line' | 'hinted' | 'card';

interface SelectProps {
  readonly label: string;
  readonly items: Readonly<Record<string, string>>;
  readonly value: string | null;
  readonly onChoose: (value: string) => void;
  /** What is shown instead of the chosen item's name. */
  readonly shown?: string;
  readonly badge?: ReactNode;
  readonly look?: Look;
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
  look = 'line',
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
      <Base.Trigger className={css.select} aria-label={label}>
        <Base.Value>{shown}</Base.Value>
        {badge}
        <Base.Icon>
          <ChevronsUpDown size={14} aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner data-layer sideOffset={6} align="end" alignItemWithTrigger={false}>
          <Base.Popup className={POPUPS[look]}>
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
  readonly look?: Look;
  readonly children?: ReactNode;
}

const OPTIONS: Readonly<Record<Look, string>> = {
  line: `${css.option}`,
  hinted: `${css.option} ${css.hinted}`,
  card: `${css.card}`,
};
const POPUPS: Readonly<Record<Look, string>> = {
  line: `${menu.menu}`,
  hinted: `${menu.menu} ${css.hintedList}`,
  card: `${css.cards}`,
};

export function SelectOption({ value, title, isDisabled = false, look = 'line', children }: OptionProps): ReactElement {
  return (
    <Base.Item value={value} label={title} disabled={isDisabled} className={OPTIONS[look]}>
      <Base.ItemText render={look === 'card' ? <b /> : undefined}>{title}</Base.ItemText>
      {look === 'card' ? null : (
        <Base.ItemIndicator className={css.check}>
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
      <Base.GroupLabel className={`${ui.quiet} ${css.groupLabel}`}>{title}</Base.GroupLabel>
      {children}
    </Base.Group>
  );
}
