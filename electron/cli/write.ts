import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { FORMATS, formatByName } from '../../shared/prompt/formats.ts';
import type { PromptFormat, PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { forkEngine } from '../inference/fork.ts';
import { splitOf } from '../inference/gguf/split.ts';
import { createInferenceHost } from '../inference/host.ts';
import { resourcesDir } from '../places.ts';
import { engineThreads, mayUseGpu } from '../studio/engine.ts';
import { StudioError } from '../studio/faults.ts';
import { examineModel, formatOfModel } from '../studio/model-format.ts';
import { readDemoModel, type DemoModel } from '../studio/model-files.ts';
import { numberOption, UsageError } from './usage.ts';

interface WriteArguments {
  readonly system?: string | undefined; readonly user?: string | undefined; readonly model?: string | undefined; readonly format?: string | undefined;
  readonly context?: string | undefined; readonly seed?: string | undefined; readonly temperature?: string | undefined; readonly 'max-tokens'?: string | undefined;
}

async function formatOf(path: string, demo: DemoModel | null, named: string | undefined): Promise<PromptFormat> {
  if (named !== undefined) {
    const format = formatByName(named);
    if (!format) throw new UsageError(`There is no format “${named}”. Choose one of: ${FORMATS.map((one) => one.name).join(', ')}.`);
    return format;
  }
  return formatOfModel(path, await examineModel(path), demo).format;
}

/** A model in several files is opened by its first. */
const firstFile = (path: string): string => splitOf(path)?.files[0] ?? path;

function turnsOf({ system, user }: WriteArguments): PromptTurn[] {
  const turn = (id: string, role: 'system' | 'user', text: string | undefined): PromptTurn[] => (text === undefined ? [] : [{ id, role, speaker: null, text }]);
  const turns = [...turn('system', 'system', system), ...turn('user', 'user', user)];
  if (turns.length === 0) throw new UsageError('Nothing to answer: give --system "…", --user "…", or both.');
  return turns;
}

/** One reply on the console, without a store: the text to stdout as it comes, the figures to stderr. */
export async function runWrite(given: WriteArguments): Promise<number> {
  const turns = turnsOf(given);
  const contextSize = numberOption('context', given.context, 256, 1_048_576);
  const seed = numberOption('seed', given.seed, 0, 4_294_967_295) ?? randomInt(2 ** 32);
  const temperature = numberOption('temperature', given.temperature, 0, 5, false);
  const maxTokens = numberOption('max-tokens', given['max-tokens'], 1, 4096);
  const demo = readDemoModel(resourcesDir);
  const path = given.model === undefined ? demo?.path : firstFile(resolve(given.model));
  if (path === undefined) throw new StudioError('NO_MODEL', 'The embedded model is missing. Name a model file with --model FILE.');
  const format = await formatOf(path, demo, given.format);
  const suits = demo?.path === path ? demo.sampling : DEFAULT_SAMPLING;
  const sampling = { ...suits, seed, temperature: temperature ?? suits.temperature, maxTokens: maxTokens ?? suits.maxTokens };

  const host = createInferenceHost(forkEngine());
  try {
    const model = await host.load({ path, contextSize, threads: engineThreads(), gpu: mayUseGpu() }, () => undefined);
    const reserve = Math.min(sampling.maxTokens, Math.floor(model.contextSize / 2));
    const job = host.generate({ plan: { format, turns, open: false, reserve, contextSize: model.contextSize, cut: null }, sampling });
    process.once('SIGINT', () => { job.stop(); });
    job.onText((text) => { process.stdout.write(text); });
    const { reason, stats } = await job.done;
    process.stdout.write('\n');
    process.stderr.write(`${model.name} · ${model.device} · ${format.name} · ${String(stats.promptTokens)} tokens read, ${String(stats.tokens)} written (${reason}) · first after ${stats.firstTokenMs.toFixed(0)} ms · ${stats.tokensPerSecond.toFixed(1)} tokens/s · seed ${String(seed)}\n`);
    return reason === 'stopped' ? 130 : 0;
  } finally {
    await host.close();
  }
}
