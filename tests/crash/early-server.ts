/**
 * A studio that acknowledges typed text 250 ms before it is stored: the kill test must notice. Arguments: those of
 * `paphos serve`.
 */
import type { Writing } from '../../electron/studio/writing/writing.ts';
import { serveStudio } from '../helpers/studio-host.ts';

const DELAY_MS = 250;

const acknowledgeTooEarly =
  (apply: Writing['applyChange']): Writing['applyChange'] =>
  (change, client) => {
    const patches = change.ops.flatMap((op) => (op.op === 'setText' ? [[op.turnId, op.version + 1] as const] : []));
    if (patches.length < change.ops.length) return apply(change, client);
    setTimeout(() => {
      apply(change, client).catch(() => undefined);
    }, DELAY_MS);
    return Promise.resolve({ structureRev: change.structureRev, versions: Object.fromEntries(patches) });
  };

await serveStudio(({ services }) => ({
  ...services,
  writing: { ...services.writing, applyChange: acknowledgeTooEarly(services.writing.applyChange) },
}));
