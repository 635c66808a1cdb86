import { expect as expectSoon, test, type Browser, type Locator, type Page } from '@playwright/test';
import { HOSTILE_MARKDOWN } from '../helpers/hostile-markdown.ts';
import { writeChapter, type WrittenTurn } from '../helpers/write-chapter.ts';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 15_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const SCENE: readonly WrittenTurn[] = [
  { role: 'system', text: 'The rain stops all at once.' },
  { role: 'model', speaker: 'Maren', text: '*She does not look up from the key blank.* “You are dripping,” she says.' },
  { role: 'user', text: 'I was told you never cut this one.' },
  { role: 'model', speaker: 'Maren', text: '*The file stops.* Who told you **that**?\n\n<b>Not bold</b>' },
];

async function withChapter(turns: readonly WrittenTurn[], options: Parameters<typeof StudioPage.open>[1] = {}) {
  const studio = await StudioPage.open(browser, options);
  const { client, close } = await studio.client();
  const { storyId } = await writeChapter(client, 'The key cutter', turns, { withFirst: false });
  await client.settings.setInterface({ key: 'story', value: storyId });
  close();
  await studio.page.reload();
  await studio.ready();
  await expect(studio.page.getByRole('heading', { level: 1 })).toContainText('The key cutter');
  return studio;
}

const list = (page: Page): Locator => page.getByRole('list', { name: 'Messages' });
const messages = (page: Page): Locator => list(page).getByRole('article');
const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true });

test('the chat says what the manuscript says, takes what is written, and gives place and undo back to it', async () => {
  test.setTimeout(120_000);
  const studio = await withChapter(SCENE);
  const { page } = studio;
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('tab', { name: 'Chat' })).toHaveAttribute('aria-selected', 'true');
  await expect(messages(page)).toHaveCount(4);
  await expect(composer(page)).toBeFocused();
  await expect(messages(page).nth(1)).toContainText('“You are dripping,” she says.');
  await expect(messages(page).nth(1).locator('em')).toHaveText('She does not look up from the key blank.');
  await expect(messages(page).nth(3)).toContainText('<b>Not bold</b>');
  await expect(messages(page).nth(3).locator('strong')).toHaveText('that');

  // A draft in the composer is the turn at the end of the page, and an undo there takes it back here.
  await page.keyboard.type('Nobody.');
  await studio.saved();
  await page.getByRole('tab', { name: 'Manuscript' }).click();
  expect(await studio.text()).toMatch(/\n<\|user\|>\nNobody\.$/);
  await page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
  await page.keyboard.type(' At all.');
  await page.keyboard.press('Control+2');
  await expect(composer(page)).toHaveValue('Nobody. At all.');
  await page.keyboard.press('Control+Z');
  await expect(composer(page)).not.toHaveValue('Nobody. At all.');
  await page.keyboard.press('Control+Y');
  await expect(composer(page)).toHaveValue('Nobody. At all.');

  // The caret comes to the end of what stands there, and stays in the middle where the person puts it.
  await page.getByRole('tab', { name: 'Manuscript' }).click();
  await page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
  await page.keyboard.press('Control+2');
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type('!!');
  await expect(composer(page)).toHaveValue('Nobody. At all.!!');
  await page.keyboard.press('Home');
  await page.keyboard.type('Tom:');
  await expect(composer(page)).toHaveValue('Tom:Nobody. At all.!!');
  for (let n = 0; n < 4; n += 1) await page.keyboard.press('Backspace');
  await page.keyboard.press('End');
  for (let n = 0; n < 2; n += 1) await page.keyboard.press('Backspace');
  await expect(composer(page)).toHaveValue('Nobody. At all.');

  // A message is edited where it stands, by key; what is typed is saved.
  await composer(page).evaluate((node: HTMLTextAreaElement) => node.setSelectionRange(0, 0));
  await page.keyboard.press('ArrowUp');
  await expect(messages(page).nth(3)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Edit the message (You)' })).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.type(' <|user|>\n<|model|> is no mark');
  await page.keyboard.press('Escape');
  await expect(messages(page)).toHaveCount(4);
  await expect(messages(page).nth(2)).toContainText('this one. <|user|>');
  await expect(messages(page).nth(2)).toBeFocused();

  // Deleted and brought back.
  await page.keyboard.press('Delete');
  await expect(messages(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(messages(page)).toHaveCount(4);
  await studio.saved();

  // The view is remembered.
  await page.reload();
  await expect(composer(page)).toHaveValue('Nobody. At all.');
  await expect(messages(page)).toHaveCount(4);

  // A page that only reads goes along, and offers nothing that it cannot do.
  const second = await page.context().newPage();
  await second.goto(page.url());
  await expect(second.getByRole('button', { name: 'Take over' })).toBeVisible();
  await expect(composer(second)).toHaveAttribute('readonly', '');
  await composer(page).fill('Somebody.');
  await expect(composer(second)).toHaveValue('Somebody.');
  await messages(second).nth(3).hover();
  await expect(messages(second).nth(3).getByRole('button', { name: 'Copy turn' })).toBeVisible();
  await expect(messages(second).nth(3).getByRole('button', { name: 'Edit' })).toHaveCount(0);
  await composer(second).press('x');
  await expect(second.getByText('Another tab is writing in this story.')).toBeVisible();
  await second.close();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a reply is asked for by Enter, streams as a message, is swiped by button, key and finger, and branched from', async () => {
  test.setTimeout(180_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(24);
  await page.keyboard.press('Control+2');
  await messages(page).first().waitFor();
  const before = await messages(page).count();
  await composer(page).fill('I knock twice.');
  await composer(page).press('Enter');
  await expect(messages(page)).toHaveCount(before + 2);
  await expect(composer(page)).toHaveValue('');
  // What is written meanwhile waits in the composer.
  await composer(page).pressSequentially('And again');
  await studio.replyEnds();
  await expect(composer(page)).toHaveValue('And again');
  const last = messages(page).last();
  const first = await last.locator('p').first().innerText();
  await last.hover();
  await last.getByRole('button', { name: 'Retry' }).click();
  await expect(last).toContainText('2 / 2', { timeout: 60_000 });
  await studio.replyEnds();
  await last.getByRole('button', { name: /^Previous alternate/ }).click();
  await expect(last).toContainText('1 / 2');
  expect(await last.locator('p').first().innerText()).toBe(first);
  await last.focus();
  await page.keyboard.press('ArrowRight');
  await expect(last).toContainText('2 / 2');
  await last.dispatchEvent('pointerdown', { pointerType: 'touch', clientX: 100, clientY: 100, bubbles: true });
  await last.dispatchEvent('pointerup', { pointerType: 'touch', clientX: 220, clientY: 108, bubbles: true });
  await expect(last).toContainText('1 / 2');

  const count = await messages(page).count();
  const asked = messages(page).nth(count - 2);
  await asked.hover();
  await asked.getByRole('button', { name: 'Branch here' }).click();
  await expect(messages(page)).toHaveCount(count - 2);
  await expect(composer(page)).toHaveValue('I knock twice.');
  await composer(page).press('Control+Z');
  await expect(messages(page)).toHaveCount(count);
  await studio.saved();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('hostile messages run nothing, load nothing and lead nowhere', async () => {
  test.setTimeout(120_000);
  const some = HOSTILE_MARKDOWN.filter((_, index) => index % 7 === 0);
  const studio = await withChapter(some.map((text, index) => ({ role: index % 2 === 0 ? 'user' : 'model', text })));
  const { page } = studio;
  const requests: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(studio.server.url.split('/?')[0] ?? '')) requests.push(request.url());
  });
  await page.keyboard.press('Control+2');
  await messages(page).first().waitFor();
  for (let screens = 0; screens < 60; screens++) {
    await list(page)
      .locator('..')
      .evaluate((node) => node.scrollBy(0, -node.clientHeight));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  await expect(messages(page).first()).toContainText(some[0]?.slice(0, 8) ?? '');
  expect(await page.evaluate(() => '__hit' in window)).toBe(false);
  expect(await list(page).locator('a, img, script, style, iframe, form, input, svg:not(.lucide)').count()).toBe(0);
  expect(requests).toEqual([]);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

for (const [name, width, height] of [
  ['chat', 1440, 900],
  ['chat-small', 900, 600],
  ['chat-phone', 390, 844],
] as const)
  test(`pictures of the chat: ${String(width)} × ${String(height)}`, async () => {
    const studio = await withChapter(
      [
        ...SCENE,
        { role: 'user', text: '*I put the key on the counter between us.* Nobody. That is the trouble.' },
        {
          role: 'model',
          speaker: 'Maren',
          text: '“Then you had better come through,” *she says, and lifts the flap of the counter. Behind her, in the dark of the shop, something moves.*\n\n- Go through\n- Ask what it is',
        },
      ],
      {
        viewport: { width, height },
        touch: width < 500,
      },
    );
    const { page } = studio;
    await page.getByRole('tab', { name: 'Chat' }).click();
    await messages(page).first().waitFor();
    if (width > 500) await messages(page).nth(3).hover();
    await studio.picture(name);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await studio.close();
  });
