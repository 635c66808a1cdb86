import { basename } from 'node:path';
import { EngineFault } from '../engine-fault.ts';
import { readParts } from './header.ts';
import type { Tensors } from './tensors.ts';

/** A strict check of an adapter (a LoRA in a GGUF file) before the engine sees it. Reads foreign bytes: not for main. */
export function checkAdapter(path: string, architecture: string): void {
  const refuse = (why: string, detail?: string): never => {
    throw new EngineFault(
      'ADAPTER',
      `The adapter “${basename(path)}” ${why} Load the model without it, or choose another adapter in the advanced settings.`,
      detail,
    );
  };
  for (const { type, made, tensors } of partsOf(path, refuse)) {
    if (type !== 'adapter lora') return refuse('is a GGUF file, but no LoRA.');
    if (made !== architecture)
      return refuse(`was made for another kind of model (${made ?? 'unknown'}, not ${architecture}).`);
    const alone = [...tensors.keys()].find((name) => !tensors.has(otherHalf(name)));
    if (tensors.size === 0 || alone !== undefined) return refuse('is not complete.', alone);
  }
}

interface AdapterPart {
  readonly type: string;
  readonly made: string | null;
  readonly tensors: Tensors;
}

function partsOf(path: string, refuse: (why: string, detail?: string) => never): readonly AdapterPart[] {
  try {
    return readParts(path).map(({ keys, tensors }) => {
      keys.stored('adapter.lora.alpha', 'f32');
      return {
        type: `${keys.text('general.type') ?? ''} ${keys.text('adapter.type') ?? ''}`,
        made: keys.text('general.architecture'),
        tensors,
      };
    });
  } catch (error) {
    return refuse(
      'cannot be opened: it is damaged, or no GGUF file.',
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** A matrix of a LoRA is stored as two, whose product it is; what is neither has no other half. */
function otherHalf(name: string): string {
  const [, whole, side] = /^(.*)\.lora_([ab])$/.exec(name) ?? [];
  return whole === undefined ? '' : `${whole}.lora_${side === 'a' ? 'b' : 'a'}`;
}
