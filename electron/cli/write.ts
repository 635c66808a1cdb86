import { randomInt } from 'node:crypto';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { PromptTurn } from '../../shared/prompt/types.ts';
import { DEFAULT_SAMPLING } from '../../shared/settings/sampling.ts';
import { readEnvironment } from '../env.ts';
import { forkEngine } from '../engines/local/host/fork-wire.ts';
import { createInferenceHost } from '../engines/local/host/supervisor.ts';
import { resourcesDir } from '../places.ts';
import { examineModel, formatOfModel } from '../studio/models/model-format.ts';
import { readDemoModel } from '../studio/models/model-files.ts';
import { reserveFor } from '../studio/writing/prompt-request.ts';
import { chooseFormat, chooseModel } from './choose.ts';
import { numberOption, usage } from './usage.ts';
import { guarded } from '../log/guarded.ts';

interface WriteArguments {
  readonly system?: string | undefined;
  readonly user?: string | undefined;
  readonly model?: string | undefined;
  readonly format?: string | undefined;
  readonly context?: string | undefined;
  readonly seed?: string | undefined;
  readonly temperature?: string | undefined;
  readonly 'max-tokens'?: string | undefined;
}

function turnsOf({ system, user }: WriteArguments): PromptTurn[] {
  const turn = (id: string, role: 'system' | 'user', text: string | undefined): PromptTurn[] =>
    text === undefined ? [] : [{ id, role, speaker: null, text }];
  const turns = [...turn('system', 'system', system), ...turn('user', 'user', user)];
  if (turns.length === 0) throw usage('USAGE_NO_TEXT', {});
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
  const path = chooseModel(given.model, demo);
  const named = given.format === undefined ? null : chooseFormat(given.format);
  const examined = await examineModel(path);
  for (const warning of examined.header.warnings) process.stderr.write(`${sentenceOf(warning)}\n`);
  const format = named ?? formatOfModel(path, examined, demo).format;
  const suits = demo?.path === path ? demo.sampling : DEFAULT_SAMPLING;
  const sampling = {
    ...suits,
    seed,
    temperature: temperature ?? suits.temperature,
    maxTokens: maxTokens ?? suits.maxTokens,
  };

  const host = createInferenceHost(forkEngine());
  try {
    const { threads, gpu } = readEnvironment();
    const model = await host.load({ path, contextSize, threads, gpu }, () => undefined);
    const reserve = reserveFor({ format, contextSize: model.contextSize }, sampling);
    const job = host.generate({
      plan: { format, turns, open: false, reserve, contextSize: model.contextSize, cut: null },
      sampling,
    });
    process.once(
      'SIGINT',
      guarded(() => job.stop()),
    );
    job.onText((text) => {
      process.stdout.write(text);
    });
    const { reason, stats } = await job.done;
    process.stdout.write('\n');
    process.stderr.write(
      `${model.name} · ${model.device} · ${format.name} · ${String(stats.promptTokens)} tokens read, ${String(stats.tokens)} written (${reason}) · first after ${stats.firstTokenMs.toFixed(0)} ms · ${stats.tokensPerSecond.toFixed(1)} tokens/s · seed ${String(seed)}\n`,
    );
    return reason === 'stopped' ? 130 : 0;
  } finally {
    await host.close();
  }
}
