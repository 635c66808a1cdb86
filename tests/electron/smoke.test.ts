import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, chromium, expect, test, type Page } from '@playwright/test';

const root = join(import.meta.dirname, '../..');
const binary = process.env['PAPHOS_ELECTRON'];
const unsandboxed = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const dataFolder = (): string => mkdtempSync(join(tmpdir(), 'paphos-electron-'));
const environment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...process.env, PAPHOS_THREADS: '1' }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );

/** The person's first minute: the story is there, one key, and a reply streams in. */
async function aReplyStreams(page: Page): Promise<void> {
  expect(page.url()).toBe('app://paphos/');
  const manuscript = page.getByRole('textbox', { name: 'Manuscript' });
  await manuscript.waitFor();
  await expect(page.getByRole('status', { name: 'Engine' })).toContainText(/storyteller/i, { timeout: 60_000 });
  const before = await page.locator('.view-lines').first().innerText();
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  await expect
    .poll(async () => (await page.locator('.view-lines').first().innerText()).length, { timeout: 30_000 })
    .toBeGreaterThan(before.length + 20);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('status', { name: 'Saved' })).toHaveText('Saved');
}

test('the desktop window opens, a reply streams, and Paphos quits', async () => {
  const paphos = await _electron.launch({
    executablePath: binary ?? '',
    args: [...unsandboxed, root, '--data', dataFolder()],
    env: environment(),
  });
  await aReplyStreams(await paphos.firstWindow());
  const ended = once(paphos.process(), 'exit');
  await paphos.evaluate(({ app }) => {
    app.quit();
  });
  expect((await ended)[0]).toBe(0);
});

function packaged(folder: string): string {
  const places = [
    'linux-unpacked/paphos',
    'mac-arm64/Paphos.app/Contents/MacOS/Paphos',
    'mac/Paphos.app/Contents/MacOS/Paphos',
    'win-unpacked/Paphos.exe',
  ].map((place) => join(root, folder, place));
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`no packaged Paphos in ${folder}: ${readdirSync(join(root, folder)).join(', ')}`);
  return found;
}

test('the packaged application does the same', async () => {
  const folder = process.env['PAPHOS_PACKAGED'];
  test.skip(folder === undefined, 'PAPHOS_PACKAGED does not name the folder of a packaged Paphos');
  // Its fuses close Node's inspector, so this one is driven through Chromium's own debugging port.
  const paphos = spawn(packaged(folder ?? ''), [...unsandboxed, '--remote-debugging-port=0', '--data', dataFolder()], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(paphos, 'exit');
  try {
    let address = '';
    for await (const line of createInterface({ input: paphos.stderr })) {
      address = /DevTools listening on (\S+)/.exec(line)?.[1] ?? '';
      if (address !== '') break;
    }
    const browser = await chromium.connectOverCDP(address);
    const context = browser.contexts()[0];
    if (!context) throw new Error('the packaged Paphos has no window');
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    await aReplyStreams(page);
    await page.close();
    if (process.platform !== 'darwin') expect((await ended)[0]).toBe(0);
  } finally {
    paphos.kill();
  }
});
