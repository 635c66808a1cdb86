import { formatByName } from '../../../shared/prompt/formats/formats.ts';
import type { Hardware } from '../../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import type { EffectiveSettings } from '../../storage/repositories/generation-records.ts';
import type { ReadableDB } from '../../storage/core/handle.ts';
import { lastReply, type StoredReply } from '../../storage/repositories/last-reply.ts';
import type { Ready } from '../models/loaded-engine.ts';
import { StudioError } from '../studio-error.ts';

/** The reply in a turn that can be made again with this model (null: which one is not known yet). Fails with UNKNOWN_REPLY, or with NOT_THE_SAME where another model or other settings would write it. */
export function replyToRepeat(
  db: ReadableDB,
  turnId: string | null,
  ready: Ready | null,
): StoredReply & { readonly sampling: EffectiveSettings['sampling'] } {
  const reply = turnId === null ? null : lastReply(db, turnId);
  if (!reply)
    throw new StudioError(
      'UNKNOWN_REPLY',
      'No reply is recorded in this turn, so there is nothing to run again. Retry writes a new one.',
    );
  const others = ready === null ? [] : differences(reply.settings, ready);
  if (others.length > 0)
    throw new StudioError(
      'NOT_THE_SAME',
      `This reply cannot be made again exactly as things are now. ${others.join(' ')} Nothing was changed. Choose under Model what it was written with and run it again, or use Retry.`,
    );
  // A setting that was not there yet had its default.
  return { ...reply, sampling: { ...DEFAULT_SAMPLING, ...reply.settings.sampling } };
}

/** What is not as it was when the reply was written, in sentences. */
function differences(once: EffectiveSettings, now: Ready): string[] {
  const isSameModel =
    once.model.sha256 === null || now.sha256 === null
      ? once.model.name === now.modelName
      : once.model.sha256 === now.sha256;
  if (!isSameModel)
    return [
      once.model.name === now.modelName
        ? `The file of ${now.modelName} is another one than then.`
        : `It was written by ${once.model.name}; ${now.modelName} is loaded now.`,
    ];
  const out: string[] = [];
  if (once.format !== now.format.name)
    out.push(
      `It was written in the ${formatByName(once.format)?.title ?? once.format} format; the model reads ${now.format.title} now.`,
    );
  if (once.contextSize !== now.contextSize)
    out.push(`Its context had ${once.contextSize} tokens; now it has ${now.contextSize}.`);
  if (once.promptChunk !== now.promptChunk)
    out.push(`${once.promptChunk} tokens were read at once; now ${now.promptChunk} are.`);
  if (once.hardware) out.push(...differentHardware(once.hardware, now.hardware));
  return out;
}

/** Threads are not among them: each number of a result is computed by one thread, however many there are. */
const COMPUTES: readonly (readonly [keyof Hardware, string])[] = [
  ['gpuLayers', 'Another part of the model lay on the graphics card.'],
  ['device', 'It was written on another graphics card.'],
  ['keyCache', 'Keys were kept in another precision.'],
  ['adapters', 'Other adapters were on.'],
  ['draft', 'Another model guessed ahead, or none.'],
  ['lookup', 'Guessing ahead from the story was switched differently.'],
  ['fastSlide', 'The window slid in another way.'],
];

function differentHardware(once: Hardware, now: Hardware): string[] {
  return COMPUTES.filter(([key]) => JSON.stringify(once[key]) !== JSON.stringify(now[key])).map(
    ([, sentence]) => sentence,
  );
}
