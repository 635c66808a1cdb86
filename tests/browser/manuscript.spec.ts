import { expect, test, type Browser } from '@playwright/test';
import { serve } from '../helpers/server.ts';
import { launch, StudioPage } from './studio.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

const caret = (studio: StudioPage) =>
  studio.inEditor((view) => [view.getPosition()?.lineNumber, view.getPosition()?.column]);
const place = (studio: StudioPage, line: number, column: number) =>
  studio.inEditor(
    (view, [lineNumber, at]) => {
      view.setPosition({ lineNumber, column: at });
      view.focus();
    },
    [line, column] as const,
  );

async function stored(studio: StudioPage): Promise<string[]> {
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const { turns, activeRootId } = await client.chapters.open({ id: chapter?.id ?? '' });
  close();
  const known = new Map(turns.map((turn) => [turn.id, turn]));
  const path: string[] = [];
  for (let turn = known.get(activeRootId ?? ''); turn !== undefined; turn = known.get(turn.activeChildId ?? ''))
    path.push(`${turn.role}: ${turn.text ?? ''}`);
  return path;
}

const grows = (studio: StudioPage, from: string, by: number) =>
  expect
    .poll(async () => (await studio.text()).length, { intervals: [10], timeout: 60_000 })
    .toBeGreaterThan(from.length + by);

test('typing elsewhere while a reply streams: nothing moves the caret, and undo goes back step by step', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  await studio.engineReady();
  await studio.longReplies(400);
  const opening = await studio.text();
  await studio.page.keyboard.press('Control+Enter');
  await grows(studio, opening, 20);
  await place(studio, 2, 1);
  await studio.page.keyboard.type('Typed meanwhile. ', { delay: 15 });
  expect(await caret(studio)).toEqual([2, 18]);
  await studio.page.keyboard.press('Escape');
  await studio.replyEnds();
  expect(await caret(studio)).toEqual([2, 18]);
  const both = await studio.text();
  expect(both).toContain('\nTyped meanwhile. ');
  expect(
    (await stored(studio)).map((turn) => turn.slice(turn.indexOf(' ') + 1)).every((text) => both.includes(text)),
  ).toBe(true);

  for (let last = '', now = both; now !== last; now = await studio.text()) {
    last = now;
    await studio.page.keyboard.press('Control+z');
  }
  expect(await studio.text()).toBe(opening);
  await studio.saved();
  expect((await stored(studio)).at(-1)).toMatch(/^user: /);
  for (let last = '', now = opening; now !== last; now = await studio.text()) {
    last = now;
    await studio.page.keyboard.press('Control+y');
  }
  expect(await studio.text()).toBe(both);
  await studio.saved();
  await studio.page.reload();
  await studio.ready();
  expect(await studio.text()).toBe(both);
  expect(studio.violations).toEqual([]);
  await studio.close();
});

test('writing into the reply itself stops it, and what was written stays', async () => {
  const studio = await StudioPage.open(browser);
  await studio.engineReady();
  await studio.longReplies(400);
  const opening = await studio.text();
  await studio.page.keyboard.press('Control+Enter');
  await grows(studio, opening, 60);
  const line = opening.split('\n').length + 2;
  await place(studio, line, 5);
  await studio.page.keyboard.type('XYZ');
  await studio.replyEnds();
  const reply = (await stored(studio)).at(-1) ?? '';
  expect(reply).toMatch(/^model: .{4}XYZ/);
  expect(await studio.text()).toContain(reply.slice('model: '.length));
  await studio.close();
});

test('the caret passes the marks, and Backspace at a turn’s start joins it to the one before', async () => {
  const studio = await StudioPage.open(browser);
  const before = await studio.text();
  const lines = before.split('\n');
  const mark = lines.lastIndexOf('<|user|>') + 1;
  await place(studio, mark + 1, 1);
  await studio.page.keyboard.press('ArrowLeft');
  expect(await caret(studio)).toEqual([mark - 1, (lines[mark - 2]?.length ?? 0) + 1]);
  await studio.page.keyboard.press('ArrowRight');
  expect(await caret(studio)).toEqual([mark + 1, 1]);
  await studio.page.keyboard.press('ArrowUp');
  expect((await caret(studio))[0]).toBe(mark - 1);
  await studio.page.keyboard.press('ArrowDown');
  expect((await caret(studio))[0]).toBe(mark + 1);

  await place(studio, mark + 1, 1);
  const turns = (await stored(studio)).length;
  await studio.page.keyboard.press('Backspace');
  expect(await studio.text()).toContain(`${lines[mark - 2] ?? ''}\n${lines[mark] ?? ''}`);
  await studio.saved();
  expect((await stored(studio)).length).toBe(turns - 1);
  await studio.page.keyboard.press('Control+z');
  await expect.poll(() => studio.text()).toBe(before);
  await studio.saved();
  expect((await stored(studio)).length).toBe(turns);
  await studio.close();
});

test('what comes above a caret leaves it at the end of its turn, and what comes behind it is joined by Delete', async () => {
  const studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.inEditor(
    (view, text) => view.getModel()?.setValue(text),
    '<|user|>\nI knock.\n<|model|>\nIt opens.\n<|user|>\nI go in.',
  );
  await studio.saved();
  await place(studio, 4, 10);
  await studio.inEditor((view) => {
    view
      .getModel()
      ?.pushEditOperations(
        [],
        [{ range: { startLineNumber: 2, startColumn: 1, endLineNumber: 2, endColumn: 1 }, text: 'So.\n' }],
        () => null,
      );
  });
  expect(await caret(studio)).toEqual([5, 10]);
  await page.keyboard.press('Control+z');
  expect(await caret(studio)).toEqual([4, 10]);

  await place(studio, 6, 9);
  await page.keyboard.type('\n<|model|>\nA hall.');
  await expect.poll(() => studio.text()).toContain('A hall.\n<|user|>\n');
  const before = await studio.text();
  await page.keyboard.press('Delete');
  expect(await studio.text()).toBe(before);
  await studio.close();
});

test('a page whose server is gone keeps what is typed and saves it when it is back', async () => {
  test.setTimeout(120_000);
  const studio = await StudioPage.open(browser);
  await studio.page.keyboard.type(' Kept.');
  await studio.saved();
  await studio.server.kill();
  await studio.page.keyboard.type(' Typed meanwhile.');
  await expect(studio.page.getByRole('status', { name: 'Saved' })).not.toHaveText('Saved');
  const again = await serve({ data: studio.data, port: studio.server.port });
  await studio.saved();
  expect((await stored(studio)).at(-1)).toContain('Kept. Typed meanwhile.');
  await studio.close();
  await again.stop();
});

test('what no text can hold is replaced on the page as it is stored, and told', async () => {
  const studio = await StudioPage.open(browser);
  const before = await studio.text();
  await studio.inEditor((view) => {
    view.trigger('keyboard', 'paste', { text: 'one\0two\n<|model|>\nthree\uD800four' });
  });
  await expect(studio.page.getByText('2 characters that cannot be stored were replaced')).toBeVisible();
  await expect.poll(() => studio.text()).toContain('one\uFFFDtwo\n<|model|>\nthree\uFFFDfour');
  await studio.saved();
  expect((await stored(studio)).at(-1)).toBe('model: three\uFFFDfour');
  // The mending is a step of its own behind the paste.
  for (let step = 0; step < 2; step += 1) await studio.page.keyboard.press('Control+Z');
  await expect.poll(() => studio.text()).toBe(before);
  await studio.close();
});

test('what ends a line elsewhere, or marks the order of bytes, is text, also at the very start', async () => {
  const studio = await StudioPage.open(browser);
  const text = '\uFEFFIt rains.\u2028It pours.\u2029\u0085\v\fA cat.';
  await studio.inEditor((view, ins) => {
    const range = view.getModel()?.getFullModelRange();
    if (range !== undefined) view.executeEdits('test', [{ range, text: ins }]);
  }, text);
  await studio.saved();
  expect(await stored(studio)).toEqual([`model: ${text}`]);
  for (const visit of [1, 2]) {
    await studio.page.reload();
    await studio.ready();
    await studio.caretTo('A cat.');
    await studio.page.keyboard.type(` ${String(visit)}`);
    await studio.saved();
    const whole = text + [' 1', ' 2'].slice(0, visit).toReversed().join('');
    expect(await stored(studio)).toEqual([`model: ${whole}`]);
    expect((await studio.text()).split('\n')[0]).toBe(whole);
  }
  await studio.close();
});
