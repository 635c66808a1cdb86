import { ChevronRight } from 'lucide-react';
import { useId, useState, type CSSProperties, type ReactElement } from 'react';
import { DEFAULT_SAMPLING, type Sampling } from '../../shared/settings/sampling.ts';
import { COMMON_FIELDS, limitsOf, type NumberField as Field } from '../../shared/settings/sampling-fields.ts';
import { useFlag } from '../app/remembered.ts';
import { words } from '../lib/words.ts';
import { useSampling } from './sampling.ts';

export function SamplingPanel(): ReactElement {
  const [open, setOpen] = useFlag('samplingOpen', false);
  const { sampling, change } = useSampling();
  const summary = sampling === null ? '' : `${String(sampling.temperature)} · ${words.tokens(sampling.maxTokens)}`;
  return (
    <section aria-label={words.sampling}>
      <button type="button" className="disclose" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden /><b>{words.sampling}</b><span className="num">{summary}</span>
      </button>
      {open && sampling !== null ? (
        <div className="settings-list">
          {COMMON_FIELDS.map((field) => <NumberSetting key={field.key} field={field} sampling={sampling} change={change} />)}
          <SeedSetting sampling={sampling} change={change} />
          <label className="check" title={words.banEndHint}>
            <input type="checkbox" checked={sampling.banEnd} onChange={(event) => change({ ...sampling, banEnd: event.target.checked })} />{words.banEnd}
          </label>
          <button type="button" className="defaults" onClick={() => change(DEFAULT_SAMPLING)}>{words.defaults}</button>
        </div>
      ) : null}
    </section>
  );
}

interface SettingProps { readonly sampling: Sampling; readonly change: (next: Sampling) => void }

function NumberSetting({ field, sampling, change }: SettingProps & { readonly field: Field }): ReactElement {
  const { key, end } = field;
  const { least, most } = limitsOf(key);
  const value = sampling[key];
  const id = useId();
  const share = { '--share': `${String(Math.min(100, (100 * (value - least)) / (end - least)))}%` };
  return (
    <div className="set" title={field.hint}>
      <label htmlFor={id}>{field.label}</label>
      <input type="range" aria-label={field.label} min={least} max={end} step={field.step} value={value} style={share as CSSProperties} onChange={(event) => change({ ...sampling, [key]: Number(event.target.value) })} />
      <NumberField id={id} value={value} least={least} most={most} onChange={(next) => change({ ...sampling, [key]: next })} />
    </div>
  );
}

interface FieldProps { readonly id: string; readonly value: number; readonly least: number; readonly most: number; readonly onChange: (value: number) => void }

/** Keeps what is being typed, also where it is not a number of the range yet. */
function NumberField({ id, value, least, most, onChange }: FieldProps): ReactElement {
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? String(value);
  const number = Number(text);
  const valid = text.trim() !== '' && Number.isFinite(number) && number >= least && number <= most;
  return (
    <input id={id} className="number num" inputMode="decimal" value={text} aria-invalid={!valid || undefined} title={valid ? undefined : `${String(least)} – ${String(most)}`}
      onChange={(event) => {
        setDraft(event.target.value);
        const next = Number(event.target.value);
        if (event.target.value.trim() !== '' && next >= least && next <= most) onChange(next);
      }}
      onBlur={() => setDraft(null)} />
  );
}

function SeedSetting({ sampling, change }: SettingProps): ReactElement {
  const id = useId();
  return (
    <div className="set seed" title={words.seedHint}>
      <label htmlFor={id}>{words.seed}</label>
      <input id={id} className="field num" inputMode="numeric" placeholder={words.seedRandom} value={sampling.seed ?? ''}
        onChange={(event) => {
          const digits = event.target.value.replaceAll(/\D/g, '');
          change({ ...sampling, seed: digits === '' ? null : Math.min(Number(digits), 4_294_967_295) });
        }} />
    </div>
  );
}
