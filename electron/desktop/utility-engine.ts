import { utilityProcess } from 'electron';
import { forgetSelfTests } from '../engines/local/host/engine-cache.ts';
import { engineEnvironment, newestLines } from '../engines/local/host/fork-wire.ts';
import type { EngineWire, StartEngine } from '../engines/local/protocol.ts';
import { leave } from '../log/ending-threads.ts';
import { guarded } from '../log/guarded.ts';

/** Starts the engine as a utility process of Electron: the desktop's counterpart of `forkEngine`. */
export function utilityEngine(entry: string, cache: string): StartEngine {
  return (device) => {
    const child = utilityProcess.fork(entry, [cache], {
      serviceName: 'Paphos inference',
      env: engineEnvironment(device),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const lines = newestLines(child.stderr);
    let running = true;
    child.once(
      'exit',
      guarded(() => {
        running = false;
      }),
    );
    const wire: EngineWire = {
      get pid() {
        return child.pid ?? null;
      },
      send: (message) => {
        if (running) child.postMessage(message);
      },
      onMessage: (listener) => {
        child.on('message', guarded(listener));
      },
      onExit: (listener) => {
        child.once(
          'exit',
          guarded((code: number) => listener({ code, signal: null })),
        );
      },
      kill: () => {
        // `child.kill()` asks; an engine that hangs in native code does not answer.
        if (running && child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
        else child.kill();
      },
      distrust: () => {
        leave(forgetSelfTests(cache));
      },
      log: () => lines,
    };
    return wire;
  };
}
