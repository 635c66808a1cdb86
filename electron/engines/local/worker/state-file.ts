import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { failure } from '../../../../shared/faults/failure.ts';

/**
 * An evaluated state on disk: llama.cpp's own state first, so that it can load the file itself, then our footer as
 * JSON, and at the very end a seal of fixed size (the footer's length, its SHA-256, a magic). llama.cpp aborts the
 * process on a truncated state and takes flipped bits for granted: nothing reaches it that was not verified.
 */
const MAGIC = Buffer.from('PAPHOSST');
const VERSION = 1;
const SEAL_BYTES = 4 + 32 + MAGIC.length;
const MOST_FOOTER = 64 * 2 ** 20;

/**
 * What must be the same for a state to be of any use: `sha256` where both sides know it, else the file's place; and in
 * one place its size and time, for a hash may be of the file that was there before.
 */
const stateKey = z.object({
  model: z.object({ sha256: z.string().nullable(), path: z.string(), bytes: z.number(), modifiedAt: z.number() }),
  context: z.string(),
  engine: z.string(),
});
export type StateKey = z.infer<typeof stateKey>;
const footerSchema = z.object({
  version: z.literal(VERSION),
  key: stateKey,
  tokens: z.array(z.number().int()).readonly(),
  bytes: z.number(),
  sha256: z.string(),
});

/**
 * Lets `save` write the state to a path, seals it and puts it where it belongs in one step. Answers with the file's
 * size in bytes.
 */
export async function writeState(
  path: string,
  key: StateKey,
  tokens: readonly number[],
  save: (path: string) => Promise<unknown>,
): Promise<number> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    await save(unfinished);
    const { size: bytes } = await stat(unfinished);
    const footer = Buffer.from(
      JSON.stringify({
        version: VERSION,
        key,
        tokens,
        bytes,
        sha256: await hashOf(unfinished, bytes),
      } satisfies z.infer<typeof footerSchema>),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    const file = await open(unfinished, 'a');
    try {
      await file.writeFile(Buffer.concat([footer, length, sha256(footer), MAGIC]));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    return bytes + footer.length + SEAL_BYTES;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** The tokens of a state file that is whole and fits; else STATE, with the reason as its detail. */
export async function verifyState(path: string, key: StateKey): Promise<readonly number[]> {
  const file = await open(path, 'r').catch((error: unknown) => refuse(String(error)));
  try {
    const footer = await readFooter(file);
    const difference = differenceOf(footer.key, key);
    if (difference !== null) refuse(`made with another ${difference}`);
    if ((await hashOf(path, footer.bytes)) !== footer.sha256) refuse('its SHA-256 is another');
    return footer.tokens;
  } finally {
    await file.close();
  }
}

async function readFooter(file: FileHandle): Promise<z.infer<typeof footerSchema>> {
  const { size } = await file.stat();
  if (size < SEAL_BYTES) refuse('too short');
  const seal = await read(file, SEAL_BYTES, size - SEAL_BYTES);
  if (!seal.subarray(36).equals(MAGIC)) refuse('its end is missing');
  const length = seal.readUInt32LE(0);
  if (length > Math.min(MOST_FOOTER, size - SEAL_BYTES)) refuse('its footer has no such length');
  const bytes = await read(file, length, size - SEAL_BYTES - length);
  if (!sha256(bytes).equals(seal.subarray(4, 36))) refuse('its footer is damaged');
  const footer = footerSchema.safeParse(JSON.parse(bytes.toString()));
  if (!footer.success) refuse('of another version');
  else if (footer.data.bytes === size - SEAL_BYTES - length) return footer.data;
  return refuse('its length is another');
}

function differenceOf(a: StateKey, b: StateKey): 'model' | 'context' | 'engine' | null {
  const isKnown = a.model.sha256 !== null && b.model.sha256 !== null;
  const samePlace = a.model.path === b.model.path;
  const sameTime = a.model.bytes === b.model.bytes && a.model.modifiedAt === b.model.modifiedAt;
  if (isKnown && a.model.sha256 !== b.model.sha256) return 'model';
  if (samePlace ? !sameTime : !isKnown) return 'model';
  if (a.context !== b.context) return 'context';
  return a.engine === b.engine ? null : 'engine';
}

async function read(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return bytesRead === length ? buffer : refuse('it ends early');
}

async function hashOf(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes > 0)
    for await (const piece of createReadStream(path, { end: bytes - 1, highWaterMark: 2 ** 20 }))
      hash.update(piece as Buffer);
  return hash.digest('hex');
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

function refuse(reason: string): never {
  throw failure('STATE', {}, { detail: reason });
}
