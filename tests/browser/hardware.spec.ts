import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { makeAdapter } from '../helpers/adapter-maker.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { temporaryFolder } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

test('how a model is loaded is chosen, judged before, and remembered', async () => {
  const data = temporaryFolder('hardware');
  for (const folder of ['models', 'adapters']) mkdirSync(join(data, folder), { recursive: true });
  copyFileSync(makeModel(), join(data, 'models', 'tiny.gguf'));
  copyFileSync(makeAdapter(), join(data, 'adapters', 'old-tales.gguf'));
  const studio = await StudioPage.open(browser, {
    data,
    env: { PAPHOS_MEMORY_MB: '620', PAPHOS_GPU: '0' },
  });
  const { page } = studio;
  await studio.engineReady();
  const panel = await studio.modelPanel();
  await panel.getByRole('button', { name: /^Advanced/ }).click();
  await expect(panel.getByText(/in memory · batches of 128/)).toBeVisible({ timeout: 60_000 });

  await panel.getByRole('combobox', { name: 'Key cache' }).click();
  await page.getByRole('option', { name: /8 bits/ }).click();
  await expect(panel.getByText(/exact mode is off/)).toBeVisible();
  await panel.getByRole('combobox', { name: 'Guess ahead' }).click();
  await page.getByRole('option', { name: 'From the story itself' }).click();
  await expect(panel.getByText(/samples by its own order and seed/)).toBeVisible();
  await panel.getByRole('checkbox', { name: 'old-tales' }).check();
  await expect(panel.getByRole('textbox', { name: 'Strength of old-tales' })).toHaveValue('1');
  await expect(panel.getByText(/Fits into memory with a context of 1,024/)).toBeVisible({ timeout: 20_000 });
  await studio.picture('hardware');
  await panel.getByRole('checkbox', { name: 'old-tales' }).uncheck();
  await panel.getByRole('button', { name: 'Reload with these settings' }).click();
  await expect
    .poll(
      async () => {
        const { client, close } = await studio.client();
        const [demo] = await client.models.list();
        close();
        return demo?.hardware;
      },
      { timeout: 30_000 },
    )
    .toMatchObject({ keyCache: 'q8_0', lookup: true });
  await studio.engineReady();

  await panel.getByRole('textbox', { name: 'Context size' }).fill('65536');
  await expect(panel.getByText(/A context of 65,536 does not fit into memory; [\d,]+ does\./)).toBeVisible({
    timeout: 20_000,
  });
  await studio.picture('too-large');
  await panel.getByRole('button', { name: 'Apply' }).click();
  await expect(panel.getByRole('alert')).toContainText(/does not fit into memory/, { timeout: 20_000 });
  await panel
    .getByRole('button', { name: /^Load with/ })
    .first()
    .click();
  await studio.engineReady();
  expect(studio.violations).toEqual([]);
  await studio.close();
});
