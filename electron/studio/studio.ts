import { join } from 'node:path';
import type { ChangeAck } from '../../shared/contract/writing.ts';
import type { Change } from '../../shared/document/turn.ts';
import { readEnvironment } from '../env.ts';
import { createInferenceHost } from '../engines/local/host/supervisor.ts';
import { surveyLoad } from '../engines/local/host/load-survey.ts';
import type { StartEngine } from '../engines/local/protocol.ts';
import { errorFacts } from '../log/error-facts.ts';
import { guarded } from '../log/guarded.ts';
import { surviveUncaught } from '../log/uncaught.ts';
import { openLog, type Log } from '../log/log.ts';
import { listChapters } from '../storage/repositories/chapters.ts';
import { applyChange } from '../storage/repositories/changes.ts';
import { abandonTransaction } from '../storage/core/handle.ts';
import { openStore, type Store } from '../storage/core/open.ts';
import { openingFault } from '../storage/core/opening-fault.ts';
import { createChecks } from './backups/checks.ts';
import { createBackups } from './backups/backups.ts';
import { createRepairs } from './backups/repairs.ts';
import { createCharacters } from './characters/characters.ts';
import { createReadAhead } from './writing/read-ahead.ts';
import { createCounts } from './writing/token-counts.ts';
import { createCrashes } from './models/model-crashes.ts';
import { createEngine } from './models/loaded-engine.ts';
import { createFingerprints } from './models/fingerprints.ts';
import { createFolders } from './models/folders.ts';
import { ensureFirstStory } from './library/first-story.ts';
import { createForecasts } from './writing/reply-forecast.ts';
import { createGenerations, type Running } from './writing/generations.ts';
import { createStoryLocks } from './library/story-locks.ts';
import { readDemoModel } from './models/model-files.ts';
import { createExporting } from './export/exporting.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import { createModelRegistry } from './models/model-registry.ts';
import { createModels } from './models/models.ts';
import { createChapterWatchers } from './writing/chapter-watchers.ts';
import { createWriteAhead } from './writing/write-ahead.ts';
import { createCasts } from './writing/casts.ts';
import { createStoryNotes } from './writing/story-notes.ts';
import { createRevisions } from './writing/revision-closing.ts';
import { createConnections, type Connections } from './connections.ts';
import type { StudioContext } from './context.ts';
import { closeEach } from './close-each.ts';
import { createDefects } from './defects.ts';
import { createStoreStates } from './store-state.ts';
import { watchStore } from './store-watch.ts';
import { failure, faultOf } from '../../shared/faults/failure.ts';
import { logEngine } from './log-engine.ts';
import { makeIfPossible } from './make-if-possible.ts';
import type { Services } from './services.ts';
import { createSettings, engineSettings } from './settings/settings.ts';
import { createChapters, createStories } from './library/library.ts';
import { createWriting } from './writing/writing.ts';

/** A model is loaded when the page has had time to appear; opening a chapter pushes it back a little. */
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
  readonly services: Services;
  /** Takes further kinds of long work. */
  readonly jobs: Jobs;
  readonly connections: Connections;
  readonly log: Log;
  close(): Promise<void>;
}

/** The studio: a store, an engine and what a person can do with them. It knows no window and no socket. */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const log = openLog(join(options.dataDir, 'logs'));
  let store: Store | null = null;
  try {
    store = openStore(options.dataDir);
    log.info('studio.opened', { interrupted: store.recovered.length });
    return furnish(options, store, log);
  } catch (error) {
    const refused = openingFault(error, options.dataDir);
    const { code, detail } = faultOf(refused);
    log.error('studio.refused', { code, detail: detail ?? null });
    store?.close();
    log.close();
    throw refused;
  }
}

function furnish({ dataDir, modelsDir, resourcesDir, startEngine }: StudioOptions, store: Store, log: Log): Studio {
  const { db } = store;
  ensureFirstStory(db);
  for (const name of ['models', 'adapters']) makeIfPossible(join(dataDir, name));

  const forecasts = createForecasts(db);
  const crashes = createCrashes(db);
  const engine = createEngine(() => createInferenceHost(startEngine), {
    crashes,
    restMinutes: () => engineSettings(db).restMinutes,
    onReply: (ready, stats) => {
      forecasts.learn(ready, stats);
    },
  });
  const jobs = createJobs({ db, log });
  const env = { ...readEnvironment(), dataDir, modelsDir, resourcesDir };
  const context: StudioContext = { db, engine, jobs, log, env };
  const loggingEnds = logEngine(context);
  const defects = createDefects();
  const endUncaught = surviveUncaught(log, () => abandonTransaction(db), defects.tell);
  const storeStates = createStoreStates();
  const watchers = createChapterWatchers();
  const generations = createGenerations({
    db,
    engine,
    onStored: storeStates.set,
    onTurn: (chapterId) => {
      watchers.changed(chapterId);
      notes.changed();
    },
    ready: () => models.readyForReply(),
    onEnd: (order) => {
      writeAhead.after(order);
    },
  });
  const revisions = createRevisions(db);
  const counts = createCounts(
    (texts) => engine.host.count(texts),
    () => engine.busy,
  );
  const demo = readDemoModel(resourcesDir);
  const folders = createFolders();
  const fingerprints = createFingerprints(context, folders);
  const watched = [join(dataDir, 'models'), ...(modelsDir ? [modelsDir] : [])];
  const registry = createModelRegistry(context, demo, watched, folders);
  const models = createModels(context, {
    crashes,
    fingerprints,
    registry,
    folders,
    demo,
    survey: (options, freed) => surveyLoad(startEngine, options, freed),
    async beforeChange() {
      counts.forget();
      writeAhead.drop();
      await generations.leaveEngine(({ isWithEngine }) => isWithEngine);
      await readAhead.save();
    },
  });
  const settings = createSettings(context, () => models.suitableSampling());
  const readAhead = createReadAhead({ db, engine, settings, dataDir, keepsStates: (id) => models.keepsStates(id) });
  const writeAhead = createWriteAhead(context, settings);
  const locks = createStoryLocks((storyId) => {
    try {
      for (const chapter of listChapters(db, storyId)) revisions.left(chapter.id);
    } catch (error) {
      log.error('story.left', errorFacts(error));
    }
  });

  const cast = createCasts(context, locks, readAhead.again);
  const notes = createStoryNotes(context, locks, readAhead.again);
  const checks = createChecks(context, {
    wasCutOff: store.wasCutOff,
    isLogDamaged: store.isLogDamaged,
    tell: defects.tell,
  });
  const backups = createBackups(context, {
    store,
    checks,
    async beforeRestore() {
      counts.forget();
      writeAhead.drop();
      await generations.stopIn(() => true);
    },
  });

  const repairs = createRepairs(context, { backups, checks, generations, locks, watchers });

  const storeWatch = watchStore({ db, log }, (fault) => {
    storeStates.set('store', fault);
  });

  models.warm();
  const waking = setTimeout(guarded(models.loadDefault), ENGINE_AFTER_START_MS);
  let opened = false;
  const pageAppears = (chapterId: string): void => {
    readAhead.touched(chapterId);
    if (opened) return;
    opened = true;
    clearTimeout(waking);
    woken = setTimeout(guarded(models.loadDefault), ENGINE_AFTER_OPEN_MS);
  };
  let woken: NodeJS.Timeout | undefined;

  const apply = async (change: Change): Promise<ChangeAck> => {
    const ack = applyChange(db, change);
    readAhead.touched(change.chapterId);
    watchers.changed(change.chapterId);
    return ack;
  };
  const characters = createCharacters(context, (texts) => engine.host.count(texts));
  const services: Services = {
    stories: createStories(context, generations, readAhead.forget),
    chapters: createChapters(context, generations, { onOpen: pageAppears, forget: readAhead.forget, watchers }),
    characters,
    exporting: createExporting(context),
    backups,
    repairs,
    writing: createWriting({
      db,
      engine,
      models,
      settings,
      generations,
      locks,
      revisions,
      counts,
      readAhead,
      writeAhead,
      forecasts,
      watchers,
      apply,
    }),
    notes,
    cast,
    models,
    settings,
    jobs,
    log: { tail: log.tail, defects: defects.watch },
    store: { watch: storeStates.watch },
  };

  /** Each part ends whatever becomes of the others; the store comes last of those that write into it. */
  async function close(): Promise<void> {
    clearTimeout(waking);
    clearTimeout(woken);
    let cutOff: readonly Running[] = [];
    let saving: Promise<void> | null = null;
    await closeEach(
      [
        () => counts.forget(),
        () => writeAhead.drop(),
        async () => {
          cutOff = await generations.close();
        },
        () => jobs.close(),
        () => registry.close(),
        () => {
          // Beside the backup, which takes as long.
          saving = readAhead.save();
          saving.catch(() => undefined);
        },
        () => locks.close(),
        () => defects.close(),
        () => watchers.close(),
        () => notes.close(),
        () => cast.close(),
        () => storeStates.close(),
        () => revisions.end(),
        () => repairs.close(),
        () => backups.close(),
        () => saving,
        () => readAhead.close(),
        () => engine.close(),
        () => loggingEnds,
        () => store.close(),
        () => {
          if (cutOff.length > 0) throw failure('REPLY_CUT_OFF', { replies: cutOff.length });
        },
      ],
      (error) => {
        log.error('studio.close', errorFacts(error));
      },
    ).finally(() => {
      log.info('studio.closed');
      endUncaught();
      log.close();
      storeWatch.close();
    });
  }
  let closing: Promise<void> | null = null;
  return { services, jobs, connections: createConnections(), log, close: () => (closing ??= close()) };
}
