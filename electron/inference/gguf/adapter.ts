import { basename } from 'node:path';
import { EngineFault } from '../fault.ts';
import { readParts } from './header.ts';

/** A strict check of an adapter (a LoRA in a GGUF file) before the engine sees it. Reads foreign bytes: not for main. */
export function checkAdapter(path: string, architecture: string): void {
  const refuse = (why: string, detail?: string): never => {
    throw new EngineFault('ADAPTER', `The adapter “${basename(path)}” ${why} Load the model without it, or choose another adapter in the advanced settings.`, detail);
  };
  for (const { keys, tensors } of partsOf(path, refuse)) {
    if (keys.text('general.type') !== 'adapter' || keys.text('adapter.type') !== 'lora') return refuse('is a GGUF file, but no LoRA.');
    const made = keys.text('general.architecture');
    if (made !== architecture) return refuse(`was made for another kind of model (${made ?? 'unknown'}, not ${architecture}).`);
    const alone = [...tensors.keys()].find((name) => !tensors.has(name.replace(/\.lora_([ab])$/, (_, side) => `.lora_${side === 'a' ? 'b' : 'a'}`)) || !/\.lora_[ab]$/.test(name));
    if (tensors.size === 0 || alone !== undefined) return refuse('is not complete.', alone);
  }
}

function partsOf(path: string, refuse: (why: string, detail?: string) => never): ReturnType<typeof readParts> {
  try {
    return readParts(path);
  } catch (error) {
    return refuse('cannot be opened: it is damaged, or no GGUF file.', error instanceof Error ? error.message : String(error));
  }
}
