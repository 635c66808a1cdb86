import type { Backup } from '../../../shared/contract/backups.ts';

type Kept = Pick<Backup, 'name' | 'at' | 'reason' | 'bytes' | 'state'>;

const HALF_HOUR = 30 * 60_000;
/** The newest backup in each of so many spans of time with one in it. */
const SPANS: readonly { readonly most: number; readonly of: (at: Date) => string }[] = [
  { most: 12, of: (at) => String(Math.floor(at.getTime() / HALF_HOUR)) },
  { most: 14, of: (at) => at.toDateString() },
  { most: 8, of: weekOf },
  { most: 12, of: (at) => `${String(at.getFullYear())}-${String(at.getMonth())}` },
];
/** Of those made before something large, and of those asked for, so many beside. */
/** Also where they are damaged: that is why they were made. */
const BEFORE_REPAIR = 3;
const BESIDE = { reasons: ['update', 'restore', 'asked'] as const, most: 3 };

/**
 * The names of the backups that may go: what is neither the newest of its half-hour, day, week or month, nor among the
 * newest asked for or made before something large; then the oldest, until all together take no more than
 * `limitBytes`. The newest one that was verified never goes, nor one that was `justMade`, whatever the clock says.
 */
export function surplus(backups: readonly Kept[], limitBytes: number, justMade?: string): string[] {
  const newestFirst = backups.toSorted((one, other) => other.at - one.at);
  const safe = newestFirst.find(({ state }) => state === 'verified');
  const kept = new Set(safe ? [safe] : []);
  const good = newestFirst.filter(({ state }) => state === 'verified' || state === 'unknown');
  for (const { most, of } of SPANS) {
    const seen = new Set<string>();
    for (const backup of good) {
      const span = of(new Date(backup.at));
      if (seen.has(span)) continue;
      if (seen.size === most) break;
      seen.add(span);
      kept.add(backup);
    }
  }
  for (const reason of BESIDE.reasons)
    for (const backup of good.filter((one) => one.reason === reason).slice(0, BESIDE.most)) kept.add(backup);

  for (const backup of newestFirst.filter(({ reason }) => reason === 'repair').slice(0, BEFORE_REPAIR))
    kept.add(backup);

  let bytes = safe?.bytes ?? 0;
  for (const backup of newestFirst) {
    if (!kept.has(backup) || backup === safe) continue;
    bytes += backup.bytes;
    if (bytes > limitBytes) kept.delete(backup);
  }
  return newestFirst.filter((backup) => !kept.has(backup) && backup.name !== justMade).map(({ name }) => name);
}

/** By its Monday. */
function weekOf(at: Date): string {
  const monday = new Date(at);
  monday.setDate(at.getDate() - ((at.getDay() + 6) % 7));
  return monday.toDateString();
}
