import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { errorFacts } from '../../log/error-facts.ts';
import { listFoundModels, rememberFoundModels } from '../../storage/repositories/found-models.ts';
import { channel, type Channel } from '../channel.ts';
import type { StudioContext } from '../context.ts';
import { foundIn, demoFile, type DemoModel, type FoundModel } from './model-files.ts';
import { lookInto } from './model-folders.ts';

/**
 * The model files of the watched folders. The list of last time is there at once; looking again keeps nobody waiting.
 */
export interface ModelRegistry {
  /** The demo model first. */
  readonly models: readonly FoundModel[];
  /** One file as it is now; null if it is not there any more. */
  get(id: string): FoundModel | null;
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
const FIRST_LOOK_MS = 1000;

export function createModelRegistry(
  { db, log }: Pick<StudioContext, 'db' | 'log'>,
  demo: DemoModel | null,
  folders: readonly string[],
): ModelRegistry {
  const watchers = new Set<Channel<number>>();
  const closing = new AbortController();
  let revision = 0;
  let others: readonly FoundModel[] = listFoundModels(db).map((file) => ({ ...file, demo: false }));
  let looking: Promise<void> | null = null;

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

  async function lookNow(): Promise<void> {
    try {
      know((await Promise.all(folders.map(lookInto))).flat());
    } catch (error) {
      log.warn('models.unseen', { name: error instanceof Error ? error.name : 'unknown' });
    }
  }
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
    get(id) {
      const before = listed().find((model) => model.id === id);
      if (before === undefined || before.demo) return before ?? null;
      const now = foundIn(before.path);
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
