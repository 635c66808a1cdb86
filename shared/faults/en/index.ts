import type { FaultParams } from '../catalogue.ts';
import { app } from './app.ts';
import { cards } from './cards.ts';
import { check } from './check.ts';
import { document } from './document.ts';
import { engine } from './engine.ts';
import { format } from './format.ts';
import { formatReasons } from './format-reasons.ts';
import { jobs } from './jobs.ts';
import { modelFile } from './model-file.ts';
import { models } from './models.ts';
import { prompt } from './prompt.ts';
import type { Sentences } from './sentences.ts';
import { store } from './store.ts';
import { verify } from './verify.ts';
import { writing } from './writing.ts';

/** Every sentence, in English; the compiler knows when one is missing. */
export const SENTENCES = {
  ...app,
  ...cards,
  ...check,
  ...document,
  ...engine,
  ...format,
  ...formatReasons,
  ...jobs,
  ...modelFile,
  ...models,
  ...prompt,
  ...store,
  ...verify,
  ...writing,
} satisfies Sentences<FaultParams>;
