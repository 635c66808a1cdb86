/**
 * The disk fails while a reply is written, and works again: page, store and a restart agree, in order, and nothing is
 * missing. While text is not in the store, nothing says that it is.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import Database from 'better-sqlite3';
import { readStore } from '../../electron/storage/core/read-store.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { parse } from '../../shared/document/grammar.ts';
import { activePath } from '../../shared/document/tree.ts';
import { failDisk, hasFailingDisks, mendDisk } from '../helpers/failing-disk.ts';
import { childrenOf, engineReaches, temporaryFolder, type Connection } from '../helpers/server.ts';
import { sizeOf } from '../helpers/sizes.ts';
import { launch, StudioPage } from './studio.ts';

/** Only `npm run deep` does all of it in each story. */
const IS_DEEP = sizeOf(0, 1) === 1;

let browser: Browser;
let studio: StudioPage;
let connection: Connection;
let chapterId: string;
/** Of each chapter, what its page showed last. */
const seen = new Map<string, readonly string[]>();
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const status = () => studio.page.getByRole('status', { name: 'Saved' });
const banner = () => studio.page.getByRole('status', { name: 'Library' });
const fail = (): void => failDisk(studio.server.pid);
const mend = (): void => mendDisk(studio.server.pid);

/** The shown turns of a chapter, as they lie on the disk. */
const stored = (id = chapterId): string[] =>
  readStore(join(studio.data, 'store.db'), (db) =>
    activePath(readTree(db, id, { texts: 'path' })).map(({ text }) => text ?? ''),
  );
async function shown(): Promise<string[]> {
  const turns = parse(await studio.text()).map(({ text }) => text);
  return turns.at(-1) === '' ? turns.slice(0, -1) : turns;
}
const reply = async (): Promise<string> => (await shown()).at(-1) ?? '';

/** A chapter in which somebody has said something. */
async function begin(maxTokens: number): Promise<void> {
  const [story] = await connection.client.stories.list();
  chapterId = (await studio.newChapter(connection.client, story?.id ?? '')).id;
  await studio.longReplies(maxTokens);
  await studio.inEditor((view) => view.focus());
  await studio.page.keyboard.type('Who is there? ');
  await studio.saved();
}

/** So much of the reply stands on the page. */
async function writes(characters: number): Promise<void> {
  const length = (): Promise<number> =>
    studio.inEditor((view) => (/<\|model\|>\n([^]*)$/.exec(view.getModel()?.getValue() ?? '')?.[1] ?? '').length);
  await expect.poll(length, { intervals: [50], timeout: 20_000 }).toBeGreaterThan(characters);
}

async function isNotSaved(): Promise<void> {
  await expect(status()).toHaveText('Not saved', { timeout: 20_000 });
  await expect(banner()).toContainText('The disk did not take the last change.');
  const said = await status().evaluateHandle((node) => {
    const texts = [node.textContent];
    const changes = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => texts.push(node.textContent)).observe(node, changes);
    return texts;
  });
  for (let refusals = 0; refusals < 4; refusals++)
    await expect(connection.client.settings.setInterface({ key: 'showMarks', value: false })).rejects.toThrow();
  expect(await said.jsonValue()).toEqual(['Not saved']);
}

/** Whether the browser asks before it leaves the page. */
const asksToStay = (): Promise<boolean> =>
  studio.page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));

/** Does something that changes the text, and waits until all of it is written and stored. */
async function written(act: () => Promise<void>): Promise<string[]> {
  const before = await studio.text();
  await act();
  await expect.poll(() => studio.text(), { intervals: [50], timeout: 20_000 }).not.toBe(before);
  await studio.replyEnds();
  const now = await shown();
  expect(stored()).toEqual(now);
  return now;
}

/** What a person does next goes behind what was written; `isWhole`: another reply and its alternate too. */
async function goesOn(text: string, isWhole = true): Promise<void> {
  await studio.replyEnds();
  const whole = await reply();
  expect(whole.slice(0, text.length)).toBe(text);
  expect(stored()).toEqual(await shown());
  await studio.longReplies(20);
  await studio.caretTo(whole.slice(-12));
  const [, longer = ''] = await written(() => studio.button('Continue').click());
  expect(longer.slice(0, whole.length)).toBe(whole);
  expect(longer.length).toBeGreaterThan(whole.length);
  await studio.page.keyboard.press('Control+End');
  let turns = await written(() => studio.page.keyboard.type('I say so. '));
  if (isWhole) {
    await written(() => studio.button('Reply').click());
    turns = await written(() => studio.button('Retry').click());
  }
  expect(turns.slice(0, 3)).toEqual(['Who is there? ', longer, 'I say so. ']);
  seen.set(chapterId, turns);
}

test('the disk fails while a reply is written: nothing is missing, and all is in order', async () => {
  test.skip(!hasFailingDisks, 'the disk of a process cannot be made to fail here');
  studio = await StudioPage.open(browser);
  connection = await studio.client();
  await studio.engineReady();

  await test.step('before its first word', async () => {
    await begin(120);
    const engines = childrenOf(studio.server);
    for (const pid of engines) process.kill(pid, 'SIGSTOP');
    await studio.button('Reply').click();
    await expect.poll(() => stored().at(-1), { timeout: 20_000 }).toBe('');
    fail();
    for (const pid of engines) process.kill(pid, 'SIGCONT');
    await writes(20);
    expect(stored().at(-1)).toBe('');
    await isNotSaved();
    const text = await reply();
    mend();
    await goesOn(text);
  });

  await test.step('in the middle, until it has ended', async () => {
    await begin(300);
    await studio.button('Reply').click();
    await writes(40);
    fail();
    await engineReaches(connection.client, ['ready']);
    await isNotSaved();
    const text = await reply();
    mend();
    await goesOn(text, IS_DEEP);
  });

  await test.step('at its end', async () => {
    await begin(600);
    await studio.button('Reply').click();
    await writes(40);
    fail();
    await studio.page.keyboard.press('Escape');
    await isNotSaved();
    const text = await reply();
    mend();
    await goesOn(text, IS_DEEP);
  });

  await test.step('in the middle, and works again while it is written', async () => {
    await begin(1_800);
    await studio.button('Reply').click();
    await writes(40);
    fail();
    await expect(status()).toHaveText('Not saved', { timeout: 20_000 });
    const text = await reply();
    mend();
    await expect(status()).toHaveText('Saving');
    await writes(text.length);
    await studio.page.keyboard.press('Escape');
    await goesOn(text);
  });

  await studio.server.kill();
  for (const [id, turns] of seen) expect(stored(id)).toEqual(turns);
  await studio.startAgain();
  await studio.page.reload();
  await studio.ready();
  expect(await shown()).toEqual(seen.get(chapterId));
  for (const [id, turns] of seen) expect(stored(id)).toEqual(turns);
  await studio.close();
});

test('a library that is deleted while it is open is not saved, and is copied with what the page holds', async () => {
  test.skip(process.platform === 'win32', 'what is open is not deleted there');
  studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.inEditor((view) => view.focus());
  await page.keyboard.type('Kept. ');
  await studio.saved();
  expect(await asksToStay()).toBe(false);
  rmSync(studio.data, { recursive: true });
  await expect(status()).toHaveText('Not saved');
  expect(await asksToStay()).toBe(true);
  await page.keyboard.type('Typed after. ');
  await expect(banner()).toContainText('The library is not where it was');
  await banner().getByRole('button', { name: 'Save a copy' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save a copy' });
  const place = temporaryFolder('place');
  await dialog.getByLabel('Folder').fill(place);
  await dialog.getByRole('button', { name: 'Save a copy' }).click();
  await expect(dialog.getByText(`The copy is in ${place}`)).toBeVisible({ timeout: 15_000 });
  const [copy = ''] = readdirSync(place);
  expect(readFileSync(join(place, copy, 'page.md'), 'utf8')).toContain('Kept. Typed after. ');
  await studio.server.kill();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download this page' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('Kept. Typed after. ');
  await page.context().close();

  studio = await StudioPage.open(browser, { data: join(place, copy) });
  expect(await studio.text()).toContain('Kept. ');
  expect(await studio.text()).not.toContain('Typed after.');
  await studio.close();
});

test('a page that is opened while the library cannot be read says so, and begins when it can', async () => {
  studio = await StudioPage.open(browser);
  const store = new Database(join(studio.data, 'store.db'));
  store.exec('ALTER TABLE settings RENAME TO away');
  await studio.page.reload();
  await expect(studio.page.getByRole('alert')).toContainText('Something inside Paphos went wrong.');
  store.exec('ALTER TABLE away RENAME TO settings');
  store.close();
  await studio.ready();
  await studio.close();
});
