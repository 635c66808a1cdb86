import { expect, test, type Browser } from '@playwright/test';
import { inEditor, launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const storedPath = async (studio: StudioPage) => {
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const document = await client.chapters.open({ id: chapter?.id ?? '' });
  close();
  const turns = new Map(document.turns.map((turn) => [turn.id, turn]));
  const path = [];
  for (let turn = turns.get(document.activeRootId ?? ''); turn; turn = turns.get(turn.activeChildId ?? ''))
    path.push(turn);
  return path;
};

test('from the first start to alternates that survive a reload', async () => {
  test.setTimeout(240_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  const opening = await studio.text();
  expect(opening).toContain('<|system|>');

  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await expect.poll(async () => (await studio.text()).length, { timeout: 60_000 }).toBeGreaterThan(opening.length + 20);
  await studio.replyEnds();
  expect((await storedPath(studio)).at(-1)?.role).toBe('model');
  await expect(page.getByRole('toolbar', { name: 'Writing' })).toContainText(/\d to read · about [\d.]+ s/);
  await expect(page.getByRole('region', { name: 'Context' })).toContainText(/Last reply: read \d+, reused \d+\./);

  const before = (await storedPath(studio)).length;
  await page.keyboard.type('I say <|user|> aloud');
  await page.keyboard.press('Enter');
  await page.keyboard.type('\\<|user|>');
  await page.keyboard.press('Enter');
  await page.keyboard.type('<|user|>');
  await page.keyboard.press('Enter');
  await page.keyboard.type('And I wait.');
  await studio.saved();
  const typed = await storedPath(studio);
  expect(typed.length).toBe(before + 2);
  expect(typed.at(-2)?.text).toBe('I say <|user|> aloud\n<|user|>');
  expect(typed.at(-1)?.text).toBe('And I wait.');

  const middle = typed.findIndex((turn) => turn.role === 'model');
  const firstWords = typed[middle]?.text?.split('\n')[0] ?? '';
  await studio.caretTo(firstWords);
  await page.keyboard.type(' Edited here.');
  await studio.saved();
  expect((await storedPath(studio))[middle]?.text).toContain(`${firstWords} Edited here.`);

  await studio.caretTo('And I wait.');
  await studio.button('Retry').click();
  await studio.replyEnds();
  await page.keyboard.type('The tail of the second.');
  await studio.saved();
  const second = await studio.text();
  expect(second).toContain('The tail of the second.');
  await studio.button('Retry').click();
  await studio.replyEnds();
  await page.keyboard.type('The tail of the third.');
  await studio.saved();
  const third = await studio.text();
  expect(third).toContain('The tail of the third.');

  await studio.button('Previous alternate').click();
  await expect.poll(() => studio.text()).toBe(second);
  await studio.button('Previous alternate').click();
  await expect.poll(() => studio.text()).toContain('And I wait.');
  expect(await studio.text()).toContain('\\<|user|>');
  await studio.button('Next alternate').click();
  await studio.button('Next alternate').click();
  await expect.poll(() => studio.text()).toBe(third);
  await studio.saved();

  await page.reload();
  await studio.ready();
  await expect.poll(() => studio.text()).toBe(third);
  await studio.caretTo('The tail of the third.');
  await studio.button('Previous alternate').click();
  await expect.poll(() => studio.text()).toBe(second);
  await studio.saved();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('Escape stops a reply and keeps what is there', async () => {
  const studio = await StudioPage.open(browser);
  await studio.engineReady();
  const opening = await studio.text();
  await studio.page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await studio.text()).length, { timeout: 60_000 }).toBeGreaterThan(opening.length + 15);
  await studio.page.keyboard.press('Escape');
  await studio.replyEnds();
  const kept = (await storedPath(studio)).at(-1);
  expect(kept?.role).toBe('model');
  expect(kept?.text?.length).toBeGreaterThan(0);
  expect(await studio.text()).toContain(kept?.text?.split('\n')[0] ?? '-');
  await studio.close();
});

test('a second tab reads along until it takes over', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const second = await studio.page.context().newPage();
  await second.goto(`http://127.0.0.1:${studio.server.port}/`);
  await second.getByRole('textbox', { name: 'Manuscript' }).waitFor();
  const takeOver = second.getByRole('button', { name: 'Take over' });
  await expect(takeOver).toBeVisible();
  const status = second.getByRole('status', { name: 'Saved' });
  await expect(status).toHaveText('Reading along');
  const shown = (): Promise<string> => inEditor(second, (view) => view.getValue());
  await studio.page.bringToFront();
  await studio.inEditor((view) => view.focus());
  await studio.page.keyboard.type('Rain fell all day. ');
  await expect.poll(shown).toContain('Rain fell all day. ');
  await studio.engineReady();
  await studio.page.keyboard.press('Control+Enter');
  const asWritten = (await studio.text()).length;
  await expect.poll(async () => (await shown()).length, { timeout: 60_000 }).toBeGreaterThan(asWritten + 15);
  await studio.page.keyboard.press('Escape');
  await studio.replyEnds();
  await studio.saved();
  await expect.poll(shown).toBe(await studio.text());
  await expect(status).toHaveText('Reading along');
  await second.bringToFront();
  await second.getByRole('textbox', { name: 'Manuscript' }).focus();
  await second.keyboard.type('not yet');
  await expect(second.getByText('Another tab is writing in this story. Take over to write here.')).toHaveCount(1);
  expect(await shown()).toBe(await studio.text());
  expect((await storedPath(studio)).some((turn) => turn.text?.includes('not yet'))).toBe(false);
  await takeOver.first().click();
  await expect(takeOver).toHaveCount(0);
  await second.getByRole('textbox', { name: 'Manuscript' }).focus();
  await second.keyboard.type('now mine');
  await expect(second.getByRole('status', { name: 'Saved' })).toHaveText('Saved');
  await expect.poll(async () => (await storedPath(studio)).some((turn) => turn.text?.includes('now mine'))).toBe(true);
  await expect(studio.page.getByRole('button', { name: 'Take over' })).toBeVisible();
  await studio.close();
});

test('a deleted story and a deleted turn come back, also after a restart', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page, data } = studio;
  const first = await storedPath(studio);
  const victim = first.find((turn) => turn.role === 'model');
  await page
    .getByRole('button', { name: /^◇? ?(Story|Model|Turn)/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: /Delete/ }).click();
  await studio.saved();
  expect((await storedPath(studio)).some((turn) => turn.id === victim?.id)).toBe(false);
  await studio.close();

  const again = await StudioPage.open(browser, { data });
  await again.page.getByRole('button', { name: /Recently deleted/ }).click();
  await again.page
    .getByRole('button', { name: /Restore/ })
    .first()
    .click();
  await again.saved();
  await expect.poll(async () => (await storedPath(again)).some((turn) => turn.id === victim?.id)).toBe(true);
  await again.close();
});
