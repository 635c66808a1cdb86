import { afterEach, beforeEach, expect, vi } from 'vitest';
import { parse } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Turn } from '../../shared/document/turn.ts';
import { ChapterSession } from '../../renderer/chapter/chapter-session.ts';
import type { Whereabouts } from '../../renderer/chapter/whereabouts.ts';
import { PlainView, showPlainly } from './plain-view.ts';
import { ReplyingStudio } from './replying-studio.ts';

/** In each test of the file, time goes on only as it is told to. */
export function stopTime(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

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
    textReady: Promise.resolve(),
    layText: (text, kept) => {
      const made = new PlainView(text, kept);
      views.push(made);
      return made;
    },
  });
  session.showIn(showPlainly);
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

export const said = (role: Turn['role'], text: string): Turn => ({
  id: newId(),
  role,
  speaker: null,
  marked: true,
  text,
});
export const open = (...turns: readonly Turn[]): Promise<OpenedChapter> => openPlainly(new ReplyingStudio(turns));

/** A chapter whose reply has begun. */
export async function begun(...turns: readonly Turn[]): Promise<OpenedChapter> {
  const opened = await open(...(turns.length === 0 ? [said('user', 'I knock.')] : turns));
  await opened.session.reply();
  await settle();
  return opened;
}

/** The reply that is under way comes, and ends. */
export async function endReply({ studio }: OpenedChapter, text: string): Promise<void> {
  studio.write(text);
  studio.end();
  await settle();
}

export async function answered(): Promise<OpenedChapter> {
  const opened = await begun();
  await endReply(opened, 'It opens.');
  return opened;
}

export async function retry({ session }: OpenedChapter): Promise<void> {
  await session.retry();
  await settle();
}
export async function undo({ session }: OpenedChapter): Promise<void> {
  session.undo();
  await settle();
}
/** To the alternate before, or the one behind. */
export async function turn({ session }: OpenedChapter, step: -1 | 1): Promise<void> {
  await (step === -1 ? session.previousAlternate() : session.nextAlternate());
  await settle();
}

/** Leaves a chapter and opens it again. */
export async function comeBack({ studio, session, places }: OpenedChapter): Promise<OpenedChapter> {
  session.close();
  await settle();
  return openPlainly(studio, { place: places.at(-1) ?? null });
}

/** What the page shows is in the store, and is said to be. */
export function expectSaved({ studio, session, view }: OpenedChapter): void {
  const shown = parse(view.text);
  const last = shown.at(-1);
  const isReady = last?.role === 'user' && last.text === '' && shown.at(-2)?.role === 'model';
  expect(studio.path.map(({ role, text }) => ({ role, text }))).toEqual(
    (isReady ? shown.slice(0, -1) : shown).map(({ role, text }) => ({ role, text })),
  );
  expect(session.getState().save).toBe('saved');
}
