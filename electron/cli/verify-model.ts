import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { fault } from '../../shared/faults/failure.ts';
import { formatWarnings } from '../../shared/prompt/formats/format-warnings.ts';
import { SAMPLE } from '../../shared/prompt/formats/template-probes.ts';
import type { PlanRequest, PromptFormat } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { readEnvironment } from '../env.ts';
import { forkEngine } from '../engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../engines/local/host/supervisor.ts';
import { fingerprintModel } from '../engines/local/gguf/inspect.ts';
import { openReadingMeter } from '../engines/local/gguf/reading-meter.ts';
import type { EngineReply, TokenPiece } from '../engines/port.ts';
import type { InferenceHost, LoadedModel, Perplexity } from '../engines/local/protocol.ts';
import { resourcesDir } from '../places.ts';
import { examineModel, type Examined, formatOfModel } from '../studio/models/model-format.ts';
import type { DemoModel } from '../studio/models/model-files.ts';
import { slideWindow, type WindowSlide } from './verify-window.ts';

/**
 * All that can be said of a model on this machine. `faults`: what is wrong; `warnings`: what to know. Sizes in bytes,
 * times in milliseconds, speeds in tokens per second.
 */
export interface Verification {
  readonly file: { readonly path: string; readonly bytes: number; readonly parts: number; readonly sha256: string };
  readonly header: Pick<Examined['header'], 'architecture' | 'name' | 'layers' | 'embedding' | 'contextLength'> & {
    readonly vocabulary: { readonly kind: string; readonly size: number };
    readonly chatTemplate: boolean;
  };
  readonly loaded: Pick<LoadedModel, 'device' | 'contextSize' | 'hardware'> & { readonly loadMs: number };
  readonly format: {
    readonly name: string;
    readonly title: string;
    readonly detected: string;
    readonly confidence: string;
    readonly reasons: readonly StudioFault[];
  };
  readonly marks: readonly { readonly text: string; readonly tokens: readonly TokenPiece[] }[];
  readonly bos: TokenPiece | null;
  readonly ends: readonly TokenPiece[];
  readonly sample: readonly TokenPiece[];
  /** What the model answers to the sample, likeliest words only. */
  readonly reply: { readonly text: string; readonly reason: string; readonly tokens: number };
  readonly window: WindowSlide;
  readonly perplexity: Perplexity & { readonly window: number };
  readonly speed: { readonly promptTokens: number; readonly promptPerSecond: number; readonly tokensPerSecond: number };
  /** Of the whole engine process; null where the system does not tell. */
  readonly residentBytes: number | null;
  readonly warnings: readonly StudioFault[];
  readonly faults: readonly StudioFault[];
}

export interface VerifyOptions {
  readonly path: string;
  readonly demo: DemoModel | null;
  readonly contextSize: number | null;
  readonly format: PromptFormat | null;
  says(step: string): void;
}

const WINDOW = 512;
const REPLY = 48;
const GREEDY = { ...DEFAULT_SAMPLING, temperature: 0, minP: 0, repetitionPenalty: 1, candidates: 0, seed: 1 };

/** Opens a model and tries all that the studio will ask of it. Rejects with why it cannot be opened. */
export async function verifyModel({
  path,
  demo,
  contextSize,
  format: chosen,
  says,
}: VerifyOptions): Promise<Verification> {
  says('Reading the file');
  const examined = await examineModel(path);
  const { header } = examined;
  const found = formatOfModel(path, examined, demo);
  const format = chosen ?? found.format;
  const { sha256, broken } = await fingerprintModel(path, openReadingMeter().shared, new AbortController().signal);
  const host = createInferenceHost(forkEngine());
  try {
    says('Loading the model');
    const started = performance.now();
    const { threads, gpu } = readEnvironment();
    const model = await host.load({ path, contextSize, threads, gpu }, () => undefined);
    const loadMs = performance.now() - started;
    const plan: PlanRequest = {
      format,
      turns: SAMPLE,
      open: false,
      reserve: REPLY,
      contextSize: model.contextSize,
      cut: null,
    };
    const { tokens: sample, ends } = await host.tokens(plan);
    const marks = await tokensOfMarks(host, format, model);
    says('Writing a reply');
    const { text, reason, stats } = await written(
      host.generate({ plan, sampling: { ...GREEDY, maxTokens: REPLY }, cold: true }),
    );
    says('Sliding the window over 20 turns');
    const window = await slideWindow(host, format, model.contextSize);
    says('Measuring perplexity and speed');
    const prose = readFileSync(join(resourcesDir, 'models', 'perplexity.txt'), 'utf8').replace(/\n$/, '');
    const perplexity = await perplexityOf(host, prose, model);
    const speed = await speedOf(host, prose, { format, model });
    const { vocabulary } = header;
    return {
      file: { path, bytes: header.bytes, parts: header.parts, sha256 },
      header: {
        architecture: header.architecture,
        name: header.name,
        layers: header.layers,
        embedding: header.embedding,
        contextLength: header.contextLength,
        vocabulary: { kind: vocabulary.kind, size: vocabulary.size },
        chatTemplate: header.chatTemplate !== null,
      },
      loaded: { device: model.device, contextSize: model.contextSize, hardware: model.hardware, loadMs },
      format: {
        name: format.name,
        title: format.title,
        detected: found.format.title,
        confidence: found.confidence,
        reasons: found.reasons,
      },
      marks,
      bos: model.vocabulary.bos ? (sample[0] ?? null) : null,
      ends,
      sample,
      reply: { text, reason, tokens: stats.tokens },
      window,
      perplexity,
      speed: { ...speed, tokensPerSecond: stats.tokensPerSecond },
      residentBytes: residentBytes(host.pid),
      warnings: [
        ...header.warnings,
        ...(model.hardware.warning === null ? [] : [model.hardware.warning]),
        ...formatWarnings(format, {
          control: vocabulary.control,
          userDefined: vocabulary.userDefined,
          bos: vocabulary.bos ? vocabulary.bosText : null,
          endText: vocabulary.endText,
          renderings: examined.renderings,
        }),
        ...(perplexity.value > vocabulary.size
          ? [fault('WORSE_THAN_CHANCE', { perplexity: perplexity.value, vocabulary: vocabulary.size })]
          : []),
      ],
      faults: [
        ...(broken === null ? [] : [fault('ODD_WEIGHTS', { name: broken })]),
        ...(window.headIdentical ? [] : [fault('HEAD_CHANGED', {})]),
        ...(window.countsEqual ? [] : [fault('COUNTS_DIFFER', {})]),
        ...(Number.isFinite(perplexity.value) ? [] : [fault('NO_PROBABILITIES', {})]),
      ],
    };
  } finally {
    await host.close();
  }
}

/** Every role string and stop text of a format, as the model takes it. */
async function tokensOfMarks(
  host: InferenceHost,
  format: PromptFormat,
  { contextSize }: LoadedModel,
): Promise<Verification['marks']> {
  const texts = new Set(
    [
      format.begins ?? '',
      ...Object.values(format.before),
      ...Object.values(format.after),
      format.opensReply,
      ...format.stops,
    ].filter((text) => text.trim() !== ''),
  );
  return Promise.all(
    [...texts].map(async (text) => {
      const asReply = (opensReply: string): Promise<{ tokens: readonly TokenPiece[] }> =>
        host.tokens({ format: { ...format, opensReply }, turns: [], open: false, reserve: 0, contextSize, cut: null });
      const [nothing, mark] = await Promise.all([asReply(''), asReply(text)]);
      return { text, tokens: mark.tokens.slice(nothing.tokens.length) };
    }),
  );
}

async function perplexityOf(
  host: InferenceHost,
  text: string,
  { contextSize }: LoadedModel,
): Promise<Verification['perplexity']> {
  const [tokens = 0] = await host.count([text]);
  const window = Math.min(WINDOW, contextSize, tokens);
  return { ...(await host.perplexity({ text, window }).done), window };
}

async function speedOf(
  host: InferenceHost,
  text: string,
  { format, model: { contextSize } }: { format: PromptFormat; model: LoadedModel },
): Promise<Pick<Verification['speed'], 'promptTokens' | 'promptPerSecond'>> {
  const plan: PlanRequest = {
    format,
    turns: [{ id: 'long', role: 'user', speaker: null, text }],
    open: false,
    reserve: REPLY,
    contextSize: Math.min(contextSize, 2 * WINDOW),
    cut: null,
  };
  const { stats } = await written(host.generate({ plan, sampling: { ...GREEDY, maxTokens: 1 }, cold: true }));
  return { promptTokens: stats.promptTokens, promptPerSecond: stats.promptTokens / (stats.firstTokenMs / 1000) };
}

async function written(reply: EngineReply): Promise<{ text: string } & Awaited<EngineReply['done']>> {
  let text = '';
  reply.onText((piece) => {
    text += piece;
  });
  return { ...(await reply.done), text };
}

function residentBytes(pid: number | null): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
