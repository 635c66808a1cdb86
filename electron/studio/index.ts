import type { ChangeAck } from '../../shared/contract/writing.ts';
import type { Change } from '../../shared/document/turn.ts';
import { createInferenceHost } from '../inference/host.ts';
import { surveyLoad } from '../inference/survey.ts';
import type { StartEngine } from '../inference/protocol.ts';
import { createRouter, type StudioRouter } from '../rpc/router.ts';
import { listChapters } from '../storage/chapters.ts';
import { applyChange } from '../storage/changes.ts';
import { openStore } from '../storage/open.ts';
import { createAhead } from './ahead.ts';
import { createCounts } from './counts.ts';
import { createCrashes } from './crashes.ts';
import { acknowledgeTooEarly } from './early-ack.ts';
import { createEngine } from './engine.ts';
import { createFingerprints } from './fingerprints.ts';
import { ensureFirstStory } from './first-story.ts';
import { createForecasts } from './forecast.ts';
import { createGenerations } from './generations.ts';
import { createHolds } from './holds.ts';
import { readDemoModel } from './model-files.ts';
import { createModels } from './models.ts';
import { createPrepared } from './prepared.ts';
import { createRevisions } from './revisions.ts';
import type { Services } from './services.ts';
import { createSettings, engineSettings } from './settings.ts';
import { createChapters, createStories } from './stories.ts';
import { createWriting } from './writing.ts';

/** The engine starts when the page has had time to appear; opening a chapter pushes it back a little. */
const ENGINE_AFTER_START_MS = 1500;
const ENGINE_AFTER_OPEN_MS = 500;

export interface StudioOptions {
  readonly dataDir: string;
  readonly modelsDir: string | null;
  /** Holds models/model.json. */
  readonly resourcesDir: string;
  readonly startEngine: StartEngine;
}
export interface Studio {
  readonly router: StudioRouter;
  close(): Promise<void>;
}

/** The studio: a store, an engine and what a person can do with them. It knows no window and no socket. */
export async function createStudio({ dataDir, modelsDir, resourcesDir, startEngine }: StudioOptions): Promise<Studio> {
  const store = openStore(dataDir);
  const { db } = store;
  ensureFirstStory(db);

  const forecasts = createForecasts(db);
  const crashes = createCrashes(db);
  const engine = createEngine(() => createInferenceHost(startEngine), {
    crashes,
    restMinutes: () => engineSettings(db).restMinutes,
    onReply: (ready, stats) => {
      forecasts.learn(ready, stats);
    },
  });
  const generations = createGenerations(db, engine, (order) => {
    prepared.after(order);
  });
  const revisions = createRevisions(db);
  const counts = createCounts(
    (texts) => engine.host.count(texts),
    () => engine.busy,
  );
  const demo = readDemoModel(resourcesDir);
  const fingerprints = createFingerprints(db, engine);
  const models = createModels({
    db,
    engine,
    crashes,
    fingerprints,
    demo,
    dataDir,
    modelsDir,
    survey: (options, freed) => surveyLoad(startEngine, options, freed),
    async beforeChange() {
      counts.forget();
      prepared.drop();
      await generations.stopIn(() => true);
      await ahead.save();
    },
  });
  const settings = createSettings(
    db,
    () => models.suitableSampling(),
    () => {
      engine.restAnew();
    },
  );
  const ahead = createAhead({ db, engine, settings, dataDir, keepsStates: (id) => models.keepsStates(id) });
  const prepared = createPrepared(db, engine, settings);
  const holds = createHolds((storyId) => {
    for (const chapter of listChapters(db, storyId)) revisions.close(chapter.id, 'blur');
  });

  const waking = setTimeout(() => {
    void models.loadDefault();
  }, ENGINE_AFTER_START_MS);
  let opened = false;
  const pageAppears = (chapterId: string): void => {
    ahead.touched(chapterId);
    if (opened) return;
    opened = true;
    clearTimeout(waking);
    woken = setTimeout(() => {
      void models.loadDefault();
    }, ENGINE_AFTER_OPEN_MS);
  };
  let woken: NodeJS.Timeout | undefined;

  const commit = async (change: Change): Promise<ChangeAck> => {
    const ack = applyChange(db, change);
    ahead.touched(change.chapterId);
    return ack;
  };
  const apply = process.env['PAPHOS_TEST_EARLY_ACK'] === '1' ? acknowledgeTooEarly(commit) : commit;
  const services: Services = {
    stories: createStories(db, generations, ahead.forget),
    chapters: createChapters(db, generations, { onOpen: pageAppears, forget: ahead.forget }),
    writing: createWriting({
      db,
      engine,
      models,
      settings,
      generations,
      holds,
      revisions,
      counts,
      ahead,
      prepared,
      forecasts,
      apply,
    }),
    models,
    settings,
  };

  let closing: Promise<void> | null = null;
  return {
    router: createRouter(services),
    close() {
      closing ??= (async () => {
        clearTimeout(waking);
        clearTimeout(woken);
        counts.forget();
        prepared.drop();
        await generations.stopIn(() => true);
        fingerprints.close();
        await ahead.save();
        ahead.close();
        await engine.close();
        revisions.closeEverything();
        store.close();
      })();
      return closing;
    },
  };
}
