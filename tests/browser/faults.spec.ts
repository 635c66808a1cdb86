/**
 * Every fault of the table while every action of the other one is under way, in Chromium: the page, its renderer, the
 * engine, the server, its disk, its folder and the network each fail and are there again. What holds all the same:
 *
 * - *No false “Saved”.* The server is frozen, the page is looked at, and then the store's file: where the page says
 *   *Saved*, every turn that it shows is in the store.
 * - *Nothing is lost.* Every word that was typed is in a living turn of the store in the end, also on another branch;
 *   only a page that crashed may forget what it did not call saved. A restored library has what its backup had.
 * - *Nothing is stuck.* The page comes to rest; a reply can be had.
 * - *Page, store, a reload and a restart agree.*
 *
 * `npm run crash -- --nightly whole-app` runs all. PAPHOS_PAIR: those whose name has it, as “crashes · reply”.
 */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, test, type Browser } from '@playwright/test';
import { readStore } from '../../electron/storage/core/read-store.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { activePath } from '../../shared/document/tree.ts';
import { random, type Random } from '../helpers/document-fuzz/random.ts';
import { failDisk, hasFailingDisks, mendDisk } from '../helpers/failing-disk.ts';
import { openProxy, type Network, type Proxy } from '../helpers/proxy.ts';
import { childrenOf, engineReaches, type Connection } from '../helpers/server.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';
import { said } from './failing-studio.ts';
import { play } from './fuzz-steps.ts';
import { comeToRest, see, type Seen } from './seen-page.ts';
import { bare, shown } from './shown-turns.ts';
import { launch, StudioPage } from './studio.ts';

const WAY = '127.0.0.3';
const REST_MS = 45_000;
const CLICK = { timeout: 4000 };

let studio: StudioPage;
let network: Proxy;
let storyId = '';
/** Where the data folder lies now. */
let folder = '';
/** Words that the store has to have in the end. */
let words: string[] = [];
let typed = 0;

const calls = async <T>(work: (client: Connection['client']) => Promise<T>): Promise<T> => {
  const { client, close } = await studio.client();
  return work(client).finally(close);
};
const engines = (): number[] => childrenOf(studio.server);
const signal = (pids: readonly number[], name: NodeJS.Signals): void => pids.forEach((pid) => process.kill(pid, name));

/** Each begins, and answers with its end. */
const FAULTS: Readonly<Record<string, () => Promise<() => Promise<void> | void>>> = {
  'the disk fails': async () => {
    const { pid } = studio.server;
    failDisk(pid);
    return () => mendDisk(pid);
  },
  'the folder is moved away': async () => moved(),
  'another folder is in its place': async () => {
    const back = moved();
    mkdirSync(studio.data);
    return () => {
      renameSync(studio.data, `${studio.data}.other${String(Date.now())}`);
      back();
    };
  },
  'the engine is killed': async () => {
    signal(engines(), 'SIGKILL');
    return () => undefined;
  },
  'the engine stands still': async () => {
    const pids = engines();
    signal(pids, 'SIGSTOP');
    return () =>
      signal(
        pids.filter((pid) => engines().includes(pid)),
        'SIGCONT',
      );
  },
  'the page crashes': async () => {
    await studio.crashPage();
    return () => studio.comeBack();
  },
  'the page crashes while the server stands still': async () => {
    signal([studio.server.pid], 'SIGSTOP');
    await studio.crashPage();
    return () => {
      signal([studio.server.pid], 'SIGCONT');
      return studio.comeBack();
    };
  },
  'the server is killed': async () => {
    await studio.server.kill();
    return () => studio.startAgain();
  },
  'the server ends': async () => {
    await studio.server.stop();
    return () => studio.startAgain();
  },
  'the server stands still': async () => {
    signal([studio.server.pid], 'SIGSTOP');
    return () => signal([studio.server.pid], 'SIGCONT');
  },
  'the network is cut': async () => through('refuses'),
  'the network hangs': async () => through('hangs'),
};

function moved(): () => void {
  folder = `${studio.data}.away`;
  renameSync(studio.data, folder);
  return () => {
    renameSync(folder, studio.data);
    folder = studio.data;
  };
}
function through(how: Network): () => void {
  network.set(how);
  return () => {
    network.cut();
    network.set('forwards');
  };
}

/** What a person begins to do; whatever fails meanwhile, the page may refuse the rest of it. */
const ACTIONS: Readonly<Record<string, (done: { file: string | null }) => Promise<void>>> = {
  typing: async () => undefined,
  reply: () => studio.button('Reply').click(CLICK),
  'write on': async () => {
    await stoppedReply();
    await studio.button('Continue').click(CLICK);
  },
  retry: async () => {
    await stoppedReply();
    await studio.button('Retry').click(CLICK);
  },
  'new chapter': () => studio.button('New chapter').click(CLICK),
  'replace all': async () => {
    await studio.page.keyboard.press('Control+h');
    await studio.page.getByRole('searchbox', { name: 'Find in chapter' }).fill('seed', CLICK);
    await studio.page.getByRole('textbox', { name: 'Replace with' }).fill('bloom', CLICK);
    await studio.button('Replace all').click(CLICK);
  },
  export: async (done) => {
    await command('export');
    const dialog = studio.page.getByRole('dialog', { name: /^Export/ });
    await dialog.getByRole('radio', { name: 'Markdown' }).check(CLICK);
    const download = studio.page.waitForEvent('download', { timeout: 10_000 });
    await dialog.getByRole('button', { name: 'Export' }).click(CLICK);
    done.file = await (await download).path();
  },
  restore: async () => {
    await command('backups');
    const dialog = studio.page.getByRole('dialog', { name: 'Backups' });
    await dialog.getByRole('button', { name: /Restore the whole library/ }).click(CLICK);
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click(CLICK);
  },
};
/** Beside these nobody writes: a dialog is open, or another text comes. */
const ALONE = new Set(['replace all', 'export', 'restore']);

async function command(name: string): Promise<void> {
  await studio.page.keyboard.press('Control+k');
  await studio.page.keyboard.type(name);
  await studio.page.keyboard.press('Enter');
}
async function stoppedReply(): Promise<void> {
  await studio.button('Reply').click(CLICK);
  await sleep(500);
  await studio.button('Stop').click(CLICK);
}

const stored = (chapterId: string) => {
  const tree = readStore(join(folder, 'store.db'), (db) => readTree(db, chapterId, { texts: 'all' }));
  return { living: [...tree.turns.values()].filter(({ tombstone }) => tombstone === null), path: activePath(tree) };
};

/** Null while another chapter, or a library that was restored, is on its way onto the page. */
const ifThere = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (/no manuscript on the page|context was destroyed/.test(String(error))) return null;
    throw error;
  });

/** Page and store at one moment. `isFrozen`: the server stands still, or is not there, anyway. */
async function look(isFrozen = false): Promise<Seen | null> {
  if (!isFrozen) studio.server.process.kill('SIGSTOP');
  try {
    const seen = await ifThere(studio.inEditor(see));
    if (seen === null) return null;
    const living = stored(seen.chapterId).living.map(said);
    const isSaved = seen.says === 'Saved' && !seen.isReader;
    const missing = shown(seen.text).find((turn) => turn.text !== '' && !living.includes(said(turn)));
    expect(isSaved ? missing : undefined, `“Saved”, and the store has ${living.join(' ')}`).toBeUndefined();
    return seen;
  } finally {
    if (!isFrozen) studio.server.process.kill('SIGCONT');
  }
}

async function type(): Promise<void> {
  const word = `w${String(++typed)}z`;
  const steps = [{ does: 'type', at: [1, 1], text: ` ${word} `, rest: 0 }] as const;
  const played = await ifThere(studio.inEditor(play, { steps, settle: false }));
  if (played?.ignored.length === 0) words.push(word);
}

async function rests(): Promise<Seen> {
  await expect.poll(() => studio.page.locator('.ms-host').count(), { timeout: REST_MS }).toBe(1);
  const settled = (): Promise<string | null> => studio.page.evaluate(comeToRest, REST_MS);
  // A page whose library was restored opens anew.
  expect(await settled().catch(() => studio.ready().then(settled))).toBeNull();
  const seen = await look();
  if (seen === null) throw new Error('the page has come to rest without a manuscript');
  return seen;
}

async function reloaded(): Promise<Seen> {
  await studio.page.reload();
  await studio.ready();
  return rests();
}
const textOf = ({ text }: Seen) => shown(text).map(bare);

async function engineIsBack(): Promise<void> {
  await calls(async (client) => {
    const { state } = await engineReaches(client, ['ready', 'generating', 'idle', 'stopped', 'failed']);
    const [model] = await client.models.list();
    if (state !== 'ready' && state !== 'generating')
      await client.models.load({ id: model?.id ?? '', contextSize: null, again: true });
  });
}

async function open(browser: Browser): Promise<void> {
  studio = await StudioPage.open(browser, {
    built: true,
    async through({ port, url }) {
      network = await openProxy(WAY, port);
      return url.replace('127.0.0.1', 'localhost');
    },
  });
  folder = studio.data;
  await studio.engineReady();
  storyId = await calls(async (client) => (await client.stories.list())[0]?.id ?? '');
  await studio.longReplies(700);
}
async function close(): Promise<void> {
  await network.close();
  await studio.page.context().close();
  await studio.server.kill();
}

async function verifiedBackup(): Promise<void> {
  await calls(async (client) => {
    const { length } = (await client.backups.list()).backups;
    await client.backups.make();
    await expect.poll(async () => (await client.backups.list()).backups.length, { timeout: 20_000 }).toBe(length + 1);
  });
}

async function run(faultName: string, actionName: string, chance: Random): Promise<void> {
  const [fault, action] = [FAULTS[faultName], ACTIONS[actionName]];
  if (fault === undefined || action === undefined) throw new Error(`${faultName}, ${actionName}`);
  words = [];
  await calls((client) => studio.newChapter(client, storyId));
  await studio.inEditor((view) => view.focus());
  await studio.page.keyboard.type('seed and seed ');
  await type();
  await studio.saved();
  if (actionName === 'restore') await verifiedBackup();
  const backedUp = [...words];
  const writes = !ALONE.has(actionName);
  if (writes) await type();

  const done = { file: null as string | null };
  // What the page refuses meanwhile is no matter of this test.
  const acting = action(done).catch(() => undefined);
  await sleep(chance.pick([0, 50, 150, 300, 600, 900, 1400]));
  const crashes = faultName.startsWith('the page crashes');
  const before = await look();
  const sure = before?.says === 'Saved' ? [...words] : backedUp;
  const end = await fault();
  const isGone = /^the server|the server stands/.test(faultName);
  for (let n = 0; n < 4; n += 1) {
    if (writes && !crashes) await type();
    await sleep(200);
    if (!crashes && writes) await look(isGone);
  }
  await end();
  await Promise.race([acting, sleep(12_000)]);
  for (let n = 0; n < 2; n += 1) await studio.page.keyboard.press('Escape');
  await engineIsBack();

  const rested = await rests();
  const { living, path } = stored(rested.chapterId);
  expect(path.map(bare)).toEqual(textOf(rested));
  const due = actionName === 'restore' ? backedUp : crashes ? sure : words;
  const everything = actionName === 'new chapter' ? (await allChapters()).join(' ') : living.map(said).join(' ');
  expect(due.filter((word) => !everything.includes(word))).toEqual([]);
  if (done.file !== null) expect(readFileSync(done.file, 'utf8')).toContain(backedUp[0]);
  expect(textOf(await reloaded())).toEqual(textOf(rested));

  await type();
  await studio.page.keyboard.press('Control+End');
  await studio.engineReady();
  await studio.button('Reply').click();
  await sleep(200);
  await studio.page.keyboard.press('Escape');
  await studio.replyEnds();
  const last = await rests();
  await studio.server.kill();
  await studio.startAgain();
  expect(textOf(await reloaded())).toEqual(textOf(last));
  const log = readFileSync(join(folder, 'logs/paphos.log'), 'utf8');
  expect(log.match(/.* process[.]u.*/g) ?? []).toEqual([]);
  expect(studio.violations.splice(0).filter((one) => !EXPECTED.test(one))).toEqual([]);
}

async function allChapters(): Promise<string[]> {
  const chapters = await calls((client) => client.chapters.list({ storyId }));
  return chapters.flatMap(({ id }) => stored(id).living.map(said));
}

/** Errors of a page whose studio is gone for a moment. */
const EXPECTED = /Failed to fetch|WebSocket|AbortError|fetch dynamically/;

const PAIRS = Object.keys(FAULTS)
  .filter((name) => hasFailingDisks || name !== 'the disk fails')
  .flatMap((fault) => Object.keys(ACTIONS).map((action) => [fault, action] as const));
const COUNT = sizeOf(0, PAIRS.length);
const first = (SEED * COUNT) % PAIRS.length;
const chosen = [...PAIRS, ...PAIRS].slice(first, first + COUNT);

test.describe(`everything fails, seed ${String(SEED)}`, () => {
  test.skip(process.platform === 'win32', 'nothing stands still there');
  let browser: Browser;
  let isWhole = false;
  test.beforeAll(async () => {
    browser = await launch([`--host-resolver-rules=MAP localhost ${WAY}`]);
  });
  test.afterAll(async () => {
    if (isWhole) await close();
    await browser.close();
  });
  const only = process.env['PAPHOS_PAIR'];
  for (const [fault, action] of only === undefined ? chosen : PAIRS.filter((pair) => pair.join(' · ').includes(only)))
    test(`${fault} · ${action}`, async () => {
      if (!isWhole) await open(browser);
      isWhole = false;
      try {
        await run(fault, action, random(SEED));
        isWhole = true;
      } catch (error) {
        await close().catch(() => undefined);
        throw error;
      }
    });
});
