import { useEffect, useId, useRef, type ReactElement } from 'react';
import { words } from '../locales/index.ts';
import ui from '../ui/ui.module.css';
import css from './character-editor.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  /** In the loaded model's; null: not known, or of no interest. */
  readonly tokens?: number | null;
  /** One line. */
  readonly isShort?: true;
  readonly isReadOnly?: boolean;
  /** It has just been made: whoever made it writes in it next. */
  readonly isNew?: boolean;
  readonly onChange: (value: string) => void;
  readonly onLeave?: () => void;
}

/** A text of a card, with what it costs. */
export function CardField({
  label,
  value,
  hint,
  tokens = null,
  isShort,
  isReadOnly,
  isNew,
  onChange,
  onLeave,
}: Props): ReactElement {
  const [field, about] = [useId(), useId()];
  const line = useRef<HTMLInputElement>(null);
  const prose = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const input = line.current ?? prose.current;
    if (isNew !== true || input === null) return;
    input.focus();
    input.select();
  }, [isNew]);
  const shared = {
    id: field,
    value,
    dir: 'auto',
    readOnly: isReadOnly,
    onBlur: onLeave,
    'aria-describedby': hint === undefined ? undefined : about,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (
    <div className={css.field}>
      <label htmlFor={field}>{label}</label>
      {tokens === null || value === '' ? null : <small className="num">{words.common.tokens(tokens)}</small>}
      {isShort === true ? (
        <input {...shared} ref={line} className={ui.field} />
      ) : (
        <textarea {...shared} ref={prose} className={`${ui.field} ${css.prose}`} rows={2} />
      )}
      {hint === undefined ? null : (
        <p id={about} className={ui.quiet}>
          {hint}
        </p>
      )}
    </div>
  );
}
