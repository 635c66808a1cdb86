import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect as expectSoon, test, type Browser, type Page } from '@playwright/test';
import { failDisk, hasFailingDisks, mendDisk } from '../helpers/failing-disk.ts';
import { childrenOf } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

// The machine may be busy with other suites.
const expect = expectSoon.configure({ timeout: 20_000 });

const AXE = readFileSync(
  createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
);

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

interface Axe {
  run(
    context: { readonly include: readonly string[]; readonly exclude: readonly string[] },
    options: object,
  ): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly impact?: string | null;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  }>;
}

const PAGE = ['body'];
/** What lies over the page; the rest of it is as it was. */
const OVER = ['[role=dialog], [role=menu], [role=listbox]'];
const CHAPTER = ['main'];

const found: string[] = [];

/** Keeps what axe finds serious in these parts of a page. */
async function look(page: Page, where: string, parts: readonly string[], rules?: readonly string[]): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(
    async ([include, runOnly]) => {
      const { axe } = window as unknown as { axe: Axe };
      // Base UI's guards around a dialog take the focus only to hand it on.
      const context = { include, exclude: ['[data-base-ui-focus-guard]'] };
      const run = await axe.run(context, { resultTypes: ['violations'], ...(runOnly && { runOnly }) });
      return run.violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes.map(({ html }) => html) }));
    },
    [parts, rules] as const,
  );
  for (const { id, impact, html } of violations)
    if (impact === 'serious' || impact === 'critical')
      found.push(`${where}: ${id} ${html.map((one) => one.slice(0, 160)).join(' | ')}`);
}

test('what is on the screen has names, roles and contrast: nothing serious by axe, in each state, four themes and at 390 px', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const over = page.locator(OVER[0] ?? '').filter({ visible: true });
  const command = async (name: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  };
  const opened = async (name: string, by: () => Promise<void>): Promise<void> => {
    await by();
    await expect(over.first()).toBeVisible();
    await look(page, name, OVER);
    await page.keyboard.press('Escape');
    await expect(over).toHaveCount(0);
  };
  const press = (name: string | RegExp) => () => page.getByRole('button', { name }).last().click();

  await studio.engineReady();
  await studio.longReplies(20);
  for (const keys of ['Control+Enter', 'Control+Shift+Enter']) {
    await page.keyboard.press(keys);
    await studio.replyEnds();
  }
  const sampling = page.getByRole('button', { name: /^Sampling/ });
  await sampling.click();
  await (await studio.modelPanel()).getByRole('button', { name: /^Advanced/ }).click();
  await look(page, 'the manuscript', PAGE);
  for (const theme of ['ink', 'sepia', 'contrast', 'paper']) {
    await page.evaluate((name) => {
      document.documentElement.dataset['theme'] = name;
    }, theme);
    if (theme !== 'paper') await look(page, `the manuscript, ${theme}`, PAGE, ['color-contrast']);
  }
  await sampling.click();

  await page.keyboard.press('Control+2');
  await page.getByRole('list', { name: 'Messages' }).getByRole('article').last().hover();
  await look(page, 'the chat', PAGE);
  for (const theme of ['ink', 'sepia', 'contrast', 'paper']) {
    await page.evaluate((name) => {
      document.documentElement.dataset['theme'] = name;
    }, theme);
    if (theme !== 'paper') await look(page, `the chat, ${theme}`, PAGE, ['color-contrast']);
  }
  await page.keyboard.press('Control+1');
  await page.getByRole('textbox', { name: 'Manuscript' }).waitFor();

  await page.keyboard.press('Control+h');
  await look(page, 'find and replace', ['search']);
  await page.keyboard.press('Escape');
  await opened('palette', () => page.keyboard.press('Control+k'));
  for (const name of ['settings', 'keyboard shortcuts', 'activity', 'export', 'save a copy', 'check the format'])
    await opened(name, () => command(name));
  await opened('the menu of a turn', press('Story: menu'));
  await opened('the menu of a story', press(/^More for The Lamp/));
  await opened('alternates per Retry', press('Alternates per Retry'));
  await opened('the choice of a model', () => page.getByRole('combobox', { name: 'Model' }).click());

  await command('backups');
  await look(page, 'no backups', OVER);
  await press('Back up now')();
  await expect(page.getByRole('row', { name: /verified/ })).toBeVisible();
  await look(page, 'backups', OVER);
  await press('Look inside')();
  await press(/^Read: /)();
  await expect(page.getByRole('article')).toBeVisible();
  await look(page, 'a story in a backup', OVER);
  await page.keyboard.press('Escape');

  await press('More for The Lamp on the Pier')();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await press('Recently deleted')();
  await expect(page.getByRole('button', { name: /^Restore / })).toBeVisible();
  await look(page, 'no story, a notice, and what was deleted', PAGE);
  await press('Undo')();
  await studio.ready();

  await studio.longReplies(500);
  await studio.inEditor((view) => view.focus());
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await look(page, 'a reply that streams', CHAPTER);
  for (const pid of childrenOf(studio.server)) process.kill(pid, 'SIGKILL');
  await expect(page.getByText('The model stopped unexpectedly').first()).toBeVisible();
  await look(page, 'an engine that stopped', PAGE);

  const second = await page.context().newPage();
  await second.goto(page.url());
  await expect(second.getByRole('button', { name: 'Take over' })).toBeVisible();
  await look(second, 'a page that only reads', PAGE);
  await second.close();

  if (hasFailingDisks) {
    await studio.saved();
    failDisk(studio.server.pid);
    await page.keyboard.type('A word. ');
    await expect(page.getByRole('status', { name: 'Library' })).toBeVisible();
    await look(page, 'what is not saved', PAGE, ['color-contrast']);
    mendDisk(studio.server.pid);
    await studio.saved();
  }

  await page.setViewportSize({ width: 390, height: 844 });
  await look(page, 'the manuscript, 390 px', PAGE);
  await page.keyboard.press('Control+2');
  await page.getByRole('list', { name: 'Messages' }).waitFor();
  await look(page, 'the chat, 390 px', PAGE);
  await page.keyboard.press('Control+1');
  for (const panel of ['Control+b', 'Control+i']) {
    await page.keyboard.press(panel);
    await look(page, `a panel over it, 390 px`, ['[data-panel]']);
    await page.keyboard.press(panel);
  }
  await page.keyboard.press('Control+h');
  await look(page, 'find and replace, 390 px', CHAPTER);
  await page.keyboard.press('Escape');

  await studio.server.stop();
  await page.keyboard.type('A word more. ');
  await expect(page.getByRole('status', { name: 'Connection' })).toBeVisible();
  await look(page, 'the studio is away, 390 px', CHAPTER);
  await opened('save a copy while the studio is away', press('Save a copy'));
  const file = join(studio.data, 'store.db');
  const bytes = readFileSync(file);
  bytes.write('You stund under', bytes.indexOf('You stand under'));
  writeFileSync(file, bytes);
  await studio.startAgain();
  await studio.saved();
  await page.reload();
  await expect(page.getByRole('alert', { name: 'Damaged turns' })).toBeVisible();
  await look(page, 'damaged turns, 390 px', CHAPTER);

  expect(found).toEqual([]);
  // And what has no name is found.
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
  await look(page, 'a button', CHAPTER);
  expect(found).toEqual([expect.stringContaining('button-name')]);
  await studio.close();
});
