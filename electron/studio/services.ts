import type { Chapters, Stories } from './stories.ts';
import type { Models } from './models.ts';
import type { Settings } from './settings.ts';
import type { Writing } from './writing.ts';

/** Everything a person can do, one service per domain of the contract. */
export interface Services {
  readonly stories: Stories;
  readonly chapters: Chapters;
  readonly writing: Writing;
  readonly models: Models;
  readonly settings: Settings;
}
