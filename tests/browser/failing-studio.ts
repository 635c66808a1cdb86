import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, type Browser, type Page } from '@playwright/test';
import { readStore } from '../../electron/storage/core/read-store.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { activePath } from '../../shared/document/tree.ts';
import type { TreeTurn } from '../../shared/document/turn.ts';
import { openProxy, type Proxy } from '../helpers/proxy.ts';
import { childrenOf, engineReaches } from '../helpers/server.ts';
import type { Failure, Scene } from './failure-scenes.ts';
import { play, type Step } from './fuzz-steps.ts';
import { comeToRest, see, type Seen } from './seen-page.ts';
import { bare, shown } from './shown-turns.ts';
import { inEditor, StudioPage } from './studio.ts';

/** The page comes to `localhost`, which is another way to the server, through a network that can fail. */
export const WAY = '127.0.0.2';
const REST_MS = 25_000;

/** Errors of a page whose studio is gone for a moment. */
const EXPECTED = /Failed to fetch|WebSocket|AbortError|fetch dynamically/;

/** A turn as it is told. */
export const said = ({ role, speaker, text }: { role: string; speaker: string | null; text: string | null }): string =>
  `[${role}${speaker === null ? '' : ` ${speaker}`}: ${text ?? ''}]`;
const isOfThePage = ({ fails }: Failure): boolean => fails === 'reload' || fails === 'leave' || fails === 'takeover';
const nameOf = (failure: Failure): string => {
  if (failure.fails === 'server') return failure.by;
  if (failure.fails !== 'network') return failure.fails;
  if (failure.how === 'forwards') return 'cut';
  return failure.how === 'refuses' || !failure.cuts ? failure.how : `${failure.how} and cut`;
};

const isIn = (part: string, whole: string): boolean => {
  let at = -1;
  for (const letter of part.replaceAll(/\s/g, '')) {
    at = whole.indexOf(letter, at + 1);
    if (at === -1) return false;
  }
  return true;
};

export type Kind = 'lost' | 'stuck' | 'falselySaved' | 'different';

export class Fault extends Error {
  readonly kind: Kind;
  constructor(kind: Kind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The studio, the way to it, and what is to be found in the store. */
export class FailingStudio {
  readonly studio: StudioPage;
  private readonly network: Proxy;
  private chapter = { id: '', title: '' };
  private other = { id: '', title: '' };
  private storyId = '';
  /** Words that were typed and that nobody took away. */
  private words = new Set<string>();
  /** Turns that the person deleted: what stands in them can be brought back. */
  private removed = new Set<string>();
  /** What streamed onto the page with nobody writing since. */
  private streamed: NonNullable<Seen['stream']>[] = [];
  /** The server was, and the page may not have heard of it. */
  private wasKilled = false;
  private heard: string[] = [];
  readonly counts: Record<string, number> = {};

  private constructor(studio: StudioPage, network: Proxy) {
    this.studio = studio;
    this.network = network;
  }

  /** `entry`: another server than the program's. */
  static async open(browser: Browser, entry?: string): Promise<FailingStudio> {
    let network: Proxy | null = null;
    const studio = await StudioPage.open(browser, {
      ...(entry === undefined ? { built: true } : { entry }),
      async through({ port, url }) {
        network = await openProxy(WAY, port);
        return url.replace('127.0.0.1', 'localhost');
      },
    });
    if (network === null) throw new Error('no network');
    studio.page.context().setDefaultTimeout(REST_MS);
    const failing = new FailingStudio(studio, network);
    await failing.begin();
    return failing;
  }

  private async begin(): Promise<void> {
    await this.studio.engineReady();
    const { client, close } = await this.studio.client();
    const [story] = await client.stories.list();
    this.storyId = story?.id ?? '';
    const [chapter] = await client.chapters.list({ storyId: this.storyId });
    if (chapter === undefined) throw new Error('no chapter');
    this.other = chapter;
    const sampling = await client.settings.sampling({ storyId: this.storyId });
    await client.settings.setSampling({
      storyId: this.storyId,
      sampling: { ...sampling, banEnd: true, maxTokens: 60, seed: 7 },
    });
    close();
  }

  async close(): Promise<void> {
    await this.network.close();
    await this.studio.close();
  }

  async newChapter(): Promise<void> {
    const { client, close } = await this.studio.client();
    this.chapter = await this.studio.newChapter(client, this.storyId);
    close();
    this.words.clear();
    this.removed.clear();
    this.streamed = [];
  }

  private count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  private stored(): { all: TreeTurn[]; turns: TreeTurn[]; path: TreeTurn[] } {
    const tree = readStore(join(this.studio.data, 'store.db'), (db) => readTree(db, this.chapter.id, { texts: 'all' }));
    const all = [...tree.turns.values()];
    return { all, turns: all.filter(({ tombstone }) => tombstone === null), path: activePath(tree) };
  }

  /** Looks at page and store when the server has stood still for a while; `last` is done before it goes on. */
  private async look(
    stillMs = 0,
    last: () => void = () => undefined,
  ): Promise<Seen & ReturnType<FailingStudio['stored']>> {
    const { server, studio } = this;
    server.kill('SIGSTOP');
    try {
      await sleep(stillMs);
      const seen = await studio.inEditor(see);
      const stored = this.stored();
      this.assertSaved(seen, stored.turns);
      last();
      return { ...seen, ...stored };
    } finally {
      server.kill('SIGCONT');
    }
  }
  /** Looks in the very moment in which what is typed is said to be saved. */
  async lookWhenSaved(text: string): Promise<void> {
    await this.play([{ does: 'type', at: [1, 1], text, rest: 0 }]);
    await this.studio.page.waitForFunction(
      () => document.querySelector('[role=status][aria-label=Saved]')?.textContent === 'Saved',
    );
    await this.look();
  }

  private get server() {
    return this.studio.server.process;
  }

  private assertSaved({ text, says, isReader }: Seen, turns: readonly TreeTurn[]): void {
    this.count('looks');
    if (says !== 'Saved' || isReader) return;
    this.count('looks that found Saved');
    const living = new Set(turns.map((turn) => said(turn)));
    const missing = shown(text).find((turn) => turn.text !== '' && !living.has(said(turn)));
    if (missing !== undefined)
      throw new Fault('falselySaved', `“Saved”, and the store has not ${said(missing)}, but ${[...living].join(' ')}`);
  }

  async run(sequence: readonly Scene[]): Promise<void> {
    this.heard = [];
    await this.engineIsBack();
    for (const scene of sequence) {
      await this.scene(scene);
      if (scene.rests) await this.rests();
    }
    await this.rests();
    const { text, path } = await this.look();
    this.assertSame('the page and the store', shown(text).map(bare), path.map(bare));
    const violations = this.studio.violations.splice(0).filter((violation) => !EXPECTED.test(violation));
    if (violations.length > 0) throw new Fault('different', violations.join('\n'));
  }

  /** After its sequences a chapter can be written on, is planned as it stands, and is the same after a reload. */
  async endChapter(): Promise<void> {
    await this.engineIsBack();
    await this.works();
    const before = await this.look();
    const { client, close } = await this.studio.client();
    const { segments } = await client.writing.plan({ chapterId: this.chapter.id, turnId: null, offset: null });
    close();
    const planned = segments.map(({ source }) => source.id);
    this.assertSame(
      'the store and the planner',
      before.path.map(({ id }) => id),
      planned,
    );
    await this.reload();
    await this.rests();
    const after = await this.look();
    this.assertSame('the page before and after a reload', shown(before.text).map(bare), shown(after.text).map(bare));
  }

  private assertSame(what: string, one: unknown, other: unknown): void {
    const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
    if (first !== second) throw new Fault('different', `${what}\n    ${first}\n    ${second}`);
  }

  private async scene({ steps, after, failure }: Scene): Promise<void> {
    this.streamed = [];
    let isPlaying = true;
    const playing = this.play(steps).finally(() => {
      isPlaying = false;
    });
    // It is awaited below; where something else fails first, that is told.
    playing.catch(() => undefined);
    await sleep(after);
    if (isOfThePage(failure)) await playing;
    await this.fail(failure, () => !isPlaying);
    await playing;
  }

  private async play(steps: readonly Step[]): Promise<void> {
    const { written, taken, ignored, notices, removed } = await this.studio.inEditor(play, { steps, settle: false });
    this.heard.push(...notices);
    if (ignored.length > 0) throw new Fault('lost', `typed, and not on the page: ${ignored.join(' ')}`);
    for (const word of taken) this.words.delete(word);
    for (const word of written) this.words.add(word);
    for (const id of removed) this.removed.add(id);
    this.count('words', written.length);
  }

  private async fail(failure: Failure, isStill: () => boolean): Promise<void> {
    const { network, studio } = this;
    this.count(nameOf(failure));
    const looked = await this.look(failure.fails === 'server' ? failure.stillMs : 0, () => {
      if (failure.fails === 'server' && failure.by === 'SIGKILL') this.server.kill('SIGKILL');
      if (failure.fails === 'engine') for (const pid of childrenOf(studio.server)) process.kill(pid, 'SIGKILL');
    });
    // What a person wrote into it and the page had not saved is among what a reload may forget.
    const isMixed = /q\d+z/.test(looked.stream?.text ?? '');
    const mayForget = failure.fails === 'reload' && (this.wasKilled || isMixed);
    // One whose turn the person took away shows nothing.
    if (isStill() && looked.stream !== null && looked.stream.text !== '' && !mayForget)
      this.streamed.push(looked.stream);
    if (failure.fails === 'server') this.wasKilled = true;
    switch (failure.fails) {
      case 'server':
        if (failure.by === 'SIGTERM') await studio.server.stop();
        else await studio.server.kill();
        await sleep(failure.downMs);
        return studio.startAgain();
      case 'engine':
        return;
      case 'network':
        network.set(failure.how);
        await sleep(failure.ms);
        if (failure.cuts) network.cut();
        network.set('forwards');
        return;
      case 'reload':
        this.forget(looked);
        return this.reload();
      case 'leave':
        if (failure.offline) network.set('refuses');
        await this.goTo(this.other.title, !failure.offline);
        await sleep(failure.awayMs);
        await this.goTo(this.chapter.title, !failure.offline);
        network.set('forwards');
        return this.isThere();
      case 'takeover':
        return this.takenOver(failure.word);
    }
  }

  /** A page that is reloaded may forget what it said was not saved. */
  private forget({ says, turns }: Awaited<ReturnType<FailingStudio['look']>>): void {
    if (says === 'Saved') return;
    const all = turns.map(said).join(' ');
    for (const word of [...this.words].filter((one) => !all.includes(one))) {
      this.words.delete(word);
      this.count('words forgotten by a reload');
    }
  }

  /** Which chapter was open last is remembered in a moment, if nothing fails then. */
  private async reload(): Promise<void> {
    const { page } = this.studio;
    await page.reload();
    await page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
    const open = page.getByRole('list', { name: 'Chapters' }).locator('[aria-current]');
    if ((await open.getAttribute('title')) !== this.chapter.title) await this.goTo(this.chapter.title);
  }

  private async goTo(title: string, waits = true): Promise<void> {
    const { page } = this.studio;
    await page.evaluate(() => {
      for (const host of document.querySelectorAll('.ms-host')) host.classList.add('left');
    });
    await page.getByRole('list', { name: 'Chapters' }).locator(`button[title="${title}"]`).click();
    if (waits) await this.isThere();
  }

  /** The chapter that was gone to stands on the page. */
  private async isThere(): Promise<void> {
    await this.studio.page.waitForFunction(
      () =>
        document.querySelector('.ms-host.left') === null &&
        [...document.querySelectorAll('.ms-host')].some((host) => '__paphosManuscript' in host),
    );
  }

  private async takenOver(word: string): Promise<void> {
    const tab = await this.studio.page.context().newPage();
    await tab.goto(`http://localhost:${String(this.studio.server.port)}/`);
    await tab.getByRole('textbox', { name: 'Manuscript' }).waitFor();
    await this.restOf(tab);
    const { ignored } = await inEditor(tab, play, {
      steps: [{ does: 'type', at: [1, 1], text: ` ${word} `, rest: 0 }],
      settle: true,
    } as const);
    if (ignored.length > 0) throw new Fault('lost', `typed in another tab, and not on its page: ${word}`);
    this.words.add(word);
    await this.restOf(this.studio.page);
    await tab.close();
  }

  private async restOf(page: Page): Promise<void> {
    const stuck = await page.evaluate(comeToRest, REST_MS);
    if (stuck !== null) throw new Fault('stuck', stuck);
  }

  /** Everything works again: the page comes to rest, and what was typed is in the store. */
  private async rests(): Promise<void> {
    await expect.poll(() => this.studio.page.locator('.ms-host').count()).toBe(1);
    await this.restOf(this.studio.page);
    const { all: everything, turns } = await this.look();
    const all = everything
      .filter(({ id, tombstone }) => tombstone === null || this.removed.has(id))
      .map(said)
      .join(' ');
    const lost = [...this.words].filter((word) => !all.includes(word));
    if (lost.length > 0) throw new Fault('lost', `${lost.join(' ')} in ${all}`);
    for (const { turnId, text } of this.streamed) {
      const turn = turns.find(({ id }) => id === turnId);
      if (turn === undefined || !isIn(text, turn.text ?? ''))
        throw new Fault('lost', `“${text}” had streamed onto the page, and the store has “${turn?.text ?? ''}”`);
    }
    this.streamed = [];
    this.wasKilled = false;
  }

  private async engineIsBack(): Promise<void> {
    const { client, close } = await this.studio.client();
    const { state } = await engineReaches(client, ['ready', 'generating', 'idle', 'stopped', 'failed']);
    const [model] = await client.models.list();
    // One that was killed twice was put aside until somebody asks for it.
    if (state !== 'ready' && state !== 'generating')
      await client.models.load({ id: model?.id ?? '', contextSize: null, again: true });
    close();
  }

  /** A word is typed and saved, a reply is begun and stopped. */
  private async works(): Promise<void> {
    await this.studio.inEditor(play, {
      steps: [
        { does: 'type', at: [1, 1], text: 'And then? ', rest: 0 },
        { does: 'reply', at: [1, 1], rest: 150 },
        { does: 'stop', rest: 0 },
      ],
      settle: true,
    } as const);
    await this.rests();
  }

  /** What is known of a sequence that failed. */
  async tell(what: unknown): Promise<string> {
    const text = await this.studio.text().catch(String);
    const stored = this.stored()
      .all.map((turn) => `${turn.tombstone === null ? '' : 'removed '}${said(turn)}`)
      .join(' ');
    return `${String(what)}\n  page ${JSON.stringify(text)}\n  store ${stored}\n  heard ${JSON.stringify(this.heard)}`;
  }
}
