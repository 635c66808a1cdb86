/**
 * Writes into a store as fast as it can and says on stdout what was acknowledged, until it has said so many words or
 * somebody kills it. What the store does not take is not said, and it goes on. It says `ready`, and begins when it
 * hears something. Arguments: folder, chapter id, seed, words, pragmas of a control.
 */
import { readSync, writeSync } from 'node:fs';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import {
  appendJournal,
  beginGeneration,
  endGeneration,
} from '../../electron/storage/repositories/generation-records.ts';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { isStorageFault } from '../../electron/storage/core/storage-fault.ts';
import { closeRevision } from '../../electron/storage/repositories/revisions.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { newId } from '../../shared/document/ids.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';

const [folder = '', chapterId = '', seed = '', words = 'Infinity', ...pragmas] = process.argv.slice(2);
writeSync(1, 'ready\n');
readSync(0, Buffer.alloc(1));
const { db, close } = openStore(folder);
for (const pragma of pragmas) db.sqlite.pragma(pragma);
const asked = { sampling: { ...DEFAULT_SAMPLING, seed: 1 }, made: null, asked: null };
const random = seededRandom(Number(seed));
const pick = (below: number) => Math.floor(random() * below);
const CHECKPOINTS = ['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'];
let count = 0;
let said = 0;
let generation: { id: string; seq: number } | null = null;

/** Words that are never deleted: each acknowledged one must be in the store for ever. */
const word = () => `<${process.pid}.${(count += 1)}> `;
const acknowledge = (text: string) => {
  writeSync(1, `${text.trim()}\n`);
  said += 1;
};

function writeSomething(): void {
  const tree = readTree(db, chapterId, { texts: 'none' });
  const turns = [...tree.turns.values()];
  const turn = turns[pick(turns.length)];
  if (!turn) throw new Error('no turn');
  const text = word();
  const kind = pick(20);
  if (generation) {
    appendJournal(db, generation.id, generation.seq + 1, text);
    generation.seq += 1;
    acknowledge(text);
    if (kind === 0) {
      endGeneration(db, { generationId: generation.id, reason: 'end', stats: null, candidates: null });
      generation = null;
    }
  } else if (kind === 0) {
    const id = newId();
    beginGeneration(db, { id, chapterId, turnId: turn.id, kind: 'continue', offset: 0, ...asked });
    generation = { id, seq: 0 };
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
    if (pick(4) === 0) db.sqlite.pragma(`wal_checkpoint(${CHECKPOINTS[pick(CHECKPOINTS.length)] ?? ''})`);
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

while (said < Number(words) && count < 3 * Number(words)) {
  try {
    writeSomething();
  } catch (error) {
    if (!isStorageFault(error)) throw error;
  }
}
close();
