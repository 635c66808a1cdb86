const whole = new Intl.NumberFormat('en');

export function count(value: number): string {
  return whole.format(value);
}

export function fileSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${bytes === 0 ? 0 : Math.max(1, Math.round(bytes / 1e3))} kB`;
}

/** Null where nothing has been written yet, or so slowly that a number would say nothing. */
export function tokensPerSecond(value: number | null): string | null {
  if (value === null || value < 0.05) return null;
  return value >= 9.95 ? count(Math.round(value)) : value.toFixed(1);
}

/** A length of time, roughly: what a person waits, not what a clock shows. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds >= 90) return `${count(Math.round(seconds / 60))} min`;
  return seconds >= 0.95 ? `${count(Math.round(seconds))} s` : `${Math.max(0.1, seconds).toFixed(1)} s`;
}

const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });

/** A moment (ms) of a day, as its clock shows it. */
export function clockOf(at: number): string {
  return time.format(new Date(at));
}

/** A share for people; what is next to nothing is said so. */
export function percent(share: number): string {
  if (share < 0.0005) return '< 0.1%';
  return `${share >= 0.0995 ? String(Math.round(share * 100)) : (share * 100).toFixed(1)}%`;
}
