import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FORMATS, formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PromptFormat } from '../../shared/prompt/types.ts';
import { splitOf } from '../engines/local/gguf/split.ts';
import { chooseDataDir } from '../places.ts';
import { failure } from '../../shared/faults/failure.ts';
import type { DemoModel } from '../studio/models/model-files.ts';
import { usage } from './usage.ts';

/** The model file that is meant; without a word, the embedded one. A model in several files is opened by its first. */
export function chooseModel(given: string | undefined, demo: DemoModel | null): string {
  if (given !== undefined) return splitOf(resolve(given))?.files[0] ?? resolve(given);
  if (demo === null) throw failure('NO_DEMO_MODEL', {});
  return demo.path;
}

/** A data folder that holds stories. */
export function chooseStore(given: string | undefined): string {
  const dataDir = chooseDataDir(given);
  if (!existsSync(join(dataDir, 'store.db'))) throw failure('NO_STORE', { folder: dataDir });
  return dataDir;
}

/** A format by the name that was given. */
export function chooseFormat(name: string): PromptFormat {
  const format = formatByName(name);
  if (!format) throw usage('USAGE_FORMAT', { name, known: FORMATS.map((one) => one.name) });
  return format;
}
