import type { Hold } from '../../../shared/contract/writing.ts';
import { channel, type Channel } from '../channel.ts';
import { failure } from '../../../shared/faults/failure.ts';

interface Holder {
  readonly clientId: string;
  readonly channel: Channel<Hold>;
}

export interface StoryLocks {
  hold(storyId: string, clientId: string, signal?: AbortSignal): AsyncGenerator<Hold, void>;
  takeOver(storyId: string, clientId: string): void;
  /** Throws READ_ONLY if another client writes in this story. */
  assertWriter(storyId: string, clientId: string): void;
}

/** One writer per story; the others read until they take over, or until the writer leaves. */
export function createStoryLocks(onRelease: (storyId: string) => void): StoryLocks {
  const holders = new Map<string, Holder[]>();
  const writerOf = (storyId: string): Holder | undefined => holders.get(storyId)?.[0];

  const release = (storyId: string, holder: Holder): void => {
    const queue = holders.get(storyId) ?? [];
    const wasWriter = queue[0] === holder;
    const rest = queue.filter((one) => one !== holder);
    if (rest.length > 0) holders.set(storyId, rest);
    else holders.delete(storyId);
    if (!wasWriter) return;
    onRelease(storyId);
    if (rest[0] && rest[0].clientId !== holder.clientId) rest[0].channel.push({ role: 'writer' });
  };

  return {
    hold(storyId, clientId, signal) {
      const opened = channel<Hold>(signal, () => {
        release(storyId, holder);
      });
      const holder: Holder = { clientId, channel: opened };
      const queue = holders.get(storyId) ?? [];
      const writes = queue.length === 0 || queue[0]?.clientId === clientId;
      holders.set(storyId, writes ? [holder, ...queue] : [...queue, holder]);
      opened.push({ role: writes ? 'writer' : 'reader' });
      return opened.iterator;
    },
    takeOver(storyId, clientId) {
      const queue = holders.get(storyId) ?? [];
      const mine = queue.find((one) => one.clientId === clientId);
      const writer = queue[0];
      if (!mine) throw failure('NOT_HELD', {});
      if (!writer || writer.clientId === clientId) return;
      onRelease(storyId);
      holders.set(storyId, [mine, ...queue.filter((one) => one !== mine)]);
      writer.channel.push({ role: 'reader' });
      mine.channel.push({ role: 'writer' });
    },
    assertWriter(storyId, clientId) {
      const writer = writerOf(storyId);
      if (writer && writer.clientId !== clientId) {
        throw failure('READ_ONLY', {});
      }
    },
  };
}
