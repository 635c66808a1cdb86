import type { MemoryEstimate } from '../../../../shared/contract/models.ts';
import { failure, type FaultError } from '../../../../shared/faults/failure.ts';

export type Need = MemoryEstimate['need'];
type Room = MemoryEstimate['room'];

/**
 * When nobody chose a context: what the model was trained for, but no more than a reader waits for on an ordinary
 * machine.
 */
const DEFAULT_CONTEXT = 4096;
const SMALLEST_CONTEXT = 512;
/** Contexts are made in steps of this many tokens. */
const STEP = 256;
/** What the rest of the computer keeps, so that it goes on. */
const HEADROOM = 512 * 2 ** 20;

/**
 * What a load will take, and whether it fits. `contextSize` null: as large as suits the model and fits.
 * `needOf` answers for one context size; what it says grows with it in a straight line.
 */
export async function estimateMemory(
  needOf: (contextSize: number) => Promise<Need>,
  contextSize: number | null,
  trainedContext: number,
  room: Room,
): Promise<MemoryEstimate> {
  const wanted = contextSize ?? Math.min(trainedContext, DEFAULT_CONTEXT);
  const need = await needOf(wanted);
  if (fits(need, room)) return { verdict: 'fits', contextSize: wanted, offered: null, need, room };
  const offered = await largestFitting(needOf, wanted, need, room);
  if (offered === null) return { verdict: 'no', contextSize: wanted, offered, need, room };
  return contextSize === null
    ? { verdict: 'less', contextSize: offered, offered, need: await needOf(offered), room }
    : { verdict: 'less', contextSize, offered, need, room };
}

async function largestFitting(
  needOf: (contextSize: number) => Promise<Need>,
  wanted: number,
  most: Need,
  room: Room,
): Promise<number | null> {
  if (wanted <= SMALLEST_CONTEXT) return null;
  const least = await needOf(SMALLEST_CONTEXT);
  if (!fits(least, room)) return null;
  const share = Math.min(
    part(ramOf(least), ramOf(most), room.ram - HEADROOM),
    part(least.vram, most.vram, room.vram ?? Infinity),
  );
  const offered = Math.floor((SMALLEST_CONTEXT + share * (wanted - SMALLEST_CONTEXT)) / STEP) * STEP;
  return Math.max(SMALLEST_CONTEXT, Math.min(offered, wanted - 1));
}

/** How far from `low` to `high` one may go without passing `limit`. */
function part(low: number, high: number, limit: number): number {
  return high <= low ? 1 : Math.max(0, Math.min(1, (limit - low) / (high - low)));
}

function fits(need: Need, room: Room): boolean {
  return ramOf(need) + HEADROOM <= room.ram && need.vram <= (room.vram ?? Infinity);
}

function ramOf({ weights, repacked, context }: Need): number {
  return weights + repacked + context;
}

/** Whether a load may go on: it fits, or an automatic context was made to. */
export function loadable({ verdict, contextSize, offered }: MemoryEstimate): boolean {
  return verdict === 'fits' || contextSize === offered;
}

/** The refusal of a load that would not fit, with its numbers. */
export function refusal({ verdict, offered, contextSize, need, room }: MemoryEstimate): FaultError {
  const card = need.vram > (room.vram ?? Infinity);
  return failure('MEMORY', {
    where: card ? 'card' : 'computer',
    need: card ? need.vram : ramOf(need),
    free: card ? (room.vram ?? 0) : room.ram,
    kept: HEADROOM,
    contextSize,
    offered: verdict === 'less' ? offered : null,
  });
}
