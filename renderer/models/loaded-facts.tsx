import type { ReactElement } from 'react';
import type { LoadedHardware } from '../../shared/contract/models.ts';
import { fileSize } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';
import ui from '../ui/ui.module.css';

/** What the model that is loaded computes on, and what it takes. */
export function LoadedFacts({ hardware }: { readonly hardware: LoadedHardware }): ReactElement {
  const { memory, vram, gpuLayers, promptChunk } = hardware;
  const facts = [
    words.hardware.inMemory(fileSize(memory.ram)),
    vram === null ? null : words.hardware.onCard(fileSize(memory.vram), fileSize(vram.total), gpuLayers),
    words.hardware.chunkOf(promptChunk),
  ].filter((fact) => fact !== null);
  return <p className={`${ui.quiet} num`}>{facts.join(' · ')}</p>;
}
