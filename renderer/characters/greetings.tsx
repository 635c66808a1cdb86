import { Plus, Trash2 } from 'lucide-react';
import { useRef, useState, type ReactElement } from 'react';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { CardField } from './card-field.tsx';
import ui from '../ui/ui.module.css';
import css from './character-editor.module.css';

interface Props {
  readonly label: string;
  /** Of a single one, in the middle of a sentence. */
  readonly one: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

const say = words.characters;

/** Greetings, each in a field of its own. */
export function Greetings({ label, one, values, onChange }: Props): ReactElement {
  const [added, setAdded] = useState<number | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const remove = (at: number): void => {
    setAdded(null);
    // The button that was pressed goes with the last of them.
    if (at === values.length - 1) add.current?.focus();
    onChange(values.toSpliced(at, 1));
  };
  return (
    <fieldset className={css.greetings}>
      <legend>{label}</legend>
      {values.map((value, at) => {
        return (
          <div key={at} className={css.greeting}>
            <CardField
              label={say.greeting(one, at + 1)}
              value={value}
              isNew={at === added}
              onChange={(next) => onChange(values.with(at, next))}
            />
            <IconButton icon={Trash2} label={say.removeGreeting(one, at + 1)} onClick={() => remove(at)} />
          </div>
        );
      })}
      <button
        ref={add}
        type="button"
        className={ui.textButton}
        onClick={() => {
          setAdded(values.length);
          onChange([...values, '']);
        }}
      >
        <Plus size={13} aria-hidden /> {say.addGreeting(one)}
      </button>
    </fieldset>
  );
}
