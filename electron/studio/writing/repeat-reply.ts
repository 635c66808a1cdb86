import type { Difference } from '../../../shared/faults/catalogue.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import type { EnginePort } from '../../engines/port.ts';
import type { EffectiveSettings } from '../../storage/repositories/generation-records.ts';
import type { ReadableDB } from '../../storage/core/handle.ts';
import { lastReply, type StoredReply } from '../../storage/repositories/last-reply.ts';
import type { Ready } from '../models/loaded-engine.ts';
import { failure } from '../../../shared/faults/failure.ts';

type Compares = Pick<EnginePort, 'differences'>;

/**
 * The reply in a turn that can be made again with this model (null: which one is not known yet). Fails with
 * UNKNOWN_REPLY, or with NOT_THE_SAME where another model or other settings would write it.
 */
export function replyToRepeat(
  db: ReadableDB,
  turnId: string | null,
  ready: Ready | null,
  engine: Compares,
): StoredReply & { readonly sampling: EffectiveSettings['sampling'] } {
  const reply = turnId === null ? null : lastReply(db, turnId);
  if (!reply) throw failure('UNKNOWN_REPLY', {});
  const others = ready === null ? [] : differencesOf(reply.settings, ready, engine);
  if (others.length > 0) throw failure('NOT_THE_SAME', { differences: others });
  // A setting that was not there yet had its default.
  return { ...reply, sampling: { ...DEFAULT_SAMPLING, ...reply.settings.sampling } };
}

/** What is not as it was when the reply was written. */
function differencesOf(once: EffectiveSettings, now: Ready, engine: Compares): Difference[] {
  const isSameModel =
    once.model.sha256 === null || now.sha256 === null
      ? once.model.name === now.modelName
      : once.model.sha256 === now.sha256;
  if (!isSameModel)
    return [
      once.model.name === now.modelName
        ? { of: 'file', model: now.modelName }
        : { of: 'model', once: once.model.name, now: now.modelName },
    ];
  const out: Difference[] = [];
  if (once.format !== now.format.name)
    out.push({
      of: 'format',
      once: formatByName(once.format)?.title ?? once.format,
      now: now.format.title,
    });
  if (now.format.date !== undefined && once.datedFormat === undefined) out.push({ of: 'head' });
  if (once.contextSize !== now.contextSize) out.push({ of: 'context', once: once.contextSize, now: now.contextSize });
  return [...out, ...engine.differences(once.setup, now.setup)];
}
