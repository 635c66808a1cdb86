import { FORMATS } from './formats.ts';
import { deduceFormat } from './own-format.ts';
import { agreement, type Rendering } from './template-probes.ts';
import type { ReasoningMarks } from '../types.ts';
import { REASONING_MARKS } from '../plan/reasoning.ts';
import { SIGNS } from './format-signatures.ts';
import { isBracketed } from '../plan/role-words.ts';
import type { PromptFormat } from '../types.ts';

/** What a model file says of itself. */
export interface ModelTraits {
  readonly architecture: string | null;
  readonly name: string | null;
  /** Texts of the vocabulary's special tokens, as far as they may be role marks. */
  readonly tokens: readonly string[];
  readonly bos: string | null;
  readonly chatTemplate: string | null;
  /** What the template made of each probe; null where it could not be run. */
  readonly renderings: readonly Rendering[] | null;
}

export type Confidence = 'certain' | 'likely' | 'guess';
/** `reasons` are for people, the strongest first. */
export interface Detection {
  readonly format: PromptFormat;
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
}

/** How much a reason weighs. What the file does goes before what it holds, and that before what somebody called it. */
const WEIGHT = {
  template: 9,
  ownTemplate: 8,
  templateInPart: 7,
  ownTemplateInPart: 6,
  channelsInTemplate: 7,
  marksInTemplate: 5,
  tokens: 5,
  marksInOtherTemplate: 4,
  nameAndArchitecture: 4,
  tokensAgainstTemplate: 1,
  name: 1,
  thinking: 1,
} as const;
const CERTAIN = 5;
const LIKELY = 4;

interface Reason {
  readonly weight: number;
  readonly text: string;
}

/**
 * Which format a model was taught, with the evidence (F9): its own template, its vocabulary, its name and architecture;
 * else plain prose.
 */
export function detectFormat(traits: ModelTraits): Detection {
  const found = FORMATS.filter((format) => format.kind === 'turns').map((format) => ({
    format,
    reasons: reasonsFor(format, traits).sort((a, b) => b.weight - a.weight),
  }));
  const deduced = traits.renderings === null ? null : deduceFormat(traits.renderings, traits.bos);
  if (deduced !== null) {
    found.push({
      format: { ...deduced.format, reasoning: thinkingOf(traits) },
      reasons: [
        deduced.exact
          ? {
              weight: WEIGHT.ownTemplate,
              text: 'read off its own chat template, which writes every conversation exactly so',
            }
          : {
              weight: WEIGHT.ownTemplateInPart,
              text: 'read off its own chat template, which does more than mark turns: that is left out',
            },
      ],
    });
  }
  const strongest = (reasons: readonly Reason[]): number => reasons[0]?.weight ?? 0;
  const sum = (reasons: readonly Reason[]): number => reasons.reduce((all, { weight }) => all + weight, 0);
  const [best] = found.sort((a, b) => strongest(b.reasons) - strongest(a.reasons) || sum(b.reasons) - sum(a.reasons));
  if (best === undefined || best.reasons.length === 0) return prose(traits);
  const weight = strongest(best.reasons);
  return {
    format: thoughtful(best.format, traits),
    confidence: weight >= CERTAIN ? 'certain' : weight >= LIKELY ? 'likely' : 'guess',
    reasons: best.reasons.map(({ text }) => text),
  };
}

/** A format that says nothing of thinking, for a model whose template does. */
function thoughtful(format: PromptFormat, { chatTemplate }: ModelTraits): PromptFormat {
  const marks = REASONING_MARKS.find(({ open }) => chatTemplate?.includes(open) === true);
  return format.reasoning !== undefined || marks === undefined ? format : { ...format, reasoning: marks };
}

/** A model whose vocabulary or template holds the marks of thinking thinks. */
function thinkingOf({ tokens, chatTemplate }: ModelTraits): ReasoningMarks | undefined {
  return REASONING_MARKS.find(({ open }) => tokens.includes(open) || chatTemplate?.includes(open) === true);
}

function reasonsFor(format: PromptFormat, traits: ModelTraits): Reason[] {
  const { architecture, name, tokens, bos, chatTemplate, renderings } = traits;
  const reasons: Reason[] = [];
  const signs = SIGNS.find((one) => one.format === format.name);
  const { plain, noted, prefaced } =
    renderings === null ? { plain: false, noted: false, prefaced: false } : agreement(format, renderings, bos);
  if (plain && noted)
    reasons.push({ weight: WEIGHT.template, text: 'its own chat template writes every conversation exactly so' });
  else if (plain || noted)
    reasons.push({
      weight: WEIGHT.templateInPart,
      text: `its own chat template writes conversations ${plain ? 'without' : 'with'} notes exactly so`,
    });
  else if (prefaced)
    reasons.push({
      weight: WEIGHT.templateInPart,
      text: 'its own chat template writes conversations exactly so, behind a preface of its own that is left out',
    });

  const isOther = signs?.lacks?.some((mark) => tokens.includes(mark) || chatTemplate?.includes(mark) === true) === true;
  const marks = signs?.marks ?? signs?.tokens ?? [];
  const inTemplate =
    !isOther && marks.length > 0 && chatTemplate !== null && marks.every((mark) => chatTemplate.includes(mark));
  const differs = !plain && !noted && !prefaced && renderings?.some((rendering) => 'text' in rendering) === true;
  if (inTemplate && speaksInChannels(format))
    reasons.push({
      weight: WEIGHT.channelsInTemplate,
      text: `its own chat template writes ${list(marks)}: it speaks in channels`,
    });
  else if (inTemplate && differs)
    reasons.push({
      weight: WEIGHT.marksInOtherTemplate,
      text: `its own chat template writes ${list(marks)}, but not quite as this format does`,
    });
  else if (inTemplate)
    reasons.push({ weight: WEIGHT.marksInTemplate, text: `its own chat template writes ${list(marks)}` });
  if (
    !isOther &&
    signs !== undefined &&
    signs.tokens.length > 0 &&
    signs.tokens.every((mark) => tokens.includes(mark))
  ) {
    reasons.push(
      chatTemplate === null || inTemplate || plain || noted || prefaced
        ? {
            weight: differs && !speaksInChannels(format) ? WEIGHT.marksInOtherTemplate : WEIGHT.tokens,
            text: `its vocabulary holds ${list(signs.tokens)}`,
          }
        : {
            weight: WEIGHT.tokensAgainstTemplate,
            text: `its vocabulary holds ${list(signs.tokens)}, but its chat template is of another kind`,
          },
    );
  }
  if (signs?.name?.test(name ?? '') === true) {
    const fits = architecture !== null && signs.architectures?.includes(architecture) === true;
    reasons.push(
      fits
        ? { weight: WEIGHT.nameAndArchitecture, text: `its name is “${name}” and its architecture ${architecture}` }
        : { weight: WEIGHT.name, text: `its name is “${name}”` },
    );
  }
  if (reasons.length > 0 && format.reasoning !== undefined && format.reasoning.open === thinkingOf(traits)?.open)
    reasons.push({ weight: WEIGHT.thinking, text: `it knows ${format.reasoning.open}` });
  return reasons;
}

/** Thought and answer are turns of their own, which no format that is read off a template knows. */
const speaksInChannels = ({ reasoning }: PromptFormat): boolean =>
  reasoning !== undefined && !isBracketed(reasoning.close);

function prose({ chatTemplate }: ModelTraits): Detection {
  const format = FORMATS.find((candidate) => candidate.kind === 'prose');
  if (format === undefined) throw new RangeError('There is no format for prose.');
  return {
    format,
    confidence: 'guess',
    reasons: [
      chatTemplate === null
        ? 'no role marks in its vocabulary and no chat template: it continues text'
        : 'its chat template is of a kind that is not known here',
    ],
  };
}

const list = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
