import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What an entry tells beside its event: figures, codes, names of models. Never a word of a story. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** The log of one studio. A log that cannot be written never ends anything. */
export interface Log {
  info(event: string, facts?: Facts): void;
  warn(event: string, facts?: Facts): void;
  error(event: string, facts?: Facts): void;
  /** The newest lines, the oldest of them first. */
  tail(): readonly string[];
  /**
   * From now on, while its disk does not answer, the newest lines wait in memory; what was dropped is counted. Answers
   * with how to write what waits, where it can be by now.
   */
  askFirst(answers: () => boolean): () => void;
  close(): void;
}

export interface LogLimits {
  readonly bytesPerFile: number;
  /** Files of before that are kept beside the one that is written. */
  readonly olderFiles: number;
}

const LIMITS: LogLimits = { bytesPerFile: 1_000_000, olderFiles: 3 };
const TAIL_LINES = 500;
const LINE_LENGTH = 4000;

const newestOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-TAIL_LINES);

function lineOf(level: string, event: string, facts: Facts): string {
  const told = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`;
  return `${new Date().toISOString()} ${level.padEnd(5)} ${event}${told}`.replaceAll('\n', ' ').slice(0, LINE_LENGTH);
}

/** Writes `paphos.log` of a folder; when it is full it becomes `paphos.1.log`, and so on. */
export function openLog(folder: string, { bytesPerFile, olderFiles }: LogLimits = LIMITS): Log {
  const fileOf = (age: number): string => join(folder, age === 0 ? 'paphos.log' : `paphos.${age}.log`);
  let file: number | null = null;
  let bytes = 0;
  let answers = (): boolean => true;
  /** Lines that wait for their disk, and how many others did. */
  let waiting: string[] = [];
  let dropped = 0;
  const lines = readNewest(fileOf(0));

  function open(): number {
    if (file !== null) return file;
    // Where the data folder has gone, nothing is made in its place.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const opened = openSync(fileOf(0), 'a', 0o600);
    bytes = fstatSync(opened).size;
    file = opened;
    return opened;
  }

  function close(): void {
    if (file === null) return;
    const opened = file;
    file = null;
    closeSync(opened);
  }

  function rotate(): void {
    close();
    for (let age = olderFiles - 1; age >= 0; age -= 1)
      try {
        renameSync(fileOf(age), fileOf(age + 1));
      } catch {
        // There is none of that age.
      }
  }

  function write(level: string, event: string, facts: Facts = {}): void {
    const line = lineOf(level, event, facts);
    lines.push(line);
    lines.splice(0, lines.length - TAIL_LINES);
    waiting.push(line);
    dropped += waiting.splice(0, waiting.length - TAIL_LINES).length;
    writeWaiting();
  }

  function writeWaiting(): void {
    if (waiting.length === 0 || !answers()) return;
    const gap = dropped === 0 ? [] : [lineOf('warn', 'log.dropped', { lines: dropped })];
    const due = [...gap, ...waiting];
    [waiting, dropped] = [[], 0];
    for (const line of due) writeLine(line);
  }

  function writeLine(line: string): void {
    try {
      const entry = Buffer.from(`${line}\n`);
      let opened = open();
      if (bytes > 0 && bytes + entry.length > bytesPerFile) {
        rotate();
        opened = open();
      }
      bytes += writeSync(opened, entry);
    } catch {
      // A disk that is full or read-only has no log; what matters is said elsewhere.
    }
  }

  return {
    info: (event, facts) => {
      write('info', event, facts);
    },
    warn: (event, facts) => {
      write('warn', event, facts);
    },
    error: (event, facts) => {
      write('error', event, facts);
    },
    tail: () => [...lines],
    askFirst(asked) {
      answers = asked;
      return writeWaiting;
    },
    close() {
      writeWaiting();
      if (answers()) close();
    },
  };
}

function readNewest(path: string): string[] {
  try {
    return newestOf(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}
