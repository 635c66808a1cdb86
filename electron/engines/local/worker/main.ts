import { isMainThread } from 'node:worker_threads';
import { BUILD } from '../host/worker-entry.ts';
import type { ToEngine } from '../protocol.ts';
import type { EngineEnd } from './engine-end.ts';
import { startQuickly } from './quick-start.ts';

/**
 * One entry for all that runs outside of main: the engine (forked by Node or by Electron) and the thread that inspects
 * model files.
 */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: ToEngine }) => void): void;
}
const { parentPort } = process as { parentPort?: ParentPort };

const [, , given] = process.argv;

if (!isMainThread) {
  await import('../gguf/thread-main.ts');
} else if (given === BUILD) {
  await import('./build-library.ts');
} else {
  if (given !== undefined) startQuickly(given);
  const { startRuntime } = await import('./runtime.ts');
  startRuntime(parentPort === undefined ? forkedPort() : utilityPort(parentPort));
}

function forkedPort(): EngineEnd {
  // An orderly exit would wait for native code; there is nothing to put in order.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', (message) => {
        listener(message as ToEngine);
      });
    },
  };
}

function utilityPort(port: ParentPort): EngineEnd {
  return {
    send: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', (event) => {
        listener(event.data);
      });
    },
  };
}
