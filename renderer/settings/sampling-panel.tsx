import { ChevronRight } from 'lucide-react';
import { useId, type ReactElement, type ReactNode } from 'react';
import { presetOf } from '../../shared/settings/presets.ts';
import { MOST_ENTRIES, type Sampling } from '../../shared/settings/sampling.ts';
import { COMMON_FIELDS, FIELD_GROUPS, KEPT_FIELD, type FieldGroup } from '../../shared/settings/sampling-fields.ts';
import { useFlag } from '../workspace/remembered.ts';
import { words } from '../locales/index.ts';
import { NumberField } from '../ui/number-field.tsx';
import { GrammarSetting } from './grammar-setting.tsx';
import { biasLines, plainLines } from './lines.ts';
import { LinesSetting } from './lines-setting.tsx';
import { NumberSetting, type SettingProps } from './number-setting.tsx';
import { PresetSelect } from './preset-select.tsx';
import { useSampling, useSuitableSampling } from './sampling.ts';
import { StepOrder } from './step-order.tsx';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

const FORMATS = {
  bannedTokens: plainLines(MOST_ENTRIES.bannedTokens),
  bannedPhrases: plainLines(MOST_ENTRIES.bannedPhrases),
  dryBreakers: plainLines(MOST_ENTRIES.dryBreakers),
};

export function SamplingPanel(): ReactElement {
  const [open, setOpen] = useFlag('samplingOpen', false);
  const { sampling, change } = useSampling();
  const suitable = useSuitableSampling();
  const known = sampling === null || suitable === null ? null : presetOf(sampling, suitable);
  return (
    <section aria-label={words.sampling.title}>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden />
        <b>{words.sampling.title}</b>
        <span>
          {open || known === null
            ? ''
            : words.sampling.summary(
                known.preset === null ? words.sampling.suited : words.sampling.presets[known.preset.name].label,
                known.changed,
              )}
        </span>
      </button>
      {open && sampling !== null && suitable !== null ? (
        <div className={css.settingsList}>
          <PresetSelect sampling={sampling} suitable={suitable} change={change} />
          {COMMON_FIELDS.map((field) => (
            <NumberSetting key={field.key} field={field} sampling={sampling} change={change} />
          ))}
          <SeedSetting sampling={sampling} change={change} />
          <Switch name="banEnd" hint={words.sampling.banEndHint} sampling={sampling} change={change} />
          <Switch name="endsAtSentence" hint={words.sampling.endsAtSentenceHint} sampling={sampling} change={change} />
          {sampling.grammarKind === 'none' ? null : <p className={ui.quiet}>{words.sampling.grammarRules}</p>}
          {FIELD_GROUPS.map((group) => (
            <Fields key={group.name} group={group} sampling={sampling} change={change} />
          ))}
          <Group name="order" title={words.sampling.order} on="">
            <p className={ui.quiet}>{words.sampling.orderHint}</p>
            <StepOrder sampling={sampling} change={change} />
          </Group>
          <Group name="texts" title={words.sampling.texts} on={textsOn(sampling)}>
            <LinesSetting
              label={words.sampling.bannedTokens}
              hint={words.sampling.bannedTokensHint}
              value={sampling.bannedTokens}
              format={FORMATS.bannedTokens}
              onChange={(bannedTokens) => change({ ...sampling, bannedTokens })}
            />
            <LinesSetting
              label={words.sampling.bannedPhrases}
              hint={words.sampling.bannedPhrasesHint}
              value={sampling.bannedPhrases}
              format={FORMATS.bannedPhrases}
              onChange={(bannedPhrases) => change({ ...sampling, bannedPhrases })}
            />
            <LinesSetting
              label={words.sampling.bias}
              hint={words.sampling.biasHint}
              value={sampling.logitBias}
              format={biasLines}
              onChange={(logitBias) => change({ ...sampling, logitBias })}
            />
            <LinesSetting
              label={words.sampling.breakers}
              hint={words.sampling.breakersHint}
              value={sampling.dryBreakers}
              format={FORMATS.dryBreakers}
              onChange={(dryBreakers) => change({ ...sampling, dryBreakers })}
            />
            <NumberSetting field={KEPT_FIELD} sampling={sampling} change={change} />
          </Group>
          <Group
            name="grammar"
            title={words.sampling.grammar}
            on={sampling.grammarKind === 'none' ? '' : words.sampling.grammarKinds[sampling.grammarKind]}
          >
            <GrammarSetting sampling={sampling} change={change} />
          </Group>
        </div>
      ) : null}
    </section>
  );
}

interface SwitchProps extends SettingProps {
  readonly name: 'banEnd' | 'endsAtSentence';
  readonly hint: string;
}

function Switch({ name, hint, sampling, change }: SwitchProps): ReactElement {
  return (
    <label className={css.check} title={hint}>
      <input
        type="checkbox"
        checked={sampling[name]}
        onChange={(event) => change({ ...sampling, [name]: event.target.checked })}
      />
      {words.sampling[name]}
    </label>
  );
}

interface GroupProps {
  readonly name: string;
  readonly title: string;
  readonly on: string;
  readonly children: ReactNode;
}

/** Settings that few people need; what of them is on can be seen while they are folded. */
function Group({ name, title, on, children }: GroupProps): ReactElement {
  const [open, setOpen] = useFlag(`sampling:${name}`, false);
  return (
    <div className={css.settingsGroup}>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={13} aria-hidden />
        {title}
        <span>{open ? '' : on}</span>
      </button>
      {open ? <div>{children}</div> : null}
    </div>
  );
}

function Fields({ group, sampling, change }: SettingProps & { readonly group: FieldGroup }): ReactElement {
  const on = group.fields
    .filter(({ key, off }) => off !== undefined && key !== 'repetitionRange' && sampling[key] !== off)
    .map(({ key }) => words.sampling.fields[key].label);
  return (
    <Group name={group.name} title={words.sampling.groups[group.name].label} on={on.join(', ')}>
      <p className={ui.quiet}>{words.sampling.groups[group.name].hint}</p>
      {group.fields.map((field) => (
        <NumberSetting key={field.key} field={field} sampling={sampling} change={change} />
      ))}
    </Group>
  );
}

function textsOn({ bannedTokens, bannedPhrases, logitBias }: Sampling): string {
  const number = bannedTokens.length + bannedPhrases.length + logitBias.length;
  return number === 0 ? '' : words.sampling.entries(number);
}

function SeedSetting({ sampling, change }: SettingProps): ReactElement {
  const id = useId();
  return (
    <div className={`${css.set} ${css.seed}`} title={words.sampling.seedHint}>
      <label htmlFor={id}>{words.sampling.seed}</label>
      <NumberField
        id={id}
        least={0}
        most={4_294_967_295}
        placeholder={words.sampling.seedRandom}
        value={sampling.seed}
        onChange={(seed) => change({ ...sampling, seed })}
      />
    </div>
  );
}
