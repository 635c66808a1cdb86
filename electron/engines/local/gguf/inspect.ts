import { failure } from '../../../../shared/faults/failure.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { GgufHeader } from './header.ts';
import { inTurn } from './in-turn.ts';
import { inThread } from './inspection-thread.ts';
import type { Rendering, TemplateProbe } from '../../../../shared/prompt/formats/template-probes.ts';
import type { ReadingNumbers } from './reading-meter.ts';

const INSPECTION = { deadlineMs: 5000, heapMb: 512 };
const RENDERING = { deadlineMs: 5000, heapMb: 64 };
const READING = { deadlineMs: null, heapMb: 256 };

/** A folder may hold many models: what one of them may take is not shared with all. */
const fewAtOnce = inTurn(2);

/** What somebody waits for passes the line. */
const inLine = <T>(isAwaited: boolean, work: () => Promise<T>): Promise<T> => (isAwaited ? work() : fewAtOnce(work));

/** Reads a model file's header; a file may be anything. */
export function inspectModel(path: string, isAwaited = false): Promise<GgufHeader> {
  return inLine(isAwaited, () =>
    inThread({ kind: 'inspect', path }, INSPECTION, (detail) => failure('INSPECTION_LIMIT', {}, { detail })),
  );
}

/** Renders conversations by the template of a model file, which may be any program: TEMPLATE when it takes too much. */
export function renderTemplate(
  template: string,
  probes: readonly TemplateProbe[],
  special: { readonly bos: string | null; readonly eos: string | null },
  isAwaited = false,
): Promise<Rendering[]> {
  return inLine(isAwaited, () =>
    inThread({ kind: 'render', template, probes, special }, RENDERING, (detail) => failure('TEMPLATE', {}, { detail })),
  );
}

/**
 * Reads a model's files to their end; `shared` says how far it is and can make it sleep. Rejects when `signal` aborts.
 */
export function fingerprintModel(path: string, shared: ReadingNumbers, signal: AbortSignal): Promise<Fingerprint> {
  return inThread(
    { kind: 'fingerprint', path, shared },
    READING,
    (detail) => failure('FINGERPRINT', {}, { detail }),
    signal,
  );
}
