import { isAway, type Connection } from '../../lib/client.ts';
import { clockOf } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import type { Saving } from './use-saving.ts';

interface Page {
  /** Another tab writes its story, as far as is known. */
  readonly isReader: boolean;
  /** Null while no chapter is open. */
  readonly saving: Saving | null;
}

const LONG = 8;

/** What is said while the studio does not answer; null where it does, or has only just stopped. */
export function connectionSentence(connection: Connection, { isReader, saving }: Page): string | null {
  if (!isAway(connection)) return null;
  const { refused, away, gone, keep, kept, stays, asOf } = words.shell.lost;
  const isUnsaved = saving?.state === 'notSaved';
  const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');
  if (connection.refused) return join(refused, isUnsaved ? keep : '');
  const holds =
    saving === null
      ? ''
      : !isReader
        ? stays
        : isUnsaved
          ? kept
          : saving.asOf === null
            ? ''
            : asOf(clockOf(saving.asOf));
  return join(connection.attempts > LONG ? gone : away, holds);
}

/** What is said where another tab writes the story. */
export function readerSentence(saving: Saving | null): string {
  const { writes, along, unsaved } = words.shell.readers;
  return saving?.state === 'readingAlong' ? along : saving?.state === 'notSaved' ? unsaved : writes;
}
