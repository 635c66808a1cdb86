import type { Log } from '../log/log.ts';
import type { Backups } from './backups/backups.ts';
import type { Repairs } from './backups/repairs.ts';
import type { Characters } from './characters/characters.ts';
import type { Defects } from './defects.ts';
import type { Exporting } from './export/exporting.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Chapters, Stories } from './library/library.ts';
import type { Models } from './models/models.ts';
import type { Settings } from './settings/settings.ts';
import type { StoreStates } from './store-state.ts';
import type { StoryNotes } from './writing/story-notes.ts';
import type { Casts } from './writing/casts.ts';
import type { Writing } from './writing/writing.ts';

/** Everything a person can do, one service per domain of the contract. */
export interface Services {
  readonly stories: Stories;
  readonly chapters: Chapters;
  readonly characters: Characters;
  readonly exporting: Exporting;
  readonly backups: Omit<Backups, 'close' | 'keepBefore' | 'changed'>;
  readonly repairs: Omit<Repairs, 'close'>;
  readonly writing: Writing;
  readonly cast: Pick<Casts, 'watch' | 'set' | 'next' | 'start'>;
  readonly notes: Pick<StoryNotes, 'watch' | 'set'>;
  readonly models: Models;
  readonly settings: Settings;
  readonly jobs: Jobs;
  readonly log: Pick<Log, 'tail'> & { readonly defects: Defects['watch'] };
  readonly store: Pick<StoreStates, 'watch'>;
}
