import type { ChapterNews } from '../../../shared/contract/stories.ts';
import { channel, type Channel } from '../channel.ts';

/** For the pages that read a chapter along: when it has changed. */
export interface ChapterWatchers {
  changed(chapterId: string): void;
  /** The first news is that it is watched: whoever reads the chapter after it misses nothing. */
  watch(chapterId: string, signal?: AbortSignal): AsyncGenerator<ChapterNews, void>;
  close(): void;
}

export function createChapterWatchers(): ChapterWatchers {
  const watchers = new Map<Channel<ChapterNews>, string>();
  const news: ChapterNews = { changed: true };
  return {
    changed(chapterId) {
      for (const [watcher, watched] of watchers) if (watched === chapterId) watcher.push(news);
    },
    watch(chapterId, signal) {
      const watcher: Channel<ChapterNews> = channel(signal, () => {
        watchers.delete(watcher);
      });
      if (signal?.aborted !== true) watchers.set(watcher, chapterId);
      watcher.push(news);
      return watcher.iterator;
    },
    close() {
      for (const watcher of [...watchers.keys()]) watcher.end();
    },
  };
}
