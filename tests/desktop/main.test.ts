import { MOST_MESSAGE } from '../../shared/contract/limits.ts';
import { newId } from '../../shared/document/ids.ts';
import { newIds } from '../helpers/new-ids.ts';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StudioApi } from '../../shared/contract/index.ts';
import { PACKED } from '../../shared/contract/packed-turns.ts';
import { app, asked, BrowserWindow, dialog, handlers, ipcMain, knock, session, WebContents } from './fake-electron.ts';

const data = mkdtempSync(join(tmpdir(), 'paphos-desktop-'));
let window: BrowserWindow;

beforeAll(async () => {
  process.env['PAPHOS_DATA'] = data;
  process.env['PAPHOS_THREADS'] = '1';
  await import('../../electron/main.ts');
  app.becomeReady();
  await vi.waitFor(
    () => {
      expect(BrowserWindow.all).toHaveLength(1);
    },
    { timeout: 20_000 },
  );
  const [first] = BrowserWindow.all;
  if (!first) throw new Error('no window');
  window = first;
}, 30_000);

afterAll(() => {
  rmSync(data, { recursive: true, force: true });
});

test('one isolated, sandboxed window shows our own page', () => {
  expect(asked.sandboxed).toBe(true);
  expect(window.webContents.mainFrame.url).toBe('app://paphos/');
  expect(window.options.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
  });
  expect(window.options.webPreferences['preload']).toMatch(/preload\.cjs$/);
  expect(app.paths['userData']).toBe(join(data, 'desktop'));
});

test('a second start brings the window to the front', () => {
  app.emit('second-instance');
  expect(window.focused).toBe(1);
  expect(BrowserWindow.all).toHaveLength(1);
});

describe('app://', () => {
  const get = (url: string, method = 'GET'): Promise<Response> | undefined =>
    handlers['app']?.(new Request(url, { method }));

  test('is a standard, secure scheme that does not go round the policy', () => {
    expect(asked.schemes).toHaveLength(1);
    expect(asked.schemes[0]).toMatchObject({ scheme: 'app', privileges: { standard: true, secure: true } });
    expect(asked.schemes[0]?.privileges['bypassCSP']).toBeUndefined();
  });

  test('serves the page with the content security policy', async () => {
    const page = await get('app://paphos/');
    expect(page?.status).toBe(200);
    expect(page?.headers.get('content-type')).toContain('text/html');
    expect(page?.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*require-trusted-types-for 'script'/,
    );
    expect(await page?.text()).toContain('<div id="root">');
  });

  test.each([
    'app://paphos/%2e%2e/electron/main.js',
    'app://paphos/..%2f..%2fpackage.json',
    'app://paphos/nothing',
    'app://elsewhere/',
  ])('gives nothing for %s', async (url) => {
    const answer = await get(url);
    expect(answer?.status).toBe(404);
    expect(answer?.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('only reads', async () => {
    expect((await get('app://paphos/', 'POST'))?.status).toBe(404);
  });
});

test('no way leads out of the page', () => {
  const { webContents } = window;
  expect(webContents.attempt('will-frame-navigate', 'app://paphos/')).toBe(true);
  expect(webContents.attempt('will-frame-navigate', 'https://example.com/')).toBe(false);
  expect(webContents.attempt('will-frame-navigate', 'app://paphos/', false)).toBe(false);
  expect(webContents.attempt('will-redirect', 'https://example.com/')).toBe(false);
  expect(webContents.attempt('will-attach-webview', 'app://paphos/')).toBe(false);
  expect(webContents.windowOpen?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
});

test('a page that ends is opened again, the fourth time in a row only when somebody says so', async () => {
  let reloads = 0;
  window.on('reloaded', () => {
    reloads += 1;
  });
  const end = (reason: string) => window.webContents.emit('render-process-gone', {}, { reason });
  end('clean-exit');
  expect(reloads).toBe(0);
  for (let n = 1; n <= 3; n += 1) {
    end('crashed');
    expect(reloads).toBe(n);
  }
  expect(asked.errors).toEqual([]);
  end('crashed');
  expect(reloads).toBe(3);
  await vi.waitFor(() => {
    expect(reloads).toBe(4);
  });
  expect(asked.errors.splice(0)).toEqual([expect.stringMatching(/^What was saved is safe\. .*logs\.$/)]);
  expect(readFileSync(join(data, 'logs', 'paphos.log'), 'utf8').match(/page\.ended/g)).toHaveLength(5);
});

test('a page may write the clipboard and use nothing else, and nothing comes from a network', () => {
  const { defaultSession } = session;
  const granted: string[] = [];
  const foreign = ['media', 'geolocation', 'notifications', 'clipboard-read', 'fullscreen', 'openExternal'];
  for (const permission of [...foreign, 'clipboard-sanitized-write']) {
    defaultSession.permissionRequest?.(window.webContents, permission, (yes) => {
      if (yes) granted.push(`asked: ${permission}`);
    });
    if (defaultSession.permissionCheck?.(window.webContents, permission) === true) granted.push(permission);
  }
  expect(granted).toEqual(['asked: clipboard-sanitized-write', 'clipboard-sanitized-write']);
  expect(defaultSession.device?.()).toBe(false);
  const cancelled = (url: string): boolean | undefined => {
    let result: boolean | undefined;
    defaultSession.beforeRequest?.({ url }, ({ cancel }) => {
      result = cancel;
    });
    return result;
  };
  expect([cancelled('app://paphos/assets/a.js'), cancelled('https://example.com/')]).toEqual([false, true]);
  const saved = ['https://example.com/a', 'data:text/plain,a', 'blob:https://example.com/1', 'blob:app://paphos/1'];
  const allowed = saved.filter((url) => {
    let stopped = false;
    const preventDefault = (): void => {
      stopped = true;
    };
    defaultSession.emit('will-download', { preventDefault }, { getURL: () => url });
    return !stopped;
  });
  expect(allowed).toEqual(['blob:app://paphos/1']);
});

describe('the port to the studio', () => {
  test('is refused to a frame in the page, to another window and to a foreign page', () => {
    expect(knock({ sender: window.webContents, frame: { url: 'app://paphos/' } }).main.closed).toBe(true);
    expect(knock({ sender: window.webContents, frame: null }).main.closed).toBe(true);
    const stranger = new WebContents();
    stranger.mainFrame.url = 'app://paphos/';
    expect(knock({ sender: stranger }).main.closed).toBe(true);
    window.webContents.mainFrame.url = 'https://example.com/';
    expect(knock({ sender: window.webContents }).main.closed).toBe(true);
    window.webContents.mainFrame.url = 'app://paphos/';
  });

  test('refuses a message over the limit with a sentence and goes on; what is no text ends it', async () => {
    const { page, main } = knock({ sender: window.webContents });
    page.start();
    const client: StudioApi = createORPCClient(new RPCLink({ port: page, ...PACKED }));
    const title = 'a'.repeat(MOST_MESSAGE);
    await expect(client.stories.rename({ id: newId(), title })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await client.stories.list()).toHaveLength(1);
    page.postMessage({ i: '1', p: { u: '/stories/list' } });
    await expect.poll(() => main.closed).toBe(true);
  }, 30_000);

  test('gives our own page the whole studio: a story, and a reply that streams from the utility process', async () => {
    const { page } = knock({ sender: window.webContents });
    page.start();
    const client: StudioApi = createORPCClient(new RPCLink({ port: page, ...PACKED }));
    const [story] = await client.stories.list();
    const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
    const document = await client.chapters.open({ id: chapter?.id ?? '' });
    const held = (await client.writing.hold({ storyId: story?.id ?? '' }))[Symbol.asyncIterator]();
    await held.next();
    const [model] = await client.models.list();
    await client.models.load({ id: model?.id ?? '', contextSize: null });
    const last = document.turns.at(-1);
    const { generationId } = await client.writing.generate({
      ...newIds(),
      chapterId: document.chapter.id,
      kind: 'reply',
      turnId: last?.id ?? '',
      offset: null,
    });
    let text = '';
    for await (const event of await client.writing.follow({ generationId, afterSeq: 0 })) {
      if (event.type === 'text') text += event.text;
      if (text.length > 20) break;
    }
    expect(text.length).toBeGreaterThan(20);
    await client.writing.stop({ generationId });
    page.close();
  }, 90_000);
});

test('File → Add a model lists the parts of a model that lies elsewhere, and leaves it there', async () => {
  const elsewhere = join(data, 'elsewhere');
  mkdirSync(elsewhere);
  for (const name of ['tale-00001-of-00002.gguf', 'tale-00002-of-00002.gguf', 'other.gguf'])
    writeFileSync(join(elsewhere, name), 'GGUF');
  asked.files = [join(elsewhere, 'tale-00001-of-00002.gguf')];
  asked.menu
    .flatMap((menu) => menu.submenu ?? [])
    .find((item) => item.label?.startsWith('Add a model'))
    ?.click?.();
  await expect
    .poll(() => readdirSync(join(data, 'models')).sort(), { timeout: 15_000 })
    .toEqual(['tale-00001-of-00002.gguf', 'tale-00002-of-00002.gguf']);
  expect(readdirSync(elsewhere)).toHaveLength(3);
  expect(asked.errors).toEqual([]);

  asked.files = [join(elsewhere, 'other.gguf')];
  const stranger = new WebContents();
  ipcMain.emit('paphos:add-model', { sender: stranger, senderFrame: stranger.mainFrame });
  ipcMain.emit('paphos:add-model', { sender: window.webContents, senderFrame: { url: 'app://paphos/' } });
  await new Promise((resolve) => setImmediate(resolve));
  expect(readdirSync(join(data, 'models'))).not.toContain('other.gguf');
  ipcMain.emit('paphos:add-model', { sender: window.webContents, senderFrame: window.webContents.mainFrame });
  await expect.poll(() => readdirSync(join(data, 'models')), { timeout: 15_000 }).toContain('other.gguf');

  writeFileSync(join(elsewhere, 'dropped.gguf'), 'GGUF');
  const page = { sender: window.webContents, senderFrame: window.webContents.mainFrame };
  ipcMain.emit('paphos:add-model', page, [join(elsewhere, 'notes.txt'), join(elsewhere, 'dropped.gguf')]);
  await expect.poll(() => readdirSync(join(data, 'models')), { timeout: 15_000 }).toContain('dropped.gguf');
  expect(asked.errors.splice(0)).toEqual([expect.stringContaining('There is no GGUF file')]);
});

describe('the menu bar', () => {
  const menus = [
    { group: 'story', title: 'Story', items: [{ command: 'reply', name: 'Reply', accelerator: 'CmdOrCtrl+Enter' }] },
    { group: 'view', title: 'View', items: [{ command: 'binder', name: 'Show stories', accelerator: null }] },
  ];
  const offer = (offered: unknown, sender = window.webContents, senderFrame: unknown = sender.mainFrame): void => {
    ipcMain.emit('paphos:menu', { sender, senderFrame }, offered);
  };
  const labels = (): (string | undefined)[] => asked.menu.map((menu) => menu.label);

  test('shows what the page offers, and tells the page what is chosen', () => {
    offer(menus);
    expect(labels()).toContain('Story');
    const items = asked.menu.flatMap((menu) => menu.submenu ?? []);
    expect(items.map((item) => item.label)).toEqual(expect.arrayContaining(['Add a model…', 'Reply', 'Show stories']));
    items.find((item) => item.label === 'Reply')?.click?.();
    expect(window.webContents.sent).toEqual([['paphos:command', 'reply']]);
  });

  test('takes nothing from anybody else, and nothing that is no menu', () => {
    const other = [{ group: 'help', title: 'Other', items: [{ command: 'x', name: 'X', accelerator: null }] }];
    const before = asked.menu;
    offer(other, new WebContents());
    offer(other, window.webContents, { url: 'app://paphos/' });
    offer([{ ...other[0], group: 'elsewhere' }]);
    offer('menus');
    expect(asked.menu).toBe(before);
  });
});

test('closing the window ends Paphos in order, and it remembers where the window was', async () => {
  const exited = once(app, 'exited');
  window.close();
  app.emit('window-all-closed');
  await exited;
  expect(asked.exitCode).toBe(0);
  expect(asked.errors).toEqual([]);
  expect(JSON.parse(readFileSync(join(data, 'window.json'), 'utf8'))).toEqual({
    bounds: { x: 10, y: 20, width: 900, height: 600 },
    maximized: false,
  });
}, 20_000);

test('a page that holds what is not saved is left only if the person says so', () => {
  const leaves = (choice: number): boolean => {
    dialog.choice = choice;
    let isLeft = false;
    window.webContents.emit('will-prevent-unload', {
      preventDefault: () => {
        isLeft = true;
      },
    });
    return isLeft;
  };
  expect([leaves(0), leaves(1)]).toEqual([false, true]);
  expect(asked.errors.at(-1)).toContain('can save a copy');
});
