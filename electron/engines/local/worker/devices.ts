import { availableParallelism } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { fault } from '../../../../shared/faults/failure.ts';
import type { LoadOptions, Tuning } from '../protocol.ts';

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

export async function startMachine(options: LoadOptions, tuning: Tuning): Promise<Machine> {
  const library = await import('node-llama-cpp');
  const log: string[] = [];
  // As many threads as cores, when anything else runs, cost ten times the time.
  const threads = options.threads > 0 ? options.threads : Math.max(1, availableParallelism() - 1);
  const wanted = options.gpu && tuning.gpuLayers !== 0;
  const llama = await library.getLlama({
    gpu: wanted ? 'auto' : false,
    build: 'never',
    maxThreads: threads,
    progressLogs: false,
    skipDownload: true,
    logLevel: library.LlamaLogLevel.warn,
    logger: (_level, line) => {
      log.push(line.trim());
      log.splice(0, log.length - 20);
    },
  });
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
