import { readFileSync } from 'node:fs';
import { newId } from '../../../shared/document/ids.ts';
import { madeChapter, messageOp } from '../../helpers/chapter-maker.ts';
import { atMost, type Result } from '../report.ts';

const MESSAGES = 1000;

/** Messages one after the other, each saved by itself, until the store is closed: store, log and checkpoints. */
export function turnBytes(): Promise<Result[]> {
  const chapter = madeChapter(100);
  let last = chapter.turnIds.at(-1) ?? '';
  const before = bytesWritten();
  for (let number = 0; number < MESSAGES; number += 1) {
    const id = newId();
    chapter.change(messageOp(id, number, last));
    last = id;
  }
  chapter.end();
  return Promise.resolve([atMost('turn_bytes', (bytesWritten() - before) / MESSAGES, 'bytes', 24_000)]);
}

/** What this process has handed to the system to write. */
function bytesWritten(): number {
  if (process.platform !== 'linux') throw new Error('Only Linux says how much a process has written.');
  return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}
