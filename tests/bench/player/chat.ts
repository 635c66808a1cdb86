import type { Page } from '@playwright/test';
import { launch, StudioPage } from '../../browser/studio.ts';
import { messageText } from '../../helpers/chapter-maker.ts';
import { temporaryFolder } from '../../helpers/server.ts';
import { writeChapter, type WrittenTurn } from '../../helpers/write-chapter.ts';
import { atMost, median, noted, type Result } from '../report.ts';

const ROUNDS = 5;
const SCREENS = 100;
const KEYS = 60;
const [SMALL, MIDDLE, LARGE] = [200, 2000, 20_000] as const;

const turns = (count: number): WrittenTurn[] =>
  Array.from({ length: count }, (_, n) => ({ role: n % 2 === 0 ? 'user' : 'model', text: messageText(n) }));

/** A chat of so many turns in a page that was just loaded, shown by a click on its story. */
async function chatOf(
  count: number,
): Promise<{ studio: StudioPage; open: () => Promise<number>; end: () => Promise<void> }> {
  const browser = await launch();
  const studio = await StudioPage.open(browser, { built: true, data: temporaryFolder('bench-chat') });
  const { client, close } = await studio.client();
  const { storyId } = await writeChapter(client, 'The long one', turns(count));
  await client.settings.setInterface({ key: `view:${storyId}`, value: 'chat' });
  close();
  const { page } = studio;
  const open = async (): Promise<number> => {
    await page.reload();
    await studio.ready();
    await page.waitForTimeout(500);
    const took = await page.evaluate(
      async (last) => {
        const story = [...document.querySelectorAll<HTMLElement>('[aria-label=Stories] *')].find(
          (element) => element.children.length === 0 && element.textContent === 'The long one',
        );
        const clicked = performance.now();
        story?.click();
        const isUsable = (): boolean =>
          document.activeElement?.getAttribute('aria-label') === 'Message' &&
          document.querySelector('[aria-label=Messages]')?.textContent.includes(last) === true;
        while (!isUsable()) await new Promise(requestAnimationFrame);
        return performance.now() - clicked;
      },
      messageText(count - 1).slice(0, 40),
    );
    return took;
  };
  const end = async (): Promise<void> => {
    await studio.close();
    await browser.close();
  };
  return { studio, open, end };
}

/** Back to the other story, where a page that is loaded again begins. */
async function leave({ page }: StudioPage): Promise<void> {
  await page.getByRole('list', { name: 'Stories' }).getByText('The Lamp on the Pier').click();
  await page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
  await page.waitForTimeout(1500);
}

export async function openingChat(): Promise<Result[]> {
  const { studio, open, end } = await chatOf(LARGE);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await open());
    await leave(studio);
  }
  await end();
  return [
    atMost('open_20k_turns_ms', median(times), 'ms', 500),
    noted('open_20k_turns_first_ms', times[0] ?? Number.NaN, 'ms'),
  ];
}

export async function scrollingChat(): Promise<Result[]> {
  const { studio, open, end } = await chatOf(LARGE);
  await open();
  await studio.page.waitForTimeout(1000);
  const long = await studio.page.evaluate(async (screens) => {
    const scroller = document.querySelector('[aria-label=Messages]')?.parentElement;
    if (!scroller) throw new Error('no messages');
    const tasks: number[] = [];
    const watch = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
    watch.observe({ type: 'longtask' });
    for (let screen = 0; screen < screens; screen++) {
      scroller.scrollBy(0, -scroller.clientHeight);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 16)));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    watch.disconnect();
    return tasks;
  }, SCREENS);
  await end();
  return [
    atMost('scroll_long_frames', long.length, 'frames', 0),
    noted('scroll_longest_task_ms', Math.max(0, ...long), 'ms'),
  ];
}

/** What a key in the composer costs, which appends to the last turn: in the page's own time, layout included. */
const appending = (page: Page): Promise<number[]> =>
  page.evaluate(async (keys) => {
    const field = document.querySelector<HTMLTextAreaElement>('textarea[aria-label=Message]');
    const list = document.querySelector('[aria-label=Messages]');
    if (!field || !list) throw new Error('no chat');
    field.focus();
    const times: number[] = [];
    for (let key = 0; key < keys; key++) {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)));
      const began = performance.now();
      document.execCommand('insertText', false, key % 6 === 5 ? ' ' : 'a');
      for (let tick = 0; tick < 5; tick++) await Promise.resolve();
      list.getBoundingClientRect();
      times.push(performance.now() - began);
    }
    return times.slice(keys / 3);
  }, KEYS);

export async function appendGrowth(): Promise<Result[]> {
  const costs = new Map<number, number>();
  for (const count of [SMALL, MIDDLE, LARGE]) {
    const { studio, open, end } = await chatOf(count);
    await open();
    costs.set(count, median(await appending(studio.page)));
    await end();
  }
  const cost = (count: number): number => costs.get(count) ?? Number.NaN;
  return [
    atMost('append_growth', cost(LARGE) / cost(SMALL), 'ratio', 1.2),
    ...[SMALL, MIDDLE, LARGE].map((count) => noted(`append_${String(count)}_turns_ms`, cost(count), 'ms')),
  ];
}
