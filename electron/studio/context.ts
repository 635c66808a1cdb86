import type { Environment } from '../env.ts';
import type { Log } from '../log/log.ts';
import type { WritableDB } from '../storage/core/handle.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Engine } from './models/loaded-engine.ts';

/** Where the studio finds and keeps things, and what the environment says. */
export interface StudioEnvironment extends Environment {
  readonly dataDir: string;
  /** Watched for models beside the one in the data folder. */
  readonly modelsDir: string | null;
  /** Holds models/model.json. */
  readonly resourcesDir: string;
}

/** What every service of the studio stands on. */
export interface StudioContext {
  readonly db: WritableDB;
  readonly engine: Engine;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly env: StudioEnvironment;
}
