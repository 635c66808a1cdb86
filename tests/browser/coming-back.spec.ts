import { expect as expectSoon, test, type Browser } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 10_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const LINES = Array.from({ length: 120 }, (_, index) => `Line ${String(index + 1)} of a long afternoon.`);

const where = (studio: StudioPage) =>
  studio.inEditor((view) => ({
    line: view.getPosition()?.lineNumber,
    column: view.getPosition()?.column,
    top: Math.round(view.getScrollTop()),
  }));
const scrollTo = (studio: StudioPage, top: number) => studio.inEditor((view, to) => view.setScrollTop(to), top);

const open = async (studio: StudioPage, list: 'Stories' | 'Chapters', title: string): Promise<void> => {
  const { page } = studio;
  await page.locator('.ms-host').evaluate((host) => host.classList.add('before'));
  await page.getByRole('list', { name: list }).getByRole('button', { name: title }).first().click();
  await expect(page.locator('.before')).toHaveCount(0);
  await studio.ready();
};

async function longPage(studio: StudioPage): Promise<void> {
  await studio.inEditor(
    (view, text) => {
      view.setSelection(
        view.getModel()?.getFullModelRange() ?? { startLineNumber: 1, startColumn: 1, endLineNumber: 1, endColumn: 1 },
      );
      view.trigger('keyboard', 'paste', { text, pasteOnNewLine: false, multicursorText: null, mode: null });
    },
    `<|user|>\nGo on.\n<|model|>\n${LINES.join('\n')}`,
  );
  await studio.saved();
}

test('undo, caret and scroll are as they were after another chapter, another story, a reload and a killed server', async () => {
  test.setTimeout(60_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const first = await studio.text();
  await longPage(studio);
  await studio.caretTo('Line 60 of');
  await page.keyboard.type(' QQQ');
  await studio.saved();
  const typed = await studio.text();
  await scrollTo(studio, 900);
  const before = await where(studio);
  expect(before.top).toBe(900);

  await page.getByRole('button', { name: 'New chapter' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Chapter 2');
  await open(studio, 'Chapters', 'Chapter 1');
  expect(await where(studio)).toEqual(before);
  await page.getByRole('button', { name: 'New story' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Untitled');
  await open(studio, 'Stories', 'The Lamp');
  expect(await where(studio)).toEqual(before);
  expect(await studio.text()).toBe(typed);

  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  const texts: string[] = [];
  for (let last = '', now = typed; now !== last; now = await studio.text()) {
    texts.push((last = now));
    await page.keyboard.press('Control+z');
  }
  expect(texts.at(-1)).toBe(first);
  expect(texts.length).toBeGreaterThan(2);
  await studio.saved();
  for (let last = '', now = first; now !== last; now = await studio.text()) {
    last = now;
    await page.keyboard.press('Control+y');
  }
  expect(await studio.text()).toBe(typed);
  await studio.saved();

  const { client, close } = await studio.client();
  const known = JSON.stringify(await client.settings.interface());
  await scrollTo(studio, 1500);
  const there = await where(studio);
  await expect.poll(async () => JSON.stringify(await client.settings.interface())).not.toBe(known);
  close();
  await page.reload();
  await studio.ready();
  expect(await where(studio)).toEqual(there);

  await open(studio, 'Chapters', 'Chapter 2');
  await studio.server.kill();
  await studio.startAgain();
  await page.goto(studio.server.url);
  await studio.ready();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Chapter 2');
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('the view moves for the person alone: neither a Continue in the middle nor its end, nor a window that changes', async () => {
  test.setTimeout(60_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await longPage(studio);
  await studio.longReplies(24);
  await studio.caretTo('Line 20 of');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('continue');
  await page.keyboard.press('Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await scrollTo(studio, 2400);
  await studio.replyEnds();
  expect((await where(studio)).top).toBe(2400);
  expect((await where(studio)).line).toBeLessThan(40);

  // Somebody who reads at the beginning while a reply is written at the end.
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await scrollTo(studio, 300);
  await studio.replyEnds();
  expect((await where(studio)).top).toBe(300);
  await page.keyboard.press('Control+b');
  await expect(page.getByRole('list', { name: 'Chapters' })).toBeHidden();
  await expect.poll(async () => (await where(studio)).top).toBe(300);

  // Somebody whose caret is elsewhere.
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await studio.caretTo('Line 10 of');
  await scrollTo(studio, 200);
  const there = await where(studio);
  await studio.replyEnds();
  expect(await where(studio)).toEqual(there);

  // A reply at the beginning leaves the rest in another alternate, and says so.
  await studio.saved();
  const whole = await studio.text();
  await studio.caretTo('Go on.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText(/^The \d+ words that followed are kept in another alternate\.$/)).toBeVisible();
  await expect(page.locator('.ms-swipe').filter({ hasText: '2 / 2' })).toBeVisible();
  await page.getByRole('button', { name: 'Go back' }).click();
  await expect.poll(() => studio.text()).toBe(whole);
  await expect(studio.button('Stop')).toBeHidden();
  expect(studio.violations).toEqual([]);
  await studio.close();
});
