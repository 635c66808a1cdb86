import { FORMATS } from './formats.ts';
import { deduceFormat } from './own-format.ts';
import { agreement, type Rendering } from './template-probes.ts';
import { trimmedAs, trimOf } from './template-trim.ts';
import type { ReasoningMarks } from '../types.ts';
import { REASONING_MARKS } from '../plan/reasoning.ts';
import { SIGNS } from './format-signatures.ts';
import { isBracketed } from '../plan/role-words.ts';
import type { PromptFormat } from '../types.ts';
import type { FaultCode, FaultParams } from '../../faults/catalogue.ts';
import { fault } from '../../faults/failure.ts';
import type { StudioFault } from '../../faults/studio-fault.ts';

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
/** `reasons`: the strongest first. */
export interface Detection {
  readonly format: PromptFormat;
  readonly confidence: Confidence;
  readonly reasons: readonly StudioFault[];
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
  readonly why: StudioFault;
}
const reason = <C extends FaultCode>(weight: number, code: C, params: FaultParams[C]): Reason => ({
  weight,
  why: fault(code, params),
});

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
        reason(deduced.exact ? WEIGHT.ownTemplate : WEIGHT.ownTemplateInPart, 'BY_OWN_TEMPLATE', {
          exact: deduced.exact,
        }),
      ],
    });
  }
  const strongest = (reasons: readonly Reason[]): number => reasons[0]?.weight ?? 0;
  const sum = (reasons: readonly Reason[]): number => reasons.reduce((all, { weight }) => all + weight, 0);
  const [best] = found.sort((a, b) => strongest(b.reasons) - strongest(a.reasons) || sum(b.reasons) - sum(a.reasons));
  if (best === undefined || best.reasons.length === 0) return prose(traits);
  const weight = strongest(best.reasons);
  return {
    format: trimmedAs(thoughtful(best.format, traits), trimOf(traits.renderings ?? [])),
    confidence: weight >= CERTAIN ? 'certain' : weight >= LIKELY ? 'likely' : 'guess',
    reasons: best.reasons.map(({ why }) => why),
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
  if (plain && noted) reasons.push(reason(WEIGHT.template, 'BY_TEMPLATE', { of: 'all' }));
  else if (plain || noted)
    reasons.push(reason(WEIGHT.templateInPart, 'BY_TEMPLATE', { of: plain ? 'without notes' : 'with notes' }));
  else if (prefaced) reasons.push(reason(WEIGHT.templateInPart, 'BY_TEMPLATE', { of: 'prefaced' }));

  const isOther = signs?.lacks?.some((mark) => tokens.includes(mark) || chatTemplate?.includes(mark) === true) === true;
  const marks = signs?.marks ?? signs?.tokens ?? [];
  const inTemplate =
    !isOther && marks.length > 0 && chatTemplate !== null && marks.every((mark) => chatTemplate.includes(mark));
  const differs = !plain && !noted && !prefaced && renderings?.some((rendering) => 'text' in rendering) === true;
  if (inTemplate && speaksInChannels(format))
    reasons.push(reason(WEIGHT.channelsInTemplate, 'BY_MARKS_IN_TEMPLATE', { marks, how: 'in channels' }));
  else if (inTemplate && differs)
    reasons.push(reason(WEIGHT.marksInOtherTemplate, 'BY_MARKS_IN_TEMPLATE', { marks, how: 'otherwise' }));
  else if (inTemplate) reasons.push(reason(WEIGHT.marksInTemplate, 'BY_MARKS_IN_TEMPLATE', { marks, how: 'so' }));
  if (
    !isOther &&
    signs !== undefined &&
    signs.tokens.length > 0 &&
    signs.tokens.every((mark) => tokens.includes(mark))
  ) {
    const otherTemplate = chatTemplate !== null && !inTemplate && !plain && !noted && !prefaced;
    const agreed = differs && !speaksInChannels(format) ? WEIGHT.marksInOtherTemplate : WEIGHT.tokens;
    reasons.push(
      reason(otherTemplate ? WEIGHT.tokensAgainstTemplate : agreed, 'BY_VOCABULARY', {
        marks: signs.tokens,
        otherTemplate,
      }),
    );
  }
  if (name !== null && signs?.name?.test(name) === true) {
    const fits = architecture !== null && signs.architectures?.includes(architecture) === true;
    reasons.push(
      fits
        ? reason(WEIGHT.nameAndArchitecture, 'BY_NAME', { name, architecture })
        : reason(WEIGHT.name, 'BY_NAME', { name, architecture: null }),
    );
  }
  if (reasons.length > 0 && format.reasoning !== undefined && format.reasoning.open === thinkingOf(traits)?.open)
    reasons.push(reason(WEIGHT.thinking, 'BY_THINKING', { mark: format.reasoning.open }));
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
    reasons: [fault('BY_NOTHING', { hasTemplate: chatTemplate !== null })],
  };
}
