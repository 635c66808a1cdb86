import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Backup } from '../../shared/contract/backups.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { api } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { useWorkspace } from '../workspace/workspace.ts';
import { useRestoreShare } from './use-backups.ts';
import { whenOf } from './when.ts';
import ui from '../ui/ui.module.css';
import css from './backups.module.css';

const say = words.backups;

interface Props {
  readonly backup: Backup;
  readonly onLook: () => void;
}

/** What is in the chosen backup, and what can be done with it. */
export function BackupDetails({ backup, onLook }: Props): ReactElement {
  const { at, name, reason, size, state } = backup;
  const [isAsked, ask] = useState(false);
  const share = useRestoreShare();
  const restore = useMutation({
    mutationFn: async () => {
      await useWorkspace.getState().controller?.flush();
      await api.backups.restore({ name });
    },
    // It stands below the button.
    onError: () => undefined,
  });
  return (
    <section className={css.details} aria-label={say.details}>
      <h3>
        {whenOf(at)} <span className={ui.quiet}>{say.reasons[reason]}</span>
      </h3>
      {size === null ? null : <p>{say.holds(size)}</p>}
      <p className={state === 'damaged' || state === 'changed' ? ui.fault : ui.quiet}>{say.stateHints[state]}</p>
      <button type="button" className={`${ui.button} ${ui.primary}`} onClick={onLook}>
        {say.look}
      </button>
      {isAsked ? (
        <div className={css.sure} role="group" aria-label={say.restore}>
          <p>{say.restoreSure(whenOf(at))}</p>
          <p className={ui.quiet}>{say.restoreKept}</p>
          <div className={css.actions}>
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              aria-disabled={restore.isPending}
              onClick={() => (restore.isPending ? undefined : restore.mutate())}
            >
              {restore.isPending ? say.restoring(share) : say.restoreNow}
            </button>
            <button type="button" className={ui.button} autoFocus onClick={() => ask(false)}>
              {words.common.cancel}
            </button>
          </div>
          {restore.error === null ? null : (
            <p className={ui.fault} role="alert">
              {sentenceOf(faultOf(restore.error))}
            </p>
          )}
        </div>
      ) : (
        <button type="button" className={ui.button} onClick={() => ask(true)}>
          {say.restore}
        </button>
      )}
    </section>
  );
}
