import { closeRevision } from '../../electron/storage/repositories/revisions.ts';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import type { WritableDB } from '../../electron/storage/core/handle.ts';
import { newId } from '../../shared/document/ids.ts';
import { activePath } from '../../shared/document/tree.ts';
import { faultOf } from '../../shared/faults/failure.ts';

/** The texts of a chapter by their turns. */
export const textsIn = (db: WritableDB, chapterId: string): Map<string, string> =>
  new Map(activePath(readTree(db, chapterId, { texts: 'path' })).map(({ id, text }) => [id, text ?? '']));

/**
 * Writes turns, and edits them, until the store has taken nothing three times; answers with what it said then. `texts`
 * are those that were acknowledged.
 */
export function writeUntilFull(
  db: WritableDB,
  chapterId: string,
  random: () => number,
  texts: Map<string, string>,
): string[] {
  const refused: string[] = [];
  while (refused.length < 3) {
    const { structureRev, turns } = readTree(db, chapterId, { texts: 'none' });
    const turn = [...turns.values()][Math.floor(random() * turns.size)];
    if (turn === undefined) throw new Error('the chapter has no turn');
    const words = `word${String(texts.size)} `.repeat(1 + Math.floor(random() * 1500));
    const change = { changeId: newId(), chapterId, structureRev };
    try {
      if (random() < 0.6) {
        const id = newId();
        const made = { id, role: 'model' as const, speaker: null, marked: true, text: words };
        applyChange(db, { ...change, ops: [{ op: 'insert', turn: made, after: turn.id, as: 'chain' }] });
        texts.set(id, words);
      } else {
        const { id: turnId, version } = turn;
        applyChange(db, { ...change, ops: [{ op: 'setText', turnId, version, at: 0, del: 0, ins: words }] });
        texts.set(turnId, words + (texts.get(turnId) ?? ''));
        if (random() < 0.3) closeRevision(db, turnId, 'rest');
      }
    } catch (error) {
      refused.push(faultOf(error).code);
    }
  }
  return refused;
}
