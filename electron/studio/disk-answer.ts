import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { failure } from '../../shared/faults/failure.ts';
import { leave } from '../log/ending-threads.ts';

/** A disk that has to start first is given its time. */
const WITHIN_MS = 15_000;

/** Whether the disk of a path says anything; that nothing is there is an answer too. */
export async function doesAnswer(path: string, withinMs: number): Promise<boolean> {
  const asked = stat(path).then(
    () => true,
    () => true,
  );
  const answers = await Promise.race([asked, delay(withinMs, false, { ref: false })]);
  if (!answers) leave(asked);
  return answers;
}

/** Before a data folder is opened: on a disk that does not answer nobody would come back from that. */
export async function assertFolderAnswers(folder: string, withinMs = WITHIN_MS): Promise<void> {
  if (!(await doesAnswer(folder, withinMs))) throw failure('DISK_SILENT', { folder });
}
