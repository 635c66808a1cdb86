import { useState, type ReactElement } from 'react';
import type { Backup } from '../../shared/contract/backups.ts';
import { api } from '../lib/client.ts';
import { count, fileSize } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { toastFault } from '../ui/toasts.tsx';
import { BackupDetails } from './backup-details.tsx';
import { BackupPlaces } from './backup-places.tsx';
import { useBackups, useShareOf } from './use-backups.ts';
import { LibraryCheck } from './library-check.tsx';
import { StoriesInside } from './stories-inside.tsx';
import { whenOf } from './when.ts';
import ui from '../ui/ui.module.css';
import css from './backups.module.css';

const say = words.backups;

/** The copies of the library: what there is, what is in one, and how it comes back. */
export function BackupsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const overview = useBackups();
  const share = useShareOf('backup');
  const [chosen, choose] = useState<string | null>(null);
  const [inside, lookInside] = useState<Backup | null>(null);
  const backups = overview?.backups ?? [];
  const backup = backups.find(({ name }) => name === chosen) ?? backups[0];
  return (
    <Modal title={say.title} onClose={onClose} wide>
      {inside !== null ? (
        <StoriesInside backup={inside} onBack={() => lookInside(null)} onClose={onClose} />
      ) : (
        <div className={css.backups}>
          <div className={css.main}>
            <p className={ui.quiet}>{say.intro}</p>
            {overview === undefined ? null : backups.length === 0 ? (
              <p className={css.none}>{say.none}</p>
            ) : (
              <BackupTable backups={backups} chosen={backup?.name ?? null} onChoose={choose} />
            )}
          </div>
          <div className={css.side}>
            <button
              type="button"
              className={`${ui.button} ${backup === undefined ? ui.primary : ''}`}
              aria-disabled={share !== undefined}
              onClick={() => (share === undefined ? void api.backups.make().catch(toastFault) : undefined)}
            >
              {share === undefined ? say.make : say.making(share)}
            </button>
            {backup === undefined ? null : (
              <BackupDetails key={backup.name} backup={backup} onLook={() => lookInside(backup)} />
            )}
            {overview === undefined ? null : <LibraryCheck check={overview.check} />}
            {overview === undefined ? null : <BackupPlaces overview={overview} />}
          </div>
        </div>
      )}
    </Modal>
  );
}

interface TableProps {
  readonly backups: readonly Backup[];
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

function BackupTable({ backups, chosen, onChoose }: TableProps): ReactElement {
  return (
    <table className={css.table} aria-label={say.list}>
      <thead>
        <tr>
          <th scope="col">{say.when}</th>
          <th scope="col">{say.why}</th>
          <th scope="col" className={css.number}>
            {say.chapters}
          </th>
          <th scope="col" className={css.number}>
            {say.size}
          </th>
          <th scope="col">{say.state}</th>
        </tr>
      </thead>
      <tbody>
        {backups.map(({ name, at, reason, bytes, size, state, inSecondPlace }) => (
          <tr key={name} data-chosen={name === chosen} onClick={() => onChoose(name)}>
            <th scope="row">
              <button type="button" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
                {whenOf(at)}
              </button>
            </th>
            <td>{say.reasons[reason]}</td>
            <td className={`${css.number} num`}>{size === null ? '' : count(size.chapters)}</td>
            <td className={`${css.number} num`}>{fileSize(bytes)}</td>
            <td data-state={state}>{inSecondPlace ? `${say.states[state]}, ${say.alsoIn}` : say.states[state]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
