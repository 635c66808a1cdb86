import { count } from '../../lib/numbers.ts';

/** Stories, chapters, and what was deleted. */
export const library = {
  stories: 'Stories',
  chapters: 'Chapters',
  untitled: 'Untitled',
  chapterTitle: (number: number) => `Chapter ${count(number)}`,
  more: (title: string) => `More for ${title}`,
  removedStory: (title: string) => `“${title}” was deleted.`,
  removedChapter: (title: string) => `Chapter “${title}” was deleted.`,
  restored: (title: string) => `“${title}” is back.`,
  recentlyDeleted: 'Recently deleted',
  restore: 'Restore',
  removedKind: { story: 'Story', chapter: 'Chapter', turn: 'Turn' },
  noStories: 'There are no stories yet. A story begins with a first line, yours or the model’s.',
};
