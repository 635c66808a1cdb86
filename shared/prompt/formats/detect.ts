import { FORMATS } from './formats.ts';
import { deduceFormat, waysToTakeNotes, withFront } from './own-format.ts';
import { type Agreement, agreement, type Rendering, rendersTurns } from './template-probes.ts';
import { trimmedAs, trimOf } from './template-trim.ts';
import type { ReasoningMarks } from '../types.ts';
import { REASONING_MARKS } from '../plan/reasoning.ts';
import { SIGNS } from './format-signatures.ts';
import { atBrackets, isBracketed } from '../plan/role-words.ts';
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
  template: 10,
  templateWithPreface: 9,
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
  const found = FORMATS.filter((format) => format.kind === 'turns').map((known) => {
    const { format, how } = fitted(known, traits);
    return { format, reasons: reasonsFor(known, how, traits).sort((a, b) => b.weight - a.weight) };
  });
  const deduced = traits.renderings === null ? null : deduceFormat(traits.renderings, traits.bos);
  if (deduced !== null) {
    const { format } = deduced;
    const weight = deduced.agreement.differs ? WEIGHT.ownTemplateInPart : WEIGHT.ownTemplate;
    found.push({
      format: { ...format, reasoning: thinkingOf(format, traits) },
      reasons: [
        reason(weight, 'BY_OWN_TEMPLATE', {
          of: conversations(deduced.agreement) ?? 'all',
        }),
      ],
    });
  }
  const strongest = (reasons: readonly Reason[]): number => reasons[0]?.weight ?? 0;
  const sum = (reasons: readonly Reason[]): number => reasons.reduce((all, { weight }) => all + weight, 0);
  const [best] = found.sort((a, b) => strongest(b.reasons) - strongest(a.reasons) || sum(b.reasons) - sum(a.reasons));
  if (best === undefined || best.reasons.length === 0) return prose(traits);
  const weight = strongest(best.reasons);
  const format = FORMATS.includes(best.format) ? best.format : dated(best.format, traits);
  return {
    format: trimmedAs(thoughtful(format, traits), trimOf(traits.renderings ?? [])),
    confidence: weight >= CERTAIN ? 'certain' : weight >= LIKELY ? 'likely' : 'guess',
    reasons: best.reasons.map(({ why }) => why),
  };
}

/** How a template renders as a format does. */
interface Fit extends Agreement {
  readonly prefaced: boolean;
}
const NO_FIT: Fit = { plain: false, noted: false, differs: false, prefaced: false };

/** A known format, with what the template puts in front of all where that makes them one. */
function fitted(known: PromptFormat, { renderings, bos }: ModelTraits): { format: PromptFormat; how: Fit } {
  if (renderings === null) return { format: known, how: NO_FIT };
  const how = { ...agreement(known, renderings, bos), prefaced: false };
  if (!how.differs) return { format: known, how };
  for (const format of waysToTakeNotes(withFront(known, renderings, bos))) {
    const better = agreement(format, renderings, bos);
    const prefaced = format.preface !== known.preface || !atBrackets(format.begins ?? '').every(isBracketed);
    if (!better.differs && (better.plain || better.noted)) return { format, how: { ...better, prefaced } };
  }
  return { format: known, how };
}

const conversations = ({ plain, noted }: Agreement): 'all' | 'without notes' | 'with notes' | null =>
  plain && noted ? 'all' : plain ? 'without notes' : noted ? 'with notes' : null;

/** A format that was read off a template which tells the date (F14). */
function dated(format: PromptFormat, { renderings }: ModelTraits): PromptFormat {
  const date = renderings?.map((rendering) => ('text' in rendering ? rendering.date : undefined)).find(Boolean);
  return date === undefined ? format : { ...format, date };
}

/** A format that says nothing of thinking, for a model whose template does. */
function thoughtful(format: PromptFormat, { chatTemplate }: ModelTraits): PromptFormat {
  const marks = REASONING_MARKS.find(({ open }) => chatTemplate?.includes(open) === true);
  return format.reasoning !== undefined || marks === undefined ? format : { ...format, reasoning: marks };
}

/** A model thinks whose template opens the reply with a mark that it closes elsewhere, or that knows such marks. */
function thinkingOf({ opensReply }: PromptFormat, { tokens, chatTemplate }: ModelTraits): ReasoningMarks | undefined {
  const open = opensReply.trimEnd().match(/<[^<>/\s]+>$/)?.[0] ?? '';
  const close = [open.replace('<', '</'), open.replace('START', 'END')].find(
    (mark) => mark !== open && chatTemplate?.includes(mark) === true,
  );
  return close !== undefined
    ? { open, close }
    : (REASONING_MARKS.find((marks) => tokens.includes(marks.open) || chatTemplate?.includes(marks.open) === true) ??
        marksOf(chatTemplate ?? ''));
}

/** Marks of thinking that a template writes under another name. */
function marksOf(template: string): ReasoningMarks | undefined {
  const [, name] = /<([\w:]{0,20}think[\w:]{0,20})>/.exec(template) ?? [];
  return name !== undefined && template.includes(`</${name}>`) ? { open: `<${name}>`, close: `</${name}>` } : undefined;
}

function reasonsFor(format: PromptFormat, how: Fit, traits: ModelTraits): Reason[] {
  const { architecture, name, tokens, chatTemplate, renderings } = traits;
  const reasons: Reason[] = [];
  const signs = SIGNS.find((one) => one.format === format.name);
  const rendered = conversations(how);
  if (rendered !== null) {
    const weight = how.differs ? WEIGHT.templateInPart : how.prefaced ? WEIGHT.templateWithPreface : WEIGHT.template;
    reasons.push(reason(weight, 'BY_TEMPLATE', { of: how.prefaced ? 'prefaced' : rendered }));
  }

  const isOther = signs?.lacks?.some((mark) => tokens.includes(mark) || chatTemplate?.includes(mark) === true) === true;
  const marks = signs?.marks ?? signs?.tokens ?? [];
  const inTemplate =
    !isOther && marks.length > 0 && chatTemplate !== null && marks.every((mark) => chatTemplate.includes(mark));
  const differs = rendered === null && renderings?.some((rendering) => 'text' in rendering) === true;
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
    const otherTemplate = chatTemplate !== null && !inTemplate && rendered === null;
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
  if (
    reasons.length > 0 &&
    format.reasoning !== undefined &&
    format.reasoning.open === thinkingOf(format, traits)?.open
  )
    reasons.push(reason(WEIGHT.thinking, 'BY_THINKING', { mark: format.reasoning.open }));
  return reasons;
}

/** Thought and answer are turns of their own, which no format that is read off a template knows. */
const speaksInChannels = ({ reasoning }: PromptFormat): boolean =>
  reasoning !== undefined && !isBracketed(reasoning.close);

function prose(traits: ModelTraits): Detection {
  const format = FORMATS.find((candidate) => candidate.kind === 'prose');
  if (format === undefined) throw new RangeError('There is no format for prose.');
  return { format, confidence: 'guess', reasons: [whyProse(traits)] };
}

/** Why a template cannot be said as turns. */
function whyProse({ chatTemplate, renderings }: ModelTraits): StudioFault {
  if (chatTemplate === null) return fault('BY_NOTHING', {});
  if (renderings === null) return fault('BY_ODD_TEMPLATE', { how: 'endless', said: null });
  const [refusal] = renderings.flatMap((rendering) => ('refusal' in rendering ? [rendering.refusal] : []));
  if (refusal !== undefined && renderings.every((rendering) => 'refusal' in rendering))
    return fault('BY_ODD_TEMPLATE', { how: 'refuses', said: refusal });
  return fault('BY_ODD_TEMPLATE', { how: rendersTurns(renderings) ? 'irregular' : 'rewrites', said: null });
}
