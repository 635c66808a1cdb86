import { resolve } from 'node:path';
import { FORMATS, formatByName } from '../../shared/prompt/formats/formats.ts';
import type { PromptFormat } from '../../shared/prompt/types.ts';
import { splitOf } from '../engines/local/gguf/split.ts';
import { StudioError } from '../studio/studio-error.ts';
import type { DemoModel } from '../studio/models/model-files.ts';
import { UsageError } from './usage.ts';

/** The model file that is meant; without a word, the embedded one. A model in several files is opened by its first. */
export function chooseModel(given: string | undefined, demo: DemoModel | null): string {
  if (given !== undefined) return splitOf(resolve(given))?.files[0] ?? resolve(given);
  if (demo === null) throw new StudioError('NO_MODEL', 'The embedded model is missing. Name a model file.');
  return demo.path;
}

/** A format by the name that was given. */
export function chooseFormat(name: string): PromptFormat {
  const format = formatByName(name);
  if (!format)
    throw new UsageError(`There is no format “${name}”. Choose one of: ${FORMATS.map((one) => one.name).join(', ')}.`);
  return format;
}
