import { expect, test, type Browser } from '@playwright/test';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const sentence = (n: number): string =>
  `The ${n}th lamp “burns” over the harbour—and, well-known as it is, nobody comes. `;
const paragraph = Array.from({ length: 260 }, (_, n) => sentence(n))
  .join('')
  .trimEnd();

/** What stands in each line of the page. */
const linesOf = (studio: StudioPage): Promise<string[]> =>
  studio.inEditor((view) => {
    interface Inside {
      readonly _modelData: { readonly viewModel: { getLineCount(): number; getLineContent(line: number): string } };
    }
    const { viewModel } = (view as unknown as Inside)._modelData;
    return Array.from({ length: viewModel.getLineCount() }, (_, line) => viewModel.getLineContent(line + 1));
  });

test('a long paragraph is broken at every key as it is when the page is laid out anew', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  await studio.inEditor((view, text) => {
    view.trigger('test', 'type', { text });
    view.focus();
  }, paragraph);
  for (const [place, typed] of [
    ['The 3th lamp', ' — and its keeper’s lamp, —'],
    ['The 140th', ' '],
    ['The 141th', 'Unbreakable'.repeat(12)],
    ['The 259th', ', a-b-c-d-e-f-g'],
    ['The 200th', '  two  spaces  '],
  ] as const) {
    await studio.caretTo(place);
    await studio.page.keyboard.insertText(typed);
  }
  await studio.caretTo('The 141th');
  for (let times = 0; times < 40; times += 1) await studio.page.keyboard.press('Delete');
  await studio.caretTo('The 200th');
  const asked = await studio.inEditor((view) => {
    const { getClientRects } = Range.prototype;
    let times = 0;
    Range.prototype.getClientRects = function count() {
      times += 1;
      return getClientRects.call(this);
    };
    view.trigger('test', 'type', { text: 'x' });
    Range.prototype.getClientRects = getClientRects;
    return times;
  });
  // Laid out whole, it asks where some thousands of letters are.
  expect(asked).toBeLessThan(500);
  await studio.saved();
  const typed = await linesOf(studio);
  expect(typed.length).toBeGreaterThan(240);
  await studio.page.reload();
  await studio.ready();
  expect(await linesOf(studio)).toEqual(typed);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('a very long paragraph says what helps, and is broken up as one step of undo', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  await studio.inEditor((view, text) => {
    view.trigger('test', 'type', { text });
    view.focus();
  }, paragraph);
  await studio.saved();
  const before = await studio.text();
  await studio.caretTo('The 150th');
  const notice = studio.page.getByText(/[\d,]+ characters in one paragraph/);
  await expect(notice).toBeVisible();
  await studio.page.getByRole('button', { name: 'Break into paragraphs' }).click();
  await expect.poll(() => studio.text()).not.toBe(before);
  const broken = await studio.text();
  expect(broken.split('\n').every((line) => line.length < 2000)).toBe(true);
  expect(broken.replace(/\s+/g, ' ').trim()).toContain(paragraph);
  const caret = await studio.inEditor((view) => {
    const place = view.getPosition();
    return place === null
      ? ''
      : (view
          .getModel()
          ?.getLineContent(place.lineNumber)
          .slice(0, place.column - 1) ?? '');
  });
  expect(caret).toMatch(/The 150th$/);
  await studio.page.keyboard.press('Control+z');
  await expect.poll(() => studio.text()).toBe(before);
  await studio.saved();
  await studio.close();
});
