import { availableParallelism } from 'node:os';
import type { LlamaContextSequence } from 'node-llama-cpp';
import type { TokenCache } from '../../../shared/prompt/tokens.ts';
import { EngineFault } from '../fault.ts';
import { readGgufHeader } from '../gguf/header.ts';
import { type LoadedModel, type LoadOptions, MAX_BRANCHES, PROMPT_CHUNK } from '../protocol.ts';
import { branchCount } from './branch-count.ts';
import { Branches } from './branches.ts';
import { Vocabulary } from './vocabulary.ts';

export interface OpenModel {
  readonly sequence: LlamaContextSequence;
  readonly branches: Branches;
  readonly contextSize: number;
  readonly vocabulary: Vocabulary;
  /** Texts tokenised before: a plan after each pause of the writer costs only what changed. */
  readonly tokenized: TokenCache;
  readonly loaded: LoadedModel;
  dispose(): Promise<void>;
}

/** When nobody chose a context: what the model was trained for, but no more than an ordinary machine has room for. */
const DEFAULT_CONTEXT = 4096;
/** What the bar shows when the file is read and the context is still to be made. */
const FILE_SHARE = 0.9;

/** Header check, weights, context: in this order, each with its own fault. */
export async function openModel(options: LoadOptions, onProgress: (value: number) => void): Promise<OpenModel> {
  const header = readGgufHeader(options.path);
  const library = await import('node-llama-cpp');
  const log: string[] = [];
  // As many threads as cores, when anything else runs, cost ten times the time.
  const threads = options.threads > 0 ? options.threads : Math.max(1, availableParallelism() - 1);
  const llama = await library.getLlama({
    gpu: options.gpu ? 'auto' : false, build: 'never', maxThreads: threads, progressLogs: false, skipDownload: true,
    logLevel: library.LlamaLogLevel.warn,
    logger: (_level, line) => { log.push(line.trim()); log.splice(0, log.length - 20); },
  });
  const reason = async (error: unknown): Promise<string> => {
    // The library's log may say why only after the rejection.
    await new Promise((resolve) => setImmediate(resolve));
    return [error instanceof Error ? error.message : String(error), ...log].join('\n');
  };

  const model = await llama.loadModel({ modelPath: options.path, onLoadProgress: (value) => { onProgress(value * FILE_SHARE); } }).catch(async (error: unknown) => {
    const detail = await reason(error);
    throw isMemory(error, detail)
      ? new EngineFault('MEMORY', `The model does not fit into this computer's memory (the file has ${inMegabytes(header.bytes)}). Close other programs or choose a smaller model.`, detail)
      : new EngineFault('LOAD', 'The model file could not be opened: the engine refused it. Download it again, or choose another model.', detail);
  });
  const contextSize = options.contextSize ?? Math.min(model.trainContextSize, DEFAULT_CONTEXT);
  const gpu = options.gpu && llama.supportsGpuOffloading;
  const sequences = await branchCount(model, llama, { contextSize, wanted: options.branches ?? MAX_BRANCHES, gpu });
  const context = await model.createContext({ contextSize, sequences, threads, batchSize: Math.min(contextSize, PROMPT_CHUNK), flashAttention: gpu ? 'auto' : false, failedCreationRemedy: false })
    .catch(async (error: unknown) => {
      throw new EngineFault('MEMORY', `A context of ${contextSize.toLocaleString('en')} tokens does not fit into this computer's memory. Choose a smaller context size and load the model again.`, await reason(error));
    });
  const full = (): never => { throw new EngineFault('WINDOW', 'The context is full.'); };
  const sequence = context.getSequence({ contextShift: { strategy: full } });
  const others = Array.from({ length: sequences - 1 }, () => context.getSequence({ contextShift: { strategy: full } }));
  const vocabulary = new Vocabulary(model);
  const devices = gpu ? await llama.getGpuDeviceNames() : [];
  onProgress(1);
  return {
    sequence, branches: new Branches([sequence, ...others]), contextSize: context.contextSize, vocabulary, tokenized: new Map(),
    loaded: {
      architecture: header.architecture, name: header.name, contextSize: context.contextSize, trainedContext: model.trainContextSize,
      device: devices.length > 0 ? devices.join(', ') : `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      vocabulary: { size: vocabulary.size, kind: vocabulary.kind, bos: vocabulary.bos !== null, roleTokens: vocabulary.specialTexts.slice(0, 256) },
    },
    dispose: () => llama.dispose(),
  };
}

function isMemory(error: unknown, detail: string): boolean {
  return (error instanceof Error && error.constructor.name === 'InsufficientMemoryError') || /alloc|out of memory/i.test(detail);
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
}
