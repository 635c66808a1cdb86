import type { ExportWish } from '../../../shared/contract/export.ts';
import { activePath } from '../../../shared/document/tree.ts';
import { withoutReasoning } from '../../../shared/prompt/plan/reasoning.ts';
import type { Role } from '../../../shared/document/turn.ts';
import { getChapter, listChapters } from '../../storage/repositories/chapters.ts';
import { getStory } from '../../storage/repositories/stories.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import type { ReadableDB } from '../../storage/core/handle.ts';
import type { Block, Book } from './book.ts';
import { readInlines } from './inlines.ts';

export type BookWish = Omit<ExportWish, 'format'>;

const SCENE_BREAK = /^\s*\*\s*\*\s*\*\s*$/;
const OF: Record<Role, 'story' | 'person' | 'note'> = { model: 'story', user: 'person', system: 'note' };

/** The shown branch of a story, or of one chapter, without what the model only thought. */
export function readBook(db: ReadableDB, wish: BookWish): Book {
  const story = getStory(db, wish.storyId);
  const chapters = wish.chapterId === null ? listChapters(db, wish.storyId) : [getChapter(db, wish.chapterId)];
  return {
    id: story.id,
    changedAt: story.updatedAt,
    title: story.title,
    author: wish.author,
    chapters: chapters.map(({ id, title }) => ({ title, blocks: blocksOf(db, id, wish) })),
  };
}

function blocksOf(db: ReadableDB, chapterId: string, { withPerson, withNotes }: BookWish): Block[] {
  return activePath(readTree(db, chapterId, { texts: 'path' })).flatMap(({ role, text }) => {
    const of = OF[role];
    if ((of === 'person' && !withPerson) || (of === 'note' && !withNotes)) return [];
    return readBlocks(role === 'model' ? withoutReasoning(text ?? '', {}) : (text ?? ''), of);
  });
}

/** Every line with something in it is a paragraph, as on the page. */
export function readBlocks(text: string, of: 'story' | 'person' | 'note'): Block[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) =>
      SCENE_BREAK.test(line) ? { kind: 'scene break' } : { kind: 'paragraph', of, inlines: readInlines(line.trim()) },
    );
}
