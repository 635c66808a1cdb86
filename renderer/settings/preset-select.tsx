import { Select } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactElement } from 'react';
import { PRESETS, presetOf, sampled, suited, type Preset } from '../../shared/settings/presets.ts';
import type { Sampling } from '../../shared/settings/sampling.ts';
import { words } from '../locales/index.ts';

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
    <div className="preset">
      <Select.Root
        items={{ [SUITED]: words.sampling.suited, ...Object.fromEntries(PRESETS.map((one) => [one.name, one.title])) }}
        value={preset?.name ?? SUITED}
        modal={false}
        onValueChange={choose}
      >
        <Select.Trigger className="select" aria-label={words.sampling.preset}>
          <Select.Value>{() => words.sampling.summary(title, changed)}</Select.Value>
          <Select.Icon>
            <ChevronsUpDown size={14} aria-hidden />
          </Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner className="layer" data-layer sideOffset={6} align="end" alignItemWithTrigger={false}>
            <Select.Popup className="menu presets">
              <Select.List>
                <Option name={SUITED} title={words.sampling.suited} hint={words.sampling.suitedHint} />
                {MAKERS.map((maker) => (
                  <Select.Group key={maker}>
                    <Select.GroupLabel className="quiet">{words.sampling.makers[maker]}</Select.GroupLabel>
                    {PRESETS.filter((one) => one.maker === maker).map((one) => (
                      <Option key={one.name} {...one} />
                    ))}
                  </Select.Group>
                ))}
              </Select.List>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
      {changed ? (
        <button type="button" className="defaults" onClick={() => choose(preset?.name ?? null)}>
          {words.sampling.reset}
        </button>
      ) : null}
    </div>
  );
}

function Option({ name, title, hint }: Pick<Preset, 'name' | 'title' | 'hint'>): ReactElement {
  return (
    <Select.Item value={name} className="option preset-option">
      <Select.ItemText>{title}</Select.ItemText>
      <Select.ItemIndicator className="check">
        <Check size={14} aria-hidden />
      </Select.ItemIndicator>
      <small>{hint}</small>
    </Select.Item>
  );
}
