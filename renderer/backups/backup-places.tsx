import { useId, useState, type ReactElement } from 'react';
import type { BackupOverview } from '../../shared/contract/backups.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { words } from '../locales/index.ts';
import { Select } from '../ui/select.tsx';
import { useBackupSettings } from './use-backups.ts';
import ui from '../ui/ui.module.css';
import css from './backups.module.css';

const say = words.backups;

/** Where backups are kept, how much room they may take, and where else they go. */
export function BackupPlaces({ overview }: { readonly overview: BackupOverview }): ReactElement {
  const { folder, bytes, settings, secondFault } = overview;
  const save = useBackupSettings();
  const [second, setSecond] = useState(settings.secondPlace ?? '');
  const [id, hint] = [useId(), useId()];
  const next = second.trim() === '' ? null : second.trim();
  return (
    <section className={css.places} aria-label={say.place}>
      <p className={ui.quiet}>
        {say.place} <span className={css.path}>{folder}</span>
        <br />
        <span className="num">{say.inAll(bytes)}</span>
      </p>
      <div className={css.row}>
        <span>{say.limit}</span>
        <Select
          label={say.limit}
          items={say.limits}
          value={String(settings.limitBytes)}
          onChoose={(limit) => save.mutate({ ...settings, limitBytes: Number(limit) })}
        />
      </div>
      <form
        className={css.second}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ ...settings, secondPlace: next });
        }}
      >
        <label htmlFor={id}>{say.second}</label>
        <input
          id={id}
          className={ui.field}
          value={second}
          placeholder={say.noSecond}
          aria-describedby={hint}
          spellCheck={false}
          onChange={(event) => setSecond(event.target.value)}
        />
        <p className={ui.quiet} id={hint}>
          {say.secondHint}
        </p>
        {secondFault === null ? null : <p className={ui.fault}>{sentenceOf(secondFault)}</p>}
        {next === settings.secondPlace ? null : (
          <button type="submit" className={ui.button}>
            {next === null ? say.noneFolder : say.save}
          </button>
        )}
      </form>
    </section>
  );
}
