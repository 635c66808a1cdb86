/**
 * Writes into a store as fast as it can and says on stdout what was acknowledged, until somebody kills it. Arguments:
 * folder, chapter id, seed.
 */
import { writeSync } from 'node:fs';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import {
  appendJournal,
  beginGeneration,
  endGeneration,
} from '../../electron/storage/repositories/generation-records.ts';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { closeRevision } from '../../electron/storage/repositories/revisions.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { newId } from '../../shared/document/ids.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';

const [folder = '', chapterId = '', seed = ''] = process.argv.slice(2);
const { db } = openStore(folder);
const asked = { sampling: { ...DEFAULT_SAMPLING, seed: 1 }, made: null, asked: null };
const random = seededRandom(Number(seed));
const pick = (below: number) => Math.floor(random() * below);
let count = 0;
let generation: { id: string; seq: number } | null = null;

/** Words that are never deleted: each acknowledged one must be in the store for ever. */
const word = () => `<${process.pid}.${(count += 1)}> `;
const acknowledge = (said: string) => writeSync(1, `${said.trim()}\n`);

for (;;) {
  const tree = readTree(db, chapterId, { texts: 'none' });
  const turns = [...tree.turns.values()];
  const turn = turns[pick(turns.length)];
  if (!turn) throw new Error('no turn');
  const text = word();
  const kind = pick(20);
  if (generation) {
    appendJournal(db, generation.id, (generation.seq += 1), text);
    acknowledge(text);
    if (kind === 0) {
      endGeneration(db, { generationId: generation.id, reason: 'end', stats: null, candidates: null });
      generation = null;
    }
  } else if (kind === 0) {
    generation = { id: newId(), seq: 0 };
    beginGeneration(db, { id: generation.id, chapterId, turnId: turn.id, kind: 'continue', offset: 0, ...asked });
  } else if (kind === 1 && turns.length < 40) {
    const next = { id: newId(), role: 'model' as const, speaker: null, marked: true, text };
    applyChange(db, {
      changeId: newId(),
      chapterId,
      structureRev: tree.structureRev,
      ops: [{ op: 'insert', turn: next, after: turn.id, as: pick(2) ? 'chain' : 'alternate' }],
    });
    acknowledge(text);
  } else if (kind === 2) {
    closeRevision(db, turn.id, 'rest');
  } else {
    applyChange(db, {
      changeId: newId(),
      chapterId,
      structureRev: tree.structureRev,
      ops: [{ op: 'setText', turnId: turn.id, version: turn.version, at: 0, del: 0, ins: text }],
    });
    acknowledge(text);
  }
}
