import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect as expectSoon, test, type Browser, type Page } from '@playwright/test';
import { viewCard } from '../../shared/cards/card.ts';
import { readCard } from '../../shared/cards/read-card.ts';
import { newId } from '../../shared/document/ids.ts';
import { makeCards, makePng, textChunk } from '../helpers/card-maker.ts';
import { temporaryFolder } from '../helpers/server.ts';
import { sizeOf } from '../helpers/sizes.ts';
import { launch, StudioPage } from './studio.ts';

// The machine may be busy with other suites.
const expect = expectSoon.configure({ timeout: 20_000 });
const AXE = readFileSync(
  createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
);

const PEOPLE = sizeOf(300, 10_000);
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const card = (name: string, more: object = {}, hue = 0): Buffer =>
  makePng({ hue, width: 300, height: 400 }, [
    textChunk(
      'chara',
      Buffer.from(
        JSON.stringify({ spec: 'chara_card_v2', spec_version: '2.0', data: { name, extensions: {}, ...more } }),
      ).toString('base64'),
    ),
  ]);

const goTo = (page: Page, room: 'Characters' | 'Stories') =>
  page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: room }).click();
const people = (page: Page) => page.getByRole('list', { name: 'Characters' }).getByRole('button');
const saved = (page: Page) =>
  expect(
    page
      .getByRole('complementary')
      .getByRole('status')
      .filter({ hasText: /^Saved$/ }),
  ).toBeVisible();
const refused = (page: Page) => page.getByRole('region', { name: 'Import' });
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

async function drop(page: Page, files: readonly { readonly name: string; readonly bytes: Buffer }[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (given) => {
      const data = new DataTransfer();
      for (const { name, base64 } of given) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name));
      }
      return data;
    },
    files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })),
  );
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.locator('main[aria-label=Characters]').dispatchEvent(type, { dataTransfer: transfer });
}

async function download(page: Page, item: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test('a card is dropped in, edited, exported as it came and as it is, and everything is there after a restart', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.keyboard.press('Control+End');
  await page.keyboard.type('A line of the story.');
  await studio.saved();
  await goTo(page, 'Characters');
  await expect(page.getByText('Nobody is here yet.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeHidden();
  const V2 = makeCards().find(({ spec, container }) => spec === 'v2' && container === 'png');
  if (V2 === undefined) throw new Error('no card');
  await drop(page, [
    { name: 'tobias.png', bytes: Buffer.from(V2.bytes) },
    { name: 'plain.png', bytes: makePng() },
  ]);
  await expect(refused(page).getByRole('alert')).toContainText('plain.png This picture has no character card inside.');
  await refused(page).getByRole('button', { name: 'Dismiss' }).click();
  await expect(people(page)).toHaveCount(1);
  await expect(field(page, 'Name')).toHaveValue('Old Tobias');
  await expect(field(page, 'Creator notes')).toHaveValue('<b>never sent</b>');
  await expect(page.getByText('A lorebook with one entry')).toBeVisible();

  await field(page, 'Description').fill('Somebody else now.');
  await field(page, 'Tags').fill('town, sea, new');
  await page.getByRole('button', { name: 'Add a group-only greeting' }).click();
  await field(page, 'Group-only greeting 2').fill('Evening, all.');
  await saved(page);
  const original = await download(page, 'Original file');
  expect(original.name).toBe('Old Tobias.png');
  expect(original.bytes.equals(V2.bytes)).toBe(true);
  const edited = readCard((await download(page, 'As it is now')).bytes);
  expect(edited.card).toMatchObject({
    description: 'Somebody else now.',
    tags: ['town', 'sea', 'new'],
    groupOnlyGreetings: ['To all', 'Evening, all.'],
  });
  expect(edited.card.personality).toBe(viewCard(V2.text, 'v2').personality);
  await page.getByRole('button', { name: 'Undo the last change' }).click();
  await expect(field(page, 'Group-only greeting 2')).toHaveValue('');
  await saved(page);

  await studio.server.kill();
  await studio.startAgain();
  await page.reload();
  await studio.ready();
  expect(await studio.text()).toContain('A line of the story.');
  await goTo(page, 'Characters');
  await people(page).first().click();
  await expect(field(page, 'Description')).toHaveValue('Somebody else now.');
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a character is made, given a picture, favoured, copied, deleted and brought back', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await goTo(page, 'Characters');
  await page.getByRole('button', { name: 'New character' }).click();
  await field(page, 'Name').fill('Ilse Varga');
  await expect(people(page).filter({ hasText: 'Ilse Varga' })).toBeVisible();
  const file = join(temporaryFolder('picture'), 'ilse.png');
  writeFileSync(file, makePng({ width: 400, height: 300, hue: 90 }));
  await page.locator('aside input[type=file]').setInputFiles(file);
  await page.getByRole('slider', { name: 'Zoom' }).fill('0.5');
  await page.getByRole('button', { name: 'Use this part' }).click();
  await expect(page.getByRole('complementary', { name: 'Ilse Varga' }).locator('img')).toBeVisible();
  await page.getByRole('button', { name: 'Favourite', exact: true }).click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect(field(page, 'Name')).toHaveValue('Ilse Varga (copy)');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(people(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(people(page)).toHaveCount(2);
  await page.getByRole('button', { name: /^Favourites/ }).click();
  await expect(people(page)).toHaveCount(1);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('what two pages write into one field is chosen by the person, and never lost on the way', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const connection = await studio.client();
  const id = newId();
  await connection.client.characters.create({ id, kind: 'character', name: 'Wick' });
  await goTo(page, 'Characters');
  await people(page).first().click();
  await expect(field(page, 'Description')).toHaveValue('');
  await connection.client.characters.edit({ id, changes: [{ field: 'description', was: '', is: 'Theirs.' }] });
  await field(page, 'Description').fill('Mine.');
  await expect(page.getByRole('complementary').getByRole('alert')).toContainText(
    'changed this character on another page',
  );
  await expect(page.getByRole('complementary').getByText('Not saved')).toBeVisible();
  await expect(page.getByRole('status', { name: 'Saved' })).toHaveText('Not saved');
  expect((await connection.client.characters.open({ id })).card.description).toBe('Theirs.');
  await page.getByRole('button', { name: 'Keep what is here' }).click();
  await saved(page);
  expect((await connection.client.characters.open({ id })).card.description).toBe('Mine.');
  connection.close();
  await studio.close();
});

test(`${PEOPLE} characters are shown, found and walked through by key, a few of them drawn`, async () => {
  test.setTimeout(240_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const connection = await studio.client();
  const names = Array.from({ length: PEOPLE }, (_, number) => `Person ${String(number).padStart(5, '0')}`);
  for (const name of names) await connection.client.characters.create({ id: newId(), kind: 'character', name });
  await goTo(page, 'Characters');
  await expect(people(page).first()).toContainText('Person 00000');
  expect(await people(page).count()).toBeLessThan(80);
  await people(page).first().focus();
  await page.keyboard.press('End');
  await expect(people(page).filter({ hasText: names.at(-1) ?? '' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(field(page, 'Name')).toHaveValue(names.at(-1) ?? '');
  await page.getByRole('searchbox').fill('person 0014');
  await expect(people(page)).toHaveCount(10);
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await expect(people(page)).toHaveCount(10);
  connection.close();
  await studio.close();
});

test('the room is for everybody, by day and by night, wide, narrow and on a phone', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await goTo(page, 'Characters');
  await studio.picture('characters-empty');
  await drop(page, [
    {
      name: 'a.png',
      bytes: card('Maren', {
        description:
          'Cuts keys for locks that are not there yet. Fifty, looks thirty by lamp light. Never lies; often does not answer.',
        scenario: 'The shop under the sea wall, in the year of the long rain.',
        first_mes: 'She does not look up from the key blank. *You are dripping on four hundred years of floor.*',
        alternate_greetings: ['You again.'],
        tags: ['town', 'odd'],
        creator_notes: 'Played best slowly.',
      }),
    },
    { name: 'b.png', bytes: card('Old Tobias', { tags: ['sea'] }, 80) },
    {
      name: 'c.json',
      bytes: Buffer.from('{"name":"Ilse Varga","description":"Inspector from the city","tags":["town"]}'),
    },
    { name: 'd.json', bytes: Buffer.from('{"name":"The Heron","tags":["odd"]}') },
    { name: 'e.webp', bytes: Buffer.from('RIFF0000WEBPVP8X0000000000000000') },
  ]);
  await expect(people(page)).toHaveCount(4);
  await expect(refused(page).getByRole('alert')).toContainText('WEBP');
  await people(page).filter({ hasText: 'Maren' }).click();
  await expect(field(page, 'Scenario')).toHaveValue(/sea wall/);
  await expect(page.getByRole('complementary', { name: 'Maren' }).locator('img')).toBeVisible();
  await page.evaluate(AXE);
  const serious = async (): Promise<string[]> =>
    page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: {
          run(context: string): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run('body');
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    });
  expect(await serious()).toEqual([]);
  await studio.picture('characters');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await serious()).toEqual([]);
  await refused(page).getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await studio.picture('characters-list');
  await page.setViewportSize({ width: 900, height: 600 });
  await studio.picture('characters-narrow');
  await page.setViewportSize({ width: 390, height: 844 });
  await studio.picture('characters-phone-editor');
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await page.getByRole('button', { name: 'Grid', exact: true }).click();
  await studio.picture('characters-phone');
  await goTo(page, 'Stories');
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeVisible();
  await studio.close();
});

test('who makes a character or a greeting writes in it at once, and no letter is lost on the way out', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await goTo(page, 'Characters');
  await page.getByRole('button', { name: 'New character' }).click();
  await expect(field(page, 'Name')).toBeFocused();
  await page.keyboard.type('Mira Stone');
  await expect(field(page, 'Name')).toHaveValue('Mira Stone');
  await expect(people(page)).toHaveCount(1);
  const editor = page.getByRole('complementary', { name: 'Mira Stone' });
  await expect(editor.getByRole('heading', { name: 'Mira Stone' })).toBeVisible();
  await saved(page);
  await expect(editor.getByRole('heading', { name: 'Mira Stone' })).toBeVisible();
  const start = await editor.getByRole('button', { name: 'Start chat' }).boundingBox();
  const out = await editor.getByRole('button', { name: 'Export' }).boundingBox();
  expect(start?.y).toBe(out?.y);
  expect(start?.width).toBeGreaterThan(out?.width ?? Infinity);
  await editor.getByRole('button', { name: 'Add an alternate greeting' }).click();
  await page.keyboard.type('Hello, you.');
  await expect(field(page, 'Alternate greeting 1')).toHaveValue('Hello, you.');
  await editor.getByRole('button', { name: 'Add a group-only greeting' }).click();
  await expect(field(page, 'Group-only greeting 1')).toBeFocused();
  await page.keyboard.type('Hello, all.');
  await editor.getByRole('button', { name: 'Delete group-only greeting 1' }).click();
  await expect(editor.getByRole('button', { name: 'Add a group-only greeting' })).toBeFocused();
  await saved(page);

  const file = join(temporaryFolder('picture'), 'mira.png');
  writeFileSync(file, makePng({ width: 1440, height: 900, hue: 90 }));
  await page.locator('aside input[type=file]').setInputFiles(file);
  const dialog = page.getByRole('dialog', { name: 'Crop the picture' });
  const isDrawn = (): Promise<boolean> =>
    dialog.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return [...data].some((value) => value !== 0);
    });
  await expect.poll(isDrawn).toBe(true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await page.locator('aside input[type=file]').setInputFiles(file);
  await dialog.getByRole('button', { name: 'Use this part' }).click();
  await expect(editor.locator('img')).toBeVisible();
  await editor.getByRole('button', { name: 'Picture' }).click();
  await page.getByRole('menuitem', { name: 'Remove the picture' }).click();
  await expect(editor.locator('img')).toBeHidden();
  await editor.getByRole('button', { name: 'Undo the last change' }).click();
  await expect(editor.locator('img')).toBeVisible();
  await editor.getByRole('button', { name: 'Undo the last change' }).click();
  await expect(editor.locator('img')).toBeHidden();
  await field(page, 'Tags').click();
  await page.keyboard.type('stone, sea,, stone ,');
  await field(page, 'Nickname').click();
  await expect(field(page, 'Tags')).toHaveValue('stone, sea');
  await editor.getByRole('button', { name: 'Undo the last change' }).click();
  await expect(field(page, 'Tags')).toHaveValue('');

  await field(page, 'Description').click();
  await page.keyboard.type('Keeps every word');
  await page.reload();
  await studio.ready();
  await goTo(page, 'Characters');
  await people(page).first().click();
  await expect(field(page, 'Description')).toHaveValue('Keeps every word');
  await goTo(page, 'Stories');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('New character');
  await page.keyboard.press('Enter');
  await expect(field(page, 'Name')).toBeFocused();
  await page.keyboard.type('Ned Hill');
  await expect(field(page, 'Name')).toHaveValue('Ned Hill');
  await expect(people(page).filter({ hasText: 'Ned Hill' })).toBeVisible();
  await expect(people(page)).toHaveCount(2);
  await people(page).filter({ hasText: 'Mira Stone' }).focus();
  await page.keyboard.press('Delete');
  await expect(people(page)).toHaveCount(1);
  await expect(people(page).filter({ hasText: 'Ned Hill' })).toBeFocused();
  await expect(field(page, 'Name')).toHaveValue('Ned Hill');
  expect(studio.violations).toEqual([]);
  await studio.close();
});
