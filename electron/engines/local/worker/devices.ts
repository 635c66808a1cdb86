import { availableParallelism } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { fault } from '../../../../shared/faults/failure.ts';
import { type LoadOptions, type Tuning, wantsCards } from '../protocol.ts';

/** The engine's library, with what it computes on. */
export interface Machine {
  readonly llama: Llama;
  readonly threads: number;
  /** Names of the graphics cards that are used; empty: the processor alone computes. */
  readonly devices: readonly string[];
  /** Set where a graphics card was asked for and there is none. */
  readonly warning: StudioFault | null;
  /** The newest lines that the library logged. */
  readonly log: readonly string[];
}

/** The engine's library, ready for any model. `gpu`: whether it looks for graphics cards. */
export interface Library {
  readonly gpu: boolean;
  readonly llama: Llama;
  /** The newest lines that it logged. */
  readonly log: readonly string[];
}

export async function startLibrary(gpu: boolean): Promise<Library> {
  const library = await import('node-llama-cpp');
  const log: string[] = [];
  const llama = await library.getLlama({
    gpu: gpu ? 'auto' : false,
    build: 'never',
    progressLogs: false,
    skipDownload: true,
    logLevel: library.LlamaLogLevel.warn,
    logger: (_level, line) => {
      log.push(line.trim());
      log.splice(0, log.length - 20);
    },
  });
  return { gpu, llama, log };
}

/** `started`: a library that runs already; used where it is of the kind that is wanted. */
export async function startMachine(options: LoadOptions, tuning: Tuning, started: Library | null): Promise<Machine> {
  // As many threads as cores, when anything else runs, cost ten times the time.
  const threads = options.threads > 0 ? options.threads : Math.max(1, availableParallelism() - 1);
  const wanted = wantsCards(options);
  const { llama, log } = started?.gpu === wanted ? started : await startLibrary(wanted);
  llama.maxThreads = threads;
  // The library names its kind of graphics even where it found no card of that kind.
  const devices = wanted && llama.supportsGpuOffloading ? await llama.getGpuDeviceNames() : [];
  const asked = options.gpu && (tuning.device !== null || (tuning.gpuLayers !== 'auto' && tuning.gpuLayers !== 0));
  return { llama, threads, devices, warning: asked && devices.length === 0 ? noDevice(tuning.device) : null, log };
}

/** Bytes that a model may take now. */
export async function freeMemory(llama: Llama): Promise<{ ram: number; vram: number | null }> {
  // What macOS calls free leaves out what it gives back at once.
  const { total, wired } = await llama.getRamState();
  const ram = process.platform === 'darwin' ? total - wired : process.availableMemory();
  return { ram, vram: llama.supportsGpuOffloading ? (await llama.getVramState()).free : null };
}

const noDevice = (device: number | null): StudioFault =>
  device === null ? fault('NO_CARD', {}) : fault('NO_SUCH_CARD', { number: device + 1 });
