import { launch, StudioPage } from '../../browser/studio.ts';
import { temporaryFolder } from '../../helpers/server.ts';
import { writeChapter, type WrittenTurn } from '../../helpers/write-chapter.ts';
import { atMost, median, noted, type Result } from '../report.ts';

const ROUNDS = 5;
const WORDS =
  'rain harbour lamp pier key town door wind boathouse moment footprints wall night tide glass rope lantern salt well-known quietly “perhaps,” nobody’s Vauxhall'.split(
    ' ',
  );
const paragraph = (words: number, seed: number): string =>
  `The ${Array.from({ length: words - 1 }, (_, n) => WORDS[(n * 7 + seed * 13 + ((n * seed) >> 3)) % WORDS.length]).join(' ')}.`;

/** A roleplay: a short message of the person's, then three paragraphs; 72 words a turn. */
const messages = (count: number): WrittenTurn[] =>
  Array.from({ length: count }, (_, n) =>
    n % 2 === 0
      ? { role: 'user', text: paragraph(25, n) }
      : { role: 'model', text: [45, 35, 40].map((words, at) => paragraph(words, n + at)).join('\n\n') },
  );

/**
 * From the click on a story to its text on the screen, each time on a page that was just loaded and never showed it;
 * the first time the studio itself was just started.
 */
async function opening(turns: number): Promise<readonly number[]> {
  const browser = await launch();
  const data = temporaryFolder('bench-opening');
  const writer = await StudioPage.open(browser, { built: true, data });
  const { client, close } = await writer.client();
  await writeChapter(client, 'The long one', messages(turns));
  close();
  await writer.close();
  const studio = await StudioPage.open(browser, { built: true, data });
  const { page } = studio;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.reload();
    await studio.ready();
    await page.waitForTimeout(500);
    times.push(
      await page.evaluate(async () => {
        const story = [...document.querySelectorAll<HTMLElement>('[aria-label=Stories] *')].find(
          (element) => element.children.length === 0 && element.textContent === 'The long one',
        );
        const clicked = performance.now();
        story?.click();
        const isShown = () => document.querySelector('.view-lines')?.textContent.includes('Vauxhall') === true;
        while (!isShown()) await new Promise(requestAnimationFrame);
        return performance.now() - clicked;
      }),
    );
    // The page opens again where it was: at another story.
    await page.getByRole('list', { name: 'Stories' }).getByText('The Lamp on the Pier').click();
    await page.waitForFunction(() => document.querySelector('.view-lines')?.textContent.includes('Vauxhall') === false);
    await studio.saved();
    await page.waitForTimeout(1500);
  }
  await studio.close();
  await browser.close();
  return times;
}

const figure = (turns: number, goal: number) => async (): Promise<Result[]> => {
  const times = await opening(turns);
  return [
    atMost(`open_${turns}_turns_ms`, median(times), 'ms', goal),
    noted(`open_${turns}_turns_first_ms`, times[0] ?? Number.NaN, 'ms'),
  ];
};

export const open2500 = figure(2500, 600);
export const open20000 = figure(20_000, 900);
