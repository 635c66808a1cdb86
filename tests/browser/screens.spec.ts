import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { ROOT, type StudioClient } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const kept = join(ROOT, 'docs/screenshots');
/** `PAPHOS_KEEP_SCREENS=1` renews the README's pictures, which are these. */
const KEPT = [
  'manuscript-light-1440',
  'manuscript-dark-1440',
  'other-words-light-1440',
  'sampling-dark-1440',
  'find-light-1440',
  'phone-dark-1440',
];
const keeps = process.env['PAPHOS_KEEP_SCREENS'] === '1';

/** The place of the word of the newest reply for which most else could have stood there. */
async function leastSure(client: StudioClient, storyId: string): Promise<number> {
  const [chapter] = await client.chapters.list({ storyId });
  const { turns } = await client.chapters.open({ id: chapter?.id ?? '' });
  const [reply] = await client.writing.candidates({
    turnId:
      turns
        .map(({ id }) => id)
        .toSorted()
        .at(-1) ?? '',
  });
  const likeliest = reply?.words.map(({ others }) => others[0]?.probability ?? 1) ?? [];
  return likeliest.indexOf(Math.min(...likeliest));
}

/** The pictures show the same story each time. */
const SEED = 14;

const engineProcess = (server: number): number => {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const found = lines.find(([, parent, ...args]) => Number(parent) === server && args.join(' ').includes('worker'));
  if (!found) throw new Error('no inference process');
  return Number(found[0]);
};

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 900, height: 600 },
]) {
  test(`every screen of the first evening, ${viewport.width} by ${viewport.height}`, async () => {
    test.setTimeout(180_000);
    const studio = await StudioPage.open(browser, { viewport });
    const { page } = studio;
    const picture = async (name: string): Promise<void> => {
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        `${name} is no wider than the window`,
      ).toBe(true);
      for (const [colorScheme, shot] of Object.entries(await studio.picture(`${name}-${viewport.width}`)))
        if (keeps && KEPT.includes(`${name}-${colorScheme}-${viewport.width}`))
          writeFileSync(join(kept, `${name}-${colorScheme}.png`), shot);
    };
    await studio.engineReady();
    const { client, close } = await studio.client();
    const [story] = await client.stories.list();
    const storyId = story?.id ?? '';
    const suited = await client.settings.sampling({ storyId });
    await studio.longReplies(700);
    const opening = await studio.text();
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(async () => (await studio.text()).length, { intervals: [20], timeout: 60_000 })
      .toBeGreaterThan(opening.length + 30);
    await expect(studio.button('Stop')).toBeVisible();
    await expect(page.getByRole('toolbar')).toContainText(/\d words/);
    await picture('streaming');
    await page.keyboard.press('Escape');
    await studio.replyEnds();
    await client.settings.setSampling({ storyId, sampling: { ...suited, seed: SEED } });
    await page.keyboard.press('Control+Shift+Enter');
    await expect(studio.button('Stop')).toBeVisible();
    await studio.replyEnds();
    await page.keyboard.type('I look for another way in.');
    await page.keyboard.press('Control+Enter');
    await studio.replyEnds();
    await picture('manuscript');

    await page.keyboard.press('Control+h');
    await page.keyboard.type('lamp');
    await page.getByRole('textbox', { name: 'Replace with' }).fill('lantern');
    await expect(page.getByRole('status', { name: 'Matches' })).toContainText(/\d/);
    await expect(page.getByRole('toolbar', { name: 'Selection' })).toBeHidden();
    const top = async (name: string) => (await page.getByRole('button', { name, exact: true }).boundingBox())?.y;
    expect(await top('Close')).toBe(await top('Match case'));
    const width = async (role: 'searchbox' | 'textbox', name: string) =>
      (await page.getByRole(role, { name }).boundingBox())?.width;
    expect(await width('searchbox', 'Find in chapter')).toBe(await width('textbox', 'Replace with'));
    await picture('find');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+End');

    if (viewport.width === 1440) {
      await page.setViewportSize({ width: 390, height: 844 });
      await picture('phone');
      await page.setViewportSize(viewport);

      await page.getByRole('button', { name: 'Story: menu' }).last().click();
      await page.getByRole('menuitem', { name: /Other words/ }).click();
      const dialog = page.getByRole('dialog', { name: 'Other words' });
      const written = dialog.getByRole('group', { name: 'What was written' }).getByRole('button');
      await written.nth(await leastSure(client, storyId)).click();
      await page.mouse.move(0, 0);
      await picture('other-words');
      await page.keyboard.press('Escape');

      const panel = page.getByRole('region', { name: 'Sampling' });
      await panel.getByRole('button', { name: /^Sampling/ }).click();
      await panel.getByRole('button', { name: /^Order/ }).click();
      await panel.getByRole('listitem').last().scrollIntoViewIfNeeded();
      await page.mouse.move(0, 0);
      await picture('sampling');
      await panel.getByRole('button', { name: /^Order/ }).click();
      await panel.getByRole('button', { name: /^Sampling/ }).click();

      await (await studio.modelPanel()).getByRole('combobox', { name: 'Model' }).click();
      await expect(page.getByRole('option').first()).toBeVisible();
      await picture('model-picker');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Model/, expanded: true }).click();
    }

    if (viewport.width === 1440) {
      await page.getByRole('button', { name: 'New story' }).click();
      await expect(page.getByText('Nothing is sent yet.')).toBeVisible();
      await picture('new-story');
      await page.getByRole('list', { name: 'Stories' }).getByText('The Lamp on the Pier').click();
      await expect(async () => {
        expect(await studio.text()).toContain('I look for another way in.');
      }).toPass();
    }

    await client.settings.setSampling({ storyId, sampling: { ...suited, banEnd: true, maxTokens: 700 } });
    close();
    await page.getByRole('textbox', { name: 'Manuscript' }).focus();
    await page.keyboard.type('I wait and listen for a long while.');
    await page.keyboard.press('Control+Enter');
    const asked = (await studio.text()).length;
    await expect
      .poll(async () => (await studio.text()).length, { intervals: [20], timeout: 60_000 })
      .toBeGreaterThan(asked + 40);
    const before = await studio.text();
    process.kill(engineProcess(studio.server.pid), 'SIGKILL');
    await expect(page.getByText(/stopped/i).first()).toBeVisible({ timeout: 2000 });
    await picture('engine-stopped');
    expect(await studio.text()).toContain(before.trimEnd());
    await studio.saved();
    expect(studio.violations).toEqual([]);
    await studio.close();
  });
}
