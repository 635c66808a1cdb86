import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

test('a backup is made, read, taken from and restored; the page shows the library that came back', async () => {
  test.setTimeout(90_000);
  mkdirSync(join(ROOT, 'out/screens'), { recursive: true });
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const picture = (name: string) =>
    page.screenshot({ path: join(ROOT, 'out/screens', `backups-${name}.png`), animations: 'disabled' });
  const open = async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('backups');
    await page.keyboard.press('Enter');
  };
  const dialog = page.getByRole('dialog', { name: 'Backups' });
  await page.keyboard.type('Before the storm. ');
  await studio.saved();
  await open();
  await picture('none');
  await dialog.getByRole('button', { name: 'Back up now' }).press('Enter');
  const row = dialog.getByRole('row', { name: /^Today .* by you .* verified$/ });
  await expect(row).toBeVisible();
  await expect(dialog.getByRole('region', { name: 'This backup' })).toContainText('1 story, 1 chapter');
  await picture('one');

  await dialog.getByRole('button', { name: 'Look inside' }).press('Enter');
  await dialog.getByRole('button', { name: /^Read: / }).press('Enter');
  await expect(dialog.getByRole('article')).toContainText('Before the storm.');
  await picture('read');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await page.keyboard.type('After it. ');
  await studio.saved();
  await open();
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await dialog.getByRole('button', { name: /^Take out: / }).click();
  await expect(page.getByText(/is in your library\.$/)).toBeVisible();
  await expect(
    page
      .getByRole('treeitem', { name: /backup of 2\d{3}-/ })
      .or(page.getByRole('button', { name: /backup of 2\d{3}-/ }))
      .first(),
  ).toBeVisible();

  await open();
  await dialog.getByRole('button', { name: /Restore the whole library/ }).press('Enter');
  await picture('sure');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await Promise.all([page.waitForEvent('load'), dialog.getByRole('button', { name: 'Restore', exact: true }).click()]);
  await studio.ready();
  expect(await studio.text()).toContain('Before the storm.');
  expect(await studio.text()).not.toContain('After it.');
  await open();
  await expect(dialog.getByRole('row', { name: /before a restore/ })).toBeVisible();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a turn that the disk has changed is told when its chapter opens, and the rest can be read and written', async () => {
  test.setTimeout(60_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.keyboard.type('The lamp was out. ');
  await studio.saved();
  await studio.server.stop();
  const file = join(studio.data, 'store.db');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('You stand under');
  expect(at).toBeGreaterThan(0);
  bytes.write('You stund under', at);
  writeFileSync(file, bytes);
  await studio.startAgain();
  await page.reload();
  await page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
  const told = page.getByRole('alert', { name: 'Damaged turns' });
  await expect(told).toContainText('A turn of this chapter is not as it was saved');
  await page.screenshot({ path: join(ROOT, 'out/screens/damaged.png') });
  await told.getByRole('button', { name: 'Show' }).press('Enter');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('I go on. ');
  await studio.saved();
  expect(await studio.text()).toContain('The lamp was out. I go on.');
  await told.getByRole('button', { name: 'Backups' }).click();
  await expect(page.getByRole('dialog', { name: 'Backups' })).toBeVisible();
  await studio.close();
});
