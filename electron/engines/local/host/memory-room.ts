import { statSync } from 'node:fs';
import { splitOf } from '../gguf/split.ts';
import type { LoadedModel, LoadOptions } from '../protocol.ts';

/** With less free than this, in bytes, whatever can be missed goes. */
const SHORT = 2 ** 30;
/** What a context and the rest of the computer may take, in bytes. */
const SPARE = 3 * 2 ** 30;

/**
 * Whether a model may be loaded while another one stays: only if there is plenty of memory, so that neither gets a
 * smaller context for it. The engine repacks weights into a second copy, and what it maps from a file counts as free. A
 * graphics card belongs to one model.
 */
export function hasRoomBeside(
  { hardware }: LoadedModel,
  options: LoadOptions,
  available = process.availableMemory(),
): boolean {
  const files = splitOf(options.path)?.files ?? [options.path];
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  return hardware.vram === null && hardware.memory.ram + 2 * bytes + SPARE <= available;
}

/** Whether other programs need what a model in reserve holds. */
export function isMemoryShort(): boolean {
  return process.availableMemory() < SHORT;
}
