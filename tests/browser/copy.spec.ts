import { expect, test, type Browser } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

async function withClipboard(): Promise<StudioPage> {
  const studio = await StudioPage.open(browser);
  await studio.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return studio;
}
const clipboard = (studio: StudioPage): Promise<string> => studio.page.evaluate(() => navigator.clipboard.readText());

async function selectAll(studio: StudioPage): Promise<void> {
  await studio.inEditor((view) => view.focus());
  await studio.page.keyboard.press('Control+a');
  await expect(studio.button('Copy')).toBeVisible();
}

test('what is copied is prose, by the key and by the button; with marks it makes the same turns again', async () => {
  const studio = await withClipboard();
  const { page } = studio;
  const before = await studio.text();
  expect(before).toContain('<|user|>');
  await expect(studio.button('Copy with marks')).toBeHidden();
  await selectAll(studio);
  await page.keyboard.press('Control+c');
  const prose = await clipboard(studio);
  expect(prose).not.toContain('<|');
  for (const line of before.split('\n').filter((one) => !one.startsWith('<|'))) expect(prose).toContain(line);

  await page.evaluate(() => navigator.clipboard.writeText(''));
  await studio.button('Copy').click();
  await expect.poll(() => clipboard(studio)).toBe(prose);

  await studio.button('Copy with marks').click();
  await expect.poll(() => clipboard(studio)).toBe(before);
  await page.keyboard.press('Control+v');
  expect(await studio.text()).toBe(before);
  await studio.saved();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('what is cut is prose elsewhere, and pasted on the page it is the same turns', async () => {
  const studio = await withClipboard();
  const { page } = studio;
  const before = await studio.text();
  await selectAll(studio);
  await page.keyboard.press('Control+x');
  expect(await clipboard(studio)).not.toContain('<|');
  expect(await studio.text()).toBe('');
  await page.keyboard.press('Control+v');
  expect(await studio.text()).toBe(before);
  await studio.saved();
  await studio.close();
});

test('the palette copies, and says why it cannot while nothing is selected', async () => {
  const studio = await withClipboard();
  const { page } = studio;
  await page.keyboard.press('Control+k');
  await page.keyboard.type('copy with');
  await expect(page.getByRole('option', { name: /Copy with marks/ })).toContainText('Nothing is selected.');
  await page.keyboard.press('Escape');
  await selectAll(studio);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('copy with');
  await page.keyboard.press('Enter');
  await expect.poll(() => clipboard(studio)).toBe(await studio.text());
  await studio.close();
});
