import { fault } from '../../../shared/faults/failure.ts';
import { basename } from 'node:path';
import { detectFormat, type Detection } from '../../../shared/prompt/formats/detect.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import type { Rendering } from '../../../shared/prompt/formats/template-probes.ts';
import { TEMPLATE_PROBES } from '../../../shared/prompt/formats/template-trim.ts';
import type { GgufHeader } from '../../engines/local/gguf/header.ts';
import { splitOf } from '../../engines/local/gguf/split.ts';
import { inspectModel, renderTemplate } from '../../engines/local/gguf/inspect.ts';
import type { DemoModel } from './model-files.ts';

/** What a model file is: its header, and what its chat template makes of our probes. */
export interface Examined {
  readonly header: GgufHeader;
  readonly renderings: readonly Rendering[] | null;
}

/**
 * Reads a header and runs its template, each in a thread of its own. Rejects with why the file cannot be opened; a
 * template that does not end is left aside. `isAwaited`: before all that is only looked at for a list.
 */
export async function examineModel(path: string, isAwaited = false): Promise<Examined> {
  const header = await inspectModel(path, isAwaited);
  const { bosText, endText } = header.vocabulary;
  const renderings =
    header.chatTemplate === null
      ? null
      : await renderTemplate(header.chatTemplate, TEMPLATE_PROBES, { bos: bosText, eos: endText }, isAwaited).catch(
          () => null,
        );
  return { header, renderings };
}

/** The format that a model was taught, and why we think so. */
export function formatOfModel(path: string, { header, renderings }: Examined, demo: DemoModel | null): Detection {
  const file = splitOf(path)?.name ?? basename(path).replace(/\.gguf$/i, '');
  // A file without a name is called by its architecture, which is evidence of its own.
  const name = header.name === file || header.name === header.architecture ? file : `${file} (${header.name})`;
  const { control, userDefined, bos, bosText } = header.vocabulary;
  const detected = detectFormat({
    architecture: header.architecture,
    name,
    tokens: [...control, ...userDefined],
    bos: bos ? bosText : null,
    chatTemplate: header.chatTemplate,
    renderings,
  });
  const ofDemo = demo?.path === path ? formatByName(demo.format) : null;
  return ofDemo === null
    ? detected
    : {
        format: ofDemo,
        confidence: 'certain',
        reasons: [fault('BY_CARD', {}), ...(detected.format === ofDemo ? detected.reasons : [])],
      };
}
