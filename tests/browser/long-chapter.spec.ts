import { expect as expectSoon, test, type Browser, type Page } from '@playwright/test';
import type { editor } from 'monaco-editor/editor';
import { writeChapter, type WrittenTurn } from '../helpers/write-chapter.ts';
import { launch, StudioPage } from './studio.ts';

const expect = expectSoon.configure({ timeout: 15_000 });
let browser: Browser;
let studio: StudioPage;

/** What a paragraph can be made of that is not broken like plain English. */
const SCRIPTS = [
  'The well-known, half-forgotten harbour—quiet, “empty” (or so she said)—lay there: 1,200.50 lamps/hour, e.g. on 2026-11-28…',
  'Η θάλασσα ήταν ήσυχη και κανείς δεν ήρθε στο λιμάνι εκείνο το βράδυ, ούτε ο φύλακας του φάρου.',
  'Море было тихим, и никто не пришёл в гавань в тот вечер — даже смотритель маяка, который всегда приходил.',
  'הים היה שקט ואיש לא בא אל הנמל באותו ערב, גם לא שומר המגדלור שתמיד בא עם השקיעה והלך לישון מאוחר.',
  'كان البحر هادئا ولم يأت أحد إلى الميناء في تلك الليلة ولا حتى حارس المنارة الذي كان يأتي دائما.',
  '港は静かで、その夜は誰も来なかった。灯台守でさえ来なかったのだ。「待って」と彼女は言って、行ってしまった。',
  'The lamp 🕯️ went out 🌧️🌧️🌧️ and the whole family 👨‍👩‍👧‍👦 looked up 🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂 at once; nobody came back.',
  'A\tB\tC\tlong\ttable\tof\twords\twith\ttabs\tbetween\tthem\tthat\tgoes\ton\tand\ton\tand\ton',
  `Unbreakable${'a'.repeat(90)} and *emphasis* with **weight**, https://example.org/a/very/long/path/to/nowhere?with=some&more=words#and-an-anchor.`,
  'Two  spaces  after  each  word  and   three   here,  so  that  the  lines  end  in  spaces  somewhere  on  the  way.',
];
const PLAIN =
  'The harbour lay quiet under the rain, and nobody on the quay looked up when the lamp went out; “wait here,” she said, and was gone.';
const paragraph = (n: number): string =>
  n % 5 === 0 ? `${n}. ${SCRIPTS[(n / 5) % SCRIPTS.length]}` : `${n}. ${PLAIN} `.repeat(1 + (n % 3)).trimEnd();
const turns = (count: number): WrittenTurn[] =>
  Array.from({ length: count }, (_, n) =>
    n % 2 === 0
      ? { role: 'user', text: `n${n}. ${paragraph(n)}` }
      : { role: 'model', text: [`n${n}.`, paragraph(n), paragraph(n + 1), paragraph(n * 5)].join('\n\n') },
  );

interface Held {
  readonly held: ((idle: { timeRemaining(): number }) => void)[];
  asked: number;
}
type Measured = Window & { layout: Held };

/** Counts what is asked of the layout, and holds idle time back until it is given. */
const watch = (): void => {
  const layout: Held = { held: [], asked: 0 };
  Object.assign(window, { layout });
  const { getClientRects } = Range.prototype;
  Range.prototype.getClientRects = function count() {
    layout.asked += 1;
    return getClientRects.call(this);
  };
  window.requestIdleCallback = (work) => layout.held.push(work as Held['held'][number]);
};
/** All the idle time that the page wants. */
const idle = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { held } = (window as unknown as Measured).layout;
    for (let work = held.shift(); work !== undefined; work = held.shift()) work({ timeRemaining: () => 50 });
  });

interface Inside {
  readonly _modelData: {
    readonly viewModel: {
      getLineCount(): number;
      getLineContent(line: number): string;
      readonly _lines: {
        readonly modelLineProjections: { getProjectionData(): { breakOffsets: number[] } | null }[];
        createLineBreaksComputer(): {
          addRequest(line: number, before: null): void;
          layOut(): ({ breakOffsets: number[] } | null)[];
        };
      };
    };
  };
}

/** How many lines of the text, of every so many-th, the page breaks otherwise than Monaco does when it is asked. */
const wronglyBroken = (view: editor.IStandaloneCodeEditor, every: number): { wrong: number; lines: number } => {
  const { _lines: lines } = (view as unknown as Inside)._modelData.viewModel;
  const computer = lines.createLineBreaksComputer();
  const asked = lines.modelLineProjections.filter((_, index) => index % every === 0);
  asked.forEach((_, n) => computer.addRequest(n * every + 1, null));
  const right = computer.layOut().map((breaks) => breaks?.breakOffsets ?? [0]);
  const differs = (a: number[], b: number[] = []) => a.length !== b.length || (a.length > 1 && a.join() !== b.join());
  const wrong = asked.filter((line, n) => differs(line.getProjectionData()?.breakOffsets ?? [0], right[n]));
  return { wrong: wrong.length, lines: asked.length };
};

/** The paragraph of a place in sight, as it stands in the lines that are drawn. */
const drawn = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.view-lines .view-line')]
      .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map((line) => line.textContent.replaceAll(' ', ' '))
      .join('\n'),
  );

const openStory = async (title: string, words: RegExp): Promise<number> => {
  const { page } = studio;
  const story = page.getByRole('list', { name: 'Stories' }).getByText(title, { exact: true });
  // What was written last moves up in the list.
  await expect(async () => {
    await page.evaluate(() => {
      (window as unknown as Measured).layout.asked = 0;
    });
    await story.click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(title, { timeout: 2000 });
  }).toPass();
  await page.waitForFunction((text) => text.test(document.querySelector('.view-lines')?.textContent ?? ''), words);
  return page.evaluate(() => (window as unknown as Measured).layout.asked);
};

test.beforeAll(async () => {
  browser = await launch();
  studio = await StudioPage.open(browser);
  const { client, close } = await studio.client();
  await writeChapter(client, 'Short', turns(60));
  await writeChapter(client, 'Long', turns(1000));
  close();
  await studio.page.addInitScript(watch);
  await studio.page.reload();
  await studio.ready();
  // A font comes in parts, when their letters are shown first.
  await studio.page.evaluate((text) => document.fonts.load('18px "Literata Variable"', text), SCRIPTS.join(' '));
});
test.afterAll(async () => {
  expect(studio.violations).toEqual([]);
  await studio.close();
  await browser.close();
});

test('of a chapter of 1,000 turns no more is measured before it is shown than of one of 60', async () => {
  const short = await openStory('Short', /n59\./);
  const long = await openStory('Long', /n(999|22\d)\./);
  expect(short).toBeGreaterThan(20);
  // What is in sight is another text, of as many lines.
  expect(long / short).toBeLessThan(3);
});

test('what is drawn has its right lines before anything else is laid out, wherever somebody goes', async () => {
  const { page } = studio;
  await openStory('Short', /n59\./);
  await openStory('Long', /n(999|22\d)\./);
  const places = [300, 701, 40, 555, 998].map((turn) => `n${turn}.`);
  for (const place of places) {
    await studio.caretTo(place);
    await studio.inEditor((view) => view.revealPositionInCenter(view.getPosition() ?? { lineNumber: 1, column: 1 }));
    await page.waitForFunction((text) => document.querySelector('.view-lines')?.textContent.includes(text), place);
    const wrong = await studio.inEditor((view) => {
      const { _lines: lines } = (view as unknown as Inside)._modelData.viewModel;
      const [seen] = view.getVisibleRanges();
      const computer = lines.createLineBreaksComputer();
      const numbers: number[] = [];
      for (let line = seen?.startLineNumber ?? 1; line <= (seen?.endLineNumber ?? 1); line++) numbers.push(line);
      for (const line of numbers) computer.addRequest(line, null);
      const right = computer.layOut().map((breaks) => breaks?.breakOffsets.join() ?? '');
      return numbers.filter((line, n) => {
        const breaks = lines.modelLineProjections[line - 1]?.getProjectionData()?.breakOffsets ?? [];
        return breaks.length > 1 && breaks.join() !== right[n];
      });
    });
    expect(wrong).toEqual([]);
  }
  expect(await page.evaluate(() => (window as unknown as Measured).layout.held.length)).toBeGreaterThan(0);
});

test('caret, selection, find, undo and folds work where nothing is laid out yet', async () => {
  const { page } = studio;
  await openStory('Short', /n59\./);
  await openStory('Long', /n(999|22\d)\./);
  const before = await studio.text();

  await page.keyboard.press('Control+f');
  await page.keyboard.type('n444.');
  await page.keyboard.press('Escape');
  await expect.poll(() => drawn(page)).toContain('n444.');
  await studio.caretTo('n444.');
  await page.keyboard.type('Written.');
  await expect.poll(() => drawn(page)).toContain('n444.Written.');
  expect(await studio.text()).toBe(before.replace('n444.', 'n444.Written.'));
  await page.keyboard.press('Control+Home');
  await expect.poll(() => drawn(page)).toContain('n0.');
  await page.keyboard.press('Control+z');
  expect(await studio.text()).toBe(before);
  await expect.poll(() => drawn(page)).toContain('n444.');

  await page.keyboard.press('Control+Shift+End');
  const selected = await studio.inEditor((view) => {
    const selection = view.getSelection();
    return selection === null ? '' : (view.getModel()?.getValueInRange(selection) ?? '');
  });
  expect(selected.length).toBeGreaterThan(before.length / 3);
  expect(before.endsWith(selected)).toBe(true);

  await studio.caretTo('n222.');
  await page.keyboard.press('End');
  for (const text of ['Enter', '<think>', 'Enter', 'Maybe so.', 'Enter', '</think>'])
    await (text === 'Enter' ? page.keyboard.press(text) : page.keyboard.insertText(text));
  await studio.caretTo('n221.');
  await studio.inEditor((view) => view.revealPositionInCenter(view.getPosition() ?? { lineNumber: 1, column: 1 }));
  await expect.poll(() => drawn(page)).toContain('n221.');
  for (let times = 0; times < 8; times += 1) await page.keyboard.press('Control+z');
  expect(await studio.text()).toBe(before);
  await studio.saved();
});

test('idle time lays out the rest: every line as Monaco breaks it, none wider than the page, and nothing moves', async () => {
  test.setTimeout(90_000);
  const { page } = studio;
  await openStory('Short', /n59\./);
  await openStory('Long', /n(999|22\d)\./);
  await studio.caretTo('n500.');
  await studio.inEditor((view) => view.revealPositionInCenter(view.getPosition() ?? { lineNumber: 1, column: 1 }));
  const look = () =>
    studio.inEditor((view) => ({
      caret: view.getTopForPosition(view.getPosition()?.lineNumber ?? 1, 1) - view.getScrollTop(),
      thumb: view.getScrollTop() / view.getScrollHeight(),
      height: view.getScrollHeight(),
    }));
  const estimated = await studio.inEditor(wronglyBroken, 7);
  const before = await look();
  const seen = await drawn(page);
  await idle(page);
  const after = await look();
  console.log(
    `of ${estimated.lines} lines ${estimated.wrong} were broken otherwise than estimated; the page is ${after.height - before.height} px of ${after.height} higher`,
  );
  // Most were estimated right, or the scroll bar would jump.
  expect(estimated.wrong).toBeGreaterThan(0);
  expect(Math.abs(after.height / before.height - 1)).toBeLessThan(0.03);
  expect(Math.abs(after.thumb - before.thumb)).toBeLessThan(0.01);
  expect(after.caret).toBe(before.caret);
  await expect.poll(() => drawn(page)).toBe(seen);
  expect(await studio.inEditor(wronglyBroken, 7)).toMatchObject({ wrong: 0 });

  await openStory('Short', /n59\./);
  for (const width of [1440, 700, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForFunction((wide) => (document.querySelector('.monaco-editor')?.clientWidth ?? 0) <= wide, width);
    await idle(page);
    expect(await studio.inEditor(wronglyBroken, 1)).toMatchObject({ wrong: 0 });
    expect(await studio.inEditor(overflowing)).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});

/** Lines of the page that are wider than its measure, as the browser sets them in one line each. */
function overflowing(view: editor.IStandaloneCodeEditor): string[] {
  const host = view.getDomNode()?.closest<HTMLElement>('.ms-host') ?? document.body;
  const measure = Number.parseFloat(host.style.getPropertyValue('--measure'));
  const { viewModel } = (view as unknown as Inside)._modelData;
  const sheet = document.createElement('div');
  const font = getComputedStyle(document.querySelector('.view-line span') ?? document.body);
  sheet.style.cssText = `position:absolute;top:0;visibility:hidden;white-space:pre;tab-size:4;font-family:${font.fontFamily};font-size:18px`;
  const lines = Array.from({ length: viewModel.getLineCount() }, (_, line) =>
    viewModel.getLineContent(line + 1).trimEnd(),
  );
  for (const text of lines) {
    const line = document.createElement('div');
    line.style.width = 'max-content';
    line.textContent = text;
    sheet.append(line);
  }
  document.body.append(sheet);
  const widths = [...sheet.children].map((line) => line.getBoundingClientRect().width);
  sheet.remove();
  return lines.filter(
    (text, index) => !text.startsWith('<|') && !text.includes('\t') && (widths[index] ?? 0) > measure + 2,
  );
}
