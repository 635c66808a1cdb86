import { expect, test, type Browser } from '@playwright/test';
import { random } from '../helpers/document-fuzz/random.ts';
import { activePath } from '../../shared/document/tree.ts';
import { engineReaches, type Connection } from '../helpers/server.ts';
import { play, sequence, type Step } from './fuzz-steps.ts';
import { bare, shown } from './shown-turns.ts';
import { launch, StudioPage } from './studio.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';

const RUNS = sizeOf(30, 500);
/** One seed is one chapter, worked on in this many sequences. */
const IN_CHAPTER = 6;
/** What seeds that failed once came down to. */
const FOUND: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  [
    'the turn that a reply follows is taken away while the reply begins',
    [
      { does: 'replaceAll', text: 'It rains.\n<|user|>\nI wait.', rest: 300 },
      { does: 'reply', at: [1, 1], rest: 0 },
      { does: 'replace', from: [0, 1], to: [1, 1], text: '', rest: 0 },
    ],
  ],
  [
    'a new turn is written behind the one that a reply follows while the reply begins',
    [
      { does: 'replaceAll', text: 'It rains.\n<|user|>\nI wait.', rest: 300 },
      { does: 'reply', at: [1, 1], rest: 0 },
      { does: 'paste', at: [1, 1], text: '\n<|user|>\nAnd I wait.', rest: 0 },
    ],
  ],
  [
    'the turn that the other alternate follows is taken away while that is fetched',
    [
      { does: 'replaceAll', text: 'It rains.\n<|user|>\nI wait.\n<|model|>\nNothing.', rest: 300 },
      { does: 'retry', at: [1, 1], rest: 800 },
      { does: 'stop', rest: 300 },
      { does: 'previous', at: [1, 1], rest: 0 },
      { does: 'replace', from: [0, 1], to: [0.4, 1], text: '', rest: 0 },
    ],
  ],
  [
    'the turn that is continued is typed in while that begins',
    [
      { does: 'replaceAll', text: 'It rains.', rest: 300 },
      { does: 'continue', at: [1, 1], rest: 0 },
      { does: 'type', at: [0, 0], text: 'Again and again. ', rest: 0 },
    ],
  ],
  [
    'the turn that is continued is typed in before and behind the place within one save',
    [
      { does: 'replaceAll', text: 'It rains.\nStill.\nNow not.', rest: 300 },
      { does: 'continue', at: [0.5, 1], rest: 90 },
      { does: 'type', at: [0, 0], text: 'Oh. ', rest: 0 },
      { does: 'replace', from: [1, 0.5], to: [1, 1], text: 'x', rest: 0 },
    ],
  ],
  [
    'a reply is asked for while the other alternate is fetched',
    [
      { does: 'replaceAll', text: 'It rains.\n<|user|>\nI wait.\n<|model|>\nNothing.\n<|user|>\nStill?', rest: 300 },
      { does: 'retry', at: [0.7, 0], rest: 800 },
      { does: 'previous', at: [0.7, 0], rest: 400 },
      { does: 'next', at: [0.7, 0], rest: 0 },
      { does: 'reply', at: [1, 1], rest: 0 },
      { does: 'previous', at: [1, 1], rest: 0 },
    ],
  ],
  [
    'a reply is taken away while it is written, and back again',
    [
      { does: 'replaceAll', text: 'It rains.\n<|user|>\nI wait.', rest: 300 },
      { does: 'reply', at: [1, 1], rest: 120 },
      { does: 'remove', at: [1, 1], rest: 700 },
      { does: 'undo', times: 1, rest: 300 },
      { does: 'type', at: [1, 1], text: 'So it goes.', rest: 0 },
    ],
  ],
];
const CONFLICT = /changed elsewhere/;
/** The page with the editor goes. */
const turnsAway = ({ does }: Step): boolean => does === 'reload' || does === 'leave';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

class Fuzz {
  readonly studio: StudioPage;
  private readonly client: Connection['client'];
  private readonly storyId: string;
  /** Turns that the checked chapters have, and how many of them are off the path. */
  readonly seen = { turns: 0, beside: 0, sequences: 0 };

  constructor(studio: StudioPage, client: Connection['client'], storyId: string) {
    this.studio = studio;
    this.client = client;
    this.storyId = storyId;
  }

  async newChapter(): Promise<string> {
    return (await this.studio.newChapter(this.client, this.storyId)).id;
  }

  /** For the first chapter, and back again to the one that was left. */
  private async leave(): Promise<void> {
    const { page } = this.studio;
    const chapters = page.getByRole('list', { name: 'Chapters' });
    const here = await chapters.locator('[aria-current=true]').getAttribute('title');
    for (const row of [
      chapters.getByRole('listitem').first().getByRole('button').first(),
      chapters.getByTitle(here ?? '', { exact: true }),
    ]) {
      await page.locator('.ms-host').evaluateAll((hosts) => hosts.forEach((host) => host.classList.add('left')));
      await row.click();
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.ms-host')].every(
          (host) => '__paphosManuscript' in host && !host.classList.contains('left'),
        ),
      );
    }
  }

  /** Does the steps and answers with what does not agree in the end, or null. */
  async run(chapterId: string, steps: readonly Step[]): Promise<string | null> {
    const { studio } = this;
    const notices: string[] = [];
    const lost: string[] = [];
    let todo = steps;
    let came = false;
    for (let at = todo.findIndex(turnsAway); at !== -1; at = todo.findIndex(turnsAway)) {
      const stretch = await studio.inEditor(play, { steps: todo.slice(0, at), settle: false, came });
      notices.push(...stretch.notices);
      lost.push(...stretch.lost);
      came = todo[at]?.does === 'leave';
      if (todo[at]?.does === 'reload') await studio.page.reload();
      else await this.leave();
      await studio.page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
      todo = todo.slice(at + 1);
    }
    const page = await studio.inEditor(play, { steps: todo, settle: true, came });
    await studio.saved();
    notices.push(...page.notices);
    lost.push(...page.lost);
    const { turns, activeRootId } = await this.client.chapters.open({ id: chapterId });
    const path = activePath({ activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) });
    const ids = path.map(({ id }) => id);
    const differs = (name: string, one: unknown, other: unknown) =>
      JSON.stringify(one) === JSON.stringify(other)
        ? []
        : [`${name}\n    ${JSON.stringify(one)}\n    ${JSON.stringify(other)}`];
    const { segments } = await this.client.writing.plan({ chapterId, turnId: null, offset: null });
    const faults = [
      ...differs('the page and the store', shown(page.text).map(bare), path.map(bare)),
      ...differs(
        'the store and the planner',
        ids,
        segments.map(({ source }) => source.id),
      ),
      ...differs('ids, all and each once', turns.length, new Set(turns.map(({ id }) => id)).size),
      ...lost,
      ...notices.filter((notice) => CONFLICT.test(notice)),
      ...studio.violations.splice(0),
    ];
    return faults.length === 0
      ? null
      : `${faults.join('\n  ')}\n  page ${JSON.stringify(page.text)}\n  heard ${JSON.stringify(notices)}`;
  }

  async seed(seed: number, sequences: number): Promise<string | null> {
    const chance = random(seed);
    const chapterId = await this.newChapter();
    for (let index = 0; index < sequences; index++) {
      const steps = sequence(chance);
      const fault = await this.run(chapterId, steps).catch((error: unknown) =>
        [`the steps did not end: ${String(error)}`, ...this.studio.violations.splice(0)].join('\n  '),
      );
      if (fault !== null) return `seed ${seed}, sequence ${index + 1}: ${fault}\n  steps ${JSON.stringify(steps)}`;
    }
    const { turns, activeRootId } = await this.client.chapters.open({ id: chapterId });
    const living = turns.filter(({ tombstone }) => tombstone === null);
    this.seen.sequences += sequences;
    this.seen.turns += living.length;
    this.seen.beside +=
      living.length - activePath({ activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) }).length;
    return null;
  }
}

async function begin(): Promise<{ fuzz: Fuzz; end: () => Promise<void> }> {
  const studio = await StudioPage.open(browser);
  await studio.engineReady();
  const { client, close } = await studio.client();
  await engineReaches(client, ['ready']);
  const [story] = await client.stories.list();
  if (story === undefined) throw new Error('no story');
  const sampling = await client.settings.sampling({ storyId: story.id });
  await client.settings.setSampling({ storyId: story.id, sampling: { ...sampling, maxTokens: 10, seed: 7 } });
  return {
    fuzz: new Fuzz(studio, client, story.id),
    end: async () => {
      close();
      await studio.close();
    },
  };
}

test('M10 in the studio: what once did not agree', async () => {
  const { fuzz, end } = await begin();
  for (const [what, steps] of FOUND) expect(await fuzz.run(await fuzz.newChapter(), steps), what).toBeNull();
  await end();
});

test(`M10 in the studio: page, store and planner agree after ${RUNS} sequences from seed ${SEED}`, async () => {
  test.setTimeout(sizeOf(600_000, 3_600_000));
  const { fuzz, end } = await begin();
  const failures: string[] = [];
  for (let done = 0, seed = SEED; done < RUNS && failures.length < 3; done += IN_CHAPTER, seed++) {
    const fault = await fuzz.seed(seed, Math.min(IN_CHAPTER, RUNS - done));
    if (fault !== null) failures.push(fault);
  }
  console.log(
    `fuzz: ${fuzz.seen.sequences} sequences agree; ${fuzz.seen.turns} turns, ${fuzz.seen.beside} of them on other branches`,
  );
  expect(failures.join('\n\n'), 'Run it again with PAPHOS_SEED=<seed>, then pin the steps that it comes down to').toBe(
    '',
  );
  await end();
});
