import type { ReadAheadPort, StateFile } from '../../engines/port.ts';
import type { Engine } from '../models/loaded-engine.ts';
import { faultOf } from '../../../shared/faults/failure.ts';
import type { StateFolder } from './state-folder.ts';

/**
 * Not the saved state that was asked for, refused by the engine, or the end of the process: what it was given may be to
 * blame.
 */
const BLAMED = new Set(['STATE', 'ENGINE', 'CRASH', 'HANG']);

/**
 * Saved states that the process was given, each once. One with which a process ended before it had done anything else
 * is put aside: it would end the next one too.
 */
export interface RestoredStates {
  bring(path: string, sha256: string | null): Promise<void>;
  /** Something was read or written with what was brought back. */
  proven(): void;
  /** The process ended by itself. */
  died(code: string): Promise<void>;
}

export function createRestoredStates(engine: Engine, folder: StateFolder): RestoredStates {
  /** Of the process that is known; one that was started again knows nothing. */
  const given = new Map<string, Promise<void>>();
  const unproven = new Set<string>();
  let life: unknown = null;

  async function failed(code: string): Promise<void> {
    const blamed = BLAMED.has(code) ? [...unproven] : [];
    unproven.clear();
    for (const path of blamed) await folder.remove(path);
  }

  async function load(port: ReadAheadPort, file: StateFile): Promise<void> {
    unproven.add(file.path);
    try {
      await port.restore(file);
      life ??= port.life;
    } catch (error) {
      await failed(faultOf(error).code);
    }
  }

  return {
    bring(path, sha256) {
      const { readAhead: port } = engine.host;
      if (port === null) return Promise.resolve();
      if (port.life !== life) given.clear();
      ({ life } = port);
      const known = given.get(path);
      if (known !== undefined) return known;
      const loading = folder.has(path) ? load(port, { path, sha256 }) : Promise.resolve();
      given.set(path, loading);
      return loading;
    },
    proven() {
      unproven.clear();
    },
    died: failed,
  };
}
