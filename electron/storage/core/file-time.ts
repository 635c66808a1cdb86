/** Sorts by time, and is part of a name on every system. */
export const fileTime = (at: number): string => new Date(at).toISOString().slice(0, 23).replaceAll(/[-:.]/g, '');
