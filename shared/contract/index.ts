import type { ContractRouterClient } from '@orpc/contract';
import { backups } from './backups.ts';
import { cast } from './cast.ts';
import { characters } from './characters.ts';
import { connection } from './connection.ts';
import { exporting } from './export.ts';
import { jobs, log } from './jobs.ts';
import { models } from './models.ts';
import { notes } from './notes.ts';
import { repair } from './repair.ts';
import { settings } from './settings.ts';
import { chapters, stories } from './stories.ts';
import { writing } from './writing.ts';

/** The one door between the renderer and the studio. Errors are ORPCErrors whose `data` is a StudioFault. */
export const contract = {
  connection,
  stories,
  chapters,
  characters,
  exporting,
  backups,
  repair,
  writing,
  notes,
  cast,
  models,
  settings,
  jobs,
  log,
};
/** The studio as the page calls it. */
export type StudioApi = ContractRouterClient<typeof contract>;
