import type { StudioFault } from '../../../shared/contract/common.ts';

/** What inference rejects with: a fault as data, worded for people. */
export class EngineFault extends Error {
  readonly fault: StudioFault;

  constructor(code: string, message: string, detail?: string) {
    super(message);
    this.name = 'EngineFault';
    this.fault = detail === undefined ? { code, message } : { code, message, detail };
  }

  static from(fault: StudioFault): EngineFault {
    return new EngineFault(fault.code, fault.message, fault.detail);
  }
}

/**
 * What can go wrong with the process itself: what happened, what is safe, what to do.
 * What is wrong with a file is said in gguf/, what does not fit into memory in estimate.ts, what does not fit into a prompt in shared/prompt.
 */
export const faults = {
  crash(exit: { readonly code: number | null; readonly signal: string | null }, log: readonly string[]): EngineFault {
    const cause =
      exit.signal === 'SIGKILL'
        ? 'it was ended from outside, most often because memory ran out'
        : 'it failed inside the engine';
    const detail = [exit.signal ?? `exit code ${exit.code ?? 'unknown'}`, ...log].join('\n');
    return new EngineFault(
      'CRASH',
      `The model stopped unexpectedly: ${cause}. Your text is safe. Press Reply to start it again.`,
      detail,
    );
  },
  hang: () =>
    new EngineFault(
      'HANG',
      'The model stopped answering and was ended. Your text is safe. Try again; if it happens again, choose a smaller context or another model.',
    ),
  unheeded: () =>
    new EngineFault(
      'UNHEEDED',
      'The model did not stop in time, so its process was ended. What was written is kept. Press Reply to start it again.',
    ),
  start: () =>
    new EngineFault(
      'START',
      'The engine did not start in time. Your text is safe. Close other programs and try again.',
    ),
  otherVersion: (theirs: number, ours: number) =>
    new EngineFault(
      'PROTOCOL',
      'The engine belongs to another version of Paphos. Install Paphos again; your stories stay where they are.',
      `protocol ${theirs}, expected ${ours}`,
    ),
  breaker: (failures: number) =>
    new EngineFault(
      'BREAKER',
      `The model stopped ${failures} times in a row, so it is not started again by itself. Your text is safe. Choose a smaller context or another model, or load this one again to try once more.`,
    ),
  nothingLoaded: () => new EngineFault('NO_ENGINE', 'No model is loaded. Nothing was changed. Choose one first.'),
  notReady: () =>
    new EngineFault('NO_ENGINE', 'No model is ready. Nothing was changed. Choose one, or wait until it is loaded.'),
  replaced: () =>
    new EngineFault(
      'REPLACED',
      'The model file was replaced by another one while it was not in use. Your text is safe. Press Reply again: the new one is opened.',
    ),
  unloaded: () =>
    new EngineFault('NO_ENGINE', 'The model was closed. Your text is safe. Press Reply to start it again.'),
  closing: () => new EngineFault('CLOSED', 'Paphos is closing. Your text is safe.'),
  busy: () =>
    new EngineFault('BUSY', 'The model is still busy with something else. Nothing was changed. Stop that first.'),
  stopped: () => new EngineFault('STOPPED', 'This was stopped before its end. What was written is kept.'),
  yielded: () =>
    new EngineFault('YIELDED', 'This was left for later, because the model was needed for something else.'),
  windowFull: () =>
    new EngineFault(
      'WINDOW_FULL',
      'The context is full. What was written is kept. Choose a larger context, or press Reply: older turns make room.',
    ),
  thoughtFull: () =>
    new EngineFault(
      'THOUGHT_FULL',
      'The context was full before the model had done thinking, so there is no answer. What it thought is kept. Let it think less under Sampling, or load the model with a larger context, then press Retry.',
    ),
  unexpected: (detail: string) =>
    new EngineFault('ENGINE', 'The model could not go on. What was written is safe; try again.', detail),
};
