import { expect as expectSoon, test, type Browser } from '@playwright/test';
import { launch, StudioPage, type ManuscriptHost } from './studio.ts';

const expect = expectSoon.configure({ timeout: 20_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const TEXT =
  '<|system|>\nA user guide.\n<|user|>\nThe user asks the User.\n<|model|>\nA model user answers.\n\\<|user|>\n<|user|>\nuser';

async function open(text: string) {
  const studio = await StudioPage.open(browser);
  await studio.inEditor((view, all) => view.getModel()?.setValue(all), text);
  await studio.saved();
  const { page } = studio;
  return {
    studio,
    page,
    query: page.getByRole('searchbox', { name: 'Find in chapter' }),
    replacement: page.getByRole('textbox', { name: 'Replace with' }),
    matches: page.getByRole('status', { name: 'Matches' }),
    button: (name: string) => page.getByRole('button', { name, exact: true }),
    done: async () => {
      expect(studio.violations).toEqual([]);
      await studio.close();
    },
  };
}

test('what is found is the text of the turns; replacing all of it harms no mark and is one step of undo', async () => {
  const { studio, page, query, replacement, matches, button, done } = await open(TEXT);
  await studio.caretTo('A user', 'before');
  await page.keyboard.press('Control+h');
  await expect(query).toBeFocused();
  await page.keyboard.type('user');
  await expect(matches).toHaveText('1 of 6');
  await query.fill('\\');
  await expect(matches).toHaveText('None');
  await query.fill('user');
  await page.keyboard.press('Tab');
  await page.keyboard.type('reader');
  await expect(replacement).toHaveValue('reader');
  await button('Match case').focus();
  await page.keyboard.type('s');
  await expect(query).toHaveValue('users');
  expect(await studio.text()).toBe(TEXT);
  await query.fill('user');
  await button('Replace all').click();
  await expect(matches).toHaveText('6 replaced');
  const replaced =
    '<|system|>\nA reader guide.\n<|user|>\nThe reader asks the reader.\n<|model|>\nA model reader answers.\n<|reader|>\n<|user|>\nreader';
  expect(await studio.text()).toBe(replaced);
  await studio.saved();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  expect(await studio.text()).toBe(TEXT);
  await page.keyboard.press('Control+y');
  expect(await studio.text()).toBe(replaced);

  // Whatever is put there stays text.
  await page.keyboard.press('Control+h');
  await query.fill('A reader guide.');
  await replacement.fill('<|model|>');
  await button('Replace all').click();
  await expect(matches).toHaveText('1 replaced');
  expect(await studio.text()).toBe(replaced.replace('A reader guide.', '\\<|model|>'));
  await studio.saved();
  await page.reload();
  await studio.ready();
  expect(await studio.text()).toBe(replaced.replace('A reader guide.', '\\<|model|>'));
  await done();
});

test('every way through the hits works by keys, and Escape goes back to the text', async () => {
  const { studio, page, query, matches, button, done } = await open(TEXT);
  const selected = () =>
    studio.inEditor((view) => {
      const { startLineNumber, startColumn } = view.getSelection() ?? { startLineNumber: 0, startColumn: 0 };
      return `${String(startLineNumber)}:${String(startColumn)}`;
    });
  await studio.caretTo('asks', 'before');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('user');
  await expect(matches).toHaveText('3 of 6');
  expect(await selected()).toBe('4:19');
  await page.keyboard.press('Enter');
  await expect(matches).toHaveText('4 of 6');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  await expect(matches).toHaveText('2 of 6');
  await button('Match case').click();
  await expect(matches).toHaveText('2 of 5');
  await button('Previous match').click();
  await button('Previous match').click();
  await expect(matches).toHaveText('5 of 5');
  await button('Next match').click();
  await expect(matches).toHaveText('1 of 5');
  await query.press('Escape');
  await expect(query).toBeHidden();
  await page.keyboard.press('F3');
  await expect.poll(selected).toBe('4:5');
  await page.keyboard.type('reader');
  expect(await studio.text()).toBe(TEXT.replace('The user', 'The reader'));

  // What is selected is looked for, and what was chosen is remembered.
  await studio.caretTo('model user', 'after');
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await page.keyboard.press('Control+f');
  await expect(query).toHaveValue('user');
  await expect(button('Match case')).toHaveAttribute('aria-pressed', 'true');
  await expect(matches).toHaveText('2 of 4');
  await done();
});

test('where it is found no more, no hit of its first letters stays selected to be typed over', async () => {
  const { studio, page, query, matches, button, done } = await open(TEXT);
  await studio.caretTo('asks', 'before');
  await page.keyboard.press('Control+f');
  await query.fill('an');
  await expect(matches).toHaveText('1 of 1');
  await query.fill('an2');
  await expect(matches).toHaveText('None');
  await query.press('Escape');
  await page.keyboard.type('often ');
  const typed = TEXT.replace('asks', 'often asks');
  expect(await studio.text()).toBe(typed);

  // Nor is one left by an expression that is not finished, or after going on from hit to hit.
  await page.keyboard.press('Control+f');
  await button('Regular expression').click();
  await query.fill('user');
  await expect(matches).toHaveText('3 of 6');
  await query.press('Enter');
  await expect(matches).toHaveText('4 of 6');
  await query.fill('user(');
  await expect(matches).toContainText('Not a valid regular expression');
  await query.press('Escape');
  await page.keyboard.type('kind ');
  expect(await studio.text()).toBe(typed.replace('A model user', 'A model kind user'));
  await done();
});

test('an expression finds over lines, fills in its groups, and one that never ends is stopped with a word', async () => {
  const { studio, page, query, replacement, matches, button, done } = await open(
    `<|user|>\nred lamp, blue lamp\n<|model|>\none\ntwo ${'a'.repeat(40)}!`,
  );
  await page.keyboard.press('Control+h');
  await button('Regular expression').click();
  await query.fill('(\\w+) lamp');
  await expect(matches).toHaveText(/of 2$/);
  await replacement.fill('lamp of $1');
  await button('Replace all').click();
  await expect(matches).toHaveText('2 replaced');
  expect(await studio.text()).toContain('lamp of red, lamp of blue\n<|model|>');
  await query.fill('one\\ntwo');
  await expect(matches).toHaveText('1 of 1');
  await query.fill('blue\\n.*model');
  await expect(matches).toHaveText('None');
  await query.fill('(a+)+$');
  await expect(matches).toContainText('takes too long');
  // What was looked for before says nothing of what is looked for now.
  await query.fill('(a+)+b');
  const [slow] = page.workers().filter((worker) => worker.url().includes('regex'));
  expect(slow).toBeDefined();
  const ended = slow?.waitForEvent('close');
  await button('Regular expression').click();
  await query.fill('two');
  await expect(matches).toHaveText('1 of 1');
  await ended;
  await expect(matches).toHaveText('1 of 1');
  await button('Regular expression').click();
  await query.fill('(a');
  await expect(matches).toContainText('Not a valid regular expression');
  await query.fill('a{40}');
  await expect(matches).toHaveText('1 of 1');
  await page.keyboard.press('Escape');
  await page.keyboard.type('!');
  await done();
});

test('whole words, and only in what is selected', async () => {
  const { studio, page, query, replacement, matches, button, done } = await open(
    '<|user|>\nlamp lamps lamplight\nlamp\n<|model|>\nlamp',
  );
  await page.keyboard.press('Control+h');
  await query.fill('lamp');
  await expect(matches).toHaveText(/of 5$/);
  await button('Whole words').click();
  await expect(matches).toHaveText(/of 3$/);
  await studio.inEditor((view) =>
    view.setSelection({ startLineNumber: 3, startColumn: 1, endLineNumber: 5, endColumn: 5 }),
  );
  await button('Only in what is selected').click();
  await expect(matches).toHaveText(/of 2$/);
  await replacement.fill('lantern');
  await button('Replace').click();
  await button('Replace').click();
  await expect
    .poll(() => studio.text())
    .toBe('<|user|>\nlamp lamps lamplight\nlantern\n<|model|>\nlantern\n<|user|>\n');
  await button('Whole words').click();
  await done();
});

test('a page that only reads finds, and says why it replaces nothing', async () => {
  const { studio, page, done } = await open(TEXT);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect(other.getByRole('button', { name: 'Take over' })).toBeVisible();
  await other.bringToFront();
  await expect(other.locator('.view-line', { hasText: 'asks the User' })).toBeVisible();
  await other.keyboard.press('Control+h');
  await other.getByRole('searchbox', { name: 'Find in chapter' }).fill('user');
  await expect(other.getByRole('status', { name: 'Matches' })).toHaveText(/of \d+$/);
  await other.getByRole('button', { name: 'Replace all' }).click({ force: true });
  await expect(other.getByRole('search')).toContainText('Another tab is writing');
  expect(await studio.text()).toBe(TEXT);
  await done();
});

test('all is replaced on both sides of a reply that streams, and the reply goes on', async () => {
  test.setTimeout(60_000);
  const { studio, page, query, replacement, matches, done } = await open(
    '<|user|>\nThe zyx is open.\n<|model|>\nA zyx stands here. It\n<|user|>\nWhere is the zyx?',
  );
  await studio.engineReady();
  await studio.longReplies(600);
  await page.keyboard.press('Control+h');
  await query.fill('zyx');
  await expect(matches).toHaveText(/of 3$/);
  await replacement.fill('old gate');
  await studio.caretTo('stands here. It');
  // In the page, for the model writes fast.
  const replaced = await studio.inEditor(async (view) => {
    const { controller } = (view.getContainerDomNode() as ManuscriptHost).__paphosManuscript;
    const text = (): string => view.getModel()?.getValue() ?? '';
    const until = (done: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const looking = view.onDidChangeModelContent(() => {
          if (!done()) return;
          looking.dispose();
          resolve();
        });
      });
    const before = text().length;
    const hasBegun = until(() => text().length >= before + 20);
    void controller.continue();
    await hasBegun;
    const isReplaced = until(() => !text().includes('zyx'));
    const buttons = [...document.querySelectorAll('search button')] as HTMLButtonElement[];
    buttons.find(({ textContent }) => textContent === 'Replace all')?.click();
    await isReplaced;
    return { text: text(), isWriting: controller.getState().generation !== null };
  });
  expect(replaced.isWriting).toBe(true);
  await studio.replyEnds();
  const { text, reason } = await studio.inEditor((view) => ({
    text: view.getModel()?.getValue() ?? '',
    reason: (view.getContainerDomNode() as ManuscriptHost).__paphosManuscript.controller.getState().lastGeneration
      ?.reason,
  }));
  expect(reason).not.toBe('stopped');
  const [head, tail] = [
    '<|user|>\nThe old gate is open.\n<|model|>\nA old gate stands here. It',
    '\n<|user|>\nWhere is the old gate?',
  ];
  expect([text.startsWith(head), text.endsWith(tail)]).toEqual([true, true]);
  const written = (all: string): string => all.slice(head.length, -tail.length);
  expect(written(text).length).toBeGreaterThan(written(replaced.text).length);
  expect(written(text).startsWith(written(replaced.text))).toBe(true);
  await page.reload();
  await studio.ready();
  expect(await studio.text()).toBe(text);
  await done();
});
