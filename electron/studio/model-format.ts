import { basename } from 'node:path';
import { detectFormat } from '../../shared/prompt/detect.ts';
import { formatByName } from '../../shared/prompt/formats.ts';
import type { PromptFormat } from '../../shared/prompt/types.ts';
import type { GgufHeader } from '../inference/gguf/header.ts';
import type { DemoModel } from './model-files.ts';

/** The format that a model was taught, and why we think so. */
export function formatOfModel(path: string, header: GgufHeader, demo: DemoModel | null): { format: PromptFormat; evidence: string } {
  const ofDemo = demo?.path === path ? formatByName(demo.format) : null;
  if (ofDemo) return { format: ofDemo, evidence: `${ofDemo.title}: the card of the demo model says so` };
  const file = basename(path).replace(/\.gguf$/i, '');
  const name = header.name === file ? file : `${file} (${header.name})`;
  return detectFormat({ architecture: header.architecture, name, tokens: [...header.vocabulary.control, ...header.vocabulary.userDefined], chatTemplate: header.chatTemplate });
}
