import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { isEnded } from '../../shared/contract/jobs.ts';
import type { RepairReport } from '../../shared/contract/repair.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { useJobs } from '../jobs/jobs.ts';
import { api, queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { toastFault } from '../ui/toasts.tsx';
import { useWorkspace } from '../workspace/workspace.ts';
import { useShareOf } from './use-backups.ts';
import { whenInSentence } from './when.ts';
import ui from '../ui/ui.module.css';
import css from './repair.module.css';
import checkCss from './backups.module.css';

const say = words.repair;

/** Repairs all that is damaged, and says what came of it. */
export function RepairDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const share = useShareOf('repair');
  const job = useJobs(({ jobs }) => jobs.find(({ kind }) => kind === 'repair'));
  const report = useQuery({
    ...queries.repair.last.queryOptions(),
    queryKey: [...queries.repair.last.queryKey(), job?.endedAt ?? null],
  }).data;
  const isRunning = share !== undefined;
  const start = async (): Promise<void> => {
    await useWorkspace.getState().controller?.flush();
    await api.repair.all();
  };
  return (
    <Modal title={say.title} onClose={onClose}>
      <div className={css.repair}>
        <p className={ui.quiet}>{say.intro}</p>
        <div className={css.actions}>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            aria-disabled={isRunning}
            autoFocus
            onClick={() => (isRunning ? undefined : void start().catch(toastFault))}
          >
            {isRunning ? say.repairing(share) : say.start}
          </button>
          {isRunning && job !== undefined ? (
            <button
              type="button"
              className={ui.button}
              onClick={() => void api.jobs.cancel({ id: job.id }).catch(toastFault)}
            >
              {words.common.cancel}
            </button>
          ) : null}
        </div>
        {job?.fault == null || !isEnded(job) ? null : (
          <p className={ui.fault} role="alert">
            {sentenceOf(job.fault)}
          </p>
        )}
        {report == null || isRunning ? null : <Report report={report} />}
      </div>
    </Modal>
  );
}

function Report({ report }: { readonly report: RepairReport }): ReactElement {
  const { at, exact, older, stays, rest } = report;
  const lines = say.report(report);
  return (
    <section className={css.report} aria-label={say.when(whenInSentence(at))} role="status">
      <h3>{say.when(whenInSentence(at))}</h3>
      <ul>{lines.length === 0 ? <li>{say.nothing}</li> : lines.map((line) => <li key={line}>{line}</li>)}</ul>
      {report.findings.length === 0 ? null : (
        <ul className={checkCss.findings} aria-label={words.backups.findings}>
          {report.findings.map((finding, place) => (
            <li key={place}>{sentenceOf(finding)}</li>
          ))}
        </ul>
      )}
      {stays + rest > 0 ? (
        <p className={ui.quiet}>
          {say.left}{' '}
          <button type="button" className={ui.link} onClick={() => useWorkspace.setState({ dialog: 'backups' })}>
            {words.backups.title}
          </button>
        </p>
      ) : null}
      {exact + older > 0 ? <p className={ui.quiet}>{say.done}</p> : null}
    </section>
  );
}
