import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { ROOT, temporaryFolder } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

test('what is not read is said where the models are, and a model file is added by its path', async () => {
  const data = temporaryFolder('add-model');
  mkdirSync(join(data, 'models', 'mistral'), { recursive: true });
  writeFileSync(join(data, 'models', 'mistral', 'model.safetensors'), '');
  const elsewhere = join(temporaryFolder('elsewhere'), 'another-tale.gguf');
  copyFileSync(join(ROOT, 'resources', 'models', 'pocket-storyteller-q8_0.gguf'), elsewhere);
  const studio = await StudioPage.open(browser, { data });
  const { page } = studio;
  await studio.engineReady();
  const panel = page.getByRole('region', { name: 'Model' });
  await expect(panel.getByRole('img', { name: 'Some files in the models folders are not read' })).toBeVisible();
  await studio.modelPanel();
  await expect(page.getByRole('note', { name: 'Not read' })).toHaveText(
    '“mistral/model.safetensors” holds safetensors weights, which Paphos does not read yet. Get the model as a GGUF file.',
  );
  await studio.button('Add a model file').click();
  const dialog = page.getByRole('dialog', { name: 'Add a model file' });
  const path = dialog.getByRole('textbox', { name: 'Path of a GGUF file on this computer' });
  await path.fill(`${elsewhere}.part`);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('There is no GGUF file at');
  await path.fill(elsewhere);
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('The file is in the list of models.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Model' }).click();
  await expect(page.getByRole('option', { name: /another-tale/ })).toBeVisible();
  await page.keyboard.press('Escape');
  const isLeft = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['GGUF'], 'dropped.gguf'));
    const drop = (type: string) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    return ['dragover', 'drop'].some((type) => document.body.dispatchEvent(drop(type)));
  });
  expect(isLeft).toBe(false);
  await expect(page.getByText('A browser does not say where a file is.')).toBeVisible();
  expect(studio.violations).toEqual([]);
  await studio.close();
});
