import { join } from 'node:path';
import { type Entry, writeGguf } from './gguf-writer.ts';
import { modelParts, type ModelRecipe } from './model-maker.ts';

/** Writes a model in several files, as gguf-split does; answers with their paths. */
export function splitModel(folder: string, name: string, count: number, recipe: Partial<ModelRecipe> = {}): string[] {
  const { entries, tensors } = modelParts(recipe);
  const five = (number: number): string => String(number).padStart(5, '0');
  return Array.from({ length: count }, (_, part) => {
    const path = join(folder, `${name}-${five(part + 1)}-of-${five(count)}.gguf`);
    const share = Math.ceil(tensors.length / count);
    const split: Entry[] = [
      ['split.no', 'u16', part],
      ['split.count', 'u16', count],
      ['split.tensors.count', 'i32', tensors.length],
    ];
    writeGguf(path, part === 0 ? [...entries, ...split] : split, tensors.slice(part * share, (part + 1) * share));
    return path;
  });
}
