import { failure } from '../../../../shared/faults/failure.ts';
import { ARCHITECTURES } from './architectures.ts';
import { assertBuild } from './build.ts';
import { Keys } from './metadata-keys.ts';
import { BoundedReader } from './reader.ts';
import { readSizes } from './sizes.ts';
import { assertPart, partsOf } from './split.ts';
import { assertComplete, readTensorCount, readTensors, type Tensors } from './tensors.ts';
import { readVocabulary, type VocabularyHeader } from './vocabulary-header.ts';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';

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
  readonly warnings: readonly StudioFault[];
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
 * A strict check of a model file before the engine sees it: llama.cpp aborts or hangs on many damaged ones.
 * Bounded in memory and time; throws a fault.
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
      throw failure(reader.size === 0 ? 'EMPTY_FILE' : 'NOT_GGUF', {});
    }
    const version = reader.u32();
    if (version < 2 || version > 3) throw failure('GGUF_VERSION', { version }, { detail: `GGUF version ${version}` });
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
  if (tensors.size !== count) throw failure('FILE_TENSORS_IN_PARTS', {});
  const claimed = parts[0]?.keys.get('split.tensors.count');
  if (parts.length > 1 && claimed !== count)
    throw failure('FILE_PARTS', {}, { detail: `${count} tensors, split.tensors.count ${String(claimed)}` });
  return tensors;
}

function describe(keys: Keys, tensors: Tensors, bytes: number, parts: number): GgufHeader {
  const architecture = keys.text('general.architecture');
  if (architecture === null || !ARCHITECTURES.has(architecture)) {
    throw failure('ARCHITECTURE', { name: /^[\w.-]{1,40}$/.exec(architecture ?? '')?.[0] ?? null });
  }
  const warnings: StudioFault[] = [];
  const warn = (warning: StudioFault): void => {
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
    chatTemplate: keys.text('tokenizer.chat_template')?.trim() === '' ? null : keys.text('tokenizer.chat_template'),
  };
}
