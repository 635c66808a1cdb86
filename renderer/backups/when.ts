import { clockOf } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const year = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const DAY = 24 * 60 * 60_000;

/** A moment as people say it in a sentence: today and yesterday by name, older ones by their date. */
export function whenInSentence(at: number, now: number = Date.now()): string {
  const then = new Date(at);
  const clock = clockOf(at);
  if (then.toDateString() === new Date(now).toDateString()) return words.backups.today(clock);
  if (then.toDateString() === new Date(now - DAY).toDateString()) return words.backups.yesterday(clock);
  return `${(then.getFullYear() === new Date(now).getFullYear() ? day : year).format(then)}, ${clock}`;
}

/** The same where nothing stands before it. */
export function whenOf(at: number, now?: number): string {
  const when = whenInSentence(at, now);
  return when.charAt(0).toUpperCase() + when.slice(1);
}
