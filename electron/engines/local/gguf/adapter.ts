import { basename } from 'node:path';
import { failure } from '../../../../shared/faults/failure.ts';
import { readParts } from './header.ts';
import type { Tensors } from './tensors.ts';

/**
 * A strict check of an adapter (a LoRA in a GGUF file) before the engine sees it. Reads foreign bytes: not for main.
 */
export function checkAdapter(path: string, architecture: string): void {
  const name = basename(path);
  for (const { type, made, tensors } of partsOf(path)) {
    if (type !== 'adapter lora') throw failure('NOT_AN_ADAPTER', { name });
    if (made !== architecture) throw failure('ADAPTER_OF_OTHER_MODEL', { name, made, architecture });
    const alone = [...tensors.keys()].find((tensor) => !tensors.has(otherHalf(tensor)));
    if (tensors.size === 0 || alone !== undefined) throw failure('ADAPTER_INCOMPLETE', { name }, { detail: alone });
  }
}

interface AdapterPart {
  readonly type: string;
  readonly made: string | null;
  readonly tensors: Tensors;
}

function partsOf(path: string): readonly AdapterPart[] {
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
    const detail = error instanceof Error ? error.message : String(error);
    throw failure('ADAPTER_UNREADABLE', { name: basename(path) }, { detail });
  }
}

/** A matrix of a LoRA is stored as two, whose product it is; what is neither has no other half. */
function otherHalf(name: string): string {
  const [, whole, side] = /^(.*)\.lora_([ab])$/.exec(name) ?? [];
  return whole === undefined ? '' : `${whole}.lora_${side === 'a' ? 'b' : 'a'}`;
}
