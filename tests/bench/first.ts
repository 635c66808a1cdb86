import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { launch, StudioPage } from '../browser/studio.ts';
import { EMBEDDED_MODEL, engineReaches, temporaryFolder } from '../helpers/server.ts';
import { largeModel } from '../helpers/model-maker.ts';
import { longTurn, saveCosts, typeFor } from '../helpers/typing-hour.ts';
import { writeChapter } from '../helpers/write-chapter.ts';
import { atLeast, atMost, median, noted, quantile, report, type Result } from './report.ts';

const ROUNDS = 5;
const WORDS =
  'rain harbour lamp pier key town door wind boathouse moment footprints wall night tide glass rope lantern salt'.split(
    ' ',
  );
const paragraph = (words: number, seed: number): string =>
  `The ${Array.from({ length: words - 1 }, (_, n) => WORDS[(n * 7 + seed * 13) % WORDS.length]).join(' ')}.`;
const prose = (words: number): string =>
  Array.from({ length: Math.ceil(words / 90) }, (_, n) => paragraph(90, n)).join('\n');

async function startTimes(browser: Browser, data: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.now();
    const studio = await StudioPage.start(browser, { data, built: true });
    await studio.page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
    await studio.page.waitForFunction(() => document.activeElement?.closest('.monaco-editor') !== null);
    const key = `k${round}`;
    await studio.page.keyboard.type(key);
    await studio.page.waitForFunction(
      (typed) => document.querySelector('.view-lines')?.textContent?.includes(typed),
      key,
    );
    times.push(performance.now() - before);
    await studio.saved();
    await studio.close();
  }
  return median(times);
}

/** From the key to the first streamed letter, on the embedded model, with the prefix evaluated. */
async function firstToken(browser: Browser): Promise<number> {
  const studio = await StudioPage.open(browser, { built: true });
  await studio.engineReady();
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (round > 0) await studio.page.keyboard.type('I look around.');
    await studio.saved();
    await studio.page.waitForTimeout(600);
    await studio.inEditor((view) => {
      const host = window as unknown as { firstToken?: number };
      host.firstToken = 0;
      const length = view.getModel()?.getValueLength() ?? 0;
      const marker = 12;
      window.addEventListener(
        'keydown',
        (event) => {
          if (event.key !== 'Enter') return;
          const pressed = performance.now();
          const listener = view.onDidChangeModelContent(() => {
            if ((view.getModel()?.getValueLength() ?? 0) > length + marker) {
              host.firstToken = performance.now() - pressed;
              listener.dispose();
            }
          });
        },
        { capture: true, once: false },
      );
    });
    await studio.page.keyboard.press('Control+Enter');
    await studio.page.waitForFunction(() => ((window as unknown as { firstToken?: number }).firstToken ?? 0) > 0);
    const time = await studio.page.evaluate(() => (window as unknown as { firstToken: number }).firstToken);
    if (round > 0) times.push(time);
    await studio.replyEnds();
  }
  await studio.close();
  return median(times);
}

async function bareTokensPerSecond(model: string, tokens: number, promptTokens: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'bare-loop.ts'), model, String(tokens), String(promptTokens)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += String(chunk);
  });
  await once(child, 'exit');
  return Number(out.trim().split('\n').at(-1));
}

/** Greedy generation through the whole studio with the page attached, against a bare evaluate loop, alternating. */
async function throughput(browser: Browser, model: string, tokens: number): Promise<number> {
  const models = temporaryFolder('bench-models');
  const name = 'measured';
  copyFileSync(model, join(models, `${name}.gguf`));
  const studio = await StudioPage.open(browser, { built: true, models });
  const { client, close } = await studio.client();
  const listed = (await client.models.list()).find((file) => !file.demo);
  if (!listed) throw new Error('the measured model is not listed');
  await studio.engineReady();
  await client.models.setFormat({ id: listed.id, format: 'metharme' });
  await client.models.load({ id: listed.id, contextSize: 1024 });
  await engineReaches(client, ['ready'], 120_000);
  const [story] = await client.stories.list();
  await client.settings.setSampling({
    storyId: story?.id ?? '',
    sampling: {
      ...DEFAULT_SAMPLING,
      temperature: 0,
      minP: 0,
      repetitionPenalty: 1,
      candidates: 0,
      maxTokens: tokens,
      banEnd: false,
      seed: 1,
    },
  });
  await studio.page.reload();
  await studio.ready();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const { total } = await client.writing.plan({ chapterId: chapter?.id ?? '', turnId: null, offset: null });
  const ratios: number[] = [];
  let before = await bareTokensPerSecond(model, tokens, total);
  for (let round = 0; round < ROUNDS; round += 1) {
    const written = engineReaches(client, ['generating']).then(() => engineReaches(client, ['ready'], 120_000));
    await studio.page
      .getByRole('button', { name: round === 0 ? 'Reply' : 'Retry', exact: round > 0 })
      .first()
      .click();
    const status = await written;
    await studio.replyEnds();
    const after = await bareTokensPerSecond(model, tokens, total);
    ratios.push((2 * (status.tokensPerSecond ?? 0)) / (before + after));
    before = after;
  }
  close();
  await studio.close();
  return median(ratios);
}

async function openChapter(studio: StudioPage, title: string): Promise<number> {
  await studio.page.getByRole('list', { name: 'Stories' }).getByText('The small one').click();
  await studio.page.waitForFunction(() => document.querySelector('.view-lines')?.textContent?.includes('SMALL'));
  const before = performance.now();
  await studio.page.getByRole('list', { name: 'Stories' }).getByText(title).click();
  await studio.page.waitForFunction((words) => {
    const text = document.querySelector('.view-lines')?.textContent ?? '';
    return !text.includes('SMALL') && text.includes(words);
  }, 'harbour');
  return performance.now() - before;
}

interface Keys {
  readonly rendered: number[];
  readonly painted: number[];
}

/**
 * Times each key that is pressed while a reply streams: to the end of Monaco's render, and to the next painted frame.
 */
async function watchKeys(studio: StudioPage): Promise<void> {
  await studio.inEditor((view) => {
    const host = window as unknown as { keys: { rendered: number[]; painted: number[] } };
    host.keys = { rendered: [], painted: [] };
    let pressed = 0;
    const streams = (): boolean => document.querySelector('[role=toolbar] button[title=Esc]') !== null;
    window.addEventListener(
      'keydown',
      ({ key }) => {
        pressed = key.length === 1 && streams() ? performance.now() : 0;
      },
      { capture: true },
    );
    view.onDidChangeModelContent(() => {
      if (!pressed) return;
      const since = pressed;
      pressed = 0;
      queueMicrotask(() => {
        view.render(true);
        host.keys.rendered.push(performance.now() - since);
        requestAnimationFrame(() => setTimeout(() => host.keys.painted.push(performance.now() - since)));
      });
    });
  });
}

/**
 * A reply at the end of the chapter, keys in the middle of it for as long as it streams; again, until enough keys fell
 * into replies.
 */
async function typeWhileStreaming(studio: StudioPage, where: 'middle line' | 'longest line'): Promise<Keys> {
  await studio.inEditor(() => {
    (window as unknown as { keys: Keys }).keys = { rendered: [], painted: [] };
  });
  for (let reply = 0; reply < 4; reply += 1) {
    await studio.saved();
    await studio.page.waitForTimeout(1500);
    await studio.inEditor((view) => {
      const end = view.getModel()?.getFullModelRange().getEndPosition();
      if (end) {
        view.setPosition(end);
        view.revealPosition(end);
        view.focus();
      }
    });
    await studio.button('Reply').click();
    await studio.page.waitForFunction(() =>
      /^\d+ words/.test(document.querySelector('[role=toolbar] span.num')?.textContent ?? ''),
    );
    await studio.inEditor((view, wanted) => {
      const lines = view.getModel()?.getLinesContent() ?? [];
      const longest = Math.max(...lines.map((line) => line.length));
      const place =
        wanted === 'middle line'
          ? { lineNumber: Math.floor(lines.length / 2), column: 10 }
          : { lineNumber: lines.findIndex((line) => line.length === longest) + 1, column: Math.floor(longest / 2) };
      view.setPosition(place);
      view.revealPositionInCenter(place);
      view.focus();
    }, where);
    await studio.page.waitForTimeout(100);
    for (let n = 0; n < 60; n += 1) await studio.page.keyboard.press(n % 6 === 5 ? 'Space' : 'a', { delay: 15 });
    if (await studio.button('Stop').isVisible()) await studio.page.keyboard.press('Escape');
    await studio.replyEnds();
    const keys = await studio.page.evaluate(() => (window as unknown as { keys: Keys }).keys);
    if (keys.rendered.length >= 30) return keys;
  }
  throw new Error('too few keys fell into the replies');
}

async function longChapters(browser: Browser): Promise<Result[]> {
  const data = temporaryFolder('bench-long');
  const studio = await StudioPage.open(browser, { built: true, data });
  const { client, close } = await studio.client();
  await writeChapter(client, 'The small one', [{ role: 'model', text: `SMALL ${paragraph(20, 1)}` }]);
  await writeChapter(client, 'One long turn', [{ role: 'model', text: prose(100_000) }]);
  await writeChapter(
    client,
    'Four hundred turns',
    Array.from({ length: 400 }, (_, n) => ({
      role: n % 2 ? ('model' as const) : ('user' as const),
      text: n % 2 ? prose(470) : paragraph(30, n),
    })),
  );
  await studio.page.reload();
  await studio.ready();
  const opened: Record<string, number[]> = { 'One long turn': [], 'Four hundred turns': [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const title of Object.keys(opened)) opened[title]?.push(await openChapter(studio, title));

  const [longest] = (await client.stories.list()).filter((story) => story.title === 'One long turn');
  await client.settings.setSampling({
    storyId: longest?.id ?? '',
    sampling: { ...DEFAULT_SAMPLING, maxTokens: 700, banEnd: true },
  });
  await openChapter(studio, 'One long turn');
  await studio.engineReady();
  await watchKeys(studio);
  // The first keys of a page run code that has never run.
  await studio.page.keyboard.type('warm as the keys of a writer who has begun');
  const passes: Keys[] = [];
  for (let round = 0; round < ROUNDS; round += 1) passes.push(await typeWhileStreaming(studio, 'middle line'));
  close();
  await studio.close();
  return [
    atMost('open_100k_words_ms', Math.max(...Object.values(opened).map(median)), 'ms', 900),
    atMost('keystroke_p95_ms', across(passes, 'rendered', 0.95), 'ms', 16.7),
    atMost('keystroke_p99_ms', across(passes, 'rendered', 0.99), 'ms', 33),
    noted('keystroke_painted_p95_ms', across(passes, 'painted', 0.95), 'ms'),
  ];
}

const across = (passes: readonly Keys[], of: keyof Keys, share: number): number =>
  median(passes.map((keys) => quantile(keys[of], share)));

/** Keys in the middle of a paragraph of so many characters, while a reply streams behind it. */
async function longParagraph(browser: Browser, characters: number): Promise<readonly Keys[]> {
  const studio = await StudioPage.open(browser, { built: true, data: temporaryFolder('bench-paragraph') });
  const { client, close } = await studio.client();
  const text = prose(characters / 5)
    .replaceAll('\n', ' ')
    .slice(0, characters);
  const { storyId } = await writeChapter(client, 'One long paragraph', [{ role: 'model', text }]);
  await client.settings.setSampling({ storyId, sampling: { ...DEFAULT_SAMPLING, maxTokens: 700, banEnd: true } });
  await studio.page.reload();
  await studio.ready();
  await studio.page.getByRole('list', { name: 'Stories' }).getByText('One long paragraph').click();
  await studio.page.waitForFunction(() => document.querySelector('.view-lines')?.textContent?.includes('harbour'));
  await studio.engineReady();
  await watchKeys(studio);
  await studio.page.keyboard.type('warm as the keys of a writer who has begun');
  const passes: Keys[] = [];
  for (let round = 0; round < ROUNDS; round += 1) passes.push(await typeWhileStreaming(studio, 'longest line'));
  close();
  await studio.close();
  return passes;
}

/** At the store itself: a socket's round trip would hide a difference. */
function saving(): Result[] {
  const [long, short] = [longTurn(100_000), longTurn(1_000)];
  const cost = saveCosts(long, short, 400);
  for (const turn of [long, short]) turn.end();
  const hour = longTurn(100_000);
  const { most } = typeFor(hour, 3600);
  hour.end();
  return [atMost('save_growth', cost.long / cost.short, 'ratio', 1.5), atMost('typing_hour_mb', most / 1e6, 'MB', 5)];
}

const browser = await launch();
const parts: Readonly<Record<string, () => Promise<Result[]> | Result[]>> = {
  start: async () => [atMost('start_ms', await startTimes(browser, temporaryFolder('bench-start')), 'ms', 3000)],
  token: async () => [atMost('first_token_ms', await firstToken(browser), 'ms', 150)],
  throughput: async () => [
    atLeast('throughput_ratio', await throughput(browser, largeModel(), 200), 'ratio', 0.95),
    noted('throughput_ratio_embedded', await throughput(browser, EMBEDDED_MODEL, 200), 'ratio'),
  ],
  chapters: () => longChapters(browser),
  paragraph: async () => [
    atMost('long_paragraph_p95_ms', across(await longParagraph(browser, 20_000), 'rendered', 0.95), 'ms', 33),
    noted('longer_paragraph_p95_ms', across(await longParagraph(browser, 100_000), 'rendered', 0.95), 'ms'),
  ],
  saving,
};
const only = process.argv.indexOf('--only');
const chosen = only < 0 ? Object.keys(parts) : process.argv.slice(only + 1);
const results: Result[] = [];
for (const name of chosen) results.push(...((await parts[name]?.()) ?? []));
await browser.close();
report('first', results);
