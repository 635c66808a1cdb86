import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { failure } from '../../../../shared/faults/failure.ts';

/**
 * An evaluated state on disk: llama.cpp's own state first, so that it can load the file itself, then our footer as
 * JSON, and at the very end a seal of fixed size (the footer's length, its SHA-256, a magic). The footer has a checksum
 * of each block of the state. llama.cpp aborts the process where lengths are wrong, which all stand at the beginning,
 * and takes any other flipped bit for granted: the beginning is checked before it is loaded, the rest meanwhile.
 */
const MAGIC = Buffer.from('PAPHOSST');
const VERSION = 2;
const BLOCK_BYTES = 2 ** 20;
/** Lengths, tokens and the places of their cells take less than this. */
const beginningBytes = (tokens: number): number => 1024 + 64 * tokens;
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
  bytes: z.number().int().nonnegative(),
  /** CRC-32 of each block. */
  checksums: z.array(z.number().int()).readonly(),
});
type Footer = z.infer<typeof footerSchema>;

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
    const size = await seal(unfinished, key, tokens);
    await rename(unfinished, path);
    return size;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function seal(path: string, key: StateKey, tokens: readonly number[]): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size: bytes } = await file.stat();
    const checksums = await checksumsOf(file, bytes);
    const footer = Buffer.from(JSON.stringify({ version: VERSION, key, tokens, bytes, checksums } satisfies Footer));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    const end = Buffer.concat([footer, length, sha256(footer), MAGIC]);
    await file.write(end, 0, end.length, bytes);
    await file.sync();
    return bytes + end.length;
  } finally {
    await file.close();
  }
}

/**
 * Lets `load` have the tokens of a state file that fits, and the file itself at its path. The rest of the file is
 * checked while `load` works: what was loaded counts only once this resolves. Rejects with STATE and the reason as its
 * detail, where the file does not fit or is not whole.
 */
export async function readState<T>(
  path: string,
  key: StateKey,
  load: (tokens: readonly number[]) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r').catch((error: unknown) => refuse(String(error)));
  try {
    const footer = await readFooter(file);
    const difference = differenceOf(footer.key, key);
    if (difference !== null) refuse(`made with another ${difference}`);
    const beginning = Math.min(footer.checksums.length, Math.ceil(beginningBytes(footer.tokens.length) / BLOCK_BYTES));
    await check(file, footer, 0, beginning);
    const [rest, loaded] = await Promise.allSettled([
      check(file, footer, beginning, footer.checksums.length),
      load(footer.tokens),
    ]);
    if (rest.status === 'rejected') throw rest.reason;
    if (loaded.status === 'rejected') throw loaded.reason;
    return loaded.value;
  } finally {
    await file.close();
  }
}

async function check(file: FileHandle, { bytes, checksums }: Footer, from: number, to: number): Promise<void> {
  const found = await checksumsOf(file, bytes, from, to);
  if (found.some((sum, index) => sum !== checksums[from + index])) refuse('a checksum is another');
}

async function readFooter(file: FileHandle): Promise<Footer> {
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
  else if (footer.data.bytes !== size - SEAL_BYTES - length) refuse('its length is another');
  else if (footer.data.checksums.length === Math.ceil(footer.data.bytes / BLOCK_BYTES)) return footer.data;
  return refuse('it has another number of checksums');
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

const read = (file: FileHandle, length: number, position: number): Promise<Buffer> =>
  readInto(Buffer.allocUnsafe(length), file, position);

async function readInto(buffer: Buffer, file: FileHandle, position: number): Promise<Buffer> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  return bytesRead === buffer.length ? buffer : refuse('it ends early');
}

/** Of the blocks `from` to before `to` of a file's first `bytes`. */
async function checksumsOf(
  file: FileHandle,
  bytes: number,
  from = 0,
  to = Math.ceil(bytes / BLOCK_BYTES),
): Promise<number[]> {
  const sums: number[] = [];
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (let number = from; number < to; number++) {
    const at = number * BLOCK_BYTES;
    sums.push(crc32(await readInto(block.subarray(0, Math.min(BLOCK_BYTES, bytes - at)), file, at)));
  }
  return sums;
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

function refuse(reason: string): never {
  throw failure('STATE', {}, { detail: reason });
}
