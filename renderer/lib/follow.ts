import { whenOpen } from './client.ts';

/** Follows a stream of the studio for as long as the signal lets it, opening it again whenever it breaks. */
export async function follow<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onValue: (value: T) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await whenOpen(signal);
      for await (const value of await open(signal)) {
        if (signal.aborted) return;
        onValue(value);
      }
    } catch {
      // Broken by a lost connection or a restarted studio: the next round opens it again.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
