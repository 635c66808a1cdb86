import { unfinished, type LeftOut } from '../../../shared/text/whole-sentences.ts';
import type { ReadableDB } from '../core/handle.ts';
import type { GenerationRow } from '../core/schema.ts';
import { listRevisions, revisionText } from './history.ts';

/** The text of a turn as a reply in it left it, before anything was left out; null where that is not known. */
export function textWhenEnded(db: ReadableDB, row: Pick<GenerationRow, 'turn_id' | 'end_version'>): string | null {
  const revision = listRevisions(db, row.turn_id).find(({ version }) => version <= (row.end_version ?? -1));
  return revision === undefined ? null : revisionText(db, row.turn_id, revision.seq);
}

/** What is left out of a reply, so many units at a place of the whole text of its turn, if it was cut short. */
export function leftOutOf(whole: string, at: number, length: number): LeftOut | null {
  const end = at + length;
  const before = whole.slice(0, end);
  // In front of something else, the white space at its end stays.
  return unfinished(end < whole.length ? before.trimEnd() : before, at);
}

export function withoutRest(whole: string, leftOut: LeftOut | null): string {
  return leftOut === null ? whole : whole.slice(0, leftOut.at) + whole.slice(leftOut.at + leftOut.text.length);
}
