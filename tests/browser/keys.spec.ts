import { expect as expectSoon, test, type Browser, type CDPSession } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 10_000 });
let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const [ALT, CTRL] = [1, 2];

interface Key {
  readonly key: string;
  readonly code: string;
  /** What the letter would be in a Latin layout, which browsers tell as well. */
  readonly keyCode: number;
}

/** A key as a keyboard of another layout sends it. */
async function press(cdp: CDPSession, { key, code, keyCode }: Key, modifiers: number): Promise<void> {
  const event = { key, code, windowsVirtualKeyCode: keyCode, modifiers };
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
}

const LAYOUTS: readonly (readonly [name: string, binder: Key, undo: Key, redo: Key])[] = [
  ['QWERTY', ['b', 'KeyB'], ['z', 'KeyZ'], ['y', 'KeyY']],
  ['Caps Lock', ['B', 'KeyB'], ['Z', 'KeyZ'], ['Y', 'KeyY']],
  ['AZERTY', ['b', 'KeyB'], ['z', 'KeyW'], ['y', 'KeyY']],
  ['Dvorak', ['b', 'KeyN'], ['z', 'Slash'], ['y', 'KeyT']],
  ['Cyrillic', ['и', 'KeyB'], ['я', 'KeyZ'], ['н', 'KeyY']],
  ['Cyrillic with Caps Lock', ['И', 'KeyB'], ['Я', 'KeyZ'], ['Н', 'KeyY']],
].map(([name, ...keys]) => {
  const [binder, undo, redo] = (keys as string[][]).map(([key = '', code = ''], at) => ({
    key,
    code,
    keyCode: 'BZY'.charCodeAt(at),
  }));
  return [name as string, binder as Key, undo as Key, redo as Key] as const;
});

test('a shortcut is what its key means on each keyboard, ours and the editor’s own', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const cdp = await page.context().newCDPSession(page);
  const binder = page.getByRole('list', { name: 'Stories' });
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  const before = await studio.text();
  for (const [name, toggle, undo, redo] of LAYOUTS) {
    await press(cdp, toggle, CTRL);
    await expect(binder, name).toBeHidden();
    await press(cdp, toggle, CTRL);
    await expect(binder, name).toBeVisible();
    expect(await studio.text(), name).toBe(before);
    await page.keyboard.type('x');
    await press(cdp, undo, CTRL);
    expect(await studio.text(), `${name}: undo`).toBe(before);
    await press(cdp, redo, CTRL);
    expect(await studio.text(), `${name}: redo`).not.toBe(before);
    await press(cdp, undo, CTRL);
    expect(await studio.text(), `${name}: undo again`).toBe(before);
  }
  // The digit's place on a French keyboard, with nothing to take: it is heard, and writes no sign.
  await press(cdp, { key: '&', code: 'Digit1', keyCode: 49 }, ALT);
  expect(await studio.text()).toBe(before);
  await studio.close();
});

test('a key does one thing: Enter runs a command and presses no button, Escape closes and stops no reply', async () => {
  test.setTimeout(60_000);
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.engineReady();
  const binder = page.getByRole('list', { name: 'Stories' });
  // The button that was used last has the focus when the palette closes.
  const button = page.getByRole('button', { name: 'Show or hide context, model and sampling' });
  await button.focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('show or hide stories');
  await page.keyboard.press('Enter');
  await expect(binder).toBeHidden();
  await expect(page.getByRole('region', { name: 'Context' })).toBeVisible();
  await page.keyboard.press('Control+b');
  await expect(binder).toBeVisible();

  await studio.longReplies(200);
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+Enter');
  await expect(studio.button('Stop')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Find or do' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'You: menu' }).last().click();
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await expect(studio.button('Stop')).toBeVisible();
  await page.keyboard.press('Escape');
  await studio.replyEnds();

  // Held down, Delete removes the story it was pressed on, and nothing of the one that is shown next.
  for (let stories = 0; stories < 2; stories++) {
    await page.getByRole('button', { name: 'New story' }).click();
    await expect(binder.getByRole('listitem')).toHaveCount(stories + 2);
    await studio.ready();
  }
  const row = binder.getByRole('listitem').first().getByRole('button').first();
  await row.focus();
  for (let held = 0; held < 4; held++) await page.keyboard.down('Delete');
  await expect(binder.getByRole('listitem')).toHaveCount(2);
  await studio.ready();
  for (let held = 0; held < 4; held++) await page.keyboard.down('Delete');
  await page.keyboard.up('Delete');
  await expect(binder.getByRole('listitem')).toHaveCount(2);
  expect(studio.violations).toEqual([]);
  await studio.close();
});
