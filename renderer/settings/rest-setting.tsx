import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { EngineSettings } from '../../shared/settings/engine.ts';
import { api, queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { toastFault } from '../ui/toasts.tsx';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

const CHOICES = [null, 15, 60, 240] as const;

/** When the model leaves the memory by itself. */
export function RestSetting(): ReactElement | null {
  const client = useQueryClient();
  const options = queries.settings.engine.queryOptions();
  const settings = useQuery(options).data;
  const save = useMutation({
    mutationFn: (next: EngineSettings) => api.settings.setEngine(next),
    onMutate: (next) => {
      client.setQueryData(options.queryKey, next);
    },
    onError: toastFault,
    onSettled: () => client.invalidateQueries({ queryKey: options.queryKey }),
  });
  if (settings === undefined) return null;
  return (
    <fieldset className={css.themes}>
      <legend>{words.settings.rest}</legend>
      {CHOICES.map((minutes) => (
        <label key={String(minutes)}>
          <input
            type="radio"
            name="rest"
            checked={settings.restMinutes === minutes}
            onChange={() => save.mutate({ ...settings, restMinutes: minutes })}
          />
          {minutes === null ? words.settings.restNever : words.settings.restAfter(minutes)}
        </label>
      ))}
      <p className={`${ui.quiet} ${css.hint}`}>{words.settings.restHint}</p>
    </fieldset>
  );
}
