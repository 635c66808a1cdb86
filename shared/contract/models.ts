import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { Confidence } from '../prompt/formats/detect.ts';
import { hardwareSchema, type Hardware } from '../settings/hardware.ts';
import type { StudioFault } from '../faults/studio-fault.ts';
import type { PromptFormat } from '../prompt/types.ts';

export interface ModelFile {
  /** The file's path hashed: paths never reach the renderer. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly demo: boolean;
  readonly architecture: string | null;
  readonly contextLength: number | null;
  readonly format: string | null;
  readonly formatTitle: string | null;
  /** The strongest reason for this format. */
  readonly evidence: StudioFault | null;
  /** Chosen by the person; null: detected. */
  readonly chosenFormat: string | null;
  readonly contextSize: number | null;
  readonly confidence: Confidence | null;
  /** In how many files it came. */
  readonly parts: number;
  /** Of its file, which is read to its end in the background when the model is used. */
  readonly sha256: string | null;
  /** Of the demo model: whether it is the file that came with Paphos; null while that is not known, and of others. */
  readonly genuine: boolean | null;
  /** What is odd about it; it opens all the same. */
  readonly warnings: readonly StudioFault[];
  /** How it is loaded, as the person chose it. */
  readonly hardware: Hardware;
  /** Why it cannot be opened, or (ASIDE) why it is not opened unasked; null if it is fit to be loaded. */
  readonly fault: StudioFault | null;
}

/** How a format suits a model, and what it makes of a short conversation. */
export interface FormatReport {
  /** What the file itself points to; `reasons`: the strongest first. */
  readonly detected: {
    readonly title: string;
    readonly confidence: Confidence;
    readonly reasons: readonly StudioFault[];
  };
  readonly warnings: readonly StudioFault[];
  /** At which ends of a turn white space is left out, and how that is known. */
  readonly trim: Pick<PromptFormat, 'trim' | 'trimmedBy'>;
  readonly sample: readonly { readonly text: string; readonly mark: boolean }[];
  /** The sample in the model's tokens, and those that end a reply; null while the model is not loaded. */
  readonly tokens: { readonly sample: readonly FormatToken[]; readonly ends: readonly FormatToken[] } | null;
}
export interface FormatToken {
  readonly id: number;
  readonly text: string;
  readonly kind: 'control' | 'user-defined' | 'plain';
}

export interface EngineStatus {
  /** `resting`: out of memory after a while without use; the next reply loads it again. */
  readonly state: 'idle' | 'loading' | 'ready' | 'generating' | 'resting' | 'stopped' | 'failed';
  readonly modelId: string | null;
  readonly modelName: string | null;
  readonly device: string | null;
  /** 0 to 1 while loading. */
  readonly progress: number | null;
  readonly contextSize: number | null;
  readonly tokensPerSecond: number | null;
  readonly format: string | null;
  /** Of the model's file, once it is known. */
  readonly sha256: string | null;
  /** Rises when something was read ahead, so that less is left to read. */
  readonly readAhead: number;
  /** False: its process has been silent for some seconds. */
  readonly answers: boolean;
  readonly fault: StudioFault | null;
  /** Null while no model is loaded. */
  readonly hardware: LoadedHardware | null;
}

/** What a model that is loaded computes on, and how. */
export interface LoadedHardware {
  /** Tokens in a prompt chunk, as chosen or as measured. */
  readonly promptChunk: number;
  /** Layers on the graphics card. */
  readonly gpuLayers: number;
  /** Bytes that weights and context take, where they lie. */
  readonly memory: { readonly ram: number; readonly vram: number };
  /** The graphics card's memory in bytes; null without one. */
  readonly vram: { readonly total: number; readonly free: number } | null;
  /** Whether a reply from reused state equals a cold one: not with keys that are kept less precisely. */
  readonly exact: boolean;
  /** Whether the engine's library was built on this computer. */
  readonly ownBuild: boolean;
  /** What guesses ahead; replies are then sampled by the engine's own order and seed. */
  readonly speculation: 'draft' | 'lookup' | null;
  /** It is loaded, but not as asked. */
  readonly warning: StudioFault | null;
}

/** What a load takes and whether it fits, in bytes. */
export interface MemoryEstimate {
  /** `less`: a smaller context fits. */
  readonly verdict: 'fits' | 'less' | 'no';
  /** The context that this was made for: as asked, or as large as suits the model and fits. */
  readonly contextSize: number;
  /** The largest context that fits, where the one asked for does not. */
  readonly offered: number | null;
  /**
   * `repacked`: the copy of the weights that the processor computes with; `vram`: on the graphics card; the rest in the
   * computer's memory.
   */
  readonly need: {
    readonly weights: number;
    readonly repacked: number;
    readonly context: number;
    readonly vram: number;
  };
  readonly room: { readonly ram: number; readonly vram: number | null };
}

/** What a load would find: whether it fits, and the names of the graphics cards that it may choose from. */
export interface Survey {
  readonly estimate: MemoryEstimate;
  readonly devices: readonly string[];
}
/** A file that changes how a model writes. The id is its path hashed. */
export interface AdapterFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
}

export const LEAST_CONTEXT = 256;
export const MOST_CONTEXT = 1_048_576;
const contextSize = z.number().int().min(LEAST_CONTEXT).max(MOST_CONTEXT).nullable();

export const models = {
  /** As known; a file that takes long to look at is there without what is in it. */
  list: oc.output(type<ModelFile[]>()),
  /** Looks at the watched folders again; `changes` tells if the list is another one then. */
  look: oc.output(type<void>()),
  /** What lies in the watched folders and is a model, but none that is read. */
  unread: oc.output(type<StudioFault[]>()),
  /** Links a model file of this computer into the models folder; it stays where it is. */
  add: oc.input(z.object({ path: z.string().trim().min(1).max(4096) })).output(type<void>()),
  /** A number that rises whenever the list has to be read again. */
  changes: oc.output(eventIterator(type<number>())),
  /**
   * `hardware`: how it is loaded from now on; left out: as before. `anyway`: also if it will not fit, by the estimate;
   * `again`: also one that was put aside.
   */
  load: oc
    .input(
      z.object({
        id: z.string(),
        contextSize,
        hardware: hardwareSchema.optional(),
        anyway: z.boolean().optional(),
        again: z.boolean().optional(),
      }),
    )
    .output(type<void>()),
  /** Looks whether a load would fit, without loading; takes about a second. */
  survey: oc.input(z.object({ id: z.string(), contextSize, hardware: hardwareSchema })).output(type<Survey>()),
  adapters: oc.output(type<AdapterFile[]>()),
  setFormat: oc.input(z.object({ id: z.string(), format: z.string().nullable() })).output(type<void>()),
  /** `format`: null for the detected one. */
  examineFormat: oc.input(z.object({ id: z.string(), format: z.string().nullable() })).output(type<FormatReport>()),
  formats: oc.output(type<{ name: string; title: string }[]>()),
  status: oc.output(eventIterator(type<EngineStatus>())),
  /** Ends an engine that does not answer; one that does goes on. */
  giveUp: oc.output(type<void>()),
};
