import { fork } from 'node:child_process';
import { DRIVER_VARIABLES } from '../driver-variables.ts';
import { forgetSelfTests } from './engine-cache.ts';
import { workerEntry } from './worker-entry.ts';
import type { EngineWire, FromEngine, StartEngine } from '../protocol.ts';
import { leave } from '../../../log/ending-threads.ts';
import { guarded } from '../../../log/guarded.ts';

const KEPT_LINES = 50;
/** Everything else of our environment (options of Node, of a test runner, secrets) is none of the engine's business. */
const INHERITED = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LANG',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'windir',
  'XDG_RUNTIME_DIR',
  ...DRIVER_VARIABLES,
];

/**
 * `device`: the only graphics card that the process may see, by its place in the list. The library has no other way to
 * choose.
 */
export function engineEnvironment(device: number | null): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return device === null
    ? env
    : { ...env, GGML_VK_VISIBLE_DEVICES: String(device), CUDA_VISIBLE_DEVICES: String(device) };
}

/** The newest lines of an error stream; never all of it. */
export function newestLines(stream: NodeJS.ReadableStream | null): string[] {
  const lines: string[] = [];
  const keep = (text: string): void => {
    lines.push(
      ...text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => line.slice(0, 500)),
    );
    lines.splice(0, lines.length - KEPT_LINES);
  };
  stream?.setEncoding('utf8').on('data', guarded(keep));
  return lines;
}

/** Starts the engine as a child of this Node process. `cache`: its cache folder; null: it keeps nothing. */
export function forkEngine(cache: string | null = null, entry = workerEntry()): StartEngine {
  return (device) => {
    const child = fork(entry, cache === null ? [] : [cache], {
      env: engineEnvironment(device),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });

    const lines = newestLines(child.stderr);

    let ended = false;
    const exitListeners: ((exit: { code: number | null; signal: string | null }) => void)[] = [];
    const end = (code: number | null, signal: string | null): void => {
      if (ended) return;
      ended = true;
      for (const listener of exitListeners) listener({ code, signal });
    };
    child.on('exit', guarded(end));
    // A process that could not be started never exits.
    child.on(
      'error',
      guarded((error: Error) => {
        lines.push(error.message);
        if (child.pid === undefined) end(null, null);
      }),
    );

    const wire: EngineWire = {
      pid: child.pid ?? null,
      // A message to a process that is just ending is lost; its exit tells.
      send: (message) => {
        if (child.connected) child.send(message, () => undefined);
      },
      onMessage: (listener) => {
        child.on(
          'message',
          guarded((message) => listener(message as FromEngine)),
        );
      },
      onExit: (listener) => {
        exitListeners.push(listener);
      },
      kill: () => {
        child.kill('SIGKILL');
      },
      distrust: () => {
        if (cache !== null) leave(forgetSelfTests(cache));
      },
      log: () => lines,
    };
    return wire;
  };
}
