import type { ReactElement } from 'react';
import { PRESETS, presetOf, sampled, suited, type Preset } from '../../shared/settings/presets.ts';
import type { Sampling } from '../../shared/settings/sampling.ts';
import { words } from '../locales/index.ts';
import { Select, SelectGroup, SelectOption } from '../ui/select.tsx';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

const SUITED = 'suited';
const MAKERS = ['paphos', 'open-assistant'] as const;

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
  const title = preset?.title ?? words.sampling.suited;
  return (
    <div className={css.preset}>
      <Select
        label={words.sampling.preset}
        items={{ [SUITED]: words.sampling.suited, ...Object.fromEntries(PRESETS.map((one) => [one.name, one.title])) }}
        value={preset?.name ?? SUITED}
        shown={words.sampling.summary(title, changed)}
        look="hinted"
        onChoose={choose}
      >
        <Option name={SUITED} title={words.sampling.suited} hint={words.sampling.suitedHint} />
        {MAKERS.map((maker) => (
          <SelectGroup key={maker} title={words.sampling.makers[maker]}>
            {PRESETS.filter((one) => one.maker === maker).map((one) => (
              <Option key={one.name} {...one} />
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

function Option({ name, title, hint }: Pick<Preset, 'name' | 'title' | 'hint'>): ReactElement {
  return (
    <SelectOption value={name} title={title} look="hinted">
      <small>{hint}</small>
    </SelectOption>
  );
}
