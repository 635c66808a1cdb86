import { join } from 'node:path';
import { expect, test, type Browser, type Locator } from '@playwright/test';
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

/** Drags a step with the mouse onto the place of another. */
async function dragStep(panel: Locator, step: string, to: number): Promise<void> {
  const { mouse } = panel.page();
  await panel.getByRole('listitem').last().scrollIntoViewIfNeeded();
  const middle = async (row: Locator): Promise<[number, number]> => {
    const box = await row.boundingBox();
    return [(box?.x ?? 0) + 60, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  };
  await mouse.move(...(await middle(panel.getByRole('listitem').filter({ hasText: step }).first())));
  await mouse.down();
  const goal = await middle(panel.getByRole('listitem').nth(to));
  await mouse.move(...goal, { steps: 12 });
  // The steps change places while one is held: the hand rests on the place, as a person's does, until it is taken.
  await expect(async () => {
    await mouse.move(goal[0] + 1, goal[1]);
    await mouse.move(...goal);
    await expect(panel.getByRole('listitem').nth(to)).toContainText(step, { timeout: 250 });
  }).toPass();
  await mouse.up();
}

test('a preset is chosen, changed, reset and remembered; the order moves; what is wrong is said', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  const panel = page.getByRole('region', { name: 'Sampling' });
  await panel.getByRole('button', { name: /^Sampling/ }).click();
  const preset = panel.getByRole('combobox', { name: 'Preset' });
  await expect(preset).toContainText('Suited to the model');
  await preset.scrollIntoViewIfNeeded();
  await preset.click();
  await expect(page.getByRole('option', { name: /^typical 0.2(?!,)/ })).toBeVisible();
  await studio.picture('sampling-presets');
  await page.getByRole('option', { name: /^typical 0.2(?!,)/ }).click();
  await expect(panel.getByRole('textbox', { name: 'Temperature' })).toHaveValue('1');
  // What is not allowed is marked, not taken, and gone when the field is left.
  const temperature = panel.getByRole('textbox', { name: 'Temperature' });
  await temperature.fill('99');
  await expect(temperature).toHaveAttribute('aria-invalid', 'true');
  await expect(preset).toHaveText(/typical 0.2$/);
  await temperature.blur();
  await expect(temperature).toHaveValue('1');
  await expect(temperature).not.toHaveAttribute('aria-invalid');
  await temperature.fill('');
  await page.keyboard.type('0,8');
  await expect(temperature).toHaveValue('0.8');
  await page.keyboard.press('Tab');
  await expect(temperature).toHaveValue('0.8');
  const length = panel.getByRole('textbox', { name: 'Reply length' });
  await length.fill('1,200');
  await page.keyboard.press('Tab');
  await expect(length).toHaveValue('1200');
  await length.fill('256');
  await temperature.fill('0.9');
  await expect(preset).toContainText('typical 0.2, changed');
  await panel.getByRole('button', { name: 'Reset' }).click();
  await expect(preset).toHaveText(/typical 0.2$/);

  await panel.getByRole('button', { name: /^Order/ }).click();
  await expect(panel.getByRole('listitem').nth(1)).toContainText('Temperature');
  await panel.getByRole('button', { name: 'Temperature later' }).focus();
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('listitem').nth(2)).toContainText('Temperature');
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('listitem').nth(3)).toContainText('Temperature');
  await dragStep(panel, 'Temperature', 0);
  await expect(panel.getByRole('listitem').first()).toContainText('Temperature');
  await dragStep(panel, 'Temperature', 2);
  await expect(panel.getByRole('listitem').nth(2)).toContainText('Temperature');
  await studio.picture('sampling-order');
  await panel.getByRole('button', { name: /^Words and phrases/ }).click();
  const bias = panel.getByRole('textbox', { name: 'Logit bias' });
  await bias.fill('castle');
  await expect(panel.getByText('“castle” has no number. Write it as: word = 2')).toBeVisible();
  await bias.fill('castle = 2');
  await expect(panel.getByText('has no number')).toBeHidden();
  await panel.getByRole('textbox', { name: 'Banned phrases' }).fill('a testament to\nshivers down');
  await panel.getByRole('button', { name: /^Choice of words/ }).click();
  await panel.getByRole('button', { name: /^Choice of words/ }).scrollIntoViewIfNeeded();
  await studio.picture('sampling-open');
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const stored = () => client.settings.sampling({ storyId: story?.id ?? '' });
  await expect.poll(stored).toMatchObject({
    preset: 'oasst-typical2',
    typicalP: 0.2,
    logitBias: [{ text: 'castle', bias: 2 }],
    bannedPhrases: ['a testament to', 'shivers down'],
  });
  expect((await stored()).order.slice(0, 3)).toEqual(['penalties', 'dry', 'temperature']);
  close();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a reply’s other words are looked at from its menu', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await studio.replyEnds();
  await page
    .getByRole('button', { name: /^(Story|Model).*: menu$/ })
    .last()
    .click();
  await page.getByRole('menuitem', { name: /Other words/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Other words' });
  await expect(dialog.getByRole('listitem').nth(9)).toBeVisible();
  const written = dialog.getByRole('group', { name: 'What was written' }).getByRole('button');
  await written.nth(2).click();
  await expect(written.nth(2)).toHaveAttribute('aria-pressed', 'true');
  await expect(dialog.getByRole('listitem').first()).toContainText('%');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(written.nth(3)).toHaveAttribute('aria-pressed', 'true');
  await page.screenshot({ path: join(folder, 'other-words-light.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: join(folder, 'other-words-dark.png') });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('where all alternates would be the same, their menu says so', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.keyboard.press('Control+Enter');
  await studio.replyEnds();
  const panel = page.getByRole('region', { name: 'Sampling' });
  await panel.getByRole('button', { name: /^Sampling/ }).click();
  const note = page.getByText('At temperature 0 all alternates are the same.');
  await studio.button('Alternates per Retry').click();
  await expect(page.getByRole('menuitemradio', { name: '4 alternates' })).toBeVisible();
  await expect(note).toBeHidden();
  await page.keyboard.press('Escape');
  await panel.getByRole('textbox', { name: 'Temperature' }).fill('0');
  await studio.button('Alternates per Retry').click();
  await expect(note).toBeVisible();
  await page.screenshot({ path: join(folder, 'alternates-same.png'), animations: 'disabled' });
  await studio.close();
});
