import { expect as expectSoon, test, type Browser, type Page } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 10_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

/** These write, which other tests look at. */
const WRITES = /^(Reply|Retry|Continue|Run again|Stop|Take option)/;

/** A toast, which has a type, stands beside what is done. */
const layers = (page: Page) => page.locator('[role=dialog]:not([data-type], [aria-hidden=true]), [role=menu]');

/** Another chapter has opened, and this page writes its story. */
async function opened(studio: StudioPage): Promise<void> {
  await expect(studio.page.locator('.before')).toHaveCount(0);
  await studio.ready();
  await expect.poll(() => studio.inEditor((view) => view.getRawOptions().readOnly)).toBe(false);
}
const markOpen = (page: Page) => page.locator('.ms-host').evaluate((host) => host.classList.add('before'));

/** Closes what is open, and then types as somebody who looks at the page. */
async function writesOn(studio: StudioPage, word: string, after: string): Promise<void> {
  const { page } = studio;
  for (let left = 3; left > 0 && (await layers(page).count()) > 0; left--) await page.keyboard.press('Escape');
  await expect(layers(page), after).toHaveCount(0);
  await page.keyboard.type(word);
  await expect.poll(() => studio.text().catch(() => ''), { message: `typed after ${after}` }).toContain(word);
}

test('after each command and menu, closed with Escape, what is typed stands on the page', async () => {
  test.setTimeout(60_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+k');
  await writesOn(studio, 'word1', 'the palette');

  const query = page.getByRole('combobox', { name: 'Find or do' });
  const offered = () =>
    page
      .getByRole('option')
      .evaluateAll((all) => all.map((one) => [one.firstChild?.textContent ?? '', one.ariaDisabled ?? ''] as const));
  await page.keyboard.press('Control+k');
  await expect(query).toBeFocused();
  const commands = (await offered()).flatMap(([name, isOff]) => (isOff === 'true' || WRITES.test(name) ? [] : [name]));
  await page.keyboard.press('Escape');
  expect(commands.length).toBeGreaterThan(15);
  for (const [index, name] of commands.entries()) {
    await page.keyboard.press('Control+k');
    await query.fill(name);
    await expect.poll(async () => (await offered()).length, { message: name }).toBeLessThan(commands.length);
    const place = (await offered()).findIndex(([one]) => one === name);
    for (let down = 0; down < place; down++) await page.keyboard.press('ArrowDown');
    await markOpen(page);
    await page.keyboard.press('Enter');
    await expect(query).toBeHidden();
    if (/^(New|Open story|Go to)/.test(name)) await opened(studio);
    // What is looked for is typed into the field that asks for it.
    if (name === 'Find in the chapter') await page.keyboard.press('Escape');
    await writesOn(studio, `command${String(index)}x`, name);
  }
  await page.keyboard.press('Control+k');
  await query.fill('Open story The Lamp');
  await page.keyboard.press('Enter');
  await expect(query).toBeHidden();
  await writesOn(studio, 'again', 'Open story, of the story that is open');

  const turnMenu = [null, 'Speaker…', 'Other words…', 'Add note before', 'Delete turn'];
  for (const [index, name] of turnMenu.entries()) {
    await page.getByRole('button', { name: 'Story: menu' }).last().click();
    await expect(page.getByRole('menu')).toBeVisible();
    if (name !== null) await page.getByRole('menuitem', { name }).click();
    await writesOn(studio, `turn${String(index)}x`, `the menu of a turn: ${String(name)}`);
  }

  await page.keyboard.press('Control+b');
  await markOpen(page);
  await page.getByRole('button', { name: 'New chapter' }).click();
  await opened(studio);
  const chapters = page.getByRole('list', { name: 'Chapters' });
  await markOpen(page);
  await chapters.getByText('Chapter 1').dblclick();
  await opened(studio);
  await page.keyboard.type('Setting out');
  await page.keyboard.press('Enter');
  await expect(chapters).toContainText('Setting out');
  await markOpen(page);
  await chapters.getByText('Chapter 2').click();
  await opened(studio);
  for (const [index, name] of ['Rename', 'Delete'].entries()) {
    await page.getByRole('button', { name: 'More for Chapter 2' }).click();
    await markOpen(page);
    await page.getByRole('menuitem', { name }).click();
    if (name === 'Rename') await page.keyboard.press('Escape');
    else await opened(studio);
    await writesOn(studio, `row${String(index)}x`, `the menu of a chapter: ${name}`);
  }
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a title that is kept with Enter begins no line on the page', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+End');
  const before = await studio.text();
  await page.getByRole('button', { name: 'Chapter 1', exact: true }).first().click();
  await page.getByRole('textbox', { name: 'Title' }).fill('The pier');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('The pier');
  await page.keyboard.type('word');
  await expect.poll(() => studio.text()).toBe(`${before}word`);
  await studio.close();
});

test('Tab leaves the page as it is, for the labels of its turns, the bar and the panels', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  const manuscript = page.getByRole('textbox', { name: 'Manuscript' });
  await manuscript.focus();
  const before = await studio.text();
  const reached: string[] = [];
  for (let steps = 0; steps < 20 && !reached.some((name) => name.startsWith('Reply')); steps++) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? ''),
    );
  }
  expect(reached).toContain('You: menu');
  expect(reached.at(-1)).toMatch(/^Reply/);
  for (let back = reached.length; back > 0; back--) await page.keyboard.press('Shift+Tab');
  await expect(manuscript).toBeFocused();
  expect(await studio.text()).toBe(before);
  await studio.close();
});

test('what is typed after a turn was deleted by keys stands on the page', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.getByRole('button', { name: 'Note: menu' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Delete turn' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => studio.text()).not.toContain('<|system|>');
  await page.keyboard.type('word');
  await expect.poll(() => studio.text()).toContain('word');
  await studio.close();
});

test('without a story the focus is on the button that begins one, and nothing waits to be counted', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.getByRole('list', { name: 'Stories' }).getByRole('button').first().focus();
  await page.keyboard.press('Delete');
  await expect(page.getByRole('main').getByRole('button', { name: 'New story' })).toBeFocused();
  await expect(page.getByRole('region', { name: 'Context' })).toContainText('Nothing is sent yet.');
  await page.keyboard.press('Enter');
  await studio.ready();
  await page.keyboard.type('Once');
  await expect.poll(() => studio.text()).toBe('<|user|>\nOnce');
  await studio.close();
});

test('the palette says why something cannot be done now', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.keyboard.press('Control+k');
  await page.keyboard.type('stop all');
  await expect(page.getByRole('option')).toContainText('No alternates are being written.');
  await studio.close();
});
