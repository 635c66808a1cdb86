import type { Hold } from '../../../shared/contract/writing.ts';
import { failure } from '../../../shared/faults/failure.ts';
import { channel, type Channel } from '../channel.ts';
import type { Client } from '../connections.ts';
import { guarded } from '../../log/guarded.ts';

/**
 * A page that lost its connection has noticed it and is back in this time: a reload, a network that was gone for a
 * moment.
 */
export const GRACE_MS = 8000;
/** One that said that it goes is back in this time, where it is only loaded anew. */
export const RELOAD_MS = 3000;

interface Holder {
  readonly client: Client;
  readonly channel: Channel<Hold>;
}
/** The writer may be away, or not have come back yet after a restart: `grace` runs then, and nobody else writes. */
interface StoryLock {
  writer: Holder | null;
  /** In the order in which they came. */
  readers: Holder[];
  grace: NodeJS.Timeout | null;
}

export interface StoryLocks {
  /** `was`: what this client was told before its connection broke. An older hold of the same client is replaced. */
  hold(
    storyId: string,
    client: Client,
    was: Hold['role'] | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<Hold, void>;
  takeOver(storyId: string, client: Client): void;
  /** Throws READ_ONLY if another client writes in this story. */
  assertWriter(storyId: string, client: Client): void;
  close(): void;
}

/**
 * One writer per story; the others read until they take over, or until the writer leaves. A writer whose connection
 * is lost has left when it does not come back in time; one whose page was closed, as soon as another page comes.
 * `onRelease` runs where a connection ends, so it must not throw.
 */
export function createStoryLocks(onRelease: (storyId: string) => void): StoryLocks {
  const locks = new Map<string, StoryLock>();
  const lockOf = (storyId: string): StoryLock => {
    const lock = locks.get(storyId) ?? { writer: null, readers: [], grace: null };
    locks.set(storyId, lock);
    return lock;
  };

  const endGrace = (lock: StoryLock): void => {
    if (lock.grace !== null) clearTimeout(lock.grace);
    lock.grace = null;
  };
  const passOn = (storyId: string, lock: StoryLock): void => {
    endGrace(lock);
    lock.writer = lock.readers.shift() ?? null;
    if (lock.writer === null) locks.delete(storyId);
    else lock.writer.channel.push({ role: 'writer' });
  };
  const startGrace = (storyId: string, lock: StoryLock): void => {
    lock.grace ??= setTimeout(
      guarded(() => passOn(storyId, lock)),
      lock.writer?.client.hasLeft === true ? RELOAD_MS : GRACE_MS,
    );
  };
  /** Nobody writes, or whoever wrote has gone and nobody waits for it. */
  const isOpenTo = (lock: StoryLock, was: Hold['role'] | undefined): boolean => {
    if (lock.writer !== null)
      return was === undefined && lock.grace !== null && lock.writer.client.hasLeft && lock.readers.length === 0;
    return was === 'writer' || (was === undefined && lock.grace === null);
  };

  const leave = (storyId: string, holder: Holder): void => {
    const lock = locks.get(storyId);
    if (lock?.writer !== holder) {
      if (lock) lock.readers = lock.readers.filter((reader) => reader !== holder);
      return;
    }
    onRelease(storyId);
    if (holder.client.signal.aborted) startGrace(storyId, lock);
    else passOn(storyId, lock);
  };

  return {
    hold(storyId, client, was, signal) {
      signal?.throwIfAborted();
      const opened = channel<Hold>(signal, () => leave(storyId, holder));
      const holder: Holder = { client, channel: opened };
      const lock = lockOf(storyId);
      const writes = isOpenTo(lock, was) || lock.writer?.client.id === client.id;
      const older = writes ? lock.writer : lock.readers.find((reader) => reader.client.id === client.id);
      lock.readers = lock.readers.filter((reader) => reader.client.id !== client.id);
      if (writes) {
        endGrace(lock);
        lock.writer = holder;
      } else {
        lock.readers.push(holder);
        if (lock.writer === null) startGrace(storyId, lock);
      }
      older?.channel.end();
      opened.push({ role: writes ? 'writer' : 'reader' });
      return opened.iterator;
    },
    takeOver(storyId, client) {
      const lock = locks.get(storyId);
      if (lock?.writer?.client.id === client.id) return;
      const mine = lock?.readers.find((reader) => reader.client.id === client.id);
      if (!lock || !mine) throw failure('NOT_HELD', {});
      const before = lock.writer;
      const isAway = lock.grace !== null;
      endGrace(lock);
      lock.writer = mine;
      lock.readers = lock.readers.filter((reader) => reader !== mine);
      if (before !== null && !isAway) {
        onRelease(storyId);
        lock.readers.unshift(before);
        before.channel.push({ role: 'reader' });
      }
      mine.channel.push({ role: 'writer' });
    },
    assertWriter(storyId, client) {
      const lock = locks.get(storyId);
      if (!lock || lock.writer?.client.id === client.id) return;
      if (lock.writer !== null || lock.readers.some((reader) => reader.client.id === client.id))
        throw failure('READ_ONLY', {});
    },
    close() {
      for (const lock of locks.values()) endGrace(lock);
      locks.clear();
    },
  };
}
