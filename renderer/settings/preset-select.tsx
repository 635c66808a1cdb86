import type { ReactElement } from 'react';
import { PRESETS, presetOf, sampled, suited } from '../../shared/settings/presets.ts';
import type { Sampling } from '../../shared/settings/sampling.ts';
import { words } from '../locales/index.ts';
import { Select, SelectGroup, SelectOption } from '../ui/select.tsx';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

const SUITED = 'suited';
const SOURCES = ['paphos', 'oasst-report', 'oasst-demo'] as const;

interface Props {
  readonly sampling: Sampling;
  readonly suitable: Sampling;
  readonly change: (next: Sampling) => void;
}

export function PresetSelect({ sampling, suitable, change }: Props): ReactElement {
  const { preset, changed } = presetOf(sampling, suitable);
  const choose = (name: string | null): void => {
    const chosen = PRESETS.find((one) => one.name === name);
    change(chosen === undefined ? suited(suitable, sampling) : sampled(chosen, sampling));
  };
  const title = preset === null ? words.sampling.suited : words.sampling.presets[preset.name].label;
  return (
    <div className={css.preset}>
      <Select
        label={words.sampling.preset}
        items={{
          [SUITED]: words.sampling.suited,
          ...Object.fromEntries(PRESETS.map(({ name }) => [name, words.sampling.presets[name].label])),
        }}
        value={preset?.name ?? SUITED}
        shown={words.sampling.summary(title, changed)}
        look="hinted"
        onChoose={choose}
      >
        <Option name={SUITED} label={words.sampling.suited} hint={words.sampling.suitedHint} />
        {SOURCES.map((source) => (
          <SelectGroup key={source} title={words.sampling.sources[source]}>
            {PRESETS.filter((one) => one.source === source).map((one) => (
              <Option key={one.name} name={one.name} {...words.sampling.presets[one.name]} />
            ))}
          </SelectGroup>
        ))}
      </Select>
      {changed ? (
        <button type="button" className={ui.textButton} onClick={() => choose(preset?.name ?? null)}>
          {words.sampling.reset}
        </button>
      ) : null}
    </div>
  );
}

interface OptionProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
}

function Option({ name, label, hint }: OptionProps): ReactElement {
  return (
    <SelectOption value={name} title={label} look="hinted">
      <small>{hint}</small>
    </SelectOption>
  );
}
