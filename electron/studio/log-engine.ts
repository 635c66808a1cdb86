import type { StudioContext } from './context.ts';

/**
 * Writes down what becomes of the engine, until it is closed; the last lines of a process that died are in the detail
 * of its fault.
 */
export async function logEngine({ engine, log }: Pick<StudioContext, 'engine' | 'log'>): Promise<void> {
  let before = '';
  for await (const { state, modelName, device, contextSize, fault } of engine.watch()) {
    if (state === before) continue;
    before = state;
    const facts = { model: modelName, device, contextSize };
    if (fault === null) log.info(`engine.${state}`, facts);
    else log.error(`engine.${state}`, { ...facts, code: fault.code, detail: fault.detail ?? null });
  }
}
