import type { ReactElement } from 'react';
import type { LibraryCheck as Check } from '../../shared/contract/backups.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { api } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { toastFault } from '../ui/toasts.tsx';
import { useWorkspace } from '../workspace/workspace.ts';
import { useShareOf } from './use-backups.ts';
import { whenInSentence } from './when.ts';
import ui from '../ui/ui.module.css';
import css from './backups.module.css';

const say = words.backups;

/** Whether the library itself is whole, and what is not. */
export function LibraryCheck({ check }: { readonly check: Check | null }): ReactElement {
  const share = useShareOf('check');
  return (
    <section className={css.details} aria-label={say.check}>
      <p className={check !== null && check.problems > 0 ? ui.fault : ui.quiet} role="status">
        {check === null ? say.notChecked : say.checked(whenInSentence(check.at), check.problems)}
      </p>
      {check === null || check.findings.length === 0 ? null : (
        <ul className={css.findings} aria-label={say.findings}>
          {check.findings.map((finding, place) => (
            <li key={place}>{sentenceOf(finding)}</li>
          ))}
        </ul>
      )}
      <button
        type="button"
        className={ui.button}
        aria-disabled={share !== undefined}
        onClick={() => (share === undefined ? void api.backups.check().catch(toastFault) : undefined)}
      >
        {share === undefined ? say.check : say.checking(share)}
      </button>
      {check === null || check.problems === 0 ? null : (
        <button type="button" className={ui.button} onClick={() => useWorkspace.setState({ dialog: 'repair' })}>
          {words.repair.all}
        </button>
      )}
    </section>
  );
}
