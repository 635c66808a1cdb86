import { expect, test, type Browser, type Page } from '@playwright/test';
import { activePath } from '../../shared/document/tree.ts';
import { openProxy, type Proxy } from '../helpers/proxy.ts';
import { launch, StudioPage } from './studio.ts';

/** An end that is gone without a word is noticed in this time. */
const NOTICED_MS = 10_000;
/** The pages come to `localhost`, which is another way to the server, through a network that can fail. */
const WAY = '127.0.0.2';

let browser: Browser;
let network: Proxy;
let studio: StudioPage;
let second: Page;
test.beforeAll(async () => {
  browser = await launch([`--host-resolver-rules=MAP localhost ${WAY}`]);
});
test.afterAll(async () => {
  await browser.close();
});
test.beforeEach(async () => {
  studio = await StudioPage.open(browser, {
    async through({ port, url }) {
      network = await openProxy(WAY, port);
      return url.replace('127.0.0.1', 'localhost');
    },
  });
  await write('First. ');
});
test.afterEach(async () => {
  await network.close();
  await studio.close();
});

const addressOf = (): string => `http://localhost:${String(studio.server.port)}/`;
const takeOver = (page: Page) => page.getByRole('button', { name: 'Take over' });
const opens = (page: Page): Promise<void> => page.getByRole('textbox', { name: 'Manuscript' }).waitFor();

async function openSecond(): Promise<void> {
  second = await studio.page.context().newPage();
  await second.goto(addressOf());
  await isReader(second);
}
async function isReader(page: Page): Promise<void> {
  await opens(page);
  await expect(takeOver(page)).toBeVisible();
}
async function type(words: string): Promise<void> {
  await studio.page.bringToFront();
  await studio.inEditor((view) => view.focus());
  await studio.page.keyboard.type(words);
}
/** Writes as a person does, until it is said to be saved; then it is. */
async function write(words: string): Promise<void> {
  await type(words);
  await studio.saved();
  expect(await stored()).toContain(words.trim());
}
async function stored(): Promise<string> {
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const { turns, activeRootId } = await client.chapters.open({ id: chapter?.id ?? '' });
  close();
  const path = activePath({ activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) });
  return path.map(({ text }) => text ?? '').join('\n');
}
const stillWrites = async (words: string): Promise<void> => {
  await write(words);
  await expect(takeOver(studio.page)).toBeHidden();
};

/** The first turn has a reply with another one beside it. */
async function twoAlternates(): Promise<void> {
  await studio.engineReady();
  await studio.longReplies(8);
  for (const key of ['Control+Enter', 'Control+Shift+Enter']) {
    await studio.page.keyboard.press(key);
    await studio.replyEnds();
  }
  await studio.saved();
}

/** From now on the page does not hear what these calls are answered; answers with the way to let it. */
async function holdBack(page: Page, ...calls: string[]): Promise<() => void> {
  let letGo = (): void => undefined;
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  await page.routeWebSocket(/\/rpc/, (socket) => {
    const server = socket.connectToServer();
    const ids = new Set<string>();
    const idOf = (message: string | Buffer): string => /^\{"i":"(\w+)"/.exec(String(message))?.[1] ?? '';
    socket.onMessage((message) => {
      if (calls.some((call) => String(message).includes(`"${call}"`))) ids.add(idOf(message));
      server.send(message);
    });
    server.onMessage((message) => {
      if (ids.has(idOf(message))) void isLetGo.then(() => socket.send(message));
      else socket.send(message);
    });
  });
  return letGo;
}

test('letters that are typed as soon as the caret is there are kept, before it is known who writes', async () => {
  const letGo = await holdBack(studio.page, '/writing/hold');
  await studio.page.reload();
  await expect(studio.page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await studio.page.keyboard.type('At once. ');
  expect(await studio.text()).toContain('At once. ');
  letGo();
  await studio.saved();
  expect(await stored()).toContain('At once. ');
  await stillWrites('And later. ');
});

test('letters that are typed while another alternate is turned to, or a retry begins, stand where the page goes', async () => {
  test.setTimeout(120_000);
  const { page } = studio;
  await twoAlternates();
  let letGo = await holdBack(page, '/writing/activate');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await studio.engineReady();
  const left = await studio.text();
  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.type('On this way. ');
  expect(await studio.text()).toBe(left);
  letGo();
  await expect.poll(() => studio.text()).toMatch(/\n<\|user\|>\nOn this way\. $/);
  await studio.saved();
  expect(await stored()).toMatch(/\nOn this way\. $/);
  letGo = await holdBack(page, '/writing/generate');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await studio.engineReady();
  await page.keyboard.press('Control+Shift+Enter');
  await page.keyboard.type('Before it. ');
  letGo();
  await studio.replyEnds();
  await studio.saved();
  expect(await stored()).toMatch(/First\. .*Before it\. \n/s);
  expect(await stored()).not.toContain('On this way.');
  await page.keyboard.press('Control+End');
  const counter = page.getByRole('toolbar', { name: 'Writing' }).locator('[aria-live]');
  for (const at of [2, 1]) {
    await studio.button('Previous alternate').click();
    await expect(counter).toHaveText(`${String(at)} / 3`);
  }
  await expect.poll(() => studio.text()).toMatch(/\n<\|user\|>\nOn this way\. $/);
});

/** Where what is typed stands while its page is not there yet. */
const held = () => studio.page.getByRole('textbox', { name: 'Typed for the page that opens' });

test('what is composed and pasted while another alternate is turned to stands in sight, and goes there', async () => {
  test.setTimeout(60_000);
  const { page } = studio;
  await twoAlternates();
  const letGo = await holdBack(page, '/writing/activate');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await page.evaluate(() => navigator.clipboard.writeText('pasted. '));
  const left = await studio.text();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(held()).toBeFocused();
  const input = await page.context().newCDPSession(page);
  await input.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  await expect(held()).toHaveValue('に');
  // It has come while something is being composed, which goes on.
  letGo();
  await expect.poll(() => studio.text()).not.toBe(left);
  await expect(held()).toBeFocused();
  await input.send('Input.insertText', { text: '日本 ' });
  await expect.poll(() => studio.text()).toMatch(/\n<\|user\|>\n日本 $/);
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await expect(held()).toBeHidden();
  await studio.saved();

  const hasCome = await holdBack(page, '/writing/activate');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  const right = await studio.text();
  await page.keyboard.press('Alt+ArrowRight');
  await page.keyboard.press('Control+v');
  await expect(held()).toHaveValue('pasted. ');
  await expect(studio.page.getByRole('status', { name: 'Saved' })).toHaveText('Saving');
  expect(await studio.text()).toBe(right);
  hasCome();
  await expect.poll(() => studio.text()).toMatch(/\n<\|user\|>\npasted\. $/);
  await studio.saved();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(() => studio.text()).toBe(right);
});

test('what is typed for a new chapter while nothing answers stands in sight with why, and goes there', async () => {
  const { page } = studio;
  network.set('refuses');
  await expect(page.getByRole('status', { name: 'Connection' })).toBeVisible();
  await studio.button('New chapter').click();
  await page.keyboard.type('For later.');
  await page.keyboard.press('Backspace');
  await expect(held()).toHaveValue('For later');
  await expect(page.getByRole('status', { name: 'Where this goes' })).toContainText('Paphos does not answer now.');
  await expect(page.getByRole('status', { name: 'Saved' })).toHaveText('Not saved');
  expect(await studio.text()).not.toContain('For later');
  network.set('forwards');
  await expect.poll(() => studio.text().catch(() => ''), { timeout: 15_000 }).toBe('<|user|>\nFor later');
  await expect(held()).toBeHidden();
  await expect(page.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await studio.saved();
});

test('what a reader typed before it knew that it is one stays on its page, which says so', async () => {
  second = await studio.page.context().newPage();
  const letGo = await holdBack(second, '/writing/hold');
  await second.goto(addressOf());
  await expect(second.getByRole('textbox', { name: 'Manuscript' })).toBeFocused();
  await second.keyboard.type('Too early. ');
  letGo();
  await isReader(second);
  await expect(second.getByRole('status', { name: 'Saved' })).toContainText('Not saved');
  await takeOver(second).click();
  await expect(second.getByRole('status', { name: 'Saved' })).toHaveText('Saved');
  await expect.poll(stored).toContain('Too early. ');
});

test('a page that is reloaded writes on, while another tab reads', async () => {
  await openSecond();
  await studio.page.bringToFront();
  await studio.page.reload();
  await opens(studio.page);
  await stillWrites('After the reload. ');
  await isReader(second);
});

test('a tab that is closed leaves its story to the next one at once', async () => {
  const next = await studio.page.context().newPage();
  await studio.page.close();
  await next.goto(addressOf());
  await opens(next);
  await expect(next.getByRole('status', { name: 'Saved' })).toHaveText('Saved');
  await expect(next.getByRole('button', { name: 'Reply' })).toBeVisible();
  await expect(takeOver(next)).toBeHidden();
  await next.keyboard.type('At once. ');
  await expect.poll(stored).toContain('At once. ');
});

test('a tab that is duplicated is another page: it reads, and the first one writes on', async () => {
  const [copy] = await Promise.all([
    studio.page.context().waitForEvent('page'),
    studio.page.evaluate(() => {
      window.open(location.href);
    }),
  ]);
  await isReader(copy);
  await stillWrites('Beside the copy. ');
  await copy.reload();
  await isReader(copy);
  await stillWrites('Again. ');
});

test('a page that was offline writes on, and what was typed meanwhile is saved', async () => {
  await openSecond();
  network.set('refuses');
  await type('While nothing was there. ');
  await expect(studio.page.getByRole('status', { name: 'Saved' })).not.toHaveText('Saved');
  await expect(studio.page.getByRole('status', { name: 'Connection' })).toBeVisible();
  await expect(studio.page.getByRole('status', { name: 'Engine' })).toContainText('not connected');
  for (const name of ['Reply', 'Retry']) await expect(studio.button(name)).toHaveAttribute('aria-disabled', 'true');
  // Who reads is not told that it reads along, nor offered what cannot be done now.
  const lost = second.getByRole('status', { name: 'Connection' });
  await expect(lost).toHaveText(/^Reconnecting… This page shows the story as it was at \d\d:\d\d\.$/);
  await expect(second.getByRole('status', { name: 'Another tab' })).toBeHidden();
  network.set('forwards');
  await stillWrites('And back. ');
  await expect(studio.page.getByRole('status', { name: 'Engine' })).not.toContainText('not connected');
  await expect(studio.button('Reply')).not.toHaveAttribute('aria-disabled', 'true');
  expect(await stored()).toContain('While nothing was there. ');
  await isReader(second);
});

test('a connection that is dead without a word is noticed in 10 s, and nothing typed meanwhile is lost', async () => {
  await openSecond();
  network.set('hangs');
  await type('Into nothing. ');
  await expect(studio.page.getByRole('status', { name: 'Saved' })).not.toHaveText(/^Saved$|^Saving/, {
    timeout: NOTICED_MS,
  });
  network.set('forwards');
  await stillWrites('And back. ');
  expect(await stored()).toContain('Into nothing. ');
  await isReader(second);
});

test('other browsers are signed out on request, and this one writes on', async () => {
  const { page } = studio;
  const other = await browser.newContext();
  await other.addCookies(await page.context().cookies());
  second = await other.newPage();
  await second.goto(addressOf());
  await isReader(second);

  await page.bringToFront();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('sign out');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Other browsers are signed out\./)).toBeVisible();
  await expect(second.getByRole('status', { name: 'Connection' })).toContainText('signed this browser out', {
    timeout: 15_000,
  });
  await write('Second. ');
  await page.reload();
  await opens(page);
  await write('Third. ');
  await other.close();
});
