import { readFileSync } from 'node:fs';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const dialog = (page: Page) => page.getByRole('dialog', { name: /^Export/ });

async function download(page: Page): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog(page).getByRole('button', { name: 'Export' }).click(),
  ]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

test('a story is exported from the palette with what was typed last, and the choices are remembered', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.keyboard.type('The *last* word. ');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('export');
  await page.keyboard.press('Enter');
  await dialog(page).getByRole('radio', { name: 'Markdown' }).check();
  await dialog(page).getByRole('textbox', { name: 'Author' }).fill('A. Writer');
  const { name, text } = await download(page);
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByText(`${name} is ready.`)).toBeVisible();
  expect(name).toMatch(/\.md$/);
  expect(text).toContain('*A. Writer*');
  expect(text).toContain('The *last* word.');
  expect(text).not.toContain('<|');

  await expect
    .poll(async () => {
      const { client, close } = await studio.client();
      const { exportAuthor } = await client.settings.interface();
      close();
      return exportAuthor;
    })
    .toBe('A. Writer');
  await page.reload();
  await studio.ready();
  await page.getByRole('button', { name: 'More for Chapter 1' }).click();
  await page.getByRole('menuitem', { name: 'Export' }).click();
  await expect(dialog(page).getByRole('radio', { name: 'Markdown' })).toBeChecked();
  await expect(dialog(page).getByRole('textbox', { name: 'Author' })).toHaveValue('A. Writer');
  await expect(dialog(page).getByRole('combobox', { name: 'What' })).toHaveText('Chapter 1');
  await dialog(page).getByRole('checkbox', { name: 'Include what you say' }).uncheck();
  const chapter = await download(page);
  expect(chapter.name).toMatch(/ – Chapter 1\.md$/);
  expect(chapter.text).not.toContain('The *last* word.');
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('while the page is not saved the export waits, says so, and has all of it when the studio is back', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.server.kill();
  await page.keyboard.type('Typed meanwhile.');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('export');
  await page.keyboard.press('Enter');
  const file = page.waitForEvent('download');
  await dialog(page).getByRole('radio', { name: 'Plain text' }).check();
  await dialog(page).getByRole('button', { name: 'Export' }).click();
  await expect(dialog(page).getByRole('status')).toHaveText('Waiting until the page is saved…');
  await studio.startAgain();
  expect(readFileSync(await (await file).path(), 'utf8')).toContain('Typed meanwhile.');
  await studio.close();
});
