import { expect as expectSoon, test, type Browser, type Locator, type Page } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

// The machine may be busy with other suites.
const expect = expectSoon.configure({ timeout: 20_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const rows = (page: Page, list: 'Stories' | 'Chapters') => page.getByRole('list', { name: list }).getByRole('listitem');
const titles = (page: Page, list: 'Stories' | 'Chapters') =>
  rows(page, list)
    .locator('button:first-child')
    .evaluateAll((rowButtons) => rowButtons.map((button) => button.getAttribute('title') ?? ''));
const row = (page: Page, list: 'Stories' | 'Chapters', title: string) => rows(page, list).filter({ hasText: title });

async function choose(page: Page, list: 'Stories' | 'Chapters', title: string, item: string): Promise<void> {
  await row(page, list, title).hover();
  await page.getByRole('button', { name: `More for ${title}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function rename(page: Page, list: 'Stories' | 'Chapters', from: string, to: string): Promise<void> {
  await choose(page, list, from, 'Rename');
  await page.getByRole('textbox', { name: 'Title' }).fill(to);
  await page.keyboard.press('Enter');
  await expect(row(page, list, to)).toBeVisible();
}

test('stories and chapters: new, renamed, deleted, undone, and back after a restart', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.start(browser);
  const { page, data } = studio;
  await expect(rows(page, 'Stories')).toHaveCount(1);
  const [sample = ''] = await titles(page, 'Stories');

  await page.getByRole('button', { name: 'New story' }).click();
  await rename(page, 'Stories', 'Untitled', 'The Salt Road');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('The Salt Road');
  await rename(page, 'Chapters', 'Chapter 1', 'Setting out');
  await page.getByRole('button', { name: 'New chapter' }).click();
  await rename(page, 'Chapters', 'Chapter 2', 'The well');
  expect(await titles(page, 'Chapters')).toEqual(['Setting out', 'The well']);

  await choose(page, 'Chapters', 'The well', 'Delete');
  await expect(row(page, 'Chapters', 'The well')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'Chapters', 'The well')).toBeVisible();

  await choose(page, 'Stories', 'The Salt Road', 'Delete');
  await expect(row(page, 'Stories', 'The Salt Road')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(sample);
  await studio.close();

  const again = await StudioPage.start(browser, { data });
  await again.page.getByRole('button', { name: 'Recently deleted' }).click();
  await again.page.getByRole('button', { name: 'Restore The Salt Road' }).click();
  await row(again.page, 'Stories', 'The Salt Road').getByRole('button').first().click();
  await expect.poll(() => titles(again.page, 'Chapters')).toEqual(['Setting out', 'The well']);

  // The last one deleted: what tells of it lies over the page, and nothing is offered that needs a story.
  for (const title of await titles(again.page, 'Stories')) await choose(again.page, 'Stories', title, 'Delete');
  await expect(again.page.getByText('A story begins with a first line')).toBeVisible();
  await expect(again.page.getByRole('region', { name: 'Sampling' })).toBeHidden();
  await again.page.getByRole('button', { name: 'Restore The Salt Road' }).click({ trial: true });
  await expect(again.page.getByRole('button', { name: 'Undo' }).first()).toBeVisible();
  await again.page.getByRole('button', { name: 'Settings' }).click({ trial: true });
  expect(studio.violations).toEqual([]);
  await again.close();
});

test('the theme, the panels, the open place and the sampling are as they were after a restart', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.start(browser, { colorScheme: 'dark' });
  const { page, data } = studio;
  const theme = (at: Page) => at.locator('html').getAttribute('data-theme');
  await expect.poll(() => theme(page)).toBe('ink');
  await page.getByRole('button', { name: 'New story' }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Sepia' }).check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+b');
  await expect(page.getByRole('list', { name: 'Stories' })).toBeHidden();
  await page.getByRole('button', { name: /^Sampling/ }).click();
  await page.getByRole('textbox', { name: 'Temperature' }).fill('1.3');
  await page.getByRole('textbox', { name: 'Seed' }).fill('77');
  await page.getByRole('checkbox', { name: 'Keep writing' }).check();
  const { client, close } = await studio.client();
  const storyId = (await client.stories.list()).find(({ title }) => title === '')?.id ?? '';
  await expect
    .poll(() => client.settings.sampling({ storyId }))
    .toMatchObject({ temperature: 1.3, seed: 77, banEnd: true });
  close();
  await studio.close();

  const again = await StudioPage.start(browser, { data });
  await expect(again.page.getByRole('heading', { level: 1 })).toContainText('Untitled');
  expect(await theme(again.page)).toBe('sepia');
  await expect(again.page.getByRole('list', { name: 'Stories' })).toBeHidden();
  await expect(again.page.getByRole('textbox', { name: 'Temperature' })).toHaveValue('1.3');
  await expect(again.page.getByRole('textbox', { name: 'Seed' })).toHaveValue('77');
  await expect(again.page.getByRole('checkbox', { name: 'Keep writing' })).toBeChecked();
  await again.close();
});

test('the palette finds a story, a narrow window keeps every panel within reach', async () => {
  const studio = await StudioPage.start(browser, { viewport: { width: 900, height: 600 } });
  const { page } = studio;
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText('Paphos');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill('new story');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Untitled');
  await page.keyboard.press('Control+i');
  await expect(page.getByRole('region', { name: 'Context' })).toBeVisible();
  await (await studio.modelPanel()).getByRole('combobox', { name: 'Model' }).click();
  await expect(page.getByRole('option', { name: /Pocket storyteller/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('option', { name: /Pocket storyteller/ })).toBeHidden();
  await expect(page.getByRole('region', { name: 'Context' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Context' })).toBeHidden();
  for (const width of [900, 640, 380]) {
    await page.setViewportSize({ width, height: 600 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await studio.close();
});

test('on a phone everything is within reach of a finger, and no hint is cut', async () => {
  const studio = await StudioPage.open(browser, { viewport: { width: 390, height: 844 }, touch: true });
  const { page } = studio;
  const small = () =>
    page
      .locator('button:not([aria-hidden=true]), [role=menuitem], [role=menuitemradio]')
      .filter({ visible: true })
      .evaluateAll((all) =>
        all
          .map((one) => [one.ariaLabel ?? one.textContent, one.getBoundingClientRect()] as const)
          .flatMap(([name, { width, height }]) => (width >= 40 && height >= 40 ? [] : [[name, width, height]])),
      );
  expect(await small()).toEqual([]);
  await page.getByRole('button', { name: 'Story: menu' }).last().tap();
  await expect(page.getByRole('menuitem', { name: 'Add note before' })).toBeVisible();
  expect(await small()).toEqual([]);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Show or hide stories and chapters' }).tap();
  const more = page.getByRole('button', { name: 'More for Chapter 1' });
  await expect(more).toHaveCSS('opacity', '1');
  expect(await small()).toEqual([]);
  await more.tap();
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'New story' }).tap();
  const hint = page.getByText('Write the first lines, or say what should happen.');
  await expect(hint).toBeVisible();
  const { x = 0, width = 0 } = (await hint.boundingBox()) ?? {};
  const free = 390 - 16;
  expect(x + width).toBeLessThanOrEqual(free);
  expect(width).toBeGreaterThan(200);

  // What is written from the right keeps the same margin, and its titles are cut at their end.
  const hebrew = 'הגשם ירד על הנמל מאז הצהריים. "מוקדם הגעת," אמר מישהו. '.repeat(12);
  await studio.inEditor((view, text) => view.getModel()?.setValue(text), hebrew);
  const line = page.locator('.view-line[dir=rtl]').first();
  await expect
    .poll(async () => ((await line.boundingBox())?.x ?? 0) + ((await line.boundingBox())?.width ?? 390))
    .toBeLessThanOrEqual(free);
  await expect(page.getByRole('heading', { level: 1 }).getByRole('button').first()).toHaveAttribute('dir', 'auto');

  // Whoever goes to the top sees the chapter's title.
  await studio.inEditor((view) => {
    view.setPosition({ lineNumber: 1, column: 600 });
    view.setScrollTop(400);
    view.focus();
  });
  await page.keyboard.press('Control+Home');
  await expect.poll(() => studio.inEditor((view) => view.getScrollTop())).toBe(0);

  await page.getByRole('button', { name: 'Settings' }).tap();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1 }).getByRole('button').first().tap();
  const field = await page.getByRole('textbox', { name: 'Title' }).boundingBox();
  expect(field?.height).toBeGreaterThanOrEqual(40);
  await studio.close();
});

test('a chapter that opens while the palette is open leaves the focus there', async () => {
  const studio = await StudioPage.start(browser);
  const { page } = studio;
  let letThrough: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route(/\/manuscript-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await expect(rows(page, 'Stories')).toHaveCount(1);
  await page.keyboard.press('Control+k');
  const query = page.getByRole('combobox', { name: 'Find or do' });
  await query.fill('new');
  letThrough();
  await expect(page.getByText(/^\d+ words$/)).toBeVisible();
  await expect(query).toBeFocused();
  await studio.close();
});

test('without its server the page says so, and goes on when it is back', async () => {
  test.setTimeout(60_000);
  const studio = await StudioPage.start(browser);
  const { page, data, server } = studio;
  await expect(rows(page, 'Stories')).toHaveCount(1);
  await studio.ready();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.press('Control+Home');
  await expect.poll(() => studio.inEditor((view) => view.getScrollTop())).toBe(0);
  await server.kill();
  await page.keyboard.type('A word. ');
  const banner = page.getByRole('status', { name: 'Connection' });
  await expect(banner).toContainText('Reconnecting');

  // Whoever was at the top sees the title below the banner, and the bar that finds stands below it too.
  const foot = async (): Promise<number> => {
    const { y, height } = (await banner.boundingBox()) ?? { y: 0, height: 0 };
    return y + height;
  };
  await expect.poll(foot).toBeGreaterThan(100);
  const title = page.getByRole('heading', { name: 'Chapter 1', level: 2 });
  const topOf = async (item: Locator): Promise<number> => (await item.boundingBox())?.y ?? 0;
  await expect.poll(async () => (await topOf(title)) - (await foot())).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Control+f');
  const bar = page.getByRole('search');
  await expect.poll(async () => (await topOf(bar)) - (await foot())).toBeGreaterThanOrEqual(0);
  const { y = 0, height = 0 } = (await bar.boundingBox()) ?? {};
  await expect.poll(() => topOf(title)).toBeGreaterThanOrEqual(y + height);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1440, height: 900 });

  // What cannot be done then is not offered.
  await banner.getByRole('button', { name: 'Save a copy' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save a copy' });
  await expect(dialog.getByRole('button', { name: 'Download this page' })).toBeFocused();
  await expect(dialog.getByLabel('Folder')).toBeHidden();
  await expect(dialog.getByRole('button', { name: 'Save a copy' })).toBeHidden();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'New story' }).click();
  const again = await StudioPage.start(browser, { data, port: server.port });
  await expect(page.getByRole('status', { name: 'Connection' })).toBeHidden({ timeout: 15_000 });
  await expect(row(page, 'Stories', 'Untitled')).toBeVisible();
  await page.context().close();
  await again.close();
});

test('a question mark is a letter on the page and a key beside it', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' Who goes there?');
  await expect.poll(() => studio.text()).toContain('Who goes there?');
  await expect(page.getByRole('dialog')).toBeHidden();
  await studio.button('New story').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await studio.close();
});

test('each entry of the context says who, how much and whether it is sent, and the numbers add up', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  const context = page.getByRole('region', { name: 'Context' });
  const entries = context.getByRole('listitem');
  await expect(entries).toHaveCount(4);
  const said = await entries.allTextContents();
  expect(said[0]).toMatch(/Note \(system turn\), \d+ tokens, in/);
  expect(said[1]).toMatch(/You \(user turn\), \d+ tokens, in/);
  expect(said[2]).toMatch(/Story \(model turn\), \d+ tokens, in/);
  const tokens = said.map((text) => Number(/, (\d+) tokens?,/.exec(text)?.[1]));
  const marks = Number(/\d+$/.exec(await context.getByText('Format marks').innerText())?.[0] ?? 0);
  const total = Number(/^(\d+) of/.exec(await context.locator('h2 small').innerText())?.[1]);
  expect(tokens.reduce((sum, count) => sum + count, marks)).toBe(total);
  await studio.close();
});

test('a row has its menu by a right click and by the key for it, which says why the only chapter stays', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const chapter = row(page, 'Chapters', 'Chapter 1').locator('button').first();
  const entry = (name: string) => page.getByRole('menuitem', { name });
  await chapter.click({ button: 'right' });
  await expect(entry('Delete')).toContainText('It is the only chapter.');
  await expect(entry('Delete')).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await expect(chapter).toBeFocused();
  await page.keyboard.press('Shift+F10');
  await entry('Rename').click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Setting out');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Chapters', 'Setting out')).toBeVisible();
  await row(page, 'Stories', 'The Lamp').locator('button').first().click({ button: 'right' });
  await expect(entry('Delete')).not.toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await studio.close();
});

test('what is written into a story that another page has deleted is not said to be saved', async () => {
  const studio = await StudioPage.open(browser);
  const { client, close } = await studio.client();
  const status = studio.page.getByRole('status', { name: 'Saved' });
  await studio.page.keyboard.type('Before. ');
  await studio.saved();
  const [story] = await client.stories.list();
  await client.stories.remove({ id: story?.id ?? '' });
  await studio.page.keyboard.type('After.');
  await expect(status).toContainText('Not saved');
  await client.stories.restore({ id: story?.id ?? '' });
  await studio.page.keyboard.type(' Again.');
  await studio.saved();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const { turns } = await client.chapters.open({ id: chapter?.id ?? '' });
  expect(turns.map(({ text }) => text).join()).toContain('Before. After. Again.');
  close();
  await studio.close();
});
