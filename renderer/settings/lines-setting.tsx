import { useId, useState, type ReactElement } from 'react';
import { readLines, type LineFormat } from './lines.ts';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

interface Props<T> {
  readonly label: string;
  readonly hint: string;
  readonly value: readonly T[];
  readonly format: LineFormat<T>;
  readonly onChange: (value: T[]) => void;
}

/** A list, one entry to a line. What is wrong is said and not taken; the text stays as it is being written. */
export function LinesSetting<T>({ label, hint, value, format, onChange }: Props<T>): ReactElement {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? value.map((entry) => format.show(entry)).join('\n');
  const read = readLines(text, format);
  const wrong = 'wrong' in read ? read.wrong : null;
  return (
    <div className={css.lines}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className={ui.field}
        rows={Math.min(6, Math.max(2, text.split('\n').length))}
        spellCheck={false}
        value={text}
        aria-invalid={wrong !== null || undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          setDraft(event.target.value);
          const next = readLines(event.target.value, format);
          if ('entries' in next) onChange(next.entries);
        }}
        onBlur={() => {
          if (wrong === null) setDraft(null);
        }}
      />
      <p id={`${id}-hint`} className={wrong === null ? ui.quiet : ui.fault}>
        {wrong ?? hint}
      </p>
    </div>
  );
}
