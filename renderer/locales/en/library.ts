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
  export: {
    title: (story: string) => `Export “${story}”`,
    part: 'What',
    wholeStory: 'The whole story',
    format: 'As',
    formats: {
      markdown: 'Markdown',
      text: 'Plain text',
      html: 'Web page (HTML)',
      epub: 'E-book (EPUB)',
      docx: 'Word (DOCX)',
    },
    author: 'Author',
    withPerson: 'Include what you say',
    withNotes: 'Include notes',
    shown: 'What the page shows, without other alternates or the model’s thinking.',
    writing: 'The reply that is being written is not included yet.',
    steps: { saving: 'Waiting until the page is saved…', making: 'Making the file…' },
    made: (name: string) => `${name} is ready.`,
    replaced: (characters: number) =>
      characters === 1
        ? 'One character that such a file cannot hold became “\uFFFD”.'
        : `${count(characters)} characters that such a file cannot hold became “\uFFFD”.`,
  },
  noStories: 'A story begins with a first line, yours or the model’s.',
};
