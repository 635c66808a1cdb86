import { vi } from 'vitest';
import { parse } from '../../shared/document/grammar.ts';
import { ChapterSession } from '../../renderer/chapter/chapter-session.ts';
import type { Whereabouts } from '../../renderer/chapter/whereabouts.ts';
import { PlainView } from './plain-view.ts';
import type { ReplyingStudio } from './replying-studio.ts';

/** Until nothing is under way any more, with timers that are faked. */
export const settle = () => vi.advanceTimersByTimeAsync(3000);

export interface OpenedChapter {
  readonly studio: ReplyingStudio;
  readonly session: ChapterSession;
  readonly view: PlainView;
  /** The texts of the turns on the page. */
  readonly shown: () => string[];
  /** Where the person was, as it was told. */
  readonly places: Whereabouts[];
  /** How often it was told that it may not write. */
  readonly refusals: () => number;
}

/** A chapter in the plainest view. */
export async function openPlainly(
  studio: ReplyingStudio,
  { place = null, readOnly = false }: { place?: Whereabouts | null; readOnly?: boolean } = {},
): Promise<OpenedChapter> {
  const views: PlainView[] = [];
  const places: Whereabouts[] = [];
  let refusals = 0;
  const session = new ChapterSession({
    api: studio.api,
    chapterId: studio.chapterId,
    readOnly,
    retries: 1,
    place,
    onPlace: (there) => places.push(there),
    onRefused: () => refusals++,
    viewReady: Promise.resolve(),
    layText: (text, kept) => {
      const made = new PlainView(text, kept);
      views.push(made);
      return made;
    },
  });
  await settle();
  const [view] = views;
  if (view === undefined) throw new Error('the chapter was not shown');
  return {
    studio,
    session,
    view,
    shown: () => parse(view.text).map(({ text }) => text),
    places,
    refusals: () => refusals,
  };
}
