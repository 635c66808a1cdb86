import { useState, type ReactElement } from 'react';
import ui from './ui.module.css';

interface Props {
  readonly label: string;
  readonly title: string;
  readonly className?: string | undefined;
  /** The new title, null where the old one stays; `byKey`: by Enter or Escape. */
  readonly onDone: (title: string | null, byKey: boolean) => void;
}

/** Enter or leaving keeps the new title, Escape the old one. */
export function RenameField({ label, title, className = ui.field, onDone }: Props): ReactElement {
  const [value, setValue] = useState(title);
  const keep = (byKey: boolean): void => {
    const next = value.trim();
    onDone(next === '' || next === title ? null : next, byKey);
  };
  return (
    <input
      className={className}
      dir="auto"
      aria-label={label}
      value={value}
      maxLength={200}
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => keep(false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if ((event.key !== 'Enter' && event.key !== 'Escape') || event.nativeEvent.isComposing) return;
        // The field goes and the page has the focus before the key is done: Enter would begin a line there.
        event.preventDefault();
        if (event.key === 'Enter') keep(true);
        else onDone(null, true);
      }}
    />
  );
}
