import type { NoteContent, NoteKind, StoryNote } from '../../../shared/contract/notes.ts';
import { listNotes, setNote } from '../../storage/repositories/note-records.ts';
import { needStory } from '../../storage/core/rows.ts';
import type { StudioContext } from '../context.ts';
import { channel, type Channel } from '../channel.ts';
import type { Client } from '../connections.ts';
import type { StoryLocks } from '../library/story-locks.ts';

/** What a story tells its model beside its turns. */
export interface StoryNotes {
  /** At once, and whenever one of them is another. */
  watch(storyId: string, signal?: AbortSignal): AsyncGenerator<readonly StoryNote[], void>;
  set(note: { storyId: string; kind: NoteKind; content: NoteContent; version: number }, client: Client): StoryNote;
  /** Of any story: whether one was sent may be otherwise. Never throws. */
  changed(): void;
  close(): void;
}

/** `onSet`: the next prompt is another one. */
export function createStoryNotes(
  { db }: Pick<StudioContext, 'db'>,
  locks: Pick<StoryLocks, 'assertWriter'>,
  onSet: () => void,
): StoryNotes {
  const watchers = new Set<Channel<true>>();
  function changed(): void {
    for (const watcher of watchers) watcher.push(true);
  }
  return {
    async *watch(storyId, signal) {
      needStory(db, storyId);
      const watcher: Channel<true> = channel(signal, () => {
        watchers.delete(watcher);
      });
      if (signal?.aborted !== true) watchers.add(watcher);
      watcher.push(true);
      for await (const _ of watcher.iterator) yield listNotes(db, storyId);
    },
    set({ storyId, kind, content, version }, client) {
      locks.assertWriter(storyId, client);
      const note = setNote(db, storyId, kind, content, version);
      changed();
      onSet();
      return note;
    },
    changed,
    close() {
      for (const watcher of [...watchers]) watcher.end();
    },
  };
}
