import type { FormatReport } from '../../../shared/contract/models.ts';
import type { Detection } from '../../../shared/prompt/formats/detect.ts';
import { formatWarnings } from '../../../shared/prompt/formats/format-warnings.ts';
import { renderParts } from '../../../shared/prompt/plan/parts.ts';
import { AS_WRITTEN } from '../../../shared/prompt/plan/role-words.ts';
import { SAMPLE } from '../../../shared/prompt/formats/template-probes.ts';
import type { PromptFormat } from '../../../shared/prompt/types.ts';
import type { Engine } from './loaded-engine.ts';
import type { Examined } from './model-format.ts';

interface Case {
  readonly modelId: string;
  readonly examined: Examined;
  readonly detected: Detection;
  readonly engine: Engine;
}

/** Odd things of a file that matter to its format. */
const ABOUT_VOCABULARY = new Set(['ODD_BEGINNING', 'ODD_WORD_SPLITTING', 'ODD_TOKEN_TYPES']);

/** How a format suits a model, with a sample in the model's own tokens where it is loaded. */
export async function reportFormat(
  format: PromptFormat,
  { modelId, examined, detected, engine }: Case,
): Promise<FormatReport> {
  const { vocabulary, warnings } = examined.header;
  const { parts } = renderParts(format, SAMPLE, { open: false, reply: true }, AS_WRITTEN);
  return {
    detected: { title: detected.format.title, confidence: detected.confidence, reasons: detected.reasons },
    warnings: [
      ...warnings.filter(({ code }) => ABOUT_VOCABULARY.has(code)),
      ...formatWarnings(format, {
        control: vocabulary.control,
        userDefined: vocabulary.userDefined,
        bos: vocabulary.bos ? vocabulary.bosText : null,
        endText: vocabulary.endText,
        renderings: examined.renderings,
      }),
    ],
    trim: { trim: format.trim, trimmedBy: format.trimmedBy },
    sample: parts.map(({ text, kind }) => ({ text, mark: kind === 'marker' })),
    tokens: await tokensOf(format, modelId, engine),
  };
}

async function tokensOf(format: PromptFormat, modelId: string, engine: Engine): Promise<FormatReport['tokens']> {
  const ready = engine.current();
  if (ready?.modelId !== modelId) return null;
  // The model may be gone by now.
  const told = await engine.host
    .tokens({ format, turns: SAMPLE, open: false, reserve: 0, contextSize: ready.contextSize, cut: null })
    .catch(() => null);
  return told && { sample: told.tokens, ends: told.ends };
}
