import type { ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { useWorkspace } from '../workspace/workspace.ts';
import { words } from '../locales/index.ts';
import css from './jobs.module.css';
import { shareOf, useJobs } from './jobs.ts';

/** A word in the status bar while something runs; it opens the list. */
export function ActivityEntry(): ReactElement | null {
  const running = useJobs(({ jobs }) => jobs.find(({ state }) => state === 'running'));
  if (running === undefined) return null;
  const title = sentenceOf(running.title);
  return (
    <button
      type="button"
      className={css.entry}
      title={title}
      onClick={() => useWorkspace.setState({ dialog: 'activity' })}
    >
      <span className="hidden">{`${words.jobs.show(title)} `}</span>
      <i className={css.pulse} aria-hidden="true" />
      <span className="num">{words.jobs.running(shareOf(running))}</span>
    </button>
  );
}
