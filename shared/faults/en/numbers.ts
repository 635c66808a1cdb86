const whole = new Intl.NumberFormat('en');

export const count = (value: number): string => whole.format(value);

export function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
