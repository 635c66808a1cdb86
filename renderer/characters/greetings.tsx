import { Plus, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { CardField } from './card-field.tsx';
import ui from '../ui/ui.module.css';
import css from './character-editor.module.css';

interface Props {
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

const say = words.characters;

/** Greetings, each in a field of its own. */
export function Greetings({ label, values, onChange }: Props): ReactElement {
  return (
    <fieldset className={css.greetings}>
      <legend>{label}</legend>
      {values.map((value, at) => {
        const name = say.greeting(label, at + 1);
        return (
          <div key={at} className={css.greeting}>
            <CardField label={name} value={value} onChange={(next) => onChange(values.with(at, next))} />
            <IconButton
              icon={Trash2}
              label={say.removeGreeting(name)}
              onClick={() => onChange(values.toSpliced(at, 1))}
            />
          </div>
        );
      })}
      <button type="button" className={ui.textButton} onClick={() => onChange([...values, ''])}>
        <Plus size={13} aria-hidden /> {say.addGreeting(label)}
      </button>
    </fieldset>
  );
}
