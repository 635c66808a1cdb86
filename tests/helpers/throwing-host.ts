/**
 * Runs a studio whose store can be made to throw, and counts which of the callbacks in its sources ran meanwhile.
 * Arguments: those of `paphos serve`. PAPHOS_TEST_CONTROL: the socket that says when; what ran is written beside it
 * when the process ends.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import Database from 'better-sqlite3';

let isThrowing = false;
const armed = new Map<NodeJS.Timeout, () => void>();
const control = process.env['PAPHOS_TEST_CONTROL'] ?? '';

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isGuarded = found.url.endsWith('/electron/log/guarded.ts');
    if (!isGuarded || context.parentURL?.endsWith('/counted-guarded.ts') === true) return found;
    return { ...found, url: new URL('counted-guarded.ts', import.meta.url).href };
  },
});
const { counting, isCounted } = await import('./counted-guarded.ts');

/** Every way into the store. */
const memory = new Database(':memory:');
for (const way of [Database.prototype, Object.getPrototypeOf(memory.prepare('SELECT 1'))] as Record<string, unknown>[])
  for (const name of ['exec', 'prepare', 'pragma', 'run', 'get', 'all', 'iterate'] as const) {
    const real = way[name] as ((...given: unknown[]) => unknown) | undefined;
    if (real === undefined) continue;
    way[name] = function (this: unknown, ...given: unknown[]): unknown {
      if (isThrowing) throw new TypeError('The store threw.');
      return real.apply(this, given);
    };
  }
memory.close();

/** Our own timers are known, so that they can run before their time. */
for (const [set, clear] of [
  ['setTimeout', 'clearTimeout'],
  ['setInterval', 'clearInterval'],
] as const) {
  const [realSet, realClear] = [globalThis[set] as (...given: unknown[]) => NodeJS.Timeout, globalThis[clear]];
  const once = set === 'setTimeout';
  Object.assign(globalThis, {
    [set]: Object.assign((act: () => void, ...rest: unknown[]) => {
      if (!isCounted(act)) return realSet(act, ...rest);
      const run = (): void => {
        if (once) armed.delete(timer);
        act();
      };
      const timer = realSet(run, ...rest);
      armed.set(timer, run);
      return timer;
    }, realSet),
    [clear]: (timer: NodeJS.Timeout | undefined) => {
      if (timer !== undefined) armed.delete(timer);
      realClear(timer);
    },
  });
}

const orders: Record<string, () => void> = {
  '/throw': () => {
    isThrowing = counting.isOn = true;
  },
  '/mend': () => {
    isThrowing = counting.isOn = false;
  },
  '/fire': () => {
    for (const [timer, run] of [...armed]) {
      if (!armed.has(timer)) continue;
      setImmediate(run);
    }
  },
};
createServer((request, response) => {
  orders[request.url ?? '']?.();
  // After whatever was due in this round of the event loop.
  setImmediate(() => setImmediate(() => response.end(JSON.stringify([...counting.places]))));
})
  .listen(control)
  .unref();
process.on('exit', () => writeFileSync(`${control}.json`, JSON.stringify([...counting.places])));

await import('../../electron/cli.ts');
