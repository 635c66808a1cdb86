import type { GenerationEvent } from '../../../shared/contract/writing.ts';
import { channel, type Channel } from '../channel.ts';

type Done = Extract<GenerationEvent, { type: 'done' }>;

/**
 * What a generation has said so far, and those who listen. A text's seq is its place; whoever comes late gets what it
 * missed as one text.
 */
export interface EventStream {
  readonly seq: number;
  /** All text so far. */
  readonly whole: string;
  /** For its model, which is loaded to that share, or for another reply. */
  waiting(progress: number | null): void;
  reading(progress: { done: number; total: number; reused: number }): void;
  text(text: string): void;
  done(event: Omit<Done, 'type' | 'seq'>): void;
  follow(afterSeq: number, signal?: AbortSignal): AsyncGenerator<GenerationEvent, void>;
}

export function createEventStream(): EventStream {
  const texts: string[] = [];
  const followers = new Set<Channel<GenerationEvent>>();
  /** How far it is before its first text. */
  let before: Exclude<GenerationEvent, { type: 'text' | 'done' }> | null = null;
  let done: Done | null = null;
  const tell = (event: GenerationEvent): void => {
    for (const follower of followers) follower.push(event);
  };

  return {
    get seq() {
      return texts.length;
    },
    get whole() {
      return texts.join('');
    },
    waiting(progress) {
      if (done !== null || before?.type === 'reading') return;
      if (before?.type === 'waiting' && before.progress === progress) return;
      before = { type: 'waiting', seq: 0, progress };
      tell(before);
    },
    reading(progress) {
      before = { type: 'reading', seq: texts.length, ...progress };
      tell(before);
    },
    text(text) {
      texts.push(text);
      tell({ type: 'text', seq: texts.length, text });
    },
    done(event) {
      done = { type: 'done', seq: texts.length + 1, ...event };
      tell(done);
      for (const follower of [...followers]) follower.end();
    },
    follow(afterSeq, signal) {
      const follower: Channel<GenerationEvent> = channel(signal, () => {
        followers.delete(follower);
      });
      if (before && texts.length === 0) follower.push(before);
      const missed = texts.slice(afterSeq).join('');
      if (missed !== '') follower.push({ type: 'text', seq: texts.length, text: missed });
      if (done) {
        follower.push(done);
        follower.end();
      } else {
        followers.add(follower);
      }
      return follower.iterator;
    },
  };
}
