/** Stands before `electron/log/guarded.ts` and notes which of the callbacks in our sources ran while it counts. */
import { guarded as real } from '../../electron/log/guarded.ts';

export { inBackground, onCaught } from '../../electron/log/guarded.ts';

export const counting = { isOn: false, places: new Set<string>() };

const counted = new WeakSet<object>();
export const isCounted = (act: object): boolean => counted.has(act);

/** As the list that is made of the sources names it: `electron/rpc/http.ts:41`. */
function callerPlace(): string {
  const line = new Error().stack?.split('\n')[3] ?? '';
  return /electron\/[\w./-]+:\d+/.exec(line)?.[0] ?? line;
}

export function guarded<A extends readonly unknown[]>(
  act: (...args: A) => unknown,
  otherwise?: (...args: A) => void,
): (...args: A) => void {
  const place = callerPlace();
  const result = real((...args: A) => {
    if (counting.isOn) counting.places.add(place);
    return act(...args);
  }, otherwise);
  counted.add(result);
  return result;
}
