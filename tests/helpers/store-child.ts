import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS } from '../../electron/storage/migrations/index.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { createStory } from '../../electron/storage/repositories/stories.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { newId } from '../../shared/document/ids.ts';

/** A process that waits until it is let go, and what it says in lines. */
export interface Child {
  /** It has loaded all that it needs. */
  readonly ready: Promise<unknown>;
  go(): void;
  /** The first line after it was let go, or its end. */
  readonly begun: Promise<unknown>;
  kill(): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  /** The whole lines so far, without the first. */
  said(): readonly string[];
  /** What it wrote to stderr. */
  complaint(): string;
}

/** `script` says `ready`, and begins when it hears something. */
export function startChild(script: URL, args: readonly string[], env: Record<string, string> = {}): Child {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Many start the same way.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'paphos-compiled'), ...env },
  });
  let said = '';
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  const lines = () =>
    said
      .slice(0, said.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
  const after = (count: number) =>
    new Promise<void>((resolve) => {
      child.stdout.on('data', () => {
        if (lines().length >= count) resolve();
      });
    });
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string | null);
  // One that was killed hears nothing.
  child.stdin.on('error', () => undefined);
  return {
    ready: Promise.race([after(1), ended]),
    go: () => child.stdin.end('go\n'),
    begun: Promise.race([after(2), ended]),
    kill: () => child.kill('SIGKILL'),
    ended,
    said: () => lines().slice(1),
    complaint: () => complaint,
  };
}

/** Writes into a library until it has said so many words, or for ever; see there. */
export const STORE_WRITER = new URL('store-writer.ts', import.meta.url);

/** A library with one chapter, in a folder of its own. */
export function newLibrary(chapterId: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-crash-'));
  const { db, close } = openStore(folder);
  createStory(db, { id: newId(), title: 'Written', chapterId, turnId: newId() });
  close();
  return folder;
}

/**
 * Opens a library and says what is not as it has to be: words of store-writer.ts that were acknowledged and are not in
 * it, words that nobody wrote, a schema that is not the newest.
 */
export function faultsOf(folder: string, chapterId: string, acknowledged: readonly string[]): string[] {
  const { db, close } = openStore(folder);
  try {
    const turns = [...readTree(db, chapterId, { texts: 'all' }).turns.values()];
    const stored = new Set(turns.flatMap(({ text }) => text?.match(/<[\d.]+>/g) ?? []));
    const odd = turns.filter(({ text }) => text?.replaceAll(/<\d+\.\d+> /g, '') !== '');
    return [
      ...acknowledged.filter((word) => !stored.has(word)).map((word) => `${word} is missing`),
      ...odd.map(({ id, text }) => `turn ${id} says ${String(text?.slice(0, 60))}`),
      ...[...db.damagedTurns].map((id) => `turn ${id} is damaged`),
      ...(db.sqlite.pragma('user_version', { simple: true }) === MIGRATIONS.length ? [] : ['another schema']),
    ];
  } finally {
    close();
  }
}
