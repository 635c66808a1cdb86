import { createInferenceHost } from '../../electron/engines/local/host/supervisor.ts';
import { engineInMemory } from './memory-wire.ts';
import { applyChange } from '../../electron/storage/repositories/changes.ts';
import type { WritableDB } from '../../electron/storage/core/handle.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { createStory } from '../../electron/storage/repositories/stories.ts';
import { readTree } from '../../electron/storage/repositories/turns.ts';
import { createCrashes } from '../../electron/studio/models/model-crashes.ts';
import { createEngine, type Engine } from '../../electron/studio/models/loaded-engine.ts';
import { newId } from '../../shared/document/ids.ts';
import { formatByName } from '../../shared/prompt/formats/formats.ts';
import { DEFAULT_HARDWARE } from '../../shared/settings/hardware.ts';
import { makeModel } from './model-maker.ts';
import { temporaryFolder } from './server.ts';

export interface StoryEngine {
  readonly db: WritableDB;
  readonly dataDir: string;
  readonly engine: Engine;
  readonly storyId: string;
  readonly chapterId: string;
  readonly modelTurn: string;
  close(): Promise<void>;
}

/**
 * A store with a story of two turns, and an engine in this process with a small random model: what the studio's parts
 * are made of.
 */
export async function openStoryEngine(said: string, told: string): Promise<StoryEngine> {
  const dataDir = temporaryFolder('story-engine');
  const store = openStore(dataDir);
  const { db } = store;
  const [storyId, chapterId, userTurn, modelTurn] = [newId(), newId(), newId(), newId()];
  createStory(db, { id: storyId, title: 'Made', chapterId, turnId: userTurn });
  const { structureRev, turns } = readTree(db, chapterId, { texts: 'none' });
  applyChange(db, {
    changeId: newId(),
    chapterId,
    structureRev,
    ops: [
      { op: 'setText', turnId: userTurn, version: turns.get(userTurn)?.version ?? 0, at: 0, del: 0, ins: said },
      {
        op: 'insert',
        after: userTurn,
        as: 'chain',
        turn: { id: modelTurn, role: 'model', speaker: null, marked: true, text: told },
      },
    ],
  });
  const engine = createEngine(() => createInferenceHost(engineInMemory), {
    crashes: createCrashes(db),
    restMinutes: () => null,
    onReply: () => undefined,
  });
  const format = formatByName('metharme');
  if (format === null) throw new Error('there is no format metharme');
  await engine.load({
    id: 'm',
    name: 'Made',
    options: { path: makeModel({ size: 'small' }), contextSize: 1024, threads: 1, gpu: false },
    hardware: DEFAULT_HARDWARE,
    format,
    sha256: null,
    bytes: 1,
    modifiedAt: 1,
  });
  return {
    db,
    dataDir,
    engine,
    storyId,
    chapterId,
    modelTurn,
    close: async () => {
      await engine.close();
      store.close();
    },
  };
}
