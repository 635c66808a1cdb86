import { join, resolve } from 'node:path';
import { EXPORT_FORMATS, type ExportFormat } from '../../shared/contract/export.ts';
import type { StorySummary } from '../../shared/contract/stories.ts';
import { readStore } from '../storage/core/read-store.ts';
import { listStories } from '../storage/repositories/stories.ts';
import { readBook } from '../studio/export/read-book.ts';
import { writeBook } from '../studio/export/write-book.ts';
import { chooseStore } from './choose.ts';
import { usage } from './usage.ts';
import { freeName, writeWhole } from './write-file.ts';

interface ExportArguments {
  readonly as?: string | undefined;
  readonly out?: string | undefined;
  readonly author?: string | undefined;
  readonly data?: string | undefined;
  readonly notes?: boolean | undefined;
  readonly 'without-you'?: boolean | undefined;
}

/** Writes a story into a file; the folder of stories is only read, and may be in use. */
export async function runExport(story: string | undefined, given: ExportArguments): Promise<number> {
  const dataDir = chooseStore(given.data);
  const format = chooseExportFormat(given.as);
  const book = readStore(join(dataDir, 'store.db'), (db) =>
    readBook(db, {
      storyId: chooseStory(listStories(db), story).id,
      chapterId: null,
      author: given.author ?? null,
      withPerson: given['without-you'] !== true,
      withNotes: given.notes === true,
    }),
  );
  const { bytes, replaced } = await writeBook(book, format);
  const file = given.out === undefined ? freeName(book.title, EXPORT_FORMATS[format]) : resolve(given.out);
  writeWhole(file, bytes);
  process.stdout.write(`${file}\n`);
  if (replaced > 0)
    process.stderr.write(
      `${String(replaced)} ${replaced === 1 ? 'character' : 'characters'} that such a file cannot hold became “\uFFFD”.\n`,
    );
  return 0;
}

function chooseExportFormat(name: string | undefined): ExportFormat {
  const known = Object.keys(EXPORT_FORMATS) as ExportFormat[];
  const format = known.find((one) => one === name);
  if (format === undefined) throw usage('USAGE_EXPORT_FORMAT', { name: name ?? null, known });
  return format;
}

/** By its id, or by its title where no other story has the same. */
function chooseStory(stories: readonly StorySummary[], given: string | undefined): StorySummary {
  const named = stories.filter(({ id, title }) => id === given || title.toLowerCase() === given?.toLowerCase());
  const [story] = named;
  if (story === undefined || named.length > 1)
    throw usage('USAGE_STORY', {
      given: given ?? null,
      known: (named.length > 1 ? named : stories).map(({ id, title }) => `${title} (${id})`),
    });
  return story;
}
