import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { engineReaches, lookedAtModels, temporaryFolder } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

/** A model that thinks before it answers, in a folder of its own. */
function thinkingModel(): string {
  const models = temporaryFolder('models');
  const path = makeModel({
    kind: 'bigram',
    context: 4096,
    chain: ['\n<think>Maybe so</think>Quick!<|im_end|>'],
    extraMarks: ['<|im_start|>', '<|im_end|>', '<think>', '</think>'],
  });
  linkSync(path, join(models, 'thinker.gguf'));
  return models;
}

test('what a model thought is one quiet line, kept with its turn and opened on request', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser, { models: thinkingModel() });
  const { page } = studio;
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const thinker = (await lookedAtModels(client)).find((model) => !model.demo);
  await client.models.setFormat({ id: thinker?.id ?? '', format: 'qwen3' });
  await client.models.load({ id: thinker?.id ?? '', contextSize: null });
  await engineReaches(client, ['ready']);
  await client.settings.setSampling({ storyId: story?.id ?? '', sampling: { ...DEFAULT_SAMPLING, minP: 0.2 } });
  await expect(studio.button('Reply')).toBeEnabled();
  await page.getByRole('textbox', { name: 'Manuscript' }).focus();
  await page.keyboard.press('Control+Enter');
  const quiet = page.getByRole('button', { name: 'Thought for 2 words' });
  await expect(quiet).toBeVisible();
  await studio.replyEnds();
  const whole = '<|model|>\n<think>\nMaybe so\n</think>\n\nQuick!';
  expect(await studio.text()).toContain(whole);
  const lines = page.locator('.view-lines');
  await expect(lines).toContainText('Quick!');
  await expect(lines).not.toContainText('Maybe');
  await studio.picture('thinking-folded');

  await quiet.click();
  await expect(lines).toContainText('Maybe');
  await expect(quiet).toHaveAttribute('aria-expanded', 'true');
  await studio.picture('thinking-open');
  await quiet.click();
  await expect(lines).not.toContainText('Maybe');

  // Lines that come above move the fold; the next reply has one of its own; all of it is there again after a reload.
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('First.\n\n');
  await expect(lines).not.toContainText('Maybe');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('And?');
  await page.keyboard.press('Control+Enter');
  await expect(quiet).toHaveCount(2);
  await studio.replyEnds();
  await page.reload();
  await studio.ready();
  await expect(quiet).toHaveCount(2);
  await expect(lines).not.toContainText('Maybe');
  expect((await studio.text()).split(whole)).toHaveLength(3);

  await page.keyboard.press('Control+f');
  await page.keyboard.type('Maybe');
  await page.keyboard.press('Enter');
  await expect(lines).toContainText('Maybe');
  expect(studio.violations).toEqual([]);
  close();
  await studio.close();
});
