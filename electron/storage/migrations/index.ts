import type { Migration } from './migration.ts';
import { first } from './0001-first.ts';
import { brokenWeights } from './0002-broken-weights.ts';
import { endedReplies } from './0003-ended-replies.ts';
import { candidates } from './0004-candidates.ts';
import { askedReplies } from './0005-asked-replies.ts';
import { jobs } from './0006-jobs.ts';
import { foundModels } from './0007-found-models.ts';
import { boundChanges } from './0008-bound-changes.ts';
import { jobTitles } from './0009-job-titles.ts';
import { engineSetups } from './0010-engine-setups.ts';
import { shortDigests } from './0011-short-digests.ts';
import { fewerPages } from './0012-fewer-pages.ts';
import { characters } from './0013-characters.ts';
import { storyNotes } from './0014-story-notes.ts';

export const MIGRATIONS: readonly Migration[] = [
  first,
  brokenWeights,
  endedReplies,
  candidates,
  askedReplies,
  jobs,
  foundModels,
  boundChanges,
  jobTitles,
  engineSetups,
  shortDigests,
  fewerPages,
  characters,
  storyNotes,
];
