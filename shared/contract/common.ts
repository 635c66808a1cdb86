import { z } from 'zod';
import { MOST_OPS, MOST_TEXT } from './limits.ts';

export const id = z.uuid();
export const title = z.string().trim().min(1).max(200);
export const role = z.enum(['system', 'user', 'model']);
const text = z.string().max(MOST_TEXT);
/**
 * Any line can follow a mark (M1), so that a speaker is as long as a text may be: a refused one could never be saved.
 */
const speaker = text.min(1).nullable();
const offset = z.number().int().min(0);

const turn = z.object({ id, role, speaker, marked: z.boolean(), text });
export const op = z.discriminatedUnion('op', [
  z.object({ op: z.literal('insert'), turn, after: id.nullable(), as: z.enum(['chain', 'alternate', 'beside']) }),
  z.object({ op: z.literal('setText'), turnId: id, version: z.number().int(), at: offset, del: offset, ins: text }),
  z.object({ op: z.literal('setRole'), turnId: id, role, marked: z.boolean() }),
  z.object({ op: z.literal('setSpeaker'), turnId: id, speaker }),
  z.object({ op: z.literal('remove'), turnId: id }),
  z.object({ op: z.literal('restore'), turnId: id, after: id.nullable().optional() }),
  z.object({ op: z.literal('activate'), parentId: id.nullable(), turnId: id.nullable() }),
]);
export const change = z.object({
  changeId: id,
  chapterId: id,
  structureRev: z.number().int(),
  ops: z.array(op).min(1).max(MOST_OPS),
});
