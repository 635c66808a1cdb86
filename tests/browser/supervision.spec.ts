import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { ROOT, type Server } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

const folder = join(ROOT, 'out/screens');
let browser: Browser;
test.beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const enginesOf = (server: Server): number[] =>
  readFileSync(`/proc/${String(server.pid)}/task/${String(server.pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
function endEngine(server: Server): void {
  for (const pid of enginesOf(server)) process.kill(pid, 'SIGKILL');
}

test('a model that ended the engine twice says so and is tried again on request', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const status = page.getByRole('status', { name: 'Engine' });
  const loaded = (): Promise<void> => expect(status).toContainText('ready', { timeout: 30_000 });
  await loaded();
  const panel = page.getByRole('region', { name: 'Model' });
  endEngine(studio.server);
  await expect(status).toContainText('stopped');
  await panel.getByRole('button', { name: 'Load again' }).click();
  await loaded();
  endEngine(studio.server);
  await expect(panel.getByRole('button', { name: 'Try again' })).toBeVisible();
  await panel.getByRole('combobox', { name: 'Model' }).click();
  await expect(page.getByRole('option', { name: /storyteller/i })).toContainText(
    /ended the engine twice in a row, so it was put aside/,
  );
  await page.screenshot({ path: join(folder, 'model-aside.png') });
  await page.keyboard.press('Escape');
  await panel.getByRole('button', { name: 'Try again' }).click();
  await loaded();
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('an engine that stands still is said not to answer, and is stopped on request', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const status = page.getByRole('status', { name: 'Engine' });
  await expect(status).toContainText('ready', { timeout: 30_000 });
  for (const pid of enginesOf(studio.server)) process.kill(pid, 'SIGSTOP');
  await expect(status).toContainText('not answering', { timeout: 15_000 });
  for (const [name, width, height] of [
    ['wide', 1440, 900],
    ['small', 900, 600],
    ['phone', 390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(folder, `not-answering-${name}.png`) });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await status.getByRole('button', { name: 'Stop it' }).click();
  await expect(status).toContainText('stopped');
  await studio.close();
});

test('when the model leaves the memory is chosen in the settings and remembered', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  const open = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Settings' }).click();
  };
  await open();
  await expect(page.getByRole('radio', { name: 'Keep the model loaded' })).toBeChecked();
  await page.getByRole('radio', { name: 'Unload it when unused for 1 hour' }).check();
  await page.screenshot({ path: join(folder, 'settings-memory.png') });
  await page.reload();
  await open();
  await expect(page.getByRole('radio', { name: 'Unload it when unused for 1 hour' })).toBeChecked();
  await studio.close();
});
