import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { FakeEngine } from '../../../tests/helpers/fake-engine.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import type { GenerationEvent } from '../../../shared/contract/writing.ts';
import { isNormal } from '../../../shared/document/grammar.ts';
import { newId } from '../../../shared/document/ids.ts';
import { activePath, shownAfter } from '../../../shared/document/tree.ts';
import type { Op } from '../../../shared/document/turn.ts';
import { fault } from '../../../shared/faults/failure.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import { DEFAULT_HARDWARE } from '../../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { openStore } from '../../storage/core/open.ts';
import { transaction } from '../../storage/core/handle.ts';
import { isStorageFault } from '../../storage/core/storage-fault.ts';
import { checkStore } from '../../storage/integrity/check.ts';
import { applyChange } from '../../storage/repositories/changes.ts';
import { removedItems } from '../../storage/repositories/removed.ts';
import { createStory } from '../../storage/repositories/stories.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import { onCaught } from '../../log/guarded.ts';
import { createEngine } from '../models/loaded-engine.ts';
import { createGenerations } from './generations.ts';

const format = formatByName('metharme') ?? expect.fail('no metharme');
const model = {
  id: 'm',
  name: 'Made',
  options: { path: '/m', contextSize: 1024, threads: 1, gpu: false },
  hardware: DEFAULT_HARDWARE,
  format,
  bytes: 1,
  modifiedAt: 1,
  sha256: null,
};
const CHAPTERS = 3;
afterAll(onCaught(() => undefined));

interface Asked {
  readonly id: string;
  readonly chapterId: string;
  readonly turnId: string;
  readonly events: GenerationEvent[];
  readonly heard: Promise<void>;
}

/** Three chapters over a real store, an engine on cue, and everything that was asked of it. */
class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'paphos-lives-'));
  readonly store = openStore(this.folder);
  readonly fake = new FakeEngine();
  readonly engine = createEngine(() => this.fake, {
    crashes: { died: () => undefined, forget: () => undefined, fault: () => null },
    restMinutes: () => null,
    onReply: () => undefined,
  });
  readonly generations = createGenerations({
    db: this.store.db,
    engine: this.engine,
    ready: async () => (await this.engine.ready()) ?? Promise.reject(new Error('no model')),
    onEnd: () => {
      throw new Error('Who hears of an end may fail.');
    },
    onStored: (id, told) => {
      if (told === null) this.unstored.delete(id);
      else this.unstored.set(id, told.code);
    },
    onTurn: () => undefined,
  });
  /** Replies that are said to be not in the store, and why. */
  readonly unstored = new Map<string, string>();
  readonly chapters = Array.from({ length: CHAPTERS }, () => ({ chapterId: newId(), said: newId() }));
  readonly asked: Asked[] = [];
  /** What a person wrote, and where it must be. */
  readonly written: { readonly turnId: string; readonly text: string }[] = [];
  readonly removed = new Set<string>();
  /** A reply began at the engine before the one in front of it had left it. */
  crowded = false;
  /** Replies that somebody wrote into, or below. */
  readonly touched = new Set<string>();

  constructor() {
    const story = newId();
    for (const [index, { chapterId, said }] of this.chapters.entries()) {
      createStory(this.store.db, { id: index === 0 ? story : newId(), title: 'Story', chapterId, turnId: said });
      this.change(chapterId, { op: 'setText', turnId: said, version: 1, at: 0, del: 0, ins: 'Who is there?' });
    }
  }

  tree(chapterId: string) {
    return readTree(this.store.db, chapterId, { texts: 'path' });
  }

  /** Whether the store takes anything. */
  take(takes: boolean): void {
    this.store.db.sqlite.pragma(`query_only = ${takes ? '0' : '1'}`);
  }

  /** Before anything is put behind it. */
  storeRest(): void {
    for (const { chapterId } of this.chapters) this.generations.storeRest(chapterId);
  }

  change(chapterId: string, ...ops: Op[]): number {
    const { structureRev } = this.tree(chapterId);
    return applyChange(this.store.db, { changeId: newId(), chapterId, structureRev, ops }).structureRev;
  }

  running(which: number): Asked | undefined {
    const running = this.generations.running();
    return this.asked.find(({ id }) => id === running[which % Math.max(1, running.length)]?.id);
  }

  ask(which: number, count: number): void {
    this.storeRest();
    const { chapterId, said } = this.chapters[which % CHAPTERS] ?? expect.fail('no chapter');
    if (this.generations.running().some((one) => one.chapterId === chapterId)) return;
    const [id, turnId] = [newId(), newId()];
    const sampling = { ...DEFAULT_SAMPLING, maxTokens: 4, seed: 1 };
    transaction(this.store.db, () => {
      const made = { shownBefore: shownAfter(this.tree(chapterId), said) };
      const turn = { id: turnId, role: 'model', speaker: null, marked: true, text: '' } as const;
      const structureRev = this.change(chapterId, { op: 'insert', turn, after: said, as: 'alternate' });
      const answer = { generationId: id, turnId, offset: 0, alternatesLeft: count, structureRev, ops: [] };
      const order = {
        id,
        storyId: chapterId,
        chapterId,
        turnId,
        kind: 'retry',
        offset: 0,
        sampling,
        alternatesLeft: count,
        made,
        asked: { kind: 'retry', answer },
        plan: () => {
          this.crowded ||= this.generations.running().some(({ isWithEngine }) => isWithEngine);
          return {
            request: {
              plan: {
                format,
                turns: [{ id: said, role: 'user' as const, speaker: null, text: 'Who is there?' }],
                open: false,
                reserve: 16,
                contextSize: 1024,
                cut: null,
              },
              sampling,
            },
            settings: {
              sampling,
              format: format.name,
              model: { name: 'm', sha256: null },
              contextSize: 1024,
              setup: {},
            },
            early: null,
          };
        },
      } as const;
      this.generations.begin(order);
      this.generations.run(order);
    });
    this.follow({ id, chapterId, turnId });
  }

  follow(one: Pick<Asked, 'id' | 'chapterId' | 'turnId'>): void {
    const events: GenerationEvent[] = [];
    const heard = (async () => {
      for await (const event of this.generations.follow(one.id, 0)) {
        events.push(event);
        if (event.type === 'done' && event.next !== null)
          this.follow({ id: event.next.generationId, chapterId: one.chapterId, turnId: event.next.turnId });
      }
    })();
    this.asked.push({ ...one, events, heard });
  }

  type(which: number, where: 'into' | 'below'): void {
    this.storeRest();
    const one = this.running(which);
    const turn = one && this.tree(one.chapterId).turns.get(one.turnId);
    if (!one || !turn || turn.tombstone) return;
    const text = `<${String(this.written.length)}>`;
    if (where === 'into') {
      this.change(one.chapterId, { op: 'setText', turnId: turn.id, version: turn.version, at: 0, del: 0, ins: text });
      this.touched.add(turn.id);
      this.written.push({ turnId: turn.id, text });
      return;
    }
    const below = { id: newId(), role: 'user', speaker: null, marked: true, text } as const;
    this.change(one.chapterId, { op: 'insert', turn: below, after: turn.id, as: 'chain' });
    this.touched.add(turn.id);
    this.written.push({ turnId: below.id, text });
  }

  async remove(which: number): Promise<void> {
    const one = this.running(which);
    if (!one) return;
    await this.generations.stopIn(({ turnId }) => turnId === one.turnId, { keepsTurn: true });
    expect(this.tree(one.chapterId).turns.get(one.turnId)?.tombstone).toBeNull();
    this.change(one.chapterId, { op: 'remove', turnId: one.turnId });
    this.removed.add(one.turnId);
  }

  /** Whatever was asked has ended once, what it brought is in the store, and nothing is said to go on. */
  async check(): Promise<void> {
    this.take(true);
    this.fake.refusal = null;
    for (const gate of this.fake.loads) gate.open();
    this.fake.holdsLoads = false;
    await this.generations.stopIn(() => true);
    for (let n = 0; n < this.asked.length; n += 1) await this.asked[n]?.heard;
    expect(this.generations.running()).toEqual([]);
    expect(this.crowded).toBe(false);
    while (this.engine.isLoading) await this.engine.ready().catch(() => undefined);
    expect(this.engine.busy).toBe(false);
    for (const { chapterId, turnId, events } of this.asked) {
      const ends = events.filter(({ type }) => type === 'done');
      expect(ends).toHaveLength(1);
      const [done] = ends;
      if (done?.type !== 'done') throw new Error('no end');
      expect(events.at(-1)).toBe(done);
      expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(done.text);
      const order = events.map(({ type }) => ['waiting', 'reading', 'text', 'done'].indexOf(type));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      const tree = this.tree(chapterId);
      const turn = tree.turns.get(turnId);
      const text = readTree(this.store.db, chapterId, { texts: 'all' }).turns.get(turnId)?.text ?? '';
      expect(turn?.tombstone !== null).toBe(done.undone !== null || this.removed.has(turnId));
      expect(text).toContain(done.text);
      expect(isNormal(text), 'M6').toBe(true);
      if (done.undone !== null) expect([text, this.touched.has(turnId)]).toEqual(['', false]);
      if (done.text === '' && !this.written.some((one) => one.turnId === turnId) && !this.removed.has(turnId))
        expect(done.undone !== null || tree.turns.get(turnId)?.activeChildId !== null).toBe(true);
      for (const id of activePath(tree).map((one) => one.id)) expect(tree.turns.get(id)?.tombstone).toBeNull();
    }
    for (const { turnId, text } of this.written) {
      const chapter = this.chapters.find(({ chapterId }) => this.tree(chapterId).turns.has(turnId));
      const turns = readTree(this.store.db, chapter?.chapterId ?? '', { texts: 'all' }).turns;
      expect(turns.get(turnId)?.text).toContain(text);
    }
    const undone = new Set(this.asked.filter(({ turnId }) => !this.removed.has(turnId)).map(({ turnId }) => turnId));
    expect(removedItems(this.store.db).filter(({ id }) => undone.has(id))).toEqual([]);
  }

  async close(): Promise<void> {
    await this.engine.close();
    this.store.close();
    expect(checkStore(this.folder).problems).toEqual([]);
    rmSync(this.folder, { recursive: true });
  }
}

const COMMANDS: Readonly<Record<string, (world: World, which: number) => unknown>> = {
  'ask for a reply': (world, which) => {
    world.ask(which, 0);
  },
  'ask for three replies': (world, which) => {
    world.ask(which, 2);
  },
  'let it write': async () => {
    for (let n = 0; n < 3; n += 1) await new Promise(setImmediate);
  },
  stop: (world, which) => {
    const one = world.running(which);
    if (one) world.generations.stop(one.id, which % 2 === 0);
  },
  'type into it': (world, which) => {
    world.type(which, 'into');
  },
  'type below it': (world, which) => {
    world.type(which, 'below');
  },
  'remove its turn': (world, which) => world.remove(which),
  'load a model': (world, which) => {
    world.fake.holdsLoads = which % 2 === 0;
    world.engine.load(model).catch(() => undefined);
  },
  'a load comes to its end': (world, which) => {
    const gate = world.fake.loads.at(-1);
    if (which % 4 === 0) gate?.fail(fault('LOAD', {}));
    else gate?.open();
  },
  'the engine dies': (world) => {
    if (world.fake.loading === 0) world.fake.die();
  },
  'the store takes nothing': (world) => {
    world.take(false);
  },
  'the store takes again': (world) => {
    world.take(true);
  },
  'the engine refuses': (world, which) => {
    world.fake.refusal = which % 2 === 0 ? fault('ENGINE', {}) : null;
  },
};

test('whatever happens to replies, each ends once, what came is stored, and nothing that was written is lost', async () => {
  const step = fc.tuple(fc.constantFrom(...Object.keys(COMMANDS)), fc.nat(11));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 45 }), async (steps) => {
      const world = new World();
      world.fake.says = ['word ', 'line\r', '\nline\r', 'end\0\r\n'];
      try {
        await world.engine.load(model);
        for (const [name, which] of steps) {
          try {
            await COMMANDS[name]?.(world, which);
          } catch (error) {
            if (!isStorageFault(error)) throw error;
          }
          await Promise.resolve();
        }
        await world.check();
      } finally {
        await world.close();
      }
    }),
    { seed: SEED, numRuns: sizeOf(25, 300), endOnFailure: true },
  );
}, 300_000);

test('a reply that ends while the disk is full ends when there is room again, with all that came', async () => {
  const world = new World();
  const { sqlite } = world.store.db;
  try {
    await world.engine.load(model);
    world.ask(0, 0);
    const [asked] = world.asked;
    while (asked?.events.some(({ type }) => type === 'text') !== true) await new Promise(setImmediate);
    const pages = sqlite.pragma('page_count', { simple: true }) as number;
    sqlite.pragma(`max_page_count = ${String(pages)}`);
    // What is free in the pages that are there is used up.
    const filler = sqlite.prepare("INSERT INTO settings (scope, key, value) VALUES ('filler', ?, ?)");
    for (const length of [2000, 200, 20, 1])
      for (let n = 0; ; n += 1)
        try {
          filler.run(`${String(length)}-${String(n)}`, 'x'.repeat(length));
        } catch {
          break;
        }
    for (let n = 0; n < 40; n += 1) await new Promise(setImmediate);
    expect(asked?.events.some(({ type }) => type === 'done')).toBe(false);
    expect(world.generations.runningIn(asked?.chapterId ?? '')).not.toBeNull();
    sqlite.pragma('max_page_count = 1000000');
    sqlite.exec("DELETE FROM settings WHERE scope = 'filler'");
    await asked?.heard;
    const done = asked?.events.at(-1);
    expect(done).toMatchObject({ type: 'done', version: 2 });
    expect(done?.type === 'done' && done.text.startsWith('word ')).toBe(true);
    await world.check();
  } finally {
    await world.close();
  }
});

const textIn = ({ store }: World, { chapterId, turnId }: Asked): string =>
  readTree(store.db, chapterId, { texts: 'all' }).turns.get(turnId)?.text ?? '';
const rest = async (): Promise<void> => {
  for (let n = 0; n < 40; n += 1) await new Promise(setImmediate);
};
async function writing(world: World): Promise<Asked> {
  await world.engine.load(model);
  world.ask(0, 0);
  const asked = world.asked[0] ?? expect.fail('nothing asked');
  while (!asked.events.some(({ type }) => type === 'text')) await new Promise(setImmediate);
  return asked;
}

test('a reply goes on while the store takes nothing, and what came is stored before anything is put behind it', async () => {
  const world = new World();
  try {
    const asked = await writing(world);
    world.take(false);
    await rest();
    expect(asked.events.filter(({ type }) => type === 'text')).toHaveLength(4);
    expect(() => world.generations.storeRest(asked.chapterId)).toThrow(/read-only/);
    expect(world.unstored.get(asked.id)).toBe('STORE_READ_ONLY');
    world.take(true);
    world.generations.storeRest(asked.chapterId);
    expect(textIn(world, asked)).toBe('word word word word ');
    expect(world.unstored.size).toBe(0);
    await asked.heard;
    expect(asked.events.at(-1)).toMatchObject({ type: 'done', reason: 'length', fault: null });
  } finally {
    await world.close();
  }
});

test('what is streamed and stored has line ends as every manuscript has them, wherever its pieces begin (M6)', async () => {
  const world = new World();
  world.fake.says = ['It rains.\r', '\nIt\0pours.', '\r', 'Now.\r\n'];
  try {
    const asked = await writing(world);
    await asked.heard;
    const text = 'It rains.\nIt\uFFFDpours.\nNow.\n';
    expect(asked.events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(text);
    expect(textIn(world, asked)).toBe(text);
  } finally {
    await world.close();
  }
});

test('a turn whose reply is not stored is not removed, and its text stays in its place', async () => {
  const world = new World();
  try {
    const asked = await writing(world);
    world.take(false);
    const removing = world.generations.stopIn(({ turnId }) => turnId === asked.turnId, { keepsTurn: true });
    await expect(removing).rejects.toThrow(/read-only/);
    expect(world.generations.runningIn(asked.chapterId)).not.toBeNull();
    world.take(true);
    await asked.heard;
    expect(textIn(world, asked)).toMatch(/^word /);
  } finally {
    await world.close();
  }
});

test('what takes the engine away waits for no disk', async () => {
  const world = new World();
  try {
    const asked = await writing(world);
    world.take(false);
    await world.generations.leaveEngine(({ isWithEngine }) => isWithEngine);
    expect(asked.events.some(({ type }) => type === 'done')).toBe(false);
    world.take(true);
    await asked.heard;
    expect(textIn(world, asked)).toMatch(/^word /);
  } finally {
    await world.close();
  }
});

test('a reply whose last words the store did not take is told by whoever ends it', async () => {
  const world = new World();
  try {
    const asked = await writing(world);
    world.take(false);
    const cutOff = await world.generations.close();
    expect(cutOff.map(({ id }) => id)).toEqual([asked.id]);
    world.take(true);
  } finally {
    await world.close();
  }
});
