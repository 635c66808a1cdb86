/** An end that is gone without a word is noticed within both together. */
export const BEAT_EVERY_MS = 4000;
export const BEAT_WITHIN_MS = 4000;

/**
 * Asks again and again whether the other end is there; `lost` is called when it does not answer in time. Stopped by
 * what it gives back.
 */
export function startHeartbeat(beat: () => Promise<void>, lost: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isStopped = false;
  const wait = (): void => {
    timer = setTimeout(ask, BEAT_EVERY_MS);
  };
  const ask = (): void => {
    timer = setTimeout(lost, BEAT_WITHIN_MS);
    beat().then(
      () => {
        clearTimeout(timer);
        if (!isStopped) wait();
      },
      () => undefined,
    );
  };
  wait();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
