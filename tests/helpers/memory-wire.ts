import type { EngineWire, FromEngine, StartEngine, ToEngine } from '../../electron/engines/local/protocol.ts';
import { startRuntime } from '../../electron/engines/local/worker/runtime.ts';

/** The real engine in this process, its messages copied as a wire would copy them. */
export const engineInMemory: StartEngine = () => {
  const fromEngine: ((message: FromEngine) => void)[] = [];
  const exits: ((exit: { code: number | null; signal: string | null }) => void)[] = [];
  let receive: (message: ToEngine) => void = () => undefined;
  let dead = false;
  const carry = <T>(message: T, listeners: () => readonly ((message: T) => void)[]): void => {
    const copy = structuredClone(message);
    setImmediate(() => {
      if (!dead) for (const listener of listeners()) listener(copy);
    });
  };
  const stop = startRuntime({
    send: (message) => {
      carry(message, () => fromEngine);
    },
    onMessage: (listener) => {
      receive = listener;
    },
  });
  const wire: EngineWire = {
    pid: process.pid,
    send: (message) => {
      carry(message, () => [receive]);
    },
    onMessage: (listener) => {
      fromEngine.push(listener);
    },
    onExit: (listener) => {
      exits.push(listener);
    },
    kill: () => {
      if (dead) return;
      dead = true;
      void stop().then(() => {
        for (const listener of exits) listener({ code: null, signal: 'SIGKILL' });
      });
    },
  };
  return wire;
};
