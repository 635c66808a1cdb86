import { closeSync, copyFileSync, openSync, readFileSync, writeSync } from 'node:fs';
import { seededRandom } from '../../electron/engines/local/worker/sampling/random.ts';
import { makeModel, modelParts, type ModelRecipe } from './model-maker.ts';

interface Patch {
  readonly at: number;
  readonly value: number;
}
export type Mutant = readonly Patch[];

/** Bytes that numbers are made of where they go wrong. */
const TELLING = [0, 1, 2, 3, 7, 127, 128, 255];

/** One file in which bytes of the header are changed and put back, so that thousands of mutants cost no space. */
export class MutantFile {
  readonly path: string;
  readonly #good: Buffer;
  readonly #file: number;
  readonly #regions: readonly (readonly [from: number, to: number])[];

  constructor(recipe: Partial<ModelRecipe>, path: string) {
    this.path = path;
    copyFileSync(makeModel(recipe), path);
    this.#good = readFileSync(path);
    this.#file = openSync(path, 'r+');
    const tokens = this.#good.indexOf('tokenizer.ggml.tokens');
    const tensors = this.#good.indexOf('token_embd.weight') - 8;
    const last = Math.max(
      ...['output_norm.bias', 'ffn_down.weight', 'ffn_down.bias'].map((name) => this.#good.lastIndexOf(name)),
    );
    const numbers = modelParts(recipe).entries.flatMap(([key, type]): [number, number][] => {
      const value = this.#good.indexOf(key) + Buffer.byteLength(key) + 4;
      return type === 'u32' || type === 'f32' ? [[value, value + 4]] : type === 'bool' ? [[value, value + 1]] : [];
    });
    // Every number by itself; as often anything at the beginning, in the descriptions of tensors, in the vocabulary.
    this.#regions = [
      ...numbers,
      ...numbers.map((_, index): [number, number] =>
        index % 4 === 0 ? [4, tokens] : index % 4 === 3 ? [tokens, tensors] : [tensors, last + 48],
      ),
    ];
  }

  /** The same seed gives the same mutants. */
  mutants(count: number, seed: number): Mutant[] {
    const random = seededRandom(seed);
    const below = (end: number): number => Math.floor(random() * end);
    return Array.from({ length: count }, () =>
      Array.from({ length: 1 + below(3) }, (): Patch => {
        const [from, to] = this.#regions[below(this.#regions.length)] ?? [4, 24];
        const at = from + below(to - from);
        const value = random() < 0.5 ? (TELLING[below(TELLING.length)] ?? 0) : (this.#good[at] ?? 0) ^ (1 << below(8));
        return { at, value };
      }),
    );
  }

  async as<T>(mutant: Mutant, work: (path: string) => Promise<T> | T): Promise<T> {
    for (const { at, value } of mutant) writeSync(this.#file, Uint8Array.of(value), 0, 1, at);
    try {
      return await work(this.path);
    } finally {
      for (const { at } of mutant) writeSync(this.#file, this.#good, at, 1, at);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
