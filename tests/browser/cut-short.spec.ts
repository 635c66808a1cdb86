import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { ROOT } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

test('a reply cut by the length limit says so, also after a reload, and Continue and Bring back do what they say', async () => {
  test.setTimeout(90_000);
  mkdirSync(join(ROOT, 'out/screens'), { recursive: true });
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const picture = (name: string) => page.screenshot({ path: join(ROOT, 'out/screens', `cut-short-${name}.png`) });
  await studio.engineReady();
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  await client.settings.setSampling({
    storyId: story?.id ?? '',
    sampling: { ...DEFAULT_SAMPLING, seed: 5, maxTokens: 24 },
  });
  await page.reload();
  await studio.ready();
  await studio.engineReady();
  await page.keyboard.press('Control+Enter');
  const note = page.getByRole('status').filter({ hasText: 'Stopped at the length limit of 24 tokens.' });
  await expect(note).toBeVisible({ timeout: 20_000 });
  await studio.saved();
  await picture('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(note.getByRole('button', { name: 'Dismiss' })).toBeInViewport({ ratio: 1 });
  await picture('dark-390');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.reload();
  await studio.ready();
  await expect(note).toBeVisible();
  const before = await studio.text();
  await note.getByRole('button', { name: 'Continue' }).press('Enter');
  await expect(note).toBeHidden();
  await studio.replyEnds();
  await expect.poll(async () => (await studio.text()).length).toBeGreaterThan(before.length);

  // It belongs to the story, as the length of its replies does.
  const chosen = async () => (await client.settings.sampling({ storyId: story?.id ?? '' })).endsAtSentence;
  await page.getByRole('region', { name: 'Sampling' }).getByRole('button').first().click();
  await page.getByRole('checkbox', { name: 'End at a whole sentence' }).check();
  await expect.poll(chosen).toBe(true);
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  const leftOut = page.getByRole('status').filter({ hasText: /left out/ });
  for (let seed = 6; seed < 12 && !(await leftOut.isVisible()); seed++) {
    await client.settings.setSampling({
      storyId: story?.id ?? '',
      sampling: { ...DEFAULT_SAMPLING, seed, maxTokens: 40, endsAtSentence: true },
    });
    await page.keyboard.press('Control+Shift+Enter');
    await studio.replyEnds();
  }
  await expect(leftOut).toBeVisible();
  const short = await studio.text();
  await picture('left-out');
  await leftOut.getByRole('button', { name: 'Bring back' }).press('Enter');
  await expect(leftOut).toBeHidden();
  expect((await studio.text()).length).toBeGreaterThan(short.length);
  await page.keyboard.press('Control+z');
  await expect(leftOut).toBeVisible();
  expect(await studio.text()).toBe(short);
  await page.keyboard.press('Control+y');
  await expect(leftOut).toBeHidden();
  await page.keyboard.type('I look. ');
  expect(await studio.text()).toContain('I look. ');
  close();
  expect(studio.violations).toEqual([]);
  await studio.close();
});
