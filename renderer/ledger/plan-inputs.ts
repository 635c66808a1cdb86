import type { EngineStatus } from '../../shared/contract/models.ts';
import type { Sampling } from '../../shared/settings/sampling.ts';
import type { ChapterState } from '../chapter/controller.ts';

/** Everything that the prompt of the next reply depends on: another plan is asked for where any of it is another. */
export function planInputs(
  chapterId: string | null,
  target: ChapterState['planTarget'] | null,
  engine: Pick<EngineStatus, 'modelId' | 'contextSize' | 'format' | 'readAhead'>,
  sampling: Pick<Sampling, 'maxTokens' | 'thinkingTokens'> | null,
  notes = '',
) {
  return {
    chapterId,
    turnId: target?.turnId ?? null,
    revision: target?.revision ?? -1,
    model: engine.modelId,
    context: engine.contextSize,
    format: engine.format,
    readAhead: engine.readAhead,
    notes,
    reserve: sampling === null ? null : [sampling.maxTokens, sampling.thinkingTokens],
  };
}
