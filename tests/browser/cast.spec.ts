import { expect as expectSoon, test, type Browser, type Locator } from '@playwright/test';
import { newId } from '../../shared/document/ids.ts';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 20_000 });

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const castOf = (studio: StudioPage): Locator => studio.page.getByRole('region', { name: 'Characters of the story' });

/** Three characters and a persona, as if they had been made in the library. */
async function people(studio: StudioPage): Promise<void> {
  const { client, close } = await studio.client();
  for (const [name, kind, greeting] of [
    ['Odo', 'character', 'The ferryman nods to {{user}}. “You are late.”'],
    ['Ines', 'character', 'Ines looks up from her nets.'],
    ['Tam', 'character', 'Tam waves.'],
    ['Mara', 'persona', ''],
  ] as const) {
    const id = newId();
    await client.characters.create({ id, kind, name });
    const changes = [
      { field: 'description' as const, was: '', is: `${name} lives below the lighthouse.` },
      ...(greeting === '' ? [] : [{ field: 'firstMessage' as const, was: '', is: greeting }]),
    ];
    await client.characters.edit({ id, changes });
  }
  close();
}

test('a chat is started from a character, others join it, and they talk', async () => {
  test.setTimeout(150_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await people(studio);
  await page.reload();
  await studio.engineReady();
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: 'Characters' }).click();
  await page.getByRole('button', { name: /^Odo/ }).first().click();
  await page.getByRole('button', { name: 'Start chat' }).click();
  await expect.poll(() => studio.text().catch(() => '')).toContain('The ferryman nods to Mara. “You are late.”');
  await studio.saved();

  const cast = castOf(studio);
  await cast.getByRole('button', { name: /^Cast/ }).click();
  const members = cast.getByRole('list', { name: 'Cast', exact: true }).getByRole('listitem');
  await expect(members).toHaveCount(1);
  await expect(cast.getByRole('combobox', { name: 'You are' })).toContainText('Mara');
  for (const name of ['Ines', 'Tam']) {
    await cast.getByRole('combobox', { name: 'Add a character' }).click();
    await page.getByRole('option', { name }).click();
    await expect(members.filter({ hasText: name })).toBeVisible();
  }
  const context = page.getByRole('region', { name: 'Context' });
  await expect(context.getByRole('listitem').filter({ hasText: 'Description · Tam' })).toBeVisible();
  await members.filter({ hasText: 'Tam' }).getByRole('button', { name: 'Mute Tam' }).click();
  await studio.picture('cast');

  // By hand, and then one after the other, without the one who is muted.
  await members.filter({ hasText: 'Ines' }).getByRole('button', { name: 'Let Ines answer' }).click();
  await studio.replyEnds();
  await expect.poll(() => studio.text()).toContain('<|model|> Ines');
  await cast.getByRole('textbox', { name: 'Turns' }).fill('2');
  await cast.getByRole('button', { name: 'Let them talk' }).click();
  await expect
    .poll(async () => (await studio.text()).match(/<\|model\|> \w+/g), { timeout: 60_000 })
    .toEqual(['<|model|> Odo', '<|model|> Ines', '<|model|> Odo', '<|model|> Ines']);
  await expect(cast.getByRole('button', { name: 'Let them talk' })).toBeVisible();
  await studio.replyEnds();

  // The model writes for the person.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Write for me');
  await page.keyboard.press('Enter');
  await expect.poll(() => studio.text()).toContain('<|user|> Mara');
  await studio.replyEnds();

  // Who leaves can come back with Undo, and the order is kept.
  await members.filter({ hasText: 'Ines' }).getByRole('button', { name: 'Move Ines up' }).click();
  await expect(members.first()).toContainText('Ines');
  await members.filter({ hasText: 'Odo' }).getByRole('button', { name: 'Take Odo out of the story' }).click();
  await expect(members).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(members).toHaveCount(3);
  await cast.getByRole('button', { name: /^What the prompt begins with/ }).click();
  await cast.getByRole('checkbox', { name: 'Description' }).uncheck();
  await expect(context.getByRole('listitem').filter({ hasText: 'Description · Tam' })).toBeHidden();
  await studio.picture('cast-open');

  await page.reload();
  await studio.ready();
  await expect(members).toHaveCount(3);
  await expect(members.first()).toContainText('Ines');
  expect(studio.violations).toEqual([]);
  await studio.close();
});
