/**
 * A person writes and has replies written while everything fails that can: the server and the engine are killed, the
 * connection is cut, hangs and is refused, the page is reloaded, the chapter is left, another tab takes the story over.
 * What holds all the same, each looked for by itself:
 *
 * - *No false “Saved”.* The server is frozen (SIGSTOP), the page is looked at, and then the store's file is read beside
 *   it: where the page says *Saved*, every turn that it shows is a living turn of the store, word for word. So it is
 *   looked right before each kill, with the server still frozen, and after each stretch. A page that only reads is
 *   not asked: another one writes what it shows.
 * - *Nothing is lost.* Every word that is typed is like no other. One that no step of the person took off the page
 *   again stands in a turn of the store that is living, on whichever branch, or that the person deleted, whenever the
 *   page has come to rest. A page that stays open has to send what a killed server did not take. Only a page that is
 *   reloaded may forget what it said was not saved. What had streamed onto the page stands in its turn in the end,
 *   unless the page was reloaded after the server was killed.
 * - *Letters do not vanish.* What is typed while the page takes keys is on it.
 * - *Nothing is stuck.* When everything works again, the page comes to rest: it says *Saved*, no reply runs for ever,
 *   no banner stays; a word that is typed is saved, a reply begins and is stopped.
 * - *Page, store and planner agree* then, and the page is the same after a reload.
 *
 * A word is typed, a reply begun, the planner asked and the page reloaded at the end of each chapter.
 */
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { random } from '../helpers/document-fuzz/random.ts';
import { ROOT } from '../helpers/server.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';
import { FailingStudio, Fault, WAY, type Kind } from './failing-studio.ts';
import { scenes, type Scene } from './failure-scenes.ts';
import { launch } from './studio.ts';

const RUNS = sizeOf(15, 500);
/** One seed is one chapter, worked on in this many sequences. */
const IN_CHAPTER = 5;

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch([`--host-resolver-rules=MAP localhost ${WAY}`]);
});
test.afterAll(async () => {
  await browser.close();
});

interface Found {
  readonly faults: Record<Kind, number>;
  /** What each was, and how it comes about. */
  readonly failures: string[];
  /** Of how many sequences, and what happened in them. */
  readonly told: string;
}

/** Each seed is a chapter of its own. Ends at the third fault. */
async function fuzz(seeds: readonly number[], runs: number): Promise<Found> {
  let failing = await FailingStudio.open(browser);
  const failures: string[] = [];
  const faults: Record<Kind, number> = { lost: 0, stuck: 0, falselySaved: 0, different: 0 };
  let done = 0;
  for (const seed of seeds) {
    if (failures.length === 3) break;
    const chance = random(seed);
    const played: (readonly Scene[])[] = [];
    let words = 0;
    try {
      await failing.newChapter();
      for (let left = IN_CHAPTER; left > 0 && done < runs; left--) {
        done++;
        played.push(scenes(chance, () => `q${++words}z`));
        await failing.run(played.at(-1) ?? []);
      }
      await failing.endChapter();
    } catch (error) {
      faults[error instanceof Fault ? error.kind : 'stuck']++;
      failures.push(
        `seed ${seed}, sequence ${played.length}: ${await failing.tell(error)}\n  ` +
          `scenes ${JSON.stringify(played.at(-1))}`,
      );
      console.log(failures.at(-1));
      const { counts } = failing;
      await failing.close();
      failing = await FailingStudio.open(browser);
      Object.assign(failing.counts, counts);
    }
  }
  await failing.close();
  const happened = Object.entries(failing.counts).map(([what, count]) => `${count} ${what}`);
  const { lost, stuck, falselySaved, different } = faults;
  return {
    faults,
    failures,
    told:
      `${done} sequences: ${happened.sort().join(', ')}; ` +
      `${lost} texts lost, ${stuck} stuck, ${falselySaved} false “Saved”, ${different} different`,
  };
}

const seedsFor = (runs: number): number[] =>
  Array.from({ length: Math.ceil(runs / IN_CHAPTER) }, (_, index) => SEED + index);

test('a studio that acknowledges too early is found out', async () => {
  const failing = await FailingStudio.open(browser, join(ROOT, 'tests/crash/early-server.ts'));
  await failing.newChapter();
  await expect(failing.lookWhenSaved('q1z')).rejects.toThrow('“Saved”, and the store has not [user: q1z]');
  await failing.close();
});

test(`nothing is lost, stuck or falsely “Saved” in ${RUNS} sequences of failures from seed ${SEED}`, async () => {
  test.setTimeout(sizeOf(300_000, 3 * 3_600_000));
  const { failures, told } = await fuzz(seedsFor(RUNS), RUNS);
  console.log(`failures: ${told}`);
  expect(failures.join('\n\n'), 'Run it again with PAPHOS_SEED=<seed>, then pin what it is').toBe('');
});
