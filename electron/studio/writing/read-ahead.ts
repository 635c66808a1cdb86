import { setTimeout as delay } from 'node:timers/promises';
import { activePath } from '../../../shared/document/tree.ts';
import type { PlanRequest } from '../../../shared/prompt/types.ts';
import { getChapter } from '../../storage/repositories/chapters.ts';
import type { WritableDB } from '../../storage/core/handle.ts';
import { readTree } from '../../storage/repositories/turns.ts';
import { createRestoredStates } from './restored-states.ts';
import type { Engine, Ready } from '../models/loaded-engine.ts';
import { besideOf } from './beside.ts';
import { branchTo, promptRequest, reserveFor } from './prompt-request.ts';
import type { Settings } from '../settings/settings.ts';
import { openStateFolder } from './state-folder.ts';
import { guarded, inBackground } from '../../log/guarded.ts';

/** The hands have left the keyboard for a moment. */
const REST_MS = 400;
const SAVE_AFTER_MS = 20_000;
/** Fewer are read again with every look: reading begins at a group of four. */
const LEAST_TOKENS = 8;
/** Closing does not wait longer for a disk. */
const CLOSING_MS = 4000;

/**
 * What the next reply needs, done before it is asked for: read in idle time, and kept on disk from one day to the next.
 */
export interface ReadAhead {
  /** A chapter was opened, or written in: it is what comes next. */
  touched(chapterId: string): void;
  /** What is sent beside its turns is another one. */
  again(): void;
  /**
   * Before a reply: what is on disk of this chapter is loaded, unless it was. Whatever is asked of the engine next
   * comes after it.
   */
  bringBack(chapterId: string, ready: Ready): Promise<void>;
  /** A chapter was removed: nothing of it stays on disk. */
  forget(chapterId: string): Promise<void>;
  /** Before the engine goes: what was read since the last time is saved. */
  save(): Promise<void>;
  close(): void;
}

export interface ReadAheadParts {
  readonly db: WritableDB;
  readonly engine: Engine;
  readonly settings: Settings;
  readonly dataDir: string;
  keepsStates(modelId: string): boolean;
}

export function createReadAhead({ db, engine, settings, dataDir, keepsStates }: ReadAheadParts): ReadAhead {
  const folder = openStateFolder(dataDir);
  const closing = new AbortController();
  const restored = createRestoredStates(engine, folder);
  const saves = new Map<string, AbortController>();
  let chapter: string | null = null;
  let unsaved = false;
  let saved = Promise.resolve();
  let resting: NodeJS.Timeout | undefined;
  let saving: NodeJS.Timeout | undefined;

  /** What a reply at the chapter's end would be asked with, but for words that are still to come. */
  function nextRequest(chapterId: string, { format, contextSize }: Ready): PlanRequest | null {
    const tree = readTree(db, chapterId, { texts: 'path' });
    const { turns, versions } = branchTo(db, tree, activePath(tree).at(-1)?.id ?? null);
    if (turns.every((turn) => turn.text.trim() === '')) return null;
    const { storyId } = getChapter(db, chapterId);
    const reserve = reserveFor({ format, contextSize }, settings.sampling(storyId));
    const written = turns.slice(0, turns.findLastIndex((turn) => turn.text.trim() !== '') + 1);
    const target = { turns: written, versions, open: false, speaker: null };
    const beside = besideOf(db, { storyId, chapterId }, target, format);
    return promptRequest(db, chapterId, target, { format, contextSize, reserve }, beside);
  }

  async function bringBack(chapterId: string, { modelId, sha256 }: Ready): Promise<void> {
    if (keepsStates(modelId)) await restored.bring(folder.pathOf(chapterId, modelId), sha256);
  }

  /** Idle work gives way, and what fails here is done with the key after all. */
  async function readAhead(): Promise<void> {
    const ready = engine.current();
    const { readAhead: port } = engine.host;
    if (port === null || ready === null || chapter === null || engine.busy) return;
    try {
      await bringBack(chapter, ready);
      const plan = nextRequest(chapter, ready);
      if (plan === null) return;
      const tokens = await port.prepare(plan);
      restored.proven();
      if (tokens < LEAST_TOKENS) return;
      engine.hasReadAhead();
      unsaved = true;
      clearTimeout(saving);
      saving = setTimeout(guarded(save), SAVE_AFTER_MS).unref();
    } catch {
      return;
    }
  }

  function save(): Promise<void> {
    saved = saveNow();
    return saved;
  }

  async function saveNow(): Promise<void> {
    clearTimeout(saving);
    const ready = engine.current();
    const { readAhead: port } = engine.host;
    if (port === null || !unsaved || ready === null || chapter === null || !keepsStates(ready.modelId)) return;
    unsaved = false;
    const [mine, forgotten] = [chapter, new AbortController()];
    saves.set(mine, forgotten);
    try {
      const plan = nextRequest(mine, ready);
      if (plan === null) return;
      const file = { path: folder.pathOf(mine, ready.modelId), sha256: ready.sha256 };
      await port.save(file, plan, forgotten.signal);
      await folder.tidy();
    } catch {
      // It is read again another day.
      return;
    } finally {
      if (saves.get(mine) === forgotten) saves.delete(mine);
      // What was being written when its chapter was removed is there only now.
      if (forgotten.signal.aborted) await folder.forget(mine);
    }
  }

  const rest = (): void => {
    clearTimeout(resting);
    resting = setTimeout(guarded(readAhead), REST_MS).unref();
  };

  const follow = async (): Promise<void> => {
    let before = '';
    for await (const { state, fault } of engine.watch(closing.signal)) {
      if (state === before) continue;
      if (before === 'generating' && state === 'ready') restored.proven();
      if (state === 'stopped') await restored.died(fault?.code ?? '');
      before = state;
      if (state === 'generating') unsaved = true;
      if (state === 'ready') rest();
    }
  };
  inBackground(follow());
  folder.tidy().catch(() => undefined);

  return {
    touched(chapterId) {
      if (chapter !== null && chapter !== chapterId) inBackground(save());
      chapter = chapterId;
      rest();
    },
    again: rest,
    bringBack,
    async forget(chapterId) {
      if (chapter === chapterId) chapter = null;
      saves.get(chapterId)?.abort();
      await folder.forget(chapterId);
      // What is being written now would be there again; it may have to wait for a reply.
      saved.then(() => folder.forget(chapterId)).catch(() => undefined);
    },
    async save() {
      clearTimeout(resting);
      await Promise.race([save(), delay(CLOSING_MS, undefined, { ref: false })]);
    },
    close() {
      clearTimeout(resting);
      clearTimeout(saving);
      closing.abort();
    },
  };
}
