import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import {
  backupReason,
  backupSettingsSchema,
  DEFAULT_BACKUP_SETTINGS,
  type BackedUpChapter,
  type BackedUpStory,
  type BackupOverview,
  type BackupReason,
  type BackupSettings,
  type LibraryCopy,
} from '../../../shared/contract/backups.ts';
import type { JobProgress } from '../../../shared/contract/jobs.ts';
import { failure, fault, faultOf } from '../../../shared/faults/failure.ts';
import { areThreadsGone } from '../../log/ending-threads.ts';
import { errorFacts } from '../../log/error-facts.ts';
import { guarded } from '../../log/guarded.ts';
import {
  backupsFolder,
  listBackups,
  readNote,
  removeAbandoned,
  removeBackup,
  type BackupNote,
} from '../../storage/backups/backup-files.ts';
import { copyLibrary } from '../../storage/backups/library-copy.ts';
import { libraryBytes, libraryState, wasWritten } from '../../storage/backups/library-state.ts';
import type { MadeBackup } from '../../storage/backups/make-backup.ts';
import type { Repairs } from '../../storage/repair/find-repairs.ts';
import { copyAside, isOfDamage } from '../../storage/repair/repair-store.ts';
import { isStoryHere, putStory, type StoredStory } from '../../storage/backups/take-story.ts';
import { surplus } from '../../storage/backups/thinning.ts';
import { doesAnswer } from '../disk-answer.ts';
import { assertAnswers } from '../../storage/core/handle.ts';
import { removePrepared, replacedStore } from '../../storage/core/restored-file.ts';
import type { Store } from '../../storage/core/open.ts';
import { countTurns } from '../../storage/integrity/check-turns.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import { getStory } from '../../storage/repositories/stories.ts';
import { channel, type Channel } from '../channel.ts';
import type { StudioContext } from '../context.ts';
import { inThread } from '../in-thread.ts';
import { BACKUP_THREAD, type BackupWork } from './backup-work.ts';
import type { Checks } from './checks.ts';

/** Copies of the library: made by themselves, looked into, and brought back. */
export interface Backups {
  list(): Promise<BackupOverview>;
  make(): void;
  /** Looks through the library itself, as a job. */
  check(): void;
  set(settings: BackupSettings): Promise<void>;
  look(name: string): Promise<readonly BackedUpStory[]>;
  read(name: string, storyId: string): Promise<readonly BackedUpChapter[]>;
  take(name: string, storyId: string): Promise<{ readonly storyId: string; readonly title: string }>;
  restore(name: string): Promise<void>;
  copy(wish: { readonly into: string | null; readonly page: string }): Promise<LibraryCopy>;
  /** How often this studio has put a backup in place of its library, now and whenever it does. */
  restored(signal?: AbortSignal): AsyncGenerator<number, void>;
  /** How far a restore is, in turns; null while there is none. */
  restoring(signal?: AbortSignal): AsyncGenerator<JobProgress | null, void>;
  /** Keeps the library as it is before it is repaired, as a backup or as a file. */
  keepBefore(signal: AbortSignal, repairs: Repairs): Promise<void>;
  /** It is another one than the newest backup has, though nobody wrote in it. */
  changed(): void;
  /** Makes one of what was written since the last, where that is old enough to matter; ends the watch over time. */
  close(): Promise<void>;
}

const KIND = 'backup';
/** Bytes in a millisecond, of a computer that has made no backup yet. */
const UNKNOWN_PACE = 10_000;
const paceOf = (note: BackupNote | null): number =>
  note?.tookMs === undefined ? UNKNOWN_PACE : note.bytes / Math.max(1, note.tookMs);
const backupParams = z.object({ reason: backupReason });

export interface BackupTimes {
  /** How often it is looked whether a backup is due. */
  readonly lookMs: number;
  /** Work older than this is backed up. */
  readonly afterMs: number;
  /** So old it must be to be backed up when Paphos ends; what is younger is backed up soon after the next start. */
  readonly onQuitMs: number;
  /** Whoever ends Paphos waits for a backup no longer; it is made after the next start. */
  readonly quitWithinMs: number;
}
/** A second place that answers no more is given up. */
const PLACE_MS = 4000;
const COPY_MS = 15 * 60_000;
const TIMES: BackupTimes = { lookMs: 60_000, afterMs: 30 * 60_000, onQuitMs: 60_000, quitWithinMs: 4000 };

interface BackupParts {
  readonly store: Pick<Store, 'restore'>;
  readonly checks: Checks;
  /** Ends whatever writes by itself, before the library is another one. */
  beforeRestore(): Promise<void>;
  readonly times?: BackupTimes;
}

export function createBackups(
  { db, jobs, log, env }: Pick<StudioContext, 'db' | 'jobs' | 'log' | 'env'>,
  { store, checks, beforeRestore, times = TIMES }: BackupParts,
): Backups {
  const { dataDir } = env;
  const folder = backupsFolder(dataDir);
  const watchers = new Set<Channel<number>>();
  const restoreWatchers = new Set<Channel<JobProgress | null>>();
  let restores = 0;
  let restoring: JobProgress | null = null;
  /** Threads that copy the store, also those that were given up and are not gone. */
  let copying = 0;
  removeAbandoned(folder);
  /** Since when something is newer than the newest backup; null: nothing is. */
  let changedSince: number | null = null;
  let kept = newestNote()?.state ?? null;

  function listed(): ReturnType<typeof listBackups> {
    assertAnswers(db);
    return listBackups(folder);
  }
  function newestNote(): BackupNote | null {
    const [newest] = listed().filter(({ state }) => state === 'verified');
    return newest === undefined ? null : readNote(join(folder, newest.name));
  }

  const settings = (): BackupSettings => {
    const stored = backupSettingsSchema.safeParse(readSetting(db, 'studio', 'backups'));
    return stored.success ? stored.data : DEFAULT_BACKUP_SETTINGS;
  };

  /** What an earlier run wrote and no backup holds is due at once. */
  let due = libraryState(db) !== kept && (kept !== null || wasWritten(db)) ? 0 : times.afterMs;

  function look(): void {
    if (libraryState(db) === kept) {
      changedSince = null;
      return;
    }
    changedSince ??= Date.now();
    if (Date.now() - changedSince >= due) jobs.start(KIND, { reason: due === 0 ? 'start' : 'work' });
  }

  async function make(
    reason: BackupReason,
    signal?: AbortSignal,
    onProgress?: (progress: JobProgress) => void,
  ): Promise<MadeBackup> {
    const work: BackupWork = { do: 'make', task: { dataDir, at: Date.now(), reason } };
    copying += 1;
    const onExit = (): void => {
      copying -= 1;
    };
    const made = await inThread<MadeBackup>(BACKUP_THREAD, work, signal, { onExit, onProgress });
    changedSince = null;
    due = times.afterMs;
    if (made.note.problems === 0) kept = made.note.state;
    thin(made.name);
    await copyToSecondPlace(made.name, signal);
    return made;
  }

  /** A second place that cannot be written is told, and costs no backup. */
  async function copyToSecondPlace(name: string, signal?: AbortSignal): Promise<void> {
    const { secondPlace, limitBytes } = settings();
    if (secondPlace === null) return;
    try {
      await namesIn(secondPlace);
      const work: BackupWork = { do: 'copy', name, from: folder, to: secondPlace, limitBytes };
      const limit = AbortSignal.timeout(COPY_MS);
      await inThread(BACKUP_THREAD, work, signal === undefined ? limit : AbortSignal.any([signal, limit]));
    } catch (error) {
      signal?.throwIfAborted();
      throw failure('BACKUP_NO_SECOND', { folder: secondPlace }, { detail: String(error), cause: error });
    }
  }

  function thin(justMade: string): void {
    for (const name of surplus(listed(), settings().limitBytes, justMade)) removeBackup(folder, name);
  }

  const namesIn = (secondPlace: string): Promise<readonly string[]> =>
    inThread(
      BACKUP_THREAD,
      { do: 'names', folder: secondPlace } satisfies BackupWork,
      AbortSignal.timeout(PLACE_MS),
    ).catch((error: unknown) => {
      throw placeAway(secondPlace, error);
    }) as Promise<readonly string[]>;

  async function assertPlace(secondPlace: string): Promise<void> {
    if (!isAbsolute(secondPlace) || !relative(dataDir, secondPlace).startsWith('..'))
      throw failure('SECOND_PLACE_WRONG', { folder: secondPlace });
    const work: BackupWork = { do: 'place', folder: secondPlace };
    await inThread(BACKUP_THREAD, work, AbortSignal.timeout(PLACE_MS)).catch((error: unknown) => {
      throw placeAway(secondPlace, error);
    });
  }

  /** Where it would take too long nobody waits for half of one: it is due when Paphos starts again. */
  async function makeOnQuit(): Promise<void> {
    if (libraryState(db) === kept) return;
    changedSince ??= Date.now();
    if (Date.now() - changedSince < times.onQuitMs) return;
    const bytes = libraryBytes(db);
    const needMs = Math.round(bytes / paceOf(newestNote()));
    if (needMs <= times.quitWithinMs) await make('quit', AbortSignal.timeout(times.quitWithinMs));
    else log.info('backup.later', { bytes, needMs });
  }

  function tellRestoring(now: JobProgress | null): void {
    restoring = now;
    for (const watcher of restoreWatchers) watcher.push(now);
  }

  jobs.register({
    kind: KIND,
    resumable: false,
    params: backupParams,
    title: () => fault('JOB_MAKES_BACKUP', {}),
    async run({ reason }, { signal, progress }) {
      const { name, note } = await make(reason, signal, progress).catch((error: unknown) => {
        changedSince = Date.now();
        due = times.afterMs;
        throw error;
      });
      log.info('backup.made', { name, reason, bytes: note.bytes, problems: note.problems });
      return name;
    },
  });

  const looking = setInterval(guarded(look), times.lookMs);
  looking.unref();

  const need = (name: string): string => {
    assertAnswers(db);
    const file = join(folder, name);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw failure('BACKUP_GONE', { name });
    return file;
  };

  return {
    async list() {
      const now = settings();
      const { names, secondFault } =
        now.secondPlace === null
          ? { names: [], secondFault: null }
          : await namesIn(now.secondPlace).then(
              (found) => ({ names: found, secondFault: null }),
              (error: unknown) => ({ names: [], secondFault: faultOf(error) }),
            );
      const there = new Set<string>(names);
      const backups = listed().map((backup) => ({ ...backup, inSecondPlace: there.has(backup.name) }));
      return {
        folder,
        settings: now,
        secondFault,
        check: checks.last(),
        backups,
        bytes: backups.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    make() {
      jobs.start(KIND, { reason: 'asked' });
    },
    check() {
      checks.start();
    },
    async set(next) {
      const { secondPlace } = next;
      if (secondPlace !== null && secondPlace !== settings().secondPlace) await assertPlace(secondPlace);
      writeSetting(db, 'studio', 'backups', next);
    },
    async look(name) {
      const work: BackupWork = { do: 'look', file: need(name) };
      const found = await inThread<readonly Omit<BackedUpStory, 'isHere'>[]>(BACKUP_THREAD, work);
      return found.map((story) => ({ ...story, isHere: isStoryHere(db, story.id) }));
    },
    async read(name, storyId) {
      const work: BackupWork = { do: 'read', file: need(name), storyId };
      return inThread<readonly BackedUpChapter[]>(BACKUP_THREAD, work);
    },
    async take(name, storyId) {
      const work: BackupWork = { do: 'take', file: need(name), storyId };
      const stored = await inThread<StoredStory>(BACKUP_THREAD, work);
      const at = listed().find((backup) => backup.name === name)?.at ?? Date.now();
      const id = putStory(db, stored, at);
      return { storyId: id, title: getStory(db, id).title };
    },
    async restore(name) {
      need(name);
      if (db.held !== null) throw failure('RESTORING', {});
      await beforeRestore();
      if (db.held !== null) throw failure('RESTORING', {});
      db.held = fault('RESTORING', {});
      const here = countTurns(db);
      let inBackup = 0;
      const say = (done: number): void => tellRestoring({ done, total: inBackup + here, unit: 'items' });
      try {
        const work: BackupWork = { do: 'prepare', dataDir, name };
        await inThread(BACKUP_THREAD, work, undefined, {
          onProgress: ({ done, total }) => {
            inBackup = total ?? 0;
            say(done);
          },
        });
        const isKept = await make('restore', undefined, ({ done }) => say(inBackup + done)).then(
          () => true,
          (error: unknown) => {
            const { code } = faultOf(error);
            if (code !== 'STORE_DAMAGED' && code !== 'BACKUP_NO_SECOND') throw error;
            return code === 'BACKUP_NO_SECOND';
          },
        );
        assertAnswers(db);
        store.restore(isKept ? null : replacedStore(dataDir, Date.now()));
        kept = libraryState(db);
        restores += 1;
        for (const watcher of watchers) watcher.push(restores);
        log.info('backup.restored', { name });
      } finally {
        // Otherwise the next start does.
        if (db.answers()) removePrepared(dataDir);
        db.held = null;
        tellRestoring(null);
      }
    },
    async copy({ into: wanted, page }) {
      const into = wanted ?? homedir();
      if (!(await doesAnswer(into, PLACE_MS))) throw failure('DISK_SILENT', { folder: into });
      return copyLibrary(db, { into, at: Date.now(), page: page === '' ? null : page }, (file) =>
        inThread(BACKUP_THREAD, { do: 'look', file } satisfies BackupWork),
      );
    },
    restored(signal) {
      const watcher: Channel<number> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      watcher.push(restores);
      return watcher.iterator;
    },
    restoring(signal) {
      const watcher: Channel<JobProgress | null> = channel(signal, () => {
        restoreWatchers.delete(watcher);
      });
      restoreWatchers.add(watcher);
      watcher.push(restoring);
      return watcher.iterator;
    },
    async keepBefore(signal, { reindexes }) {
      if (reindexes) copyAside(db, dataDir, Date.now());
      await make('repair', signal).catch((error: unknown) => {
        if (!isOfDamage(error)) {
          if (faultOf(error).code !== 'BACKUP_NO_SECOND') throw error;
        } else if (!reindexes) copyAside(db, dataDir, Date.now());
      });
    },
    changed() {
      kept = null;
    },
    async close() {
      clearInterval(looking);
      checks.close();
      for (const watcher of [...watchers, ...restoreWatchers]) watcher.end();
      try {
        await makeOnQuit();
      } catch (error) {
        // Whatever ends with Paphos is stored; the backup is made after the next start.
        log.error('backup.quit', errorFacts(error));
      }
      // A thread that still reads the store would keep it from being closed whole.
      if (copying > 0 && (await areThreadsGone())) removeAbandoned(folder);
    },
  };
}

const placeAway = (folder: string, cause: unknown): Error =>
  failure('SECOND_PLACE_AWAY', { folder }, { cause, detail: String(cause) });
