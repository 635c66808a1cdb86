import { useId, type CSSProperties, type ReactElement } from 'react';
import type { Sampling } from '../../shared/settings/sampling.ts';
import { limitsOf, type NumberField as Field } from '../../shared/settings/sampling-fields.ts';
import { words } from '../locales/index.ts';
import { NumberField } from '../ui/number-field.tsx';
import css from './settings.module.css';

export interface SettingProps {
  readonly sampling: Sampling;
  readonly change: (next: Sampling) => void;
}

export function NumberSetting({ field, sampling, change }: SettingProps & { readonly field: Field }): ReactElement {
  const { key, end } = field;
  const { label, hint } = words.sampling.fields[key];
  const { least, most } = limitsOf(key);
  const value = sampling[key];
  const id = useId();
  const share = { '--share': `${String(Math.min(100, (100 * (value - least)) / (end - least)))}%` };
  return (
    <div className={css.set} title={hint}>
      <label htmlFor={id}>{label}</label>
      <input
        type="range"
        aria-label={label}
        min={least}
        max={end}
        step={field.step}
        value={value}
        style={share as CSSProperties}
        onChange={(event) => change({ ...sampling, [key]: Number(event.target.value) })}
      />
      <NumberField
        id={id}
        className={`${css.number} num`}
        value={value}
        least={least}
        most={most}
        step={field.step}
        onChange={(next) => {
          if (next !== null) change({ ...sampling, [key]: next });
        }}
      />
    </div>
  );
}
