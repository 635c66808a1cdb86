import { utilityProcess } from 'electron';
import type { EngineWire, FromEngine, StartEngine } from '../inference/protocol.ts';

const KEPT_LINES = 50;

/** Starts the engine as a utility process of Electron: the desktop's counterpart of `forkEngine`. */
export function utilityEngine(entry: string): StartEngine {
  return () => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'Paphos inference', stdio: ['ignore', 'ignore', 'pipe'] });
    const lines: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => {
      lines.push(...chunk.toString('utf8').split('\n').filter((line) => line.trim() !== '').map((line) => line.slice(0, 500)));
      lines.splice(0, lines.length - KEPT_LINES);
    });
    let running = true;
    child.once('exit', () => { running = false; });
    const wire: EngineWire = {
      get pid() { return child.pid ?? null; },
      send: (message) => { if (running) child.postMessage(message); },
      onMessage: (listener) => { child.on('message', (message: FromEngine) => { listener(message); }); },
      onExit: (listener) => { child.once('exit', (code) => { listener({ code, signal: null }); }); },
      kill: () => {
        // `child.kill()` asks; an engine that hangs in native code does not answer.
        if (running && child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
        else child.kill();
      },
      log: () => lines,
    };
    return wire;
  };
}
