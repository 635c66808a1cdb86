import { useId, useState, type CSSProperties, type ReactElement } from 'react';
import type { Sampling } from '../../shared/settings/sampling.ts';
import { limitsOf, type NumberField as Field } from '../../shared/settings/sampling-fields.ts';

export interface SettingProps {
  readonly sampling: Sampling;
  readonly change: (next: Sampling) => void;
}

export function NumberSetting({ field, sampling, change }: SettingProps & { readonly field: Field }): ReactElement {
  const { key, end } = field;
  const { least, most } = limitsOf(key);
  const value = sampling[key];
  const id = useId();
  const share = { '--share': `${String(Math.min(100, (100 * (value - least)) / (end - least)))}%` };
  return (
    <div className="set" title={field.hint}>
      <label htmlFor={id}>{field.label}</label>
      <input
        type="range"
        aria-label={field.label}
        min={least}
        max={end}
        step={field.step}
        value={value}
        style={share as CSSProperties}
        onChange={(event) => change({ ...sampling, [key]: Number(event.target.value) })}
      />
      <NumberField
        id={id}
        value={value}
        least={least}
        most={most}
        onChange={(next) => change({ ...sampling, [key]: next })}
      />
    </div>
  );
}

interface FieldProps {
  readonly id: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

/** Keeps what is being typed, also where it is not a number of the range yet. */
function NumberField({ id, value, least, most, onChange }: FieldProps): ReactElement {
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? String(value);
  const number = Number(text);
  const valid = text.trim() !== '' && Number.isFinite(number) && number >= least && number <= most;
  return (
    <input
      id={id}
      className="number num"
      inputMode="decimal"
      value={text}
      aria-invalid={!valid || undefined}
      title={valid ? undefined : `${String(least)} – ${String(most)}`}
      onChange={(event) => {
        setDraft(event.target.value);
        const next = Number(event.target.value);
        if (event.target.value.trim() !== '' && next >= least && next <= most) onChange(next);
      }}
      onBlur={() => setDraft(null)}
    />
  );
}
