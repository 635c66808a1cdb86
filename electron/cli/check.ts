import { sentenceOf } from '../../shared/faults/sentence.ts';
import { checkStore } from '../storage/integrity/check.ts';
import { chooseStore } from './choose.ts';

/** Integrity of a data folder: 0 if all is well, 1 if something is damaged. */
export function runCheck(given: { readonly data?: string | undefined }): Promise<number> {
  const dataDir = chooseStore(given.data);
  const { ok, problems, notes } = checkStore(dataDir);
  if (ok) process.stdout.write(`${dataDir}: everything is as it was written.\n`);
  for (const { where, fault } of [...problems, ...notes]) process.stdout.write(`${where}: ${sentenceOf(fault)}\n`);
  return Promise.resolve(ok ? 0 : 1);
}
