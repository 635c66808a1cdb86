import type { LoadedHardware, Survey } from '../../../../shared/contract/models.ts';
import { TEMPO } from './tempo.ts';
import { EngineProcess } from './engine-process.ts';
import type { LoadOptions, StartEngine } from '../protocol.ts';

/** What a load would find, asked of a process of its own: the file has not been opened yet, and may be anything. */
export async function surveyLoad(
  start: StartEngine,
  options: LoadOptions,
  freed: LoadedHardware['memory'],
): Promise<Survey> {
  const engine = new EngineProcess(() => start(options.tuning?.device ?? null), TEMPO);
  try {
    await engine.started;
    return (await engine.ask<'survey'>({ type: 'survey', options, freed }).answer).survey;
  } finally {
    await engine.kill();
  }
}
