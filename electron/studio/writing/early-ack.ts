import type { ChangeAck } from '../../../shared/contract/writing.ts';
import type { Change } from '../../../shared/document/turn.ts';

const DELAY_MS = 250;

/**
 * A seam for the kill test's control only (PAPHOS_TEST_EARLY_ACK=1): typed text is acknowledged before it is stored,
 * and the test must notice. Never used otherwise.
 */
export function acknowledgeTooEarly(
  apply: (change: Change) => Promise<ChangeAck>,
): (change: Change) => Promise<ChangeAck> {
  return (change) => {
    const patches = change.ops.flatMap((op) => (op.op === 'setText' ? [[op.turnId, op.version + 1] as const] : []));
    if (patches.length < change.ops.length) return apply(change);
    setTimeout(() => {
      apply(change).catch(() => undefined);
    }, DELAY_MS);
    return Promise.resolve({ structureRev: change.structureRev, versions: Object.fromEntries(patches) });
  };
}
