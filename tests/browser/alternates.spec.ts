import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { childrenOf, ROOT } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const lastTurn = async (studio: StudioPage): Promise<string> =>
  (await studio.text())
    .split('\n<|model|>\n')
    .at(-1)
    ?.replace(/\n<\|user\|>\n$/, '') ?? '';
const caretToEnd = (studio: StudioPage) =>
  studio.inEditor((view) => {
    const end = view.getModel()?.getFullModelRange().getEndPosition();
    if (end) view.setPosition(end);
    view.focus();
  });

/** Every alternate of the last reply, from the one that is shown back to the first and on to the last. */
async function walk(studio: StudioPage): Promise<string[]> {
  const counter = async (): Promise<[number, number]> => {
    const [at, of] = (
      (await studio.page.getByRole('toolbar', { name: 'Writing' }).locator('[aria-live]').textContent()) ?? ''
    ).split(' / ');
    return [Number(at), Number(of)];
  };
  const turn = async (name: 'Previous alternate' | 'Next alternate', to: number): Promise<void> => {
    await studio.button(name).click();
    await expect.poll(async () => (await counter())[0]).toBe(to);
  };
  for (let [at] = await counter(); at > 1; at--) await turn('Previous alternate', at - 1);
  const texts = [await lastTurn(studio)];
  for (let at = 1; at < (await counter())[1]; at++) {
    await turn('Next alternate', at + 1);
    texts.push(await lastTurn(studio));
  }
  return texts;
}
const grows = async (studio: StudioPage, by = 20): Promise<void> => {
  const from = (await lastTurn(studio)).length;
  await expect
    .poll(async () => (await lastTurn(studio)).length, { intervals: [10], timeout: 60_000 })
    .toBeGreaterThan(from + by);
};

/** The engine stands still until it is told to go on. */
function holdEngine(studio: StudioPage): () => void {
  const engines = childrenOf(studio.server);
  for (const pid of engines) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of engines) process.kill(pid, 'SIGCONT');
  };
}

test('alternates are written one after the other: each can be looked at, left, undone and stopped, and nothing of them is lost', async () => {
  test.setTimeout(180_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(600);
  await page.keyboard.press('Control+Enter');
  await grows(studio);
  await page.keyboard.press('Escape');
  await studio.replyEnds();

  await studio.button('Alternates per Retry').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemradio', { name: '4 alternates' })).toBeVisible();
  await page.screenshot({ path: join(ROOT, 'out/screens/alternates-menu.png') });
  await page.getByRole('menuitemradio', { name: '4 alternates' }).press('Enter');
  // Chosen in the menu, done by the button, which has the focus.
  await expect(studio.button('Retry × 4')).toBeFocused();
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeHidden();
  await page.keyboard.press('Enter');
  const beside = page.getByRole('status', { name: 'Alternates' });
  await expect(beside).toHaveText('Writing 3 more');
  await grows(studio);
  await studio.button('Stop').click();
  await expect(studio.button('Reply')).toBeVisible();
  const second = await lastTurn(studio);
  await expect(beside).toHaveText('Writing 3 more');
  await page.screenshot({ path: join(ROOT, 'out/screens/alternates-beside.png') });

  // The one that is being written, looked at and left.
  await studio.button('Next alternate').click();
  await grows(studio);
  await page.screenshot({ path: join(ROOT, 'out/screens/alternates-streaming.png') });
  await studio.caretTo('This is a text adventure', 'before');
  await page.keyboard.type('Typed meanwhile. ');
  await caretToEnd(studio);
  // The alternates would be written before a busy machine has come this far.
  const goOn = holdEngine(studio);
  await studio.button('Previous alternate').click();
  await expect.poll(() => lastTurn(studio)).toBe(second);

  // A reload follows what runs.
  await page.reload();
  await studio.ready();
  await expect(beside).toBeVisible();
  goOn();
  await studio.button('Stop all').click();
  await expect(beside).toBeHidden();
  await studio.saved();
  expect(await studio.text()).toContain('Typed meanwhile. ');
  await expect(studio.button('Retry × 4')).toBeVisible();
  const texts = await walk(studio);
  expect(texts.length).toBeGreaterThanOrEqual(3);
  expect(texts[1]).toBe(second);
  expect(texts[2]?.length).toBeGreaterThan(20);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('an undo brings back an alternate that was left while it was written with all that came since', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(400);
  await page.keyboard.press('Control+Enter');
  await grows(studio);
  await page.keyboard.press('Escape');
  await studio.replyEnds();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill('retry with 2');
  await page.keyboard.press('Enter');
  await grows(studio);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeHidden({ timeout: 60_000 });
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+z');
  await studio.saved();
  const back = await lastTurn(studio);
  expect(back.length).toBeGreaterThan(300);
  const texts = await walk(studio);
  expect(texts).toHaveLength(3);
  expect(texts[1]).toBe(back);

  // At the last one: nothing comes next, and no button's box touches the digits.
  const bar = page.getByRole('toolbar', { name: 'Writing' });
  const next = bar.getByRole('button', { name: 'Next alternate' });
  await expect(next).toHaveAttribute('aria-disabled', 'true');
  await expect(next).toHaveAccessibleDescription('This is the last alternate. Retry writes another.');
  await expect(bar.getByRole('button', { name: 'Previous alternate' })).not.toHaveAttribute('aria-disabled', 'true');
  const [left, right] = await bar.locator('[aria-live]').evaluate((place) => {
    const digits = document.createRange();
    digits.selectNodeContents(place);
    const { left: from, right: to } = digits.getBoundingClientRect();
    const boxes = [...(place.parentElement?.querySelectorAll('button') ?? [])].map((box) =>
      box.getBoundingClientRect(),
    );
    return [from - (boxes[0]?.right ?? Infinity), (boxes[1]?.left ?? -Infinity) - to];
  });
  expect(left).toBeGreaterThanOrEqual(4);
  expect(right).toBeGreaterThanOrEqual(4);
  await studio.close();
});

test('what the reply offers is said and answered with one key', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(10);
  await page.keyboard.press('Control+a');
  await studio.inEditor((view) =>
    view.trigger('keyboard', 'paste', {
      text: '<|user|>\nStart.\n<|model|>\nYou wake.\n\n- Go inside\n- Run away',
      pasteOnNewLine: false,
      multicursorText: null,
      mode: null,
    }),
  );
  await studio.saved();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Alt+3');
  await page.keyboard.press('Alt+2');
  await expect
    .poll(async () => (await studio.text()).split('\n<|user|>\nRun away\n<|model|>\n').length, { timeout: 30_000 })
    .toBe(2);
  await studio.replyEnds();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();

  // An arrow stays under the pointer, whatever an alternate has behind it.
  await studio.caretTo('You wake.');
  await page.keyboard.press('Control+Shift+Enter');
  await studio.replyEnds();
  await expect(page.getByText('+ 2 turns')).toBeVisible();
  const arrow = page.getByRole('button', { name: 'Previous alternate (Story)' });
  const before = await arrow.boundingBox();
  await arrow.click();
  await expect(page.getByText('+ 2 turns')).toBeHidden();
  expect(await arrow.boundingBox()).toEqual(before);
  await studio.close();
});
