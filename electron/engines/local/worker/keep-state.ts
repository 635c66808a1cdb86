import type { LlamaContextSequence } from 'node-llama-cpp';
import type { StateFile } from '../../port.ts';
import type { SaveRequest } from '../protocol.ts';
import type { OpenModel } from './open-model.ts';
import { beginningOf } from './prepare.ts';
import { readState, type StateKey, writeState } from './state-file.ts';

/** Less than this is read again in no time. */
const LEAST_TOKENS = 64;

/**
 * Saves the branch with which the next prompt of a story begins. Answers with the size in bytes; 0 if there is nothing
 * worth it.
 */
export async function saveState(open: OpenModel, { path, plan, sha256 }: SaveRequest): Promise<number> {
  const { tokens } = beginningOf(open, plan, 1);
  const sequence = open.branches.holding(tokens);
  if (open.branches.reusable(tokens) < LEAST_TOKENS) return 0;
  return writeState(path, keyOf(open, sha256), sequence.contextTokens, (unfinished) =>
    sequence.saveStateToFile(unfinished),
  );
}

/**
 * Loads what was saved into a branch. Answers with its tokens; rejects with STATE if the file is not exactly what was
 * saved, for exactly this engine.
 */
export async function restoreState(open: OpenModel, { path, sha256 }: StateFile): Promise<number> {
  let filled: LlamaContextSequence | null = null;
  try {
    return await readState(path, keyOf(open, sha256), async (tokens) => {
      if (open.branches.reusable(tokens) >= tokens.length - 1) return tokens.length;
      filled = await open.branches.spare();
      await filled.loadStateFromFile(path, { acceptRisk: true });
      return filled.nextTokenIndex;
    });
  } catch (error) {
    if (filled !== null) await open.branches.empty(filled);
    throw error;
  }
}

function keyOf(open: OpenModel, sha256: string | null): StateKey {
  return { ...open.identity, model: { ...open.identity.model, sha256 } };
}
