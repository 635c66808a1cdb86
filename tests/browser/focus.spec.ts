import { expect as expectSoon, test, type Browser, type Page } from '@playwright/test';
import { launch, StudioPage, type ManuscriptHost } from './studio.ts';

const expect = expectSoon.configure({ timeout: 10_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

/** A toast, which has a type, stands beside what is done. */
const layers = (page: Page) => page.locator('[role=dialog]:not([data-type], [aria-hidden=true]), [role=menu]');

/** Another chapter has opened, and this page writes its story. */
async function opened(studio: StudioPage): Promise<void> {
  await expect(studio.page.locator('.before')).toHaveCount(0);
  await studio.ready();
  await expect.poll(() => studio.inEditor((view) => view.getRawOptions().readOnly)).toBe(false);
}
const markOpen = (page: Page) => page.locator('.ms-host').evaluate((host) => host.classList.add('before'));

/** What has the focus: nothing, a field of that name with its text, or something else. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const isField = element?.matches('input, textarea') === true && element.closest('.ms-host .inputarea') === null;
    const name = element?.ariaLabel ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? '';
    return { isNothing: element === document.body, isField, name, value: (element as HTMLInputElement).value };
  });

const marksOf = (text: string): string[] => text.split('\n').filter((line) => /^<\|(system|user|model)\|>/.test(line));
/** Every mark that was there before is there still, in order and as it was. */
function expectMarks(before: readonly string[], after: readonly string[], what: string): void {
  let at = 0;
  for (const mark of after) if (mark === before[at]) at++;
  expect(before.slice(at), `marks after ${what}`).toEqual([]);
}

/**
 * Types as somebody who looks at the page or at the field that has the focus; what lies over the page is closed with
 * Escape. `isWriting`: a reply may still turn the page.
 */
async function writesOn(studio: StudioPage, word: string, after: string, isWriting = false): Promise<void> {
  const { page } = studio;
  await expect.poll(async () => (await focused(page)).isNothing, { message: `no focus after ${after}` }).toBe(false);
  const field = await focused(page);
  if (field.isField) {
    expect(field.name, `the field after ${after}`).not.toBe('');
    await page.keyboard.type(word);
    expect((await focused(page)).value, `typed into ${field.name} after ${after}`).toContain(word);
    await page.keyboard.press('Escape');
  }
  for (let left = 3; left > 0 && (await layers(page).count()) > 0; left--) await page.keyboard.press('Escape');
  await expect(layers(page), after).toHaveCount(0);
  const marks = marksOf(await studio.text());
  await page.keyboard.type(word);
  await expect.poll(() => studio.text().catch(() => ''), { message: `typed after ${after}` }).toContain(word);
  expect((await focused(page)).isNothing, `no focus after ${after}`).toBe(false);
  expect(studio.violations, after).toEqual([]);
  const now = marksOf(await studio.text());
  expect(now.filter((mark) => mark.includes(word))).toEqual([]);
  if (isWriting) await studio.replyEnds();
  else expectMarks(marks, now, after);
}

const SHOWS_CHAT = 'Show Chat';
/** What is typed after the chat was shown stands in its composer, and in the manuscript that is shown again. */
async function writesInChat(studio: StudioPage, word: string): Promise<void> {
  const { page } = studio;
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await expect(composer).toBeFocused();
  await page.keyboard.type(word);
  await expect(composer).toHaveValue(new RegExp(word));
  await page.keyboard.press('Control+1');
  await expect.poll(() => studio.text().catch(() => '')).toContain(word);
}

const SHOWS_CHARACTERS = /^(Go to characters|New character)$/;
/** What has the focus in the other room takes what is typed, and the way back leads to the text. */
async function writesInCharacters(studio: StudioPage, word: string, after: string): Promise<void> {
  const { page } = studio;
  const search = page.getByRole('searchbox', { name: 'Search characters' });
  await expect(search).toBeVisible();
  await expect.poll(async () => (await focused(page)).isNothing, { message: `no focus after ${after}` }).toBe(false);
  await page.keyboard.type(word);
  const field = await focused(page);
  if (field.isField) expect(field.value, `typed into ${field.name} after ${after}`).toContain(word);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill('Go to stories');
  await page.keyboard.press('Enter');
  await expect(search).toBeHidden();
  await writesOn(studio, `${word}back`, 'Go to stories');
}

/** Chooses an entry of the open menu with the arrows; false: it has none of that name. */
async function choose(page: Page, name: string): Promise<boolean> {
  await expect(page.getByRole('menu')).toBeVisible();
  const item = page.locator('[role^=menuitem]:not([data-disabled])').filter({ hasText: name }).first();
  if ((await item.count()) === 0) return false;
  const isThere = () => item.evaluate((one) => one === document.activeElement);
  for (let steps = 0; steps < 20 && !(await isThere()); steps++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  return true;
}

const TURNS = /^((Previous|Next) alternate|Return to fork)$/;
/** The branch that was asked for, if there is one, is shown. */
const turned = (studio: StudioPage) =>
  expect
    .poll(() =>
      studio.inEditor(
        (view) => (view.getContainerDomNode() as ManuscriptHost).__paphosManuscript.controller.getState().turning,
      ),
    )
    .toBe(false);
const WRITES = /^(Reply|Retry|Continue|Repeat exactly|Take option|Write for me)/;
const DELETES = /^Delete (story|chapter)$/;
const OPENS = /^(New|Open story|Go to|Delete (story|chapter)$)/;
/** How the sheet of shortcuts writes keys, and how they are pressed. */
const PRESSED: Readonly<Record<string, string>> = {
  Ctrl: 'Control',
  '⇧': 'Shift',
  '⏎': 'Enter',
  Esc: 'Escape',
  '↑': 'ArrowUp',
  '←': 'ArrowLeft',
  '→': 'ArrowRight',
};

test('after each command, from the palette and by its key, closed with Escape, what is typed stands where it is looked for', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(1);
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
  const commands = (await offered()).map(([name]) => name);
  await page.keyboard.press('Escape');
  expect(commands.length).toBeGreaterThan(25);
  for (const [index, name] of commands.entries()) {
    await page.keyboard.press('Control+k');
    await query.fill(name);
    await expect.poll(async () => (await offered()).length, { message: name }).toBeLessThan(commands.length);
    const place = (await offered()).findIndex(([one, isOff]) => one === name && isOff !== 'true');
    for (let down = 0; down < place; down++) await page.keyboard.press('ArrowDown');
    await markOpen(page);
    await page.keyboard.press(place === -1 ? 'Escape' : 'Enter');
    await expect(query).toBeHidden();
    if (name === SHOWS_CHAT) {
      await writesInChat(studio, `command${String(index)}x`);
      continue;
    }
    if (SHOWS_CHARACTERS.test(name)) {
      await writesInCharacters(studio, `command${String(index)}x`, name);
      continue;
    }
    if (place !== -1 && TURNS.test(name)) await turned(studio);
    if (place !== -1 && OPENS.test(name)) await opened(studio);
    await writesOn(studio, `command${String(index)}x`, name, place !== -1 && WRITES.test(name));
    if (place === -1 || !DELETES.test(name)) continue;
    await markOpen(page);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await opened(studio);
    await writesOn(studio, `undone${String(index)}x`, `${name}, undone`);
  }
  await page.keyboard.press('Control+k');
  await query.fill('Open story The Lamp');
  await page.keyboard.press('Enter');
  await expect(query).toBeHidden();
  await writesOn(studio, 'again', 'Open story, of the story that is open');

  await page.keyboard.press('Control+k');
  await query.fill('Keyboard shortcuts');
  await page.keyboard.press('Enter');
  const keys = await page
    .getByRole('dialog')
    .locator('dl > div')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent)));
  await page.keyboard.press('Escape');
  await expect(layers(page)).toHaveCount(0);
  expect(keys.length).toBeGreaterThan(10);
  for (const [index, [name = '', sign = '']] of keys.entries()) {
    await page.keyboard.press('Control+End');
    const key = sign.split(' ').map((part) => PRESSED[part] ?? part);
    await page.keyboard.press(key.join('+'));
    if (name === SHOWS_CHAT) {
      await writesInChat(studio, `key${String(index)}x`);
      continue;
    }
    if (TURNS.test(name)) await turned(studio);
    await writesOn(studio, `key${String(index)}x`, `${name} (${sign})`, WRITES.test(name));
  }
  await studio.close();
});

test('after each entry of a menu, chosen by keys, what is typed stands where it is looked for', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  await studio.longReplies(1);
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+Enter');
  await studio.replyEnds();
  const entries = async () => {
    await expect(page.getByRole('menu')).toBeVisible();
    const names = await page
      .locator('[role^=menuitem]')
      .evaluateAll((all) => all.map((one) => one.firstChild?.textContent ?? ''));
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toBeHidden();
    return names;
  };
  const openTurn = async () => {
    await page
      .getByRole('button', { name: /^(Story|Anna): menu/ })
      .last()
      .focus();
    await page.keyboard.press('Enter');
  };
  await openTurn();
  const ofTurn = await entries();
  expect(ofTurn.length).toBeGreaterThan(6);
  await writesOn(studio, 'turnx', 'the menu of a turn');
  for (const [index, name] of ofTurn.entries()) {
    await openTurn();
    if (!(await choose(page, name))) await page.keyboard.press('Escape');
    await writesOn(studio, `turn${String(index)}x`, `${name} in the menu of a turn`, WRITES.test(name));
    // What was answered, or became another's, is a reply again.
    if (/^(You|Note|User|System)/.test(name))
      for (let steps = 0; steps < 2; steps++) await page.keyboard.press('Control+z');
  }

  await markOpen(page);
  await page.getByRole('button', { name: 'New chapter' }).focus();
  await page.keyboard.press('Enter');
  await opened(studio);
  const chapters = page.getByRole('list', { name: 'Chapters' });
  const row = chapters.getByRole('button', { name: 'Chapter 2' }).first();
  const more = page.getByRole('button', { name: 'More for Chapter 2' });
  await row.focus();
  await page.keyboard.press('F2');
  await writesOn(studio, 'f2x', 'F2 on a row');
  await row.focus();
  await page.keyboard.press('F2');
  await page.keyboard.press('Enter');
  await expect(row).toBeFocused();
  await writesOn(studio, 'backx', 'a rename');
  await more.focus();
  await page.keyboard.press('Enter');
  const ofRow = await entries();
  expect(ofRow.length).toBeGreaterThan(1);
  for (const [index, name] of ofRow.entries()) {
    await more.focus();
    await page.keyboard.press('Enter');
    await markOpen(page);
    await choose(page, name);
    if (name === 'Delete') await opened(studio);
    await writesOn(studio, `row${String(index)}x`, `${name} in the menu of a chapter`);
  }
  await markOpen(page);
  await page.getByRole('button', { name: 'New chapter' }).focus();
  await page.keyboard.press('Enter');
  await opened(studio);
  await markOpen(page);
  await chapters.getByText('Chapter 1').dblclick();
  await opened(studio);
  await page.keyboard.type('Setting out');
  await page.keyboard.press('Enter');
  await expect(chapters).toContainText('Setting out');
  await writesOn(studio, 'lastx', 'a double click on another chapter');
  await studio.close();
});

test('a panel that lies over a narrow page has the focus, and gives it back', async () => {
  const studio = await StudioPage.open(browser, { viewport: { width: 900, height: 600 } });
  const { page } = studio;
  for (const [key, panel] of [
    ['Control+b', 'binder'],
    ['Control+i', 'inspector'],
  ] as const) {
    for (const close of ['Escape', key, 'a letter']) {
      await page.keyboard.press(key);
      await expect(page.locator(`[data-panel=${panel}]:focus-within`)).toHaveCount(1);
      if (close !== 'a letter') await page.keyboard.press(close);
      await writesOn(studio, `${panel}${close.replace(/\W/g, '')}`, `${panel}, closed with ${close}`);
      await expect(page.locator(`[data-panel=${panel}]`)).toHaveCount(0);
    }
  }
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
  await expect(page.getByText('The turn was deleted.')).toBeVisible();
  for (let steps = 0; steps < 2; steps++) await page.keyboard.press('Control+z');
  await expect.poll(() => studio.text()).toContain('<|system|>');
  await expect(page.getByText('The turn was deleted.')).toBeHidden();
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

test('what closes gives the focus to who had it last, not to a button of an earlier dialog', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const manuscript = page.getByRole('textbox', { name: 'Manuscript' });
  await studio.button('Settings').click();
  await expect(layers(page)).toHaveCount(1);
  // Where nothing is asked for at once, the dialog itself has it, not the button that closes it.
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(layers(page)).toHaveCount(0);
  for (const dialog of [null, 'Keyboard shortcuts', 'Check the format', 'Theme: Paper', 'Export']) {
    await studio.caretTo('boathouse door.');
    await expect(manuscript).toBeFocused();
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Find or do' })).toBeFocused();
    if (dialog !== null) {
      await page.keyboard.type(dialog);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('combobox', { name: 'Find or do' })).toBeHidden();
    }
    for (let left = 3; left > 0 && (await layers(page).count()) > 0; left--) await page.keyboard.press('Escape');
    await expect(layers(page)).toHaveCount(0);
    await expect(manuscript, `after ${dialog ?? 'the palette'}`).toBeFocused();
  }
  await studio.close();
});

test('what is typed while another page opens stands on that page, all of it', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.routeWebSocket(/rpc/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => setTimeout(() => server.send(message), 60));
  });
  await page.reload();
  await studio.ready();
  const rows = (list: string) => page.getByRole('list', { name: list }).getByRole('button');
  const steps: readonly (readonly [string, () => Promise<void>, string])[] = [
    ['a new chapter', () => studio.button('New chapter').click(), '<|user|>\n'],
    ['a chapter', () => rows('Chapters').filter({ hasText: 'Chapter 1' }).first().click(), ' boathouse door.'],
    ['a new story', () => studio.button('New story').click(), '<|user|>\n'],
    ['a story', () => rows('Stories').filter({ hasText: 'The Lamp on the Pier' }).first().click(), ' boathouse door.'],
  ];
  for (const [index, [what, ask, before]] of steps.entries()) {
    await markOpen(page);
    await ask();
    await page.keyboard.type(`all ${String(index)} words`);
    await opened(studio);
    await expect.poll(() => studio.text(), { message: what }).toContain(`all ${String(index)} words`);
    expect((await studio.text()).split(`all ${String(index)} words`)[0]).toContain(before);
  }
  for (const chapter of ['Chapter 2', 'Chapter 1']) {
    await markOpen(page);
    await rows('Chapters').filter({ hasText: chapter }).first().click();
    await opened(studio);
    expect((await studio.text()).match(/all \d words/g)).toHaveLength(chapter === 'Chapter 1' ? 2 : 1);
  }
  const first = rows('Stories').first();
  while ((await first.count()) > 0) {
    const count = await rows('Stories').count();
    await first.focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => rows('Stories').count()).toBeLessThan(count);
  }
  await expect(page.getByRole('main').getByRole('button', { name: 'New story' })).toBeFocused();
  await page.keyboard.type('typed at once');
  await opened(studio);
  await expect.poll(() => studio.text()).toBe('<|user|>\ntyped at once');
  await expect(rows('Stories').filter({ hasText: /Untitled|typed/ })).not.toHaveCount(0);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a chapter or story that comes back by Undo has the focus on its text', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await markOpen(page);
  await studio.button('New chapter').click();
  await opened(studio);
  const undo = page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }).first();
  await markOpen(page);
  await studio.button('New story').click();
  await opened(studio);
  for (const row of ['Untitled', 'The Lamp on the Pier']) {
    if (row !== 'Untitled') {
      await markOpen(page);
      await page.getByRole('list', { name: 'Stories' }).getByRole('button', { name: row }).first().click();
      await opened(studio);
    }
    const list = page.getByRole('list', { name: row === 'Untitled' ? 'Stories' : 'Chapters' });
    await markOpen(page);
    await list
      .getByRole('button', { name: row === 'Untitled' ? row : 'Chapter 2' })
      .first()
      .focus();
    await page.keyboard.press('Delete');
    await opened(studio);
    await markOpen(page);
    await undo.click();
    await opened(studio);
    await expect(undo).toBeHidden();
    await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  }
  await studio.close();
});

test('on a phone, what is looked for by name is typed into the bar that finds it', async () => {
  const studio = await StudioPage.open(browser, { viewport: { width: 390, height: 844 }, touch: true });
  const { page } = studio;
  await studio.button('Settings').tap();
  await expect(layers(page)).toHaveCount(1);
  await page.keyboard.press('Escape');
  await studio.button('Show or hide context, model and sampling').tap();
  await expect(page.locator('[data-panel=inspector]:focus-within')).toHaveCount(1);
  await page.keyboard.press('Escape');
  const before = await studio.text();
  await studio.button('Find or do').tap();
  await page.keyboard.type('find');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Find or do' })).toBeHidden();
  await expect(page.getByRole('searchbox', { name: 'Find in chapter' })).toBeFocused();
  await page.keyboard.type('lamp');
  await expect(page.getByRole('searchbox', { name: 'Find in chapter' })).toHaveValue('lamp');
  expect(await studio.text()).toBe(before);
  await studio.close();
});

test('the palette says why something cannot be done now', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.keyboard.press('Control+k');
  await page.keyboard.type('stop all');
  await expect(page.getByRole('option')).toContainText('No alternates are being written.');
  // The first story ends in what the person says.
  await page.getByRole('combobox', { name: 'Find or do' }).fill('take option 3');
  await expect(page.getByRole('option')).toContainText('The last reply does not offer that many options.');
  await studio.close();
});
