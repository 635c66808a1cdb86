import type { GoodText, RepairReport } from '../../../shared/contract/repair.ts';
import { count } from '../../lib/numbers.ts';

const turns = (value: number): string => (value === 1 ? 'One turn' : `${count(value)} turns`);
const percent = (said: string, share: number | null): string =>
  share === null ? `${said}…` : `${said} ${count(Math.floor(100 * share))}%`;

/** What a disk has changed, and the way back. */
export const repair = {
  good: 'Newest good text',
  goodOf: 'Newest good text…',
  looking: 'Looking through its history and the backups…',
  none: 'No good text of this turn is anywhere: neither in its history nor in a verified backup. It stays as it is, and marked as damaged. What you write over it is saved.',
  from: ({ outcome, source }: Pick<GoodText, 'outcome' | 'source'>, when: string | null) => {
    if (source.of === 'backup')
      return outcome === 'exact'
        ? `As it was saved last, by the backup “${when ?? ''}”.`
        : `From the backup “${when ?? ''}”. What was saved after that is not whole anywhere.`;
    return outcome === 'exact'
      ? 'As it was saved last: its own checksum proves it.'
      : `From its history: ${when ?? ''}. What was saved after that is not whole anywhere.`;
  },
  stays: 'What the disk has of it now stays in the history of the turn, and Undo brings it back.',
  text: 'The good text',
  had: 'What the disk has now',
  empty: '(no text)',
  take: 'Take this text',
  taking: 'Taking it…',
  taken: 'The turn has its newest good text.',
  all: 'Repair all…',
  title: 'Repair the library',
  intro:
    'Every damaged turn gets its newest good text: from its history, or from the newest verified backup that has it. What the disk has of it stays in its history, and the library as it is now is kept as a backup first, and beside it as a copy of its file where the file itself is broken.',
  start: 'Repair all',
  repairing: (share: number | null) => percent('Repairing', share),
  nothing: 'Nothing is damaged.',
  when: (when: string) => `The last repair, ${when}:`,
  report: ({ exact, older, stays, rest }: RepairReport): string[] => [
    ...(exact > 0 ? [`${turns(exact)} exactly as it was saved.`] : []),
    ...(older > 0 ? [`${turns(older)} from an older text, the newest that is certain.`] : []),
    ...(stays > 0 ? [`${turns(stays)} with no good text anywhere: as the disk has it, and marked.`] : []),
    ...(rest > 0
      ? [`${rest === 1 ? 'One other thing' : `${count(rest)} other things`} still not as it was saved.`]
      : []),
  ],
  left: 'What is left may be whole in a backup: look inside one, take a story out of it, or restore it.',
  done: 'The backup “before a repair” has the library as it was, damage and all: look inside it and take a story out of it. Whole it cannot be restored where it is damaged.',
};
