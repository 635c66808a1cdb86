import { spawnSync } from 'node:child_process';
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

/** Writes over a text in the store of a studio that has ended, and starts it again. */
async function garble(studio: StudioPage, text: string, with_: string): Promise<void> {
  const file = join(studio.data, 'store.db');
  const bytes = readFileSync(file);
  expect(bytes.indexOf(text)).toBeGreaterThan(0);
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) bytes.write(with_, at);
  writeFileSync(file, bytes);
  await studio.startAgain();
  await studio.page.reload();
  await studio.page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
}

test('a turn that the disk has changed is told, takes its newest good text, undone too, and all are repaired', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const told = page.getByRole('alert', { name: 'Damaged turns' });
  const pictures = async (name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const path = join(ROOT, 'out/screens', `${name}-${colorScheme}.png`);
      await page.screenshot({ path, animations: 'disabled' });
    }
    await page.emulateMedia({ colorScheme: 'light' });
    const size = page.viewportSize() ?? { width: 1440, height: 900 };
    for (const [width, height] of [
      [900, 600],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({
        path: join(ROOT, 'out/screens', `${name}-${String(width)}.png`),
        animations: 'disabled',
      });
    }
    await page.setViewportSize(size);
  };
  await page.keyboard.type('The lamp was out. ');
  await studio.saved();
  await studio.server.stop();
  const made = spawnSync(process.execPath, [join(ROOT, 'electron/cli.ts'), 'backup', '--data', studio.data]);
  expect(made.status).toBe(0);

  await garble(studio, 'You stand under', 'YOU _tand under');
  await expect(told).toContainText('A turn of this chapter is not as it was saved');
  await pictures('damaged');
  await told.getByRole('button', { name: 'Show' }).press('Enter');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('I go on. ');
  await studio.saved();
  expect(await studio.text()).toContain('The lamp was out. I go on.');

  await told.getByRole('button', { name: 'Newest good text…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Newest good text', exact: true });
  await expect(dialog.getByRole('region', { name: 'The good text' })).toContainText('You stand under');
  await expect(dialog.getByRole('region', { name: 'What the disk has now' })).toContainText('YOU _tand under');
  await expect(dialog.getByRole('status')).toContainText('As it was saved last, by the backup “Today');
  await pictures('good-text');
  await dialog.getByRole('button', { name: 'Take this text' }).click();
  await expect(dialog).toBeHidden();
  await expect(told).toBeHidden();
  await expect.poll(() => studio.text()).toContain('You stand under');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => studio.text()).toContain('YOU _tand under');
  await studio.saved();
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => studio.text()).toContain('You stand under');
  await studio.saved();
  expect(await studio.text()).toContain('The lamp was out. I go on.');

  await studio.server.stop();
  await garble(studio, 'The lamp was out', 'THE _amp was out');
  await told.getByRole('button', { name: 'Repair all…' }).click();
  const repair = page.getByRole('dialog', { name: 'Repair the library' });
  await repair.getByRole('button', { name: 'Repair all' }).press('Enter');
  await expect(repair.getByRole('status')).toContainText('One turn exactly as it was saved.', { timeout: 30_000 });
  await pictures('repaired');
  await page.keyboard.press('Escape');
  await expect(told).toBeHidden();
  await expect.poll(() => studio.text()).toContain('The lamp was out. I go on.');
  expect(studio.violations).toEqual([]);
  await studio.close();
});
