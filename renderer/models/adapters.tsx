import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Hardware } from '../../shared/settings/hardware.ts';
import { queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { NumberField } from '../ui/number-field.tsx';
import ui from '../ui/ui.module.css';
import css from './models.module.css';

interface Props {
  readonly chosen: Hardware['adapters'];
  readonly onChange: (adapters: Hardware['adapters']) => void;
}

/** Files that change how a model writes, each with how strongly; 1 is as they were made. */
export function Adapters({ chosen, onChange }: Props): ReactElement {
  const files = useQuery({ ...queries.models.adapters.queryOptions(), staleTime: 0 }).data ?? [];
  const scaleOf = (id: string): number | null => chosen.find((one) => one.id === id)?.scale ?? null;
  const set = (id: string, scale: number | null): void => {
    const others = chosen.filter((one) => one.id !== id);
    onChange(scale === null ? others : [...others, { id, scale }]);
  };
  return (
    <fieldset className={css.adapters}>
      <legend title={words.hardware.adaptersHint}>{words.hardware.adapters}</legend>
      {files.length === 0 ? (
        <p className={ui.quiet}>{words.hardware.noAdapters}</p>
      ) : (
        files.map(({ id, name }) => (
          <div key={id} className={css.adapter}>
            <label>
              <input
                type="checkbox"
                checked={scaleOf(id) !== null}
                onChange={(event) => set(id, event.target.checked ? 1 : null)}
              />
              {name}
            </label>
            {scaleOf(id) === null ? null : (
              <NumberField
                label={words.hardware.strength(name)}
                least={-4}
                most={4}
                step={0.1}
                value={scaleOf(id)}
                onChange={(scale) => set(id, scale)}
              />
            )}
          </div>
        ))
      )}
    </fieldset>
  );
}
