import { EngineFault } from '../engine-fault.ts';
import { ARCHITECTURES } from './architectures.ts';
import { assertBuild } from './build.ts';
import { damaged } from './gguf-fault.ts';
import { Keys } from './keys.ts';
import { BoundedReader } from './reader.ts';
import { readSizes } from './sizes.ts';
import { assertPart, partsOf } from './split.ts';
import { assertComplete, readTensorCount, readTensors, type Tensors } from './tensors.ts';
import { readVocabulary, type VocabularyHeader } from './vocabulary.ts';
import type { Warning } from './warning.ts';

/** What a model file says of itself. */
export interface GgufHeader {
  readonly architecture: string;
  readonly name: string;
  /** Tokens that it was trained with; null where the file says nothing that could be. */
  readonly contextLength: number | null;
  readonly layers: number;
  readonly embedding: number;
  /** Of all its parts. */
  readonly bytes: number;
  readonly parts: number;
  readonly chatTemplate: string | null;
  readonly vocabulary: VocabularyHeader;
  /** It opens, and the person should know this. */
  readonly warnings: readonly Warning[];
}

/** One file of a model: its weights begin at `dataStart`. */
export interface Part {
  readonly path: string;
  readonly keys: Keys;
  readonly tensors: Tensors;
  readonly dataStart: number;
  readonly bytes: number;
}

/**
 * A strict check of a model file before the engine sees it: llama.cpp aborts or hangs on many damaged ones. Bounded in memory and time; throws an EngineFault worded for people.
 * It reads foreign bytes: main calls it through `inspectModel` only.
 */
export function readGgufHeader(path: string): GgufHeader {
  const parts = readParts(path);
  const [first = readPart(path)] = parts;
  return describe(
    first.keys,
    allTensors(parts),
    parts.reduce((sum, part) => sum + part.bytes, 0),
    parts.length,
  );
}

/** The files of a model, each read as far as its weights. What the model is stands in the first. */
export function readParts(path: string): readonly Part[] {
  const files = partsOf(path);
  return files.map((file, index) => {
    const part = readPart(file);
    assertPart(part.keys, index, files.length);
    return part;
  });
}

function readPart(path: string): Part {
  const reader = new BoundedReader(path);
  try {
    if (reader.size < 24 || reader.bytes(4).toString('latin1') !== 'GGUF') {
      throw new EngineFault(
        'NOT_GGUF',
        reader.size === 0
          ? 'This file is empty. Download the model again.'
          : 'This is not a model file. Paphos opens GGUF files (their names end in .gguf).',
      );
    }
    const version = reader.u32();
    if (version < 2 || version > 3)
      throw new EngineFault(
        'VERSION',
        'This model file has a format version that Paphos does not know. Look for a newer download of the model.',
        `GGUF version ${version}`,
      );
    const tensorCount = readTensorCount(reader);
    const keys = new Keys(reader);
    const tensors = readTensors(reader, tensorCount);
    const alignment = keys.get('general.alignment') ?? 32;
    const dataStart = assertComplete(
      tensors,
      reader.position,
      typeof alignment === 'number' ? alignment : 0,
      reader.size,
    );
    return { path, keys, tensors, dataStart, bytes: reader.size };
  } finally {
    reader.close();
  }
}

function allTensors(parts: readonly Part[]): Tensors {
  const tensors = new Map(parts.flatMap((part) => [...part.tensors]));
  const count = parts.reduce((sum, part) => sum + part.tensors.size, 0);
  if (tensors.size !== count) throw damaged('RANGE', 'holds the same weights in two of its parts');
  const claimed = parts[0]?.keys.get('split.tensors.count');
  if (parts.length > 1 && claimed !== count)
    throw damaged(
      'RANGE',
      'has parts that do not belong together',
      `${count} tensors, split.tensors.count ${String(claimed)}`,
    );
  return tensors;
}

function describe(keys: Keys, tensors: Tensors, bytes: number, parts: number): GgufHeader {
  const architecture = keys.text('general.architecture');
  if (architecture === null || !ARCHITECTURES.has(architecture)) {
    const named = architecture !== null && /^[\w.-]{1,40}$/.test(architecture) ? ` (${architecture})` : '';
    throw new EngineFault(
      'ARCH',
      `Paphos does not know this kind of model${named}. It may be newer than this version, or no text model. Choose another one.`,
    );
  }
  const warnings: Warning[] = [];
  const warn = (warning: Warning): void => {
    warnings.push(warning);
  };
  const sizes = readSizes(keys, architecture, warn);
  const vocabulary = readVocabulary(keys, warn);
  assertBuild(architecture, tensors, sizes, vocabulary.size);
  const name = keys.text('general.name') ?? '';
  return {
    architecture,
    bytes,
    parts,
    vocabulary,
    warnings,
    contextLength: sizes.contextLength,
    layers: sizes.layers,
    embedding: sizes.embedding,
    name: name.trim() === '' ? architecture : name.slice(0, 200),
    chatTemplate: keys.text('tokenizer.chat_template'),
  };
}
