import { expect as expectSoon, test, type Browser, type Locator } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 20_000 });

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const notesOf = (studio: StudioPage): Locator => studio.page.getByRole('region', { name: 'Notes' });
const contextOf = (studio: StudioPage): Locator => studio.page.getByRole('region', { name: 'Context' });

test('the story’s notes are written, shown where they stand in the prompt, and there after a restart', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Memory, author');
  await page.keyboard.press('Enter');
  const notes = notesOf(studio);
  const memory = notes.getByRole('textbox', { name: 'Memory' });
  await expect(memory).toBeFocused();
  await page.keyboard.type('The key is warm, and {{random:rain,rain}} falls.');
  await studio.saved();
  const entries = contextOf(studio).getByRole('listitem');
  await expect(entries.filter({ hasText: 'Memory' })).toContainText('always first');

  const author = notes.getByRole('textbox', { name: 'Author’s note', exact: true });
  await author.fill('Slowly now.');
  await notes.getByRole('textbox', { name: 'Author’s note: Depth' }).fill('1');
  await expect(notes).toContainText('Stands in front of the last turn.');
  await notes.getByRole('textbox', { name: 'Post-history instructions' }).fill('Two sentences.');
  await studio.saved();
  await expect(entries.filter({ hasText: 'Post-history' })).toContainText('always last');
  const rows = await entries.allTextContents();
  const at = (name: string): number => rows.findIndex((row) => row.includes(name));
  expect(at('Memory')).toBeLessThan(at('Author’s note'));
  expect(at('Author’s note')).toBeLessThan(at('Post-history instructions'));
  expect(at('Post-history instructions')).toBe(rows.length - 1);
  await studio.picture('notes');

  // A line of the ledger leads to its note.
  await notes.getByRole('button', { name: /^Notes/ }).click();
  await expect(memory).toBeHidden();
  await expect(notes.getByRole('button', { name: /^Notes/ })).toContainText('memory, author’s note, last word');
  await entries.filter({ hasText: 'Author’s note' }).getByRole('button').click();
  await expect(author).toBeFocused();

  // What is typed over is undone with the keys of any field.
  await author.press('Control+a');
  await page.keyboard.type('Gone');
  await studio.saved();
  await expect(async () => {
    await page.keyboard.press('Control+z');
    await expect(author).toHaveValue('Slowly now.', { timeout: 50 });
  }).toPass();
  await studio.saved();

  await studio.server.stop();
  await studio.startAgain();
  await page.reload();
  await studio.ready();
  await expect(memory).toHaveValue('The key is warm, and {{random:rain,rain}} falls.');
  await expect(author).toHaveValue('Slowly now.');
  for (const [name, width, height] of [
    ['notes-small', 900, 600],
    ['notes-narrow', 390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.keyboard.press('Control+i');
    await expect(memory).toBeVisible();
    await studio.picture(name);
    await page.keyboard.press('Escape');
  }
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a note for the next reply goes with that one and its alternates, and says that it was sent', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Memory, author');
  await page.keyboard.press('Enter');
  const notes = notesOf(studio);
  await notes.getByRole('textbox', { name: 'Author’s note', exact: true }).fill('Somebody knocks.');
  await notes.getByRole('combobox', { name: 'Author’s note: when it is sent' }).click();
  await page.getByRole('option', { name: 'With the next reply' }).click();
  await studio.saved();
  const entry = contextOf(studio).getByRole('listitem').filter({ hasText: 'Author’s note' });
  await expect(entry).toBeVisible();
  await studio.button('Reply').click();
  await studio.replyEnds();
  await expect(notes).toContainText('It was sent.');
  await expect(entry).toBeHidden();
  await notes.getByRole('button', { name: 'Send it again' }).click();
  await expect(entry).toBeVisible();
  await expect(notes).not.toContainText('It was sent.');
  await studio.close();
});
