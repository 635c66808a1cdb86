import { setTimeout as delay } from 'node:timers/promises';
import { resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { errorFacts } from '../../log/error-facts.ts';
import { listFoundModels, rememberFoundModels } from '../../storage/repositories/found-models.ts';
import { channel, type Channel } from '../channel.ts';
import type { StudioContext } from '../context.ts';
import type { Folders } from './folders.ts';
import { demoFile, type DemoModel, type FoundModel } from './model-files.ts';

/**
 * The model files of the watched folders. The list of last time is there at once; looking again keeps nobody waiting.
 */
export interface ModelRegistry {
  /** The demo model first. */
  readonly models: readonly FoundModel[];
  /** As known; null if nobody knows it. */
  get(id: string): FoundModel | null;
  /** One file as it is now; null if it is not there any more. Rejects with FOLDER_SILENT. */
  find(id: string): Promise<FoundModel | null>;
  /** The folders that do not answer; their models are listed as they were. */
  readonly silent: readonly string[];
  /** Looks at the folders again; resolves when that is done. */
  look(): Promise<void>;
  /** Resolves when the folders were looked at once, or cannot be in a moment. */
  readonly looked: Promise<void>;
  /** Says that something is known that was not. */
  tell(): void;
  /** A number that rises whenever the list has to be read again. */
  watch(signal?: AbortSignal): AsyncGenerator<number, void>;
  close(): void;
}

/** A disk that is well answers in milliseconds; one that is not keeps nobody waiting longer than this. */
const FIRST_LOOK_MS = 3000;

export function createModelRegistry(
  { db, log }: Pick<StudioContext, 'db' | 'log'>,
  demo: DemoModel | null,
  watched: readonly string[],
  folders: Folders,
): ModelRegistry {
  const watchers = new Set<Channel<number>>();
  const closing = new AbortController();
  let revision = 0;
  let others: readonly FoundModel[] = listFoundModels(db).map((file) => ({ ...file, demo: false }));
  let looking: Promise<void> | null = null;
  let silent: readonly string[] = [];

  const listed = (): readonly FoundModel[] => {
    const first = demo === null ? null : demoFile(demo);
    return first === null ? others : [first, ...others.filter(({ id }) => id !== first.id)];
  };

  function tell(): void {
    revision += 1;
    for (const watcher of watchers) watcher.push(revision);
  }

  function know(found: readonly FoundModel[]): void {
    const distinct = [...new Map(found.map((model) => [model.id, model])).values()].toSorted((a, b) =>
      a.name.localeCompare(b.name),
    );
    if (closing.signal.aborted || isDeepStrictEqual(distinct, others)) return;
    others = distinct;
    tell();
    try {
      rememberFoundModels(db, distinct);
    } catch (error) {
      // The next start looks at the folders again.
      log.warn('models.unstored', errorFacts(error));
    }
  }

  /** Of a folder that does not answer, what was known. */
  async function lookNow(): Promise<void> {
    const answers = await Promise.allSettled(watched.map((folder) => folders.look(folder)));
    for (const answer of answers)
      if (answer.status === 'rejected') log.warn('models.unseen', errorFacts(answer.reason));
    silent = watched.filter((_, at) => answers[at]?.status === 'rejected');
    know(answers.flatMap((answer, at) => (answer.status === 'fulfilled' ? answer.value : knownIn(watched[at] ?? ''))));
  }
  const knownIn = (folder: string): FoundModel[] => others.filter(({ path }) => path.startsWith(resolve(folder) + sep));
  const look = (): Promise<void> => {
    looking ??= lookNow().finally(() => {
      looking = null;
    });
    return looking;
  };
  const looked = Promise.race([
    look(),
    delay(FIRST_LOOK_MS, undefined, { signal: closing.signal, ref: false }).catch(() => undefined),
  ]);

  return {
    get models() {
      return listed();
    },
    get silent() {
      return silent;
    },
    get: (id) => listed().find((model) => model.id === id) ?? null,
    async find(id) {
      const before = listed().find((model) => model.id === id);
      if (before === undefined || before.demo) return before ?? null;
      const now = await folders.find(before.path);
      if (now !== null) know(others.map((model) => (model.id === id ? now : model)));
      return now;
    },
    look,
    looked,
    tell,
    watch(signal) {
      const watcher: Channel<number> = channel(signal, () => {
        watchers.delete(watcher);
      });
      watchers.add(watcher);
      watcher.push(revision);
      return watcher.iterator;
    },
    close() {
      closing.abort();
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}
