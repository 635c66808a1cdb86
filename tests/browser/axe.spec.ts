import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Browser } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

/** What can lie over the page: the command that opens it, and what is seen then. */
const OVER = [
  ['find and replace', 'search'],
  ['settings', 'dialog'],
  ['keyboard shortcuts', 'dialog'],
  ['backups', 'dialog'],
  ['activity', 'dialog'],
  ['export', 'dialog'],
  ['format', 'dialog'],
] as const;
const PHONE = { width: 390, height: 844 };
const SMALL = { width: 900, height: 600 };

test('what is on the screen has names, roles and contrast: nothing serious by axe, in four themes and three sizes', async () => {
  test.setTimeout(180_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.keyboard.press('Control+Enter');
  await studio.replyEnds();
  await page.keyboard.press('Control+Shift+Enter');
  await studio.replyEnds();
  const found: string[] = [];
  const look = async (where: string, isWhole: boolean): Promise<void> => {
    // Base UI's guards around a dialog take the focus only to hand it on.
    const axe = new AxeBuilder({ page }).setLegacyMode().exclude('[data-base-ui-focus-guard]');
    const { violations } = await (isWhole ? axe : axe.withRules(['color-contrast'])).analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        found.push(`${where}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  };
  const lookOver = async (states: readonly (typeof OVER)[number][], where: string, isWhole: boolean): Promise<void> => {
    for (const [command, role] of states) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(command);
      await page.keyboard.press('Enter');
      await expect(page.getByRole(role).first()).toBeVisible();
      await look(`${command}, ${where}`, isWhole);
      await page.keyboard.press('Escape');
      await expect(page.getByRole(role)).toBeHidden();
    }
  };

  await page.getByRole('button', { name: /^Sampling/ }).click();
  for (const theme of ['paper', 'ink', 'sepia', 'contrast']) {
    await page.evaluate((name) => {
      document.documentElement.dataset['theme'] = name;
    }, theme);
    const isWhole = theme === 'paper';
    await look(`the manuscript, ${theme}`, isWhole);
    await lookOver(isWhole ? OVER : OVER.slice(0, 2), theme, isWhole);
  }
  await page.keyboard.press('Control+k');
  await look('palette', true);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Story: menu' }).last().click();
  await expect(page.getByRole('menuitem', { name: 'Add note before' })).toBeVisible();
  await look('the menu of a turn', true);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New story' }).click();
  await page.getByRole('button', { name: 'More for Untitled' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Recently deleted' }).click();
  await expect(page.getByRole('button', { name: 'Restore Untitled' })).toBeVisible();
  await look('a notice, and what was deleted', true);
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeVisible();
  await studio.longReplies(500);
  await studio.button('Reply').click();
  await expect(studio.button('Stop')).toBeVisible();
  await look('a reply that streams', true);
  await studio.replyEnds();
  // A notice is a dialog too, and goes by itself.
  await expect(page.getByRole('dialog')).toBeHidden({ timeout: 20_000 });
  for (const [name, size] of Object.entries({ SMALL, PHONE })) {
    await page.setViewportSize(size);
    await look(`the manuscript, ${name}`, true);
    await lookOver(OVER.slice(0, 2), name, true);
  }
  expect(found).toEqual([]);
  // And what has no name is found.
  await page.evaluate(() => document.body.append(document.createElement('button')));
  await look('a button', true);
  expect(found).toEqual([expect.stringContaining('button-name')]);
  await studio.close();
});
