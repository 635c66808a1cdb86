import { readdirSync, rmSync, statSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import { openStore, type Store } from '../../electron/storage/core/open.ts';
import { closeRevision } from '../../electron/storage/repositories/revisions.ts';
import { createStory } from '../../electron/storage/repositories/stories.ts';
import { newId } from '../../shared/document/ids.ts';

const PROSE =
  'The harbour lay quiet under the rain, and nobody on the quay looked up when the lamp went out; “wait here,” she said, and was gone. ';

/**
 * A chapter of one turn with so many words, in a store of its own. `save` is one saved keystroke at the end of the
 * turn.
 */
export interface LongTurn {
  readonly store: Store;
  readonly folder: string;
  save(): void;
  close(): void;
  end(): void;
}

export function longTurn(words: number): LongTurn {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-typing-'));
  const store = openStore(folder);
  const [chapterId, turnId] = [newId(), newId()];
  createStory(store.db, { id: newId(), title: 'Typing', chapterId, turnId });
  let version = 1;
  let length = 0;
  const type = (ins: string) => {
    applyChange(store.db, {
      changeId: newId(),
      chapterId,
      structureRev: 1,
      ops: [{ op: 'setText', turnId, version, at: length, del: 0, ins }],
    });
    version += 1;
    length += ins.length;
  };
  type(PROSE.repeat(Math.ceil(words / PROSE.split(' ').length)));
  closeRevision(store.db, turnId, 'rest');
  return {
    store,
    folder,
    save: () => type(PROSE[version % PROSE.length] ?? 'x'),
    close: () => closeRevision(store.db, turnId, 'rest'),
    end: () => {
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/**
 * Types for so long, four saves a second, closing a revision every 30 s: the bytes that the folder grew by, log
 * included, at its worst and in the end.
 */
export function typeFor(turn: LongTurn, seconds: number): { grown: number; most: number } {
  const before = folderBytes(turn.folder);
  let most = 0;
  for (let second = 1; second <= seconds; second += 1) {
    for (let i = 0; i < 4; i += 1) turn.save();
    if (second % 30 === 0) {
      most = Math.max(most, folderBytes(turn.folder) - before);
      turn.close();
    }
  }
  return { grown: folderBytes(turn.folder) - before, most };
}

/** Median milliseconds of a save in each of two turns, measured alternately. */
export function saveCosts(long: LongTurn, short: LongTurn, saves: number): { long: number; short: number } {
  const times = { long: [] as number[], short: [] as number[] };
  for (let i = 0; i < saves; i += 1) {
    for (const [name, turn] of [
      ['long', long],
      ['short', short],
    ] as const) {
      const start = performance.now();
      turn.save();
      times[name].push(performance.now() - start);
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return { long: median(times.long), short: median(times.short) };
}
