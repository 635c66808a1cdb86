import type { ReactElement } from 'react';
import { isEnded, type Job } from '../../shared/contract/jobs.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { api } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { toastFault } from '../ui/toasts.tsx';
import ui from '../ui/ui.module.css';
import css from './jobs.module.css';
import { LogLines } from './log-lines.tsx';
import { shareOf, useJobs } from './jobs.ts';

/** What runs for long, what became of it, and what the studio wrote into its log. */
export function ActivityDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { jobs } = useJobs();
  return (
    <Modal title={words.jobs.title} onClose={onClose}>
      {jobs.length === 0 ? (
        <p className={ui.quiet}>{words.jobs.none}</p>
      ) : (
        <ul className={css.list} aria-label={words.jobs.title}>
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
      {jobs.filter(isEnded).length > 1 ? (
        <div className={css.actions}>
          <Action label={words.jobs.clear} act={() => api.jobs.forget({ id: null })} />
        </div>
      ) : null}
      <LogLines />
    </Modal>
  );
}

function JobRow({ job }: { readonly job: Job }): ReactElement {
  const share = shareOf(job);
  const { id, state, progress, result, fault, canResume } = job;
  const title = sentenceOf(job.title);
  return (
    <li className={css.job}>
      <div className={css.head}>
        <span className={css.name}>{title}</span>
        <div className={css.actions}>
          <span className={ui.quiet}>{words.jobs.states[state]}</span>
          {isEnded(job) ? (
            <>
              {state === 'done' ? null : (
                <Action
                  label={canResume ? words.jobs.goOn : words.jobs.again}
                  of={title}
                  act={() => api.jobs.restart({ id })}
                />
              )}
              <Action label={words.jobs.clearOne} of={title} act={() => api.jobs.forget({ id })} />
            </>
          ) : (
            <Action label={words.common.cancel} of={title} act={() => api.jobs.cancel({ id })} />
          )}
        </div>
      </div>
      {isEnded(job) ? null : (
        <div
          className={css.meter}
          role="progressbar"
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(share === null ? {} : { 'aria-valuenow': Math.round(100 * share) })}
        >
          <i style={{ width: `${String(100 * (share ?? 0))}%` }} />
        </div>
      )}
      {progress === null || isEnded(job) ? null : <p className={`${ui.quiet} num`}>{words.jobs.progress(progress)}</p>}
      {state === 'done' && result !== null ? <p className={`${ui.quiet} ${css.result}`}>{result}</p> : null}
      {fault === null ? null : <p className={ui.fault}>{sentenceOf(fault)}</p>}
    </li>
  );
}

interface ActionProps {
  readonly label: string;
  readonly of?: string;
  readonly act: () => Promise<void>;
}

function Action({ label, of, act }: ActionProps): ReactElement {
  const run = (): void => {
    act().catch(toastFault);
  };
  return (
    <button
      type="button"
      className={css.action}
      aria-label={of === undefined ? label : words.jobs.actionOn(label, of)}
      onClick={run}
    >
      {label}
    </button>
  );
}
