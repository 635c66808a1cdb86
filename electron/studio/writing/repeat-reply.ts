import type { Difference } from '../../../shared/faults/catalogue.ts';
import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import type { Hardware } from '../../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import type { EffectiveSettings } from '../../storage/repositories/generation-records.ts';
import type { ReadableDB } from '../../storage/core/handle.ts';
import { lastReply, type StoredReply } from '../../storage/repositories/last-reply.ts';
import type { Ready } from '../models/loaded-engine.ts';
import { failure } from '../../../shared/faults/failure.ts';

/**
 * The reply in a turn that can be made again with this model (null: which one is not known yet). Fails with
 * UNKNOWN_REPLY, or with NOT_THE_SAME where another model or other settings would write it.
 */
export function replyToRepeat(
  db: ReadableDB,
  turnId: string | null,
  ready: Ready | null,
): StoredReply & { readonly sampling: EffectiveSettings['sampling'] } {
  const reply = turnId === null ? null : lastReply(db, turnId);
  if (!reply) throw failure('UNKNOWN_REPLY', {});
  const others = ready === null ? [] : differencesOf(reply.settings, ready);
  if (others.length > 0) throw failure('NOT_THE_SAME', { differences: others });
  // A setting that was not there yet had its default.
  return { ...reply, sampling: { ...DEFAULT_SAMPLING, ...reply.settings.sampling } };
}

/** What is not as it was when the reply was written. */
function differencesOf(once: EffectiveSettings, now: Ready): Difference[] {
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
  if (once.contextSize !== now.contextSize) out.push({ of: 'context', once: once.contextSize, now: now.contextSize });
  if (once.promptChunk !== now.promptChunk)
    out.push({ of: 'promptChunk', once: once.promptChunk, now: now.promptChunk });
  if (once.hardware) out.push(...differentHardware(once.hardware, now.hardware));
  return out;
}

/** Threads are not among them: each number of a result is computed by one thread, however many there are. */
const COMPUTES = ['gpuLayers', 'device', 'keyCache', 'adapters', 'draft', 'lookup', 'fastSlide'] as const;

function differentHardware(once: Hardware, now: Hardware): Difference[] {
  return COMPUTES.filter((key) => JSON.stringify(once[key]) !== JSON.stringify(now[key])).map((of) => ({ of }));
}
