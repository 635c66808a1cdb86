import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect as expectSoon, test, type Browser, type Locator, type Page } from '@playwright/test';
import { childrenOf, ROOT } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 20_000 });
const folder = join(ROOT, 'out/screens');
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
  mkdirSync(folder, { recursive: true });
});
test.afterAll(async () => {
  await browser.close();
});

const boxOf = async (item: Locator) => (await item.boundingBox()) ?? { x: -1, y: -1, width: 0, height: 0 };
const paste = (studio: StudioPage, text: string) =>
  studio.inEditor((view, pasted) => {
    const all = view.getModel()?.getFullModelRange();
    if (all) view.setSelection(all);
    view.trigger('keyboard', 'paste', { text: pasted, pasteOnNewLine: false, multicursorText: null, mode: null });
  }, text);
const scrollTo = (studio: StudioPage, top: number) => studio.inEditor((view, to) => view.setScrollTop(to), top);
const numberIn = async (item: Locator): Promise<number> =>
  Number(((await item.textContent()) ?? '').replaceAll(/\D/g, ''));

/** The words of the chapter, wherever they are said. */
async function wordsSaid(page: Page): Promise<number[]> {
  const row = (list: string) => page.getByRole('list', { name: list }).locator('[aria-current] small');
  return Promise.all([
    numberIn(page.getByText(/^[\d,]+ words?$/).last()),
    numberIn(row('Chapters')),
    numberIn(row('Stories')),
  ]);
}

test('the chapter’s title stands above its text, scrolls with it and is edited in place; the story has its first words for a name', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const title = page.getByRole('heading', { name: 'Chapter 1', level: 2, exact: true });
  const label = page.getByRole('button', { name: 'Note: menu' });
  const [above, below] = [await boxOf(title), await boxOf(label)];
  expect(above.y + above.height).toBeLessThanOrEqual(below.y);
  await expect(page).toHaveTitle('Chapter 1 · The Lamp on the Pier · Paphos');

  await title.getByRole('button').focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Chapter title' });
  await field.fill('Given up');
  await field.press('Escape');
  await expect(title).toBeVisible();
  await title.getByRole('button').click();
  await field.fill('The pier, at night');
  await field.press('Enter');
  await expect(page.getByRole('heading', { name: 'The pier, at night', level: 2 })).toBeVisible();
  await expect(page).toHaveTitle(/^The pier, at night · /);
  const before = await studio.text();
  await page.keyboard.type('word');
  await expect.poll(() => studio.text()).not.toBe(before);

  await paste(studio, 'A line.\n'.repeat(200));
  await scrollTo(studio, 600);
  expect((await boxOf(page.getByRole('heading', { name: 'The pier, at night', level: 2 }))).y).toBeLessThan(0);
  await studio.saved();
  await expect.poll(async () => new Set(await wordsSaid(page)).size).toBe(1);

  await page.getByRole('button', { name: 'New story' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Untitled');
  await expect.poll(() => studio.text().catch(() => '')).toBe('<|user|>\n');
  await page.keyboard.type('Rain since noon.');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Rain since noon.');
  await expect(page).toHaveTitle('Chapter 1 · Rain since noon. · Paphos');
  await page.getByRole('button', { name: 'Rain since noon.', exact: true }).first().click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Rain');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/^Rain\s*\//);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('while a reply streams the bar stands still and says why a button is off, and the words are counted', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(400);
  const places = async () => {
    const found = [];
    for (const name of ['Continue', 'Retry', 'Alternates per Retry']) found.push((await boxOf(studio.button(name))).x);
    return found;
  };
  const [still, reply] = [await places(), await boxOf(studio.button('Reply'))];
  const count = page.getByText(/^[\d,]+ words$/).last();
  const before = await numberIn(count);
  await studio.button('Reply').click();
  await expect(studio.button('Stop')).toBeVisible();
  const stop = await boxOf(studio.button('Stop'));
  expect([stop.x, stop.width]).toEqual([reply.x, reply.width]);
  expect(await places()).toEqual(still);
  await expect.poll(() => numberIn(count), { intervals: [20] }).toBeGreaterThan(before + 3);
  expect(await studio.button('Stop').isVisible()).toBe(true);
  expect(await places()).toEqual(still);

  await studio.button('Retry').focus();
  const why = page.getByRole('tooltip', { name: 'A reply is being written. Stop it first.' }).filter({ visible: true });
  await expect(why).toHaveCount(1);
  await page.screenshot({ path: join(folder, 'bar-why.png') });
  await expect(studio.button('Retry')).toHaveAccessibleDescription('A reply is being written. Stop it first.');
  await page.keyboard.press('Escape');
  await studio.replyEnds();
  expect(await places()).toEqual(still);
  await expect(page.getByRole('status', { name: 'Engine' })).not.toContainText('0.0');
  await expect.poll(async () => new Set(await wordsSaid(page)).size).toBe(1);
  await studio.close();
});

test('a long story: the context opens on what is in, and options have their numbers', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(10);
  const turns = Array.from(
    { length: 30 },
    (_, at) => `<|user|>\nI walk on, ${String(at)}.\n<|model|>\n${'The road goes on through the fog. '.repeat(12)}`,
  );
  await paste(studio, ['<|system|>\nA walk.', ...turns, '- Turn back\n- Sit down\n- Call out\n- Sing'].join('\n'));
  await studio.saved();
  // What waits for the person stands above the bar, though the caret is not in it.
  const ask = page.getByText('What do you do?');
  const bar = page.getByRole('toolbar', { name: 'Writing' });
  await expect
    .poll(async () => (await boxOf(ask)).y + (await boxOf(ask)).height - (await boxOf(bar)).y)
    .toBeLessThan(0);
  const context = page.getByRole('region', { name: 'Context' });
  const older = context.getByRole('button', { name: /^\d+ older turns ?, .*tokens, out/ });
  await expect(older).toBeVisible();
  const entries = context.getByRole('listitem');
  await expect.poll(() => entries.count()).toBeLessThanOrEqual(10);
  await page.screenshot({ path: join(folder, 'long-story.png') });
  await older.click();
  await expect.poll(() => entries.count()).toBeGreaterThan(12);
  await older.click();
  await expect.poll(() => entries.count()).toBeLessThanOrEqual(10);
  await expect(page.getByRole('combobox', { name: 'Model' })).toBeHidden();
  await expect(page.locator('code')).toBeHidden();

  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+End');
  const numbers = page.getByRole('list', { name: 'Options' }).getByRole('button');
  await expect(numbers).toHaveCount(3);
  await expect(numbers.nth(1)).toHaveAccessibleName('2 Sit down');
  await page.screenshot({ path: join(folder, 'options.png') });
  await numbers.nth(1).click();
  await expect.poll(() => studio.text(), { timeout: 30_000 }).toContain('\n<|user|>\nSit down\n<|model|>\n');
  await studio.replyEnds();
  await studio.close();
});

test('paragraphs begin at the right where their first letter does', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const lines = [
    '<|system|>',
    'כתוב סיפור על מגדלור, בלשון עבר.',
    '<|user|>',
    'היא אמרה: „בוא איתי, עכשיו!” (ואז שתקה…) – והלכה אל הים, שהיה שקט מאוד באותו הלילה, 12 מיילים מהעיר.',
    'Ha, שלום! she said.',
    '<|model|>',
    '«مرحبًا!»، قالت المرأة؛ ثم نظرت إلى البحر (البعيد)، وكان القمر كبيرًا جدًا في تلك الليلة الباردة من شهر كانون الثاني.',
    'ثم صمتت.',
    'The lamp went out.',
    '- לחזור אל המזח',
    '- להמתין לבוקר',
  ];
  await paste(studio, lines.join('\n'));
  const fromRight = page.locator('.view-line[dir=rtl]');
  await expect.poll(() => fromRight.allTextContents()).toEqual(expect.arrayContaining([expect.stringContaining('ثم')]));
  const said = (await fromRight.allTextContents()).join(' ');
  expect(said).not.toContain('Ha,');
  expect(said).not.toContain('The lamp');
  expect(said).toContain('המזח');
  // They end where the measure does, as the others do.
  const right = async (text: string): Promise<number> => {
    const { x, width } = await boxOf(page.locator('.view-line', { hasText: text }).first());
    return x + width;
  };
  const left = await studio.inEditor(
    (view) => view.getLayoutInfo().contentLeft + (view.getDomNode()?.getBoundingClientRect().x ?? 0),
  );
  expect(Math.abs((await right('ثم')) - left - 576)).toBeLessThan(4);
  await studio.caretTo('ثم صمتت.');
  await page.keyboard.type(' נגמר');
  await expect.poll(() => studio.text()).toContain('ثم صمتت. נגמר');
  await studio.saved();
  await page.screenshot({ path: join(folder, 'from-right.png') });
  await studio.close();
});

test('in a narrow window all is within reach, and nothing that is used is covered', async () => {
  const studio = await StudioPage.open(browser, { viewport: { width: 390, height: 844 }, touch: true });
  const { page } = studio;
  await studio.engineReady();
  await page.screenshot({ path: join(folder, 'narrow-first.png') });
  const bar = page.getByRole('toolbar', { name: 'Writing' });
  // Who has no keys is not told of one.
  await expect(bar.getByText(/let the story answer/)).toBeHidden();
  const caret = () => boxOf(page.locator('.cursors-layer .cursor').first());
  const covered = async (): Promise<boolean> => {
    const { y, height } = await caret();
    const covers = [bar, ...(await page.locator('[data-type=info]').all())];
    const boxes = await Promise.all(covers.map(boxOf));
    return boxes.some((box) => y + height > box.y && y < box.y + box.height);
  };
  await paste(studio, 'A line of the story that goes on.\n'.repeat(60));
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+End');
  await expect.poll(covered).toBe(false);

  // A note that comes in far down, and what tells of a turn that was taken away.
  await scrollTo(studio, 100_000);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n<|model|>\nIt ends.');
  await page.getByRole('button', { name: 'Story: menu' }).last().tap();
  await page.getByRole('menuitem', { name: 'Add note before' }).tap();
  await page.keyboard.type('Slowly.');
  await expect.poll(covered).toBe(false);
  await page.getByRole('button', { name: 'Story: menu' }).last().tap();
  await page.getByRole('menuitem', { name: 'Delete turn' }).tap();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await expect.poll(covered).toBe(false);
  const told = await boxOf(page.locator('[data-type=info]').first());
  expect(told.y + told.height).toBeLessThanOrEqual((await boxOf(bar)).y);
  await page.screenshot({ path: join(folder, 'narrow-told.png') });

  await page.getByRole('button', { name: 'Settings' }).tap();
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  await page.screenshot({ path: join(folder, 'narrow-settings.png') });
  await studio.close();
});

test('the menu of a turn opens at its label, and a note is as wide as the text', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await paste(
    studio,
    `<|system|>\n${'A note about the story that is long enough. '.repeat(12)}\n<|user|>\n${'I walk along the pier and look at the sea. '.repeat(12)}`,
  );
  const label = page.getByRole('button', { name: 'Note: menu' });
  const words = await label.evaluate((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getBoundingClientRect().x;
  });
  await label.click();
  expect(Math.abs((await boxOf(page.getByRole('menu'))).x - words)).toBeLessThan(2);
  await page.screenshot({ path: join(folder, 'turn-menu.png') });
  await page.keyboard.press('Escape');
  const widest = async (text: string): Promise<number> =>
    Math.max(
      ...(await page
        .locator('.view-line > span', { hasText: text })
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width))),
    );
  expect((await widest('story')) / (await widest('pier'))).toBeGreaterThan(0.94);
  await studio.close();
});

test('what streams is above the bar, whatever the bar says of alternates', async () => {
  const studio = await StudioPage.open(browser, { viewport: { width: 390, height: 700 } });
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(200);
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await page.screenshot({ path: join(folder, 'narrow-streaming.png') });
  await page.keyboard.press('Escape');
  await studio.replyEnds();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Retry with 3');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeVisible();
  const engines = childrenOf(studio.server);
  for (const pid of engines) process.kill(pid, 'SIGSTOP');
  await page.screenshot({ path: join(folder, 'narrow-alternates.png') });
  for (const pid of engines) process.kill(pid, 'SIGCONT');
  await studio.button('Stop all').click();
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeHidden();
  await studio.saved();
  const bar = await boxOf(page.getByRole('toolbar', { name: 'Writing' }));
  const line = await boxOf(page.locator('.cursors-layer .cursor').first());
  expect(line.y + line.height).toBeLessThanOrEqual(bar.y);
  await studio.close();
});
