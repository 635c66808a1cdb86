import { openStore } from '../../../electron/storage/core/open.ts';
import { transaction } from '../../../electron/storage/core/handle.ts';
import { addCharacter } from '../../../electron/storage/repositories/character-records.ts';
import { newId } from '../../../shared/document/ids.ts';
import { launch, StudioPage } from '../../browser/studio.ts';
import { temporaryFolder } from '../../helpers/server.ts';
import { atMost, median, noted, quantile, type Result } from '../report.ts';

const ROUNDS = 5;
const SIZES = [100, 1000, 10_000] as const;
const LARGEST = SIZES.at(-1);
const WORDS =
  'rain harbour lamp pier key town door wind boathouse moment footprints wall night tide glass rope lantern salt'.split(
    ' ',
  );
const wordOf = (number: number): string => WORDS[number % WORDS.length] ?? '';

const cardOf = (number: number): string =>
  JSON.stringify({
    name: `${wordOf(number)} ${wordOf(number * 7 + 3)} ${String(number)}`,
    description: Array.from({ length: 120 }, (_, at) => wordOf(number * 13 + at * 7)).join(' '),
    tags: [wordOf(number * 5), wordOf(number * 11 + 1)],
  });

function libraryOf(count: number): string {
  const data = temporaryFolder('bench-characters');
  const { db, close } = openStore(data);
  transaction(db, () => {
    for (let number = 0; number < count; number += 1)
      addCharacter(db, {
        id: newId(),
        kind: 'character',
        spec: 'v1',
        card: cardOf(number),
        container: null,
        originalId: null,
        avatarId: null,
      });
  });
  close();
  return data;
}

/** From the click on the room to the frame that shows people, in a page that was just loaded. */
export async function gridFirstPaint(): Promise<Result[]> {
  const browser = await launch();
  const results: Result[] = [];
  for (const count of SIZES) {
    const studio = await StudioPage.open(browser, { built: true, data: libraryOf(count) });
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await studio.page.reload();
      await studio.ready();
      await studio.page.waitForTimeout(500);
      times.push(
        await studio.page.evaluate(async () => {
          const clicked = performance.now();
          document.querySelector<HTMLElement>('nav [aria-label=Characters]')?.click();
          const isShown = (): boolean => document.querySelectorAll('[data-index]').length > 10;
          while (!isShown()) await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return performance.now() - clicked;
        }),
      );
    }
    const name = 'grid_first_paint_ms';
    results.push(
      count === LARGEST
        ? atMost(name, median(times), 'ms', 200)
        : noted(`${name}_${String(count)}`, median(times), 'ms'),
    );
    await studio.close();
  }
  await browser.close();
  return results;
}

/** A search as the page asks for it, over its connection. */
export async function searchCharacters(): Promise<Result[]> {
  const browser = await launch();
  const results: Result[] = [];
  for (const count of SIZES) {
    const studio = await StudioPage.open(browser, { built: true, data: libraryOf(count) });
    const { client, close } = await studio.client();
    const times: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      const search = `${wordOf(round).slice(0, 1 + (round % 4))} ${round % 3 === 0 ? wordOf(round * 5) : ''}`;
      const asked = performance.now();
      await client.characters.list({ kind: 'character', search, count: 60 });
      times.push(performance.now() - asked);
    }
    const name = 'search_characters_p95_ms';
    const p95 = quantile(times, 0.95);
    results.push(count === LARGEST ? atMost(name, p95, 'ms', 30) : noted(`${name}_${String(count)}`, p95, 'ms'));
    close();
    await studio.close();
  }
  await browser.close();
  return results;
}
