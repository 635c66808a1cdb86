import type { FromEngine, ToEngine } from '../protocol.ts';

/** The engine's end of the wire. */
export interface EngineEnd {
  send(message: FromEngine): void;
  onMessage(listener: (message: ToEngine) => void): void;
}
