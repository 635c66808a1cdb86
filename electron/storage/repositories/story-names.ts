import { REASONING_MARKS, withoutReasoning } from '../../../shared/prompt/plan/reasoning.ts';
import type { ReadableDB } from '../core/handle.ts';
import { first, query, tables } from '../core/query.ts';
import { findTurn } from '../core/rows.ts';
import { openingOf } from './turns.ts';

/** A name is made of so many units of a turn, and is at most so long. */
const NAME_FROM = 400;
const LONGEST_NAME = 40;

const firstChapter = query((p: { storyId: string }) =>
  tables
    .selectFrom('chapters')
    .select('active_root_id')
    .where('story_id', '=', p.storyId)
    .where('removed_at', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .limit(1),
);

/**
 * What a story that nobody has named is called: the first words of its first chapter, notes aside. Empty where there
 * are none.
 */
export function nameOfUnnamed(db: ReadableDB, storyId: string): string {
  let id = first(db, firstChapter, { storyId })?.active_root_id ?? null;
  while (id !== null) {
    const turn = findTurn(db, id);
    if (!turn) return '';
    const name = turn.role === 'system' ? '' : nameFrom(spoken(openingOf(db, turn, NAME_FROM)));
    if (name !== '') return name;
    id = turn.active_child_id;
  }
  return '';
}

/** Without what a model thought; where it has only thought so far, nothing. */
function spoken(opening: string): string {
  const rest = withoutReasoning(opening, {});
  return REASONING_MARKS.some(({ open }) => rest.startsWith(open)) ? '' : rest;
}

function nameFrom(opening: string): string {
  const line = opening.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= LONGEST_NAME) return line;
  const border = line.lastIndexOf(' ', LONGEST_NAME);
  const whole = border > LONGEST_NAME / 2 ? line.slice(0, border) : line.slice(0, LONGEST_NAME).toWellFormed();
  return `${whole.replace(/[\p{P}\s]+$/u, '')}…`;
}
