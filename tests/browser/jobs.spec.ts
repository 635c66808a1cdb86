import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { ROOT } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const entry = join(ROOT, 'tests/helpers/counting-server.ts');

for (const width of [1440, 390]) {
  test(`long work is seen, cancelled, gone on with and cleared, ${String(width)}`, async () => {
    const studio = await StudioPage.open(browser, {
      entry,
      env: { COUNT_TO: '9000' },
      viewport: { width, height: 900 },
    });
    const { page } = studio;
    const picture = (name: string): Promise<unknown> => studio.picture(`jobs-${name}-${String(width)}`);
    await picture('bar');
    await page.getByRole('button', { name: /^Activity: / }).click();
    const list = page.getByRole('list', { name: 'Activity' });
    const counting = list.getByRole('listitem').filter({ hasText: 'Counting to 9000' });
    await expect(counting.getByRole('progressbar', { name: 'Counting to 9000' })).toBeVisible();
    await expect(counting).toContainText(/\d+ of 9,000/);
    await picture('running');
    await counting.getByRole('button', { name: /Cancel: .*Counting to 9000/ }).click();
    await expect(counting).toContainText('cancelled');
    await counting.getByRole('button', { name: /Resume: .*Counting to 9000/ }).click();
    await expect(counting).toContainText('running');
    await counting.getByRole('button', { name: /Cancel: .*Counting to 9000/ }).click();
    await expect(counting).toContainText('cancelled');
    await page.getByText('Log', { exact: true }).click();
    await expect(page.getByLabel('Log')).toContainText('studio.opened');
    await picture('log');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const copy = page.getByRole('button', { name: /^Cop(y|ied)$/ });
    await copy.click();
    await expect(copy).toHaveText('Copied');
    await expect(copy).toHaveText('Copy');
    await counting.getByRole('button', { name: /Clear: .*Counting to 9000/ }).click();
    await expect(counting).toHaveCount(0);
    expect(studio.violations).toEqual([]);
    await studio.close();
  });
}
