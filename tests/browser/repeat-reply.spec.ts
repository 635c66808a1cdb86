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

test('a reply is run again from its menu: the same text beside it, and where that cannot be, it is said why', async () => {
  test.setTimeout(120_000);
  mkdirSync(folder, { recursive: true });
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const menuOf = (label: RegExp, place: 'first' | 'last') => page.getByRole('button', { name: label })[place]().click();
  const again = page.getByRole('menuitem', { name: 'Repeat exactly' });
  await studio.engineReady();
  await studio.longReplies(40);
  const opening = await studio.text();
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await studio.replyEnds();
  const first = await studio.text();
  expect(first.length).toBeGreaterThan(opening.length + 60);

  await menuOf(/^You: menu/, 'last');
  await expect(page.getByRole('menuitem', { name: 'Delete turn' })).toBeVisible();
  await expect(again).toBeHidden();
  await page.keyboard.press('Escape');
  await menuOf(/^(Story|Model): menu/, 'last');
  await page.screenshot({ path: join(folder, 'again-menu.png') });
  await again.click();
  await expect(page.getByText('Identical to alternate 1, down to the last letter.')).toBeVisible({ timeout: 30_000 });
  await studio.replyEnds();
  await expect(page.getByRole('toolbar', { name: 'Writing' }).locator('[aria-live]')).toHaveText('2 / 2');
  expect(await studio.text()).toBe(first);
  await page.screenshot({ path: join(folder, 'again-identical.png') });

  const { client, close } = await studio.client();
  const [model] = await client.models.list();
  await client.models.setFormat({ id: model?.id ?? '', format: 'chatml' });
  close();
  await menuOf(/^(Story|Model): menu/, 'last');
  await again.click();
  const fault = page.getByRole('alert').filter({ hasText: 'cannot be made again exactly' });
  await expect(fault).toContainText('It was written in the Metharme format; the model reads ChatML now.');
  await expect(fault.getByRole('button', { name: 'Continue' })).toBeHidden();
  await page.screenshot({ path: join(folder, 'again-refused.png') });
  await fault.getByRole('button', { name: 'Dismiss' }).click();
  expect(await studio.text()).toBe(first);

  // The opening of the story came with Paphos: nothing is recorded of it.
  await page.keyboard.press('Control+Home');
  await menuOf(/^(Story|Model): menu/, 'first');
  await again.click();
  await expect(page.getByRole('alert').filter({ hasText: 'No reply is recorded in this turn' })).toBeVisible();
  expect(studio.violations).toEqual([]);
  await studio.close();
});
