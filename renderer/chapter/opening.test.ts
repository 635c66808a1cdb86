import { expect, test, vi } from 'vitest';
import { said, stopTime } from '../../tests/helpers/open-chapter.ts';
import { PlainView, showPlainly } from '../../tests/helpers/plain-view.ts';
import { ReplyingStudio } from '../../tests/helpers/replying-studio.ts';
import type { FaultCode } from '../../shared/faults/catalogue.ts';
import { ChapterSession } from './chapter-session.ts';

stopTime();

/** A chapter whose first `count` readings meet a fault. */
function opening(code: FaultCode, count: number): { session: ChapterSession; views: PlainView[] } {
  const studio = new ReplyingStudio([said('user', 'I knock.')]);
  studio.refusals = Array.from({ length: count }, () => code);
  const views: PlainView[] = [];
  const layText = (text: string): PlainView => {
    const view = new PlainView(text);
    views.push(view);
    return view;
  };
  const { api, chapterId } = studio;
  const textReady = Promise.resolve();
  const session = new ChapterSession({ api, chapterId, readOnly: false, retries: 1, textReady, layText });
  session.showIn(showPlainly);
  return { session, views };
}

test.each<FaultCode>(['STORE_SILENT', 'STORE_GONE', 'STORE_BUSY', 'DISK_ERROR', 'RESTORING'])(
  'a chapter says what keeps it from being read, and is shown once that has passed (%s)',
  async (code) => {
    const { session, views } = opening(code, 4);
    await vi.advanceTimersByTimeAsync(500);
    expect(session.getState()).toMatchObject({ loading: true, loadFault: { code } });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.getState()).toMatchObject({ loading: false, loadFault: null });
    expect(views.map(({ text }) => text)).toEqual(['<|user|>\nI knock.']);
  },
);

test('one that is gone is not asked for again', async () => {
  const { session, views } = opening('CHAPTER_DELETED', 1);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(session.getState()).toMatchObject({ loading: true, loadFault: { code: 'CHAPTER_DELETED' } });
  expect(views).toEqual([]);
});
