import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { newId } from '../../shared/document/ids.ts';
import type { Op } from '../../shared/document/turn.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { launch, StudioPage } from '../browser/studio.ts';
import { EMBEDDED_MODEL, engineReaches, temporaryFolder, type StudioClient } from '../helpers/server.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { atLeast, atMost, median, noted, quantile, report, type Result } from './report.ts';

const ROUNDS = 5;
const WORDS = 'rain harbour lamp pier key town door wind boathouse moment footprints wall night tide glass rope lantern salt'.split(' ');
const paragraph = (words: number, seed: number): string => `The ${Array.from({ length: words - 1 }, (_, n) => WORDS[(n * 7 + seed * 13) % WORDS.length]).join(' ')}.`;
const prose = (words: number): string => Array.from({ length: Math.ceil(words / 90) }, (_, n) => paragraph(90, n)).join('\n');

/** A chapter that one change fills. */
async function writeChapter(client: StudioClient, title: string, turns: readonly { role: 'user' | 'model'; text: string }[]): Promise<{ storyId: string; chapterId: string; turnIds: string[] }> {
  const [storyId, chapterId, first] = [newId(), newId(), newId()];
  await client.stories.create({ id: storyId, title, chapterId, turnId: first });
  const held = (await client.writing.hold({ storyId }))[Symbol.asyncIterator]();
  await held.next();
  const { structureRev } = await client.chapters.open({ id: chapterId });
  const turnIds = turns.map(() => newId());
  const ops: Op[] = turns.map((turn, n) => ({ op: 'insert', turn: { id: turnIds[n] ?? '', role: turn.role, speaker: null, marked: true, text: turn.text }, after: turnIds[n - 1] ?? first, as: 'chain' }));
  await client.writing.applyChange({ changeId: newId(), chapterId, structureRev, ops });
  await held.return?.();
  return { storyId, chapterId, turnIds };
}

async function startTimes(browser: Browser, data: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.now();
    const studio = await StudioPage.start(browser, { data, built: true });
    await studio.page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
    await studio.page.waitForFunction(() => document.activeElement?.closest('.monaco-editor') !== null);
    const key = `k${round}`;
    await studio.page.keyboard.type(key);
    await studio.page.waitForFunction((typed) => document.querySelector('.view-lines')?.textContent?.includes(typed), key);
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
      window.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter') return;
        const pressed = performance.now();
        const listener = view.onDidChangeModelContent(() => { if ((view.getModel()?.getValueLength() ?? 0) > length + marker) { host.firstToken = performance.now() - pressed; listener.dispose(); } });
      }, { capture: true, once: false });
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

async function bareTokensPerSecond(model: string, tokens: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-loop.ts'), model, String(tokens)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += String(chunk); });
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
  await client.settings.setSampling({ storyId: story?.id ?? '', sampling: { ...DEFAULT_SAMPLING, temperature: 0, minP: 0, repetitionPenalty: 1, maxTokens: tokens, banEnd: false, seed: 1 } });
  await studio.page.reload();
  await studio.ready();
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await bareTokensPerSecond(model, tokens);
    await studio.page.getByRole('button', { name: round === 0 ? 'Reply' : 'Retry' }).first().click();
    const status = await engineReaches(client, ['generating']).then(() => engineReaches(client, ['ready'], 120_000));
    ratios.push((status.tokensPerSecond ?? 0) / bare);
    await studio.replyEnds();
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
  await studio.page.waitForFunction((words) => { const text = document.querySelector('.view-lines')?.textContent ?? ''; return !text.includes('SMALL') && text.includes(words); }, 'harbour');
  return performance.now() - before;
}

async function keystrokes(studio: StudioPage): Promise<{ rendered: number[]; painted: number[] }> {
  await studio.inEditor((view) => {
    const host = window as unknown as { rendered: number[]; painted: number[] };
    Object.assign(host, { rendered: [], painted: [] });
    let pressed = 0;
    window.addEventListener('keydown', () => { pressed = performance.now(); }, { capture: true });
    view.onDidChangeModelContent(() => {
      if (!pressed) return;
      const since = pressed;
      pressed = 0;
      queueMicrotask(() => {
        view.render(true);
        host.rendered.push(performance.now() - since);
        requestAnimationFrame(() => setTimeout(() => host.painted.push(performance.now() - since)));
      });
    });
  });
  for (let n = 0; n < 200; n += 1) await studio.page.keyboard.press(n % 6 === 5 ? 'Space' : 'a', { delay: 15 });
  await studio.page.waitForTimeout(500);
  return studio.page.evaluate(() => { const { rendered, painted } = window as unknown as { rendered: number[]; painted: number[] }; return { rendered, painted }; });
}

async function longChapters(browser: Browser): Promise<Result[]> {
  const data = temporaryFolder('bench-long');
  const studio = await StudioPage.open(browser, { built: true, data });
  const { client, close } = await studio.client();
  await writeChapter(client, 'The small one', [{ role: 'model', text: `SMALL ${paragraph(20, 1)}` }]);
  await writeChapter(client, 'One long turn', [{ role: 'model', text: prose(100_000) }]);
  await writeChapter(client, 'Four hundred turns', Array.from({ length: 400 }, (_, n) => ({ role: n % 2 ? 'model' as const : 'user' as const, text: n % 2 ? prose(470) : paragraph(30, n) })));
  await studio.page.reload();
  await studio.ready();
  const opened: Record<string, number[]> = { 'One long turn': [], 'Four hundred turns': [] };
  for (let round = 0; round < ROUNDS; round += 1) for (const title of Object.keys(opened)) opened[title]?.push(await openChapter(studio, title));

  const [longest] = (await client.stories.list()).filter((story) => story.title === 'One long turn');
  await client.settings.setSampling({ storyId: longest?.id ?? '', sampling: { ...DEFAULT_SAMPLING, maxTokens: 700, banEnd: true } });
  const streaming: { rendered: number[]; painted: number[] } = { rendered: [], painted: [] };
  await openChapter(studio, 'One long turn');
  await studio.engineReady();
  await studio.inEditor((view) => { const end = view.getModel()?.getFullModelRange().getEndPosition(); if (end) { view.setPosition(end); view.revealPosition(end); view.focus(); } });
  await studio.button('Reply').click();
  await studio.page.waitForTimeout(1500);
  await studio.inEditor((view) => { const line = Math.floor((view.getModel()?.getLineCount() ?? 2) / 2); view.setPosition({ lineNumber: line, column: 10 }); view.revealLineInCenter(line); view.focus(); });
  const measured = await keystrokes(studio);
  streaming.rendered.push(...measured.rendered);
  streaming.painted.push(...measured.painted);
  if (await studio.button('Stop').isVisible()) await studio.button('Stop').click();
  await studio.replyEnds();
  close();
  await studio.close();
  return [
    atMost('open_100k_words_ms', Math.max(...Object.values(opened).map(median)), 'ms', 900),
    atMost('keystroke_p95_ms', quantile(streaming.rendered, 0.95), 'ms', 16.7),
    atMost('keystroke_p99_ms', quantile(streaming.rendered, 0.99), 'ms', 33),
    noted('keystroke_painted_p95_ms', quantile(streaming.painted, 0.95), 'ms'),
  ];
}

const folderBytes = (folder: string): number => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

async function saving(browser: Browser): Promise<Result[]> {
  const data = temporaryFolder('bench-saving');
  mkdirSync(data, { recursive: true });
  const studio = await StudioPage.open(browser, { built: true, data });
  const { client, close } = await studio.client();
  const long = await writeChapter(client, 'Long', [{ role: 'model', text: prose(100_000) }]);
  const short = await writeChapter(client, 'Short', [{ role: 'model', text: prose(1_000) }]);
  const versions = new Map<string, number>();
  const key = async (chapter: typeof long, ins: string): Promise<number> => {
    const [turnId = ''] = chapter.turnIds;
    const before = performance.now();
    const ack = await client.writing.applyChange({ changeId: newId(), chapterId: chapter.chapterId, structureRev: 0, ops: [{ op: 'setText', turnId, version: versions.get(turnId) ?? 1, at: 500, del: 0, ins }] });
    versions.set(turnId, ack.versions[turnId] ?? 0);
    return performance.now() - before;
  };
  for (const { storyId } of [long, short]) await (await client.writing.hold({ storyId }))[Symbol.asyncIterator]().next();
  const times = { long: [] as number[], short: [] as number[] };
  for (let n = 0; n < 400; n += 1) { times.long.push(await key(long, 'a')); times.short.push(await key(short, 'a')); }
  const size = folderBytes(data);
  // An hour at 60 words a minute is 18,000 letters; the page saves at most four times a second.
  for (let save = 0; save < 14_400; save += 1) await key(long, save % 4 === 3 ? ' word'[save % 5] ?? 'a' : 'a');
  const grown = folderBytes(data) - size;
  close();
  await studio.close();
  return [atMost('save_growth', median(times.long) / median(times.short), 'ratio', 1.5), atMost('typing_hour_mb', grown / 1e6, 'MB', 5)];
}

const browser = await launch();
const results: Result[] = [];
const warm = temporaryFolder('bench-start');
results.push(atMost('start_ms', await startTimes(browser, warm), 'ms', 3000));
results.push(atMost('first_token_ms', await firstToken(browser), 'ms', 150));
results.push(atLeast('throughput_ratio', await throughput(browser, makeModel({ size: 'large', vocabulary: 'bpe' }), 48), 'ratio', 0.95));
results.push(noted('throughput_ratio_embedded', await throughput(browser, EMBEDDED_MODEL, 200), 'ratio'));
results.push(...await longChapters(browser));
results.push(...await saving(browser));
await browser.close();
report('first', results);
