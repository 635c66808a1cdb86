import { existsSync } from 'node:fs';
import type { RepairReport } from '../../shared/contract/repair.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { makePrivateFiles } from '../private-files.ts';
import { openStore } from '../storage/core/open.ts';
import { checkStore } from '../storage/integrity/check.ts';
import { applyRepairs, renewIndexes, withMended } from '../storage/repair/apply-repairs.ts';
import { diagnose, isNothing, keepBefore, reportOf, safeRepairs } from '../storage/repair/repair-store.ts';
import { chooseStore } from './choose.ts';

interface Given {
  readonly data?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Repairs what can be repaired in a data folder that nobody uses: 0 if nothing in it is damaged then. */
export function runRepair(given: Given): number {
  const dataDir = chooseStore(given.data);
  makePrivateFiles();
  if (given['dry-run'] === true) return dryRun(dataDir);
  const store = openStore(dataDir);
  try {
    const first = diagnose(dataDir);
    const { check, repairs } = first;
    if (isNothing(repairs)) {
      tell(reportOf({ exact: [], older: [] }, check, Date.now()), dataDir);
      return check.ok ? 0 : 1;
    }
    for (const kept of keepBefore(store.db, dataDir, Date.now(), repairs)) say(`What was there is kept as ${kept}.`);
    const mended = repairs.reindexes ? renewIndexes(store.db) : [];
    const done = applyRepairs(store.db, safeRepairs(repairs.reindexes ? diagnose(dataDir) : first));
    const applied = withMended(done, mended);
    const after = checkStore(dataDir);
    tell(reportOf(applied, after, Date.now()), dataDir);
    return after.ok ? 0 : 1;
  } finally {
    store.close();
  }
}

/** The same report of what a repair would do: 0 if there is nothing to repair. */
function dryRun(dataDir: string): number {
  const { check, repairs } = diagnose(dataDir);
  const of = (outcome: string): string[] =>
    repairs.turns.flatMap((turn) => (turn.outcome === outcome ? [turn.turnId] : []));
  const done = new Set([...repairs.turns.map(({ turnId }) => turnId), ...repairs.jobs]);
  for (const { row } of [...repairs.chapters, ...repairs.stories]) done.add(row.id);
  const left = check.problems.filter(({ where }) => !done.has(where));
  say('Nothing was changed. A repair would come to this:');
  tell(reportOf({ exact: of('exact'), older: of('older') }, { ...check, problems: left }, Date.now()), dataDir);
  return check.ok ? 0 : 1;
}

function tell({ exact, older, stays, rest, findings }: RepairReport, dataDir: string): void {
  if (exact + older + stays + rest === 0) say(`${dataDir}: everything is as it was written.`);
  if (exact > 0) say(`${turns(exact)} exactly as it was saved.`);
  if (older > 0)
    say(`${turns(older)} from the newest older text that is certain; what the disk had is in the history.`);
  if (stays > 0) say(`${turns(stays)} with no good text anywhere: as the disk has it, and damaged.`);
  for (const finding of findings) say(sentenceOf(finding));
  if (stays + rest > 0 && existsSync(dataDir))
    say('What is left may be whole in a backup: "paphos restore" lists them.');
}

const turns = (count: number): string => (count === 1 ? '1 turn' : `${String(count)} turns`);
