import { expect, test, type Browser } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => { browser = await launch(); });
test.afterAll(async () => { await browser.close(); });

/** The alternates of the path's last model turn as they are stored, and which of them is shown. */
async function storedAlternates(studio: StudioPage): Promise<{ texts: string[]; shown: number }> {
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const { turns, activeRootId } = await client.chapters.open({ id: chapter?.id ?? '' });
  const known = new Map(turns.map((turn) => [turn.id, turn]));
  let last = known.get(activeRootId ?? '');
  for (let turn = last; turn !== undefined; turn = known.get(turn.activeChildId ?? '')) if (turn.role === 'model') last = turn;
  const beside = turns.filter((turn) => turn.parentId === last?.parentId && turn.tombstone === null).sort((a, b) => a.order - b.order);
  const texts = [];
  for (const turn of beside) {
    const { path } = await client.writing.activate({ changeId: crypto.randomUUID(), chapterId: chapter?.id ?? '', turnId: turn.id });
    texts.push(path[0]?.text ?? '');
  }
  if (last !== undefined) await client.writing.activate({ changeId: crypto.randomUUID(), chapterId: chapter?.id ?? '', turnId: last.id });
  close();
  return { texts, shown: beside.findIndex((turn) => turn.id === last?.id) };
}

async function longReplies(studio: StudioPage, maxTokens: number): Promise<void> {
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const sampling = await client.settings.sampling({ storyId: story?.id ?? '' });
  await client.settings.setSampling({ storyId: story?.id ?? '', sampling: { ...sampling, banEnd: true, maxTokens } });
  close();
}

const lastTurn = async (studio: StudioPage): Promise<string> => (await studio.text()).split('\n<|model|>\n').at(-1)?.replace(/\n<\|user\|>\n$/, '') ?? '';
const grows = async (studio: StudioPage, by = 20): Promise<void> => {
  const from = (await lastTurn(studio)).length;
  await expect.poll(async () => (await lastTurn(studio)).length, { intervals: [10], timeout: 60_000 }).toBeGreaterThan(from + by);
};

test('alternates are written one after the other: each can be looked at, left, undone and stopped, and nothing of them is lost', async () => {
  test.setTimeout(180_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await longReplies(studio, 200);
  await page.keyboard.press('Control+Enter');
  await grows(studio);
  await page.keyboard.press('Escape');
  await studio.replyEnds();

  await studio.button('How many answers').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitemradio', { name: '3 alternates' }).press('Enter');
  const beside = page.getByRole('status', { name: 'Alternates' });
  await expect(beside).toHaveText('writing 2 more');
  await grows(studio);
  await studio.button('Stop').click();
  await expect(studio.button('Reply')).toBeVisible();
  const second = await lastTurn(studio);
  await expect(beside).toHaveText('writing 2 more');

  // The one that is being written, looked at and left; an undo brings back all of it.
  await studio.button('Next alternate').click();
  await grows(studio);
  await studio.caretTo('A', 'before');
  await page.keyboard.type('Typed meanwhile. ');
  await studio.caretTo(second.slice(0, 0) + (await lastTurn(studio)).slice(0, 12), 'before');
  await studio.button('Previous alternate').click();
  await expect.poll(() => lastTurn(studio)).toBe(second);
  await expect(beside).toHaveText('writing 1 more', { timeout: 60_000 });

  // A reload follows what runs.
  await page.reload();
  await studio.ready();
  await expect(beside).toBeVisible();
  await studio.button('Stop all').click();
  await expect(beside).toBeHidden();
  await studio.saved();
  const { texts, shown } = await storedAlternates(studio);
  expect(texts).toHaveLength(4);
  expect(shown).toBe(1);
  expect(texts[1]).toBe(second);
  expect(texts[2]?.length).toBeGreaterThan(200);
  expect(await studio.text()).toContain('Typed meanwhile. ');

  await expect(studio.button('Retry × 3')).toBeVisible();
  await studio.button('Next alternate').click();
  await expect.poll(() => lastTurn(studio)).toBe(texts[2]);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('an undo brings back an alternate that was left while it was written with all that came since', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await longReplies(studio, 150);
  await page.keyboard.press('Control+Enter');
  await grows(studio);
  await page.keyboard.press('Escape');
  await studio.replyEnds();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill('retry with 2');
  await page.keyboard.press('Enter');
  await grows(studio);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Alternates' })).toBeHidden({ timeout: 60_000 });
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+z');
  await studio.saved();
  const { texts, shown } = await storedAlternates(studio);
  expect(texts).toHaveLength(3);
  expect(shown).toBe(1);
  expect(await lastTurn(studio)).toBe(texts[1]);
  expect(texts[1]?.length).toBeGreaterThan(300);
  await studio.close();
});
