import { channel } from 'node:diagnostics_channel';

const CAUGHT = channel('paphos:caught');

/** Tells an error that nobody is there to take; without anybody who listens, on the console. */
function tellCaught(error: unknown): void {
  if (CAUGHT.hasSubscribers) CAUGHT.publish(error);
  else console.error(error);
}

/** Hears what `guarded` and `inBackground` catch; the listener must not throw. Answers with how to stop that. */
export function onCaught(listener: (error: unknown) => void): () => void {
  const hear = (error: unknown): void => {
    listener(error);
  };
  CAUGHT.subscribe(hear);
  return () => {
    CAUGHT.unsubscribe(hear);
  };
}

/**
 * What the event loop may call: whatever `act` throws, at once or as its promise, is told and ends nothing. `otherwise`
 * does then what must be done all the same.
 */
export function guarded<A extends readonly unknown[]>(
  act: (...args: A) => unknown,
  otherwise?: (...args: A) => void,
): (...args: A) => void {
  const failed = (error: unknown, args: A): void => {
    tellCaught(error);
    if (otherwise) guarded(otherwise)(...args);
  };
  return (...args) => {
    try {
      const result = act(...args);
      if (result instanceof Promise) result.catch((error: unknown) => failed(error, args));
    } catch (error) {
      failed(error, args);
    }
  };
}

/** Work that nobody waits for: what it throws is told. */
export function inBackground(work: Promise<unknown>): void {
  work.catch(tellCaught);
}
