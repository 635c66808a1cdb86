import type { LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import ui from './ui.module.css';

interface Props {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly keys?: string | null;
  readonly onClick: () => void;
  readonly disabledWhy?: string | null;
  /** The element that says why it would do nothing, instead of the tooltip. */
  readonly describedBy?: string | undefined;
  readonly pressed?: boolean;
  readonly size?: number;
}

/** A button that is only a picture; its name and its key are in the tooltip. */
export function IconButton({
  icon: Icon,
  label,
  keys,
  onClick,
  disabledWhy = null,
  describedBy,
  pressed,
  size = 16,
}: Props): ReactElement {
  const title = disabledWhy ?? ((keys ?? null) === null ? label : `${label} (${keys})`);
  return (
    <button
      type="button"
      className={ui.iconButton}
      aria-label={label}
      aria-describedby={describedBy}
      title={describedBy === undefined ? title : undefined}
      aria-pressed={pressed}
      aria-disabled={disabledWhy === null ? undefined : true}
      onClick={() => {
        if (disabledWhy === null) onClick();
      }}
    >
      <Icon size={size} strokeWidth={1.7} aria-hidden />
    </button>
  );
}
