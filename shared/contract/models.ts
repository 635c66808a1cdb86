import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { StudioFault } from './common.ts';

export interface ModelFile {
  /** The file's path hashed: paths never reach the renderer. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly demo: boolean;
  readonly architecture: string | null;
  readonly contextLength: number | null;
  readonly format: string | null;
  /** Why this format, in a line. */
  readonly evidence: string | null;
  /** Chosen by the person; null: detected. */
  readonly chosenFormat: string | null;
  readonly contextSize: number | null;
  /** Why it cannot be opened; null if the header check passed. */
  readonly fault: StudioFault | null;
}

export interface EngineStatus {
  readonly state: 'idle' | 'loading' | 'ready' | 'generating' | 'stopped' | 'failed';
  readonly modelId: string | null;
  readonly modelName: string | null;
  readonly device: string | null;
  /** 0 to 1 while loading. */
  readonly progress: number | null;
  readonly contextSize: number | null;
  readonly tokensPerSecond: number | null;
  readonly format: string | null;
  readonly fault: StudioFault | null;
}

/** What a load takes and whether it fits, in bytes. */
export interface MemoryEstimate {
  /** `less`: a smaller context fits. */
  readonly verdict: 'fits' | 'less' | 'no';
  /** The context that this was made for: as asked, or as large as suits the model and fits. */
  readonly contextSize: number;
  /** The largest context that fits, where the one asked for does not. */
  readonly offered: number | null;
  /** `repacked`: the copy of the weights that the processor computes with; `vram`: on the graphics card; the rest in the computer's memory. */
  readonly need: { readonly weights: number; readonly repacked: number; readonly context: number; readonly vram: number };
  readonly room: { readonly ram: number; readonly vram: number | null };
}

export const models = {
  list: oc.output(type<ModelFile[]>()),
  load: oc.input(z.object({ id: z.string(), contextSize: z.number().int().min(256).max(1_048_576).nullable() })).output(type<void>()),
  setFormat: oc.input(z.object({ id: z.string(), format: z.string().nullable() })).output(type<void>()),
  formats: oc.output(type<{ name: string; title: string }[]>()),
  unload: oc.output(type<void>()),
  status: oc.output(eventIterator(type<EngineStatus>())),
};
