import { z } from 'zod';
import type { PromptFormat } from '../types.ts';
import alpaca from './builtin/alpaca.json' with { type: 'json' };
import chatml from './builtin/chatml.json' with { type: 'json' };
import commandR from './builtin/command-r.json' with { type: 'json' };
import gemma from './builtin/gemma.json' with { type: 'json' };
import glm4 from './builtin/glm-4.json' with { type: 'json' };
import glm45 from './builtin/glm-4-5.json' with { type: 'json' };
import harmony from './builtin/harmony.json' with { type: 'json' };
import llama2 from './builtin/llama-2-chat.json' with { type: 'json' };
import llama3 from './builtin/llama-3.json' with { type: 'json' };
import memphis from './builtin/memphis.json' with { type: 'json' };
import metharme from './builtin/metharme.json' with { type: 'json' };
import mistralV1 from './builtin/mistral-v1.json' with { type: 'json' };
import mistralV3 from './builtin/mistral-v3.json' with { type: 'json' };
import mistralV7 from './builtin/mistral-v7.json' with { type: 'json' };
import oasst from './builtin/oasst.json' with { type: 'json' };
import prose from './builtin/prose.json' with { type: 'json' };
import pygmalion from './builtin/pygmalion.json' with { type: 'json' };
import qwen3 from './builtin/qwen3.json' with { type: 'json' };
import vicuna from './builtin/vicuna.json' with { type: 'json' };

const mark = z.string().max(500);
/** Some makers put pages about the model in front of all, or of a reply. */
const passage = z.string().max(32_768);
const byRole = z.strictObject({ system: mark, user: mark, model: mark });

/** The shape of a format, shipped or a person's own (F8). */
export const promptFormat = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A format is named with small letters, digits and hyphens.'),
  title: z.string().trim().min(1).max(80),
  begins: passage.optional(),
  preface: z.strictObject({ alone: passage, before: passage, after: passage }).optional(),
  date: mark.optional(),
  before: byRole,
  after: byRole,
  opensReply: passage,
  stops: z.array(z.string().min(1).max(200)).max(32),
  system: z.enum(['own', 'fold', 'wrap', 'last']),
  sameRole: z.enum(['keep', 'join']),
  startsWithUser: z.boolean(),
  trim: z.enum(['none', 'start', 'end', 'both']).optional(),
  trimmedBy: z.enum(['tokenizer', 'template']).optional(),
  kind: z.enum(['turns', 'prose']),
  marksAreText: z.boolean().optional(),
  reasoning: z.strictObject({ open: mark.min(1), close: mark.min(1) }).optional(),
  names: z.enum(['never', 'groups', 'always']).optional(),
}) satisfies z.ZodType<PromptFormat>;

/** The formats that come with the studio. */
export const FORMATS: readonly PromptFormat[] = [
  metharme,
  oasst,
  memphis,
  pygmalion,
  chatml,
  qwen3,
  llama3,
  llama2,
  vicuna,
  alpaca,
  gemma,
  mistralV1,
  mistralV3,
  mistralV7,
  glm4,
  glm45,
  commandR,
  harmony,
  prose,
].map((data) => promptFormat.parse(data));

export function formatByName(name: string): PromptFormat | null {
  return FORMATS.find((format) => format.name === name) ?? null;
}
