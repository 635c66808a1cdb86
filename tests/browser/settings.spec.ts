import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { ROOT } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const folder = join(ROOT, 'out/screens');

async function choose(studio: StudioPage, name: string): Promise<void> {
  const { page } = studio;
  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('checkbox', { name }).click();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

test('marks are shown as text that can be edited, and hidden again', async () => {
  mkdirSync(folder, { recursive: true });
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const seen = page.locator('.ps-typed');
  await expect(seen).toHaveCount(0);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog', { name: 'Settings' }).screenshot({ path: join(folder, 'settings-light.png') });
  await page.keyboard.press('Escape');
  await choose(studio, 'Show marks');
  await expect(seen).toHaveText(['<|system|>', '<|user|>', '<|model|>', '<|user|>']);
  await expect(page.locator('.ps-mark')).toHaveCount(0);

  // The caret goes into a mark as into any line; what is written there counts.
  await studio.caretTo('Start.', 'before');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await page.keyboard.type(' Anna');
  await expect(page.getByRole('button', { name: 'Anna: menu' })).toBeVisible();
  await studio.saved();
  await page.screenshot({ path: join(folder, 'marks-light.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: join(folder, 'marks-dark.png') });

  await page.reload();
  await studio.ready();
  await expect(seen).toHaveText(['<|system|>', '<|user|> Anna', '<|model|>', '<|user|>']);
  await choose(studio, 'Show marks');
  await expect(seen).toHaveCount(0);
  await studio.caretTo('Start.', 'before');
  await page.keyboard.press('ArrowUp');
  expect(
    await studio.inEditor((view) => view.getModel()?.getLineContent(view.getPosition()?.lineNumber ?? 1)),
  ).toContain('This is a text adventure');
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('an ordinary text field takes the keys where that is chosen, and still does after a reload', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const field = page.locator('textarea[aria-label="Manuscript"]');
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeAttached();
  await expect(field).toHaveCount(0);
  await choose(studio, 'Plain text input');
  await expect(field).toHaveCount(1);
  await studio.caretTo('boathouse door.');
  await page.keyboard.type(' It turns.');
  await studio.saved();
  await page.reload();
  await studio.ready();
  await expect(field).toHaveCount(1);
  await studio.caretTo('It turns.');
  await page.keyboard.insertText('鍵が回る。');
  await page.keyboard.press('Backspace');
  expect(await studio.text()).toContain('It turns.鍵が回る');
  await studio.saved();
  expect(studio.violations).toEqual([]);
  await studio.close();
});
