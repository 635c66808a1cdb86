const whole = new Intl.NumberFormat('en');

export function count(value: number): string {
  return whole.format(value);
}

export function fileSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

export function tokensPerSecond(value: number): string {
  return value >= 10 ? count(Math.round(value)) : value.toFixed(1);
}
