import { statSync } from 'node:fs';
import type { Llama } from 'node-llama-cpp';
import type { TokenCache } from '../../../../shared/prompt/plan/tokens.ts';
import { loadable, refusal } from '../host/memory-estimate.ts';
import { failure, FaultError } from '../../../../shared/faults/failure.ts';
import { stampOf } from '../host/file-stamp.ts';
import { checkAdapter } from '../gguf/adapter.ts';
import { readGgufHeader } from '../gguf/header.ts';
import { splitOf } from '../gguf/split.ts';
import { DEFAULT_TUNING, type LoadedModel, type LoadOptions, PROTOCOL_VERSION, type Tuning } from '../protocol.ts';
import { EvaluatedBranches } from './evaluated-branches.ts';
import { type Library, startMachine } from './devices.ts';
import { makeContext } from './make-context.ts';
import { measureChunk } from './measure-chunk.ts';
import { adapterBytes, estimateLoad } from './memory-need.ts';
import type { StateKey } from './state-file.ts';
import { Vocabulary } from './vocabulary.ts';

export interface OpenModel {
  readonly llama: Llama;
  readonly branches: EvaluatedBranches;
  readonly contextSize: number;
  readonly vocabulary: Vocabulary;
  /** Texts tokenised before: a plan after each pause of the writer costs only what changed. */
  readonly tokenized: TokenCache;
  readonly loaded: LoadedModel;
  /** What a saved state must have been made with. */
  readonly identity: StateKey;
  dispose(): Promise<void>;
}

type ModelFile = Omit<StateKey['model'], 'sha256'>;

/** What the bar shows when the file is read and the context is still to be made. */
const FILE_SHARE = 0.9;

/** Header check, memory estimate, weights, context: in this order, each with its own fault. */
export async function openModel(
  options: LoadOptions,
  onProgress: (value: number) => void,
  started: Library | null = null,
): Promise<OpenModel> {
  const tuning = { ...DEFAULT_TUNING, ...options.tuning };
  const file = fileOf(options.path);
  const header = readGgufHeader(options.path);
  for (const { path } of tuning.adapters) checkAdapter(path, header.architecture);
  const machine = await startMachine(options, tuning, started);
  const { llama, threads, devices, log } = machine;
  const reason = async (error: unknown): Promise<string> => {
    // The library's log may say why only after the rejection.
    await new Promise((resolve) => setImmediate(resolve));
    return [error instanceof Error ? error.message : String(error), ...log].join('\n');
  };
  const refused = async (error: unknown): Promise<never> => {
    const detail = await reason(error);
    throw isMemory(error, detail)
      ? failure('MODEL_TOO_LARGE', { bytes: header.bytes }, { detail })
      : failure('LOAD', {}, { detail });
  };

  const { estimate, gpuLayers } = await estimateLoad(llama, options, tuning).catch(refused);
  const { contextSize } = estimate;
  if (options.anyway !== true && !loadable(estimate)) throw refusal(estimate);
  const model = await llama
    .loadModel({
      modelPath: options.path,
      gpuLayers,
      ignoreMemorySafetyChecks: true,
      onLoadProgress: (value) => {
        onProgress(value * FILE_SHARE);
      },
    })
    .catch(refused);
  const { context, sequences, speculation } = await makeContext(model, machine, options, tuning, contextSize).catch(
    async (error: unknown) => {
      if (error instanceof FaultError) throw error;
      const detail = await reason(error);
      throw /lora/i.test(detail)
        ? failure('ADAPTER_REFUSED', {}, { detail })
        : failure('CONTEXT_TOO_LARGE', { contextSize }, { detail });
    },
  );
  const [sequence] = sequences;
  const gpu = devices.length > 0;
  const vocabulary = new Vocabulary(model);
  const promptChunk = tuning.promptChunk ?? (await measureChunk(sequence, vocabulary.size));
  onProgress(1);
  return {
    llama,
    branches: new EvaluatedBranches(sequences, tuning),
    contextSize: context.contextSize,
    vocabulary,
    tokenized: new Map(),
    loaded: {
      architecture: header.architecture,
      name: header.name,
      contextSize: context.contextSize,
      trainedContext: model.trainContextSize,
      device: gpu ? devices.join(', ') : processorOf(llama, threads),
      parallel: 1,
      vocabulary: {
        size: vocabulary.size,
        kind: vocabulary.kind,
        bos: vocabulary.bos !== null,
        roleTokens: vocabulary.specialTexts.slice(0, 256),
      },
      hardware: {
        promptChunk,
        gpuLayers: model.gpuLayers,
        exact: tuning.keyCache === 'f16' && !tuning.fastSlide,
        ownBuild: isOwnBuild(llama),
        speculation: speculation?.kind ?? null,
        warning: machine.warning,
        memory: {
          ram: model.memoryUsage.ram + context.memoryUsage.ram + adapterBytes(tuning) + (speculation?.memory.ram ?? 0),
          vram: model.memoryUsage.vram + context.memoryUsage.vram + (speculation?.memory.vram ?? 0),
        },
        vram: gpu ? await llama.getVramState() : null,
      },
    },
    identity: identityOf(
      file,
      { ...tuning, promptChunk: null, contextSize, gpu, sequences: sequences.length },
      await engineVersion(llama),
    ),
    dispose: () => llama.dispose(),
  };
}

const isOwnBuild = ({ buildType }: Llama): boolean => buildType === 'localBuild';

const processorOf = (llama: Llama, threads: number): string =>
  `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}${isOwnBuild(llama) ? ', own build' : ''}`;

/** A model as it is before it is read: what replaces it meanwhile is another one. */
function fileOf(path: string): ModelFile {
  const parts = (splitOf(path)?.files ?? [path]).map((part) => statSync(part, { throwIfNoEntry: false }));
  return {
    path,
    bytes: parts.reduce((sum, part) => sum + (part?.size ?? 0), 0),
    modifiedAt: Math.max(...parts.map((part) => Math.trunc(part?.mtimeMs ?? 0))),
  };
}

/** Everything that an evaluated state depends on. How a prompt is cut into chunks is no part of it. */
function identityOf(
  file: ModelFile,
  context: Tuning & { readonly contextSize: number; readonly gpu: boolean; readonly sequences: number },
  engine: string,
): StateKey {
  return {
    model: { ...file, sha256: null },
    context: JSON.stringify({
      ...context,
      adapters: context.adapters.map(({ path: adapter, scale }) => [stampOf(adapter), scale]),
    }),
    engine,
  };
}

async function engineVersion(llama: Llama): Promise<string> {
  const { getModuleVersion } = await import('node-llama-cpp');
  return `${PROTOCOL_VERSION}, ${await getModuleVersion()}, ${llama.llamaCppRelease.release}, ${llama.buildType}`;
}

function isMemory(error: unknown, detail: string): boolean {
  return (
    (error instanceof Error && error.constructor.name === 'InsufficientMemoryError') ||
    /alloc|out of memory/i.test(detail)
  );
}
