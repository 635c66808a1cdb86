import { ChevronRight, Plus, RotateCcw } from 'lucide-react';
import type { ReactElement } from 'react';
import { openStory, useWorkspace } from '../../workspace/workspace.ts';
import { useFlag } from '../../workspace/remembered.ts';
import { count } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import {
  goToStory,
  library,
  useChapters,
  useRemoved,
  useRemovedCount,
  useStories,
  useWordCounts,
} from '../../library/library.ts';
import { LibraryRow } from './library-row.tsx';
import ui from '../../ui/ui.module.css';
import css from './binder.module.css';

export function Binder(): ReactElement {
  return (
    <aside className={css.binder} data-panel="binder" tabIndex={-1} aria-label={words.library.stories}>
      <StoryList />
      <ChapterList />
      <RecentlyDeleted />
    </aside>
  );
}

function StoryList(): ReactElement {
  const stories = useStories() ?? [];
  const storyId = useWorkspace((workspace) => workspace.place?.storyId ?? null);
  const counts = useWordCounts(useChapters(storyId) ?? []);
  const openWords = counts.size === 0 ? null : [...counts.values()].reduce((sum, words) => sum + words, 0);
  return (
    <>
      <header className={css.binderHead}>
        <h2 id="stories-title">{words.library.stories}</h2>
        <IconButton icon={Plus} label={words.commands.newStory} onClick={() => void library.createStory()} />
      </header>
      <ul aria-labelledby="stories-title" role="list">
        {stories.map((story) => (
          <LibraryRow
            key={story.id}
            of={{ storyId: story.id, chapterId: null }}
            title={story.title}
            number={null}
            words={story.id === storyId ? (openWords ?? story.words) : story.words}
            current={story.id === storyId}
            strong={false}
            onOpen={() => void goToStory(story)}
            onRename={(title) => void library.renameStory(story.id, title)}
            onRemove={() => void library.removeStory(story)}
          />
        ))}
      </ul>
    </>
  );
}

function ChapterList(): ReactElement | null {
  const place = useWorkspace((workspace) => workspace.place);
  const chapters = useChapters(place?.storyId ?? null) ?? [];
  const counts = useWordCounts(chapters);
  if (place === null) return null;
  return (
    <>
      <header className={css.binderHead}>
        <h2 id="chapters-title">{words.library.chapters}</h2>
        <IconButton
          icon={Plus}
          label={words.commands.newChapter}
          onClick={() => void library.createChapter(place.storyId)}
        />
      </header>
      <ul aria-labelledby="chapters-title" role="list">
        {chapters.map((chapter, index) => (
          <LibraryRow
            key={chapter.id}
            of={{ storyId: chapter.storyId, chapterId: chapter.id }}
            title={chapter.title}
            number={chapter.title === words.library.chapterTitle(index + 1) ? null : index + 1}
            words={counts.get(chapter.id) ?? chapter.words}
            current={chapter.id === place.chapterId}
            strong
            onOpen={() => openStory(chapter.storyId, chapter.id)}
            onRename={(title) => void library.renameChapter(chapter.id, title)}
            onRemove={chapters.length > 1 ? () => void library.removeChapter(chapter) : null}
          />
        ))}
      </ul>
    </>
  );
}

function RecentlyDeleted(): ReactElement | null {
  const [open, setOpen] = useFlag('removedOpen', false);
  const removedCount = useRemovedCount();
  const removed = useRemoved(open);
  if (removedCount === 0) return null;
  return (
    <section className={css.removed}>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden />
        <b>{words.library.recentlyDeleted}</b>
        <span className="num">{count(removedCount)}</span>
      </button>
      {open ? (
        <ul aria-label={words.library.recentlyDeleted} role="list">
          {removed.map((item) => (
            <li key={`${item.kind}${item.id}`} className={css.removedRow}>
              <span title={item.title}>
                <small>{words.library.removedKind[item.kind]}</small>
                <bdi>{item.title}</bdi>
              </span>
              <button
                type="button"
                className={ui.iconButton}
                aria-label={`${words.library.restore} ${item.title}`}
                title={words.library.restore}
                onClick={() => void library.restore(item)}
              >
                <RotateCcw size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
