/** A time that orders: later than the last one of its kind, also where the clock was set back meanwhile. */
export const timeAfter = (last: number | null | undefined): number => Math.max(Date.now(), (last ?? 0) + 1);
