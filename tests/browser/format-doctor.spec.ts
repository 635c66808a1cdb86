import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { OddModels } from '../helpers/bad-models.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const template =
  "{% for m in messages %}{% if m.role != 'system' %}<|{{ m.role }}|>{{ m.content }}{% endif %}{% endfor %}";

test("a model's format is looked into, another one tried, and a bad file cannot be chosen", async () => {
  test.setTimeout(90_000);
  const models = mkdtempSync(join(tmpdir(), 'paphos-doctor-'));
  const odd = new OddModels(mkdtempSync(join(tmpdir(), 'paphos-odd-')));
  copyFileSync(
    odd.changed({
      recipe: { marks: 'user-defined' },
      set: [
        ['tokenizer.chat_template', 'string', template],
        ['gptneox.context_length', 'u32', 0],
      ],
      without: ['tokenizer.ggml.eos_token_id'],
    }),
    join(models, 'strange.gguf'),
  );
  copyFileSync(odd.changed({ set: [['gptneox.block_count', 'u32', 0]] }), join(models, 'broken.gguf'));
  const studio = await StudioPage.open(browser, { models });
  const { page } = studio;
  const picture = async (name: string): Promise<void> => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await studio.picture(name);
  };
  await studio.engineReady();
  const panel = await studio.modelPanel();
  await panel.getByRole('button', { name: /^Advanced/ }).click();
  await expect(panel.getByText('This is the file that came with Paphos.')).toBeVisible({ timeout: 20_000 });

  await panel.getByRole('button', { name: 'Check the format' }).click();
  const doctor = page.getByRole('dialog', { name: 'Format of Pocket storyteller' });
  await expect(doctor.getByRole('listitem')).toHaveText([
    'The card of the demo model says so.',
    'Its own chat template writes every conversation exactly so.',
    'Its own chat template writes <|system|>, <|user|> and <|model|>.',
    'Its vocabulary holds <|system|>, <|user|> and <|model|>.',
  ]);
  const sample = doctor.getByLabel('A short conversation, as the model reads it');
  await expect(sample).toHaveText(
    '<|system|>The harbour lies in fog.<|user|>I light the lamp.<|model|>A bell answers from the water.<|user|>I call out.<|model|>',
  );
  await expect(
    doctor.getByText(
      'White space at the ends of a turn is left out of the prompt: the makers’ tokenizer takes it away beside its marks.',
    ),
  ).toBeVisible();
  await expect(sample.getByTitle(/^control token \d+$/)).toHaveCount(5);
  await picture('format-doctor');
  await doctor.getByRole('checkbox', { name: 'Show numbers' }).check();
  await expect(sample).not.toHaveText(/^<\|system\|>The harbour/);
  await picture('format-doctor-numbers');
  await doctor.getByRole('checkbox', { name: 'Show numbers' }).uncheck();

  await doctor.getByRole('combobox', { name: 'Format' }).click();
  await picture('format-list');
  await page.keyboard.press('Escape');
  // A long list stays in a low window.
  await page.setViewportSize({ width: 1440, height: 560 });
  await doctor.getByRole('combobox', { name: 'Format' }).click();
  // The list takes the keys only once it is drawn.
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(page.getByRole('option', { name: 'Plain prose' })).toBeInViewport({ ratio: 0.95, timeout: 500 });
  }).toPass();
  await picture('format-list-low');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('option', { name: 'Open-Assistant' }).click({ timeout: 5000 });
  await expect(sample).toContainText('<|prompter|>The harbour lies in fog.');
  await expect(doctor.getByText(/Role marks are plain text in this model/)).toBeVisible();
  await expect(doctor.getByText('You chose a different format from the one that the file points to.')).toBeVisible();
  await picture('format-doctor-other');
  await doctor.getByRole('combobox', { name: 'Format' }).click();
  await page.getByRole('option', { name: 'Detected: Metharme' }).click();
  await expect(sample).toContainText('<|user|>');
  await page.keyboard.press('Escape');

  await panel.getByRole('combobox', { name: 'Model' }).click();
  const broken = page.getByRole('option', { name: /broken/ });
  await expect(broken).toHaveAttribute('aria-disabled', 'true');
  await expect(broken).toContainText('This model file gives 0 as its number of layers, which cannot be.');
  await picture('model-list-bad');
  await page.getByRole('option', { name: /strange/ }).click();
  await expect(panel.getByText(/trained with 0 tokens of context/)).toBeVisible({ timeout: 30_000 });
  await expect(panel.getByText(/does not name the token that ends a text/)).toBeVisible();
  await expect(panel.locator('code')).toHaveAttribute('title', /^[0-9a-f]{64}$/, { timeout: 20_000 });
  await picture('model-warnings');
  await panel.getByRole('button', { name: 'Check the format' }).click();
  await expect(page.getByText(/chat template drops notes/)).toBeVisible();
  await picture('format-doctor-strange');
  expect(studio.violations).toEqual([]);
  await studio.close();
});
