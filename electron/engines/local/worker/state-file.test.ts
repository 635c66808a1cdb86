import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaultError } from '../../../../shared/faults/failure.ts';
import { readState, type StateKey, writeState } from './state-file.ts';

const KEY: StateKey = {
  model: { sha256: null, path: '/models/a.gguf', bytes: 100, modifiedAt: 5 },
  context: '{"contextSize":512}',
  engine: '1, 3.22.1, v0.5.0',
};
const TOKENS = [2, 30, 400, 5];
const folder = (): string => mkdtempSync(join(tmpdir(), 'paphos-state-file-'));

async function written(
  key = KEY,
  state = Buffer.alloc(200, 7),
): Promise<{ path: string; bytes: Buffer; size: number }> {
  const path = join(folder(), 'a.state');
  const size = await writeState(path, key, TOKENS, (unfinished) => writeFile(unfinished, state));
  return { path, bytes: readFileSync(path), size };
}

/** Why a file was refused; null if it was not. */
async function refusal(path: string, key = KEY): Promise<string | null> {
  const error: unknown = await readState(path, key, async () => undefined).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error === null) return null;
  if (!(error instanceof FaultError)) throw error;
  expect(error.fault.code).toBe('STATE');
  return error.fault.detail ?? '';
}

test('what was saved is known again, and stands alone in its folder', async () => {
  const { path, bytes, size } = await written();
  expect(await readState(path, KEY, async (tokens) => tokens)).toEqual(TOKENS);
  expect(bytes).toHaveLength(size);
  expect(readdirSync(join(path, '..'))).toEqual(['a.state']);
});

test('cut off anywhere, longer than it was, or with any one bit turned: refused', async () => {
  const { path, bytes } = await written();
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(path, bytes.subarray(0, length));
    expect(await refusal(path), `cut at ${length}`).not.toBeNull();
  }
  writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(1)]));
  expect(await refusal(path)).not.toBeNull();
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8((bytes[at] ?? 0) ^ (1 << (at % 8)), at);
    writeFileSync(path, flipped);
    expect(await refusal(path), `turned at ${at}`).not.toBeNull();
  }
  expect(await refusal(`${path}.gone`)).toMatch(/ENOENT/);
});

test('where lengths stand nothing is loaded that was not checked; what is loaded beside the check counts only when it holds', async () => {
  const megabyte = 2 ** 20;
  const { path, bytes } = await written(KEY, Buffer.alloc(3.5 * megabyte, 7));
  const loadedWith = async (at: number): Promise<{ loads: number; isRefused: boolean }> => {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8((bytes[at] ?? 0) ^ 4, at);
    writeFileSync(path, flipped);
    let loads = 0;
    const reading = readState(path, KEY, async () => {
      loads += 1;
    });
    return { loads: (await reading.catch(() => undefined), loads), isRefused: (await refusal(path)) !== null };
  };
  for (const at of [0, 11, 1024 + 64 * TOKENS.length])
    expect(await loadedWith(at), `turned at ${at}`).toEqual({ loads: 0, isRefused: true });
  for (const at of [megabyte, 2.5 * megabyte, 3.5 * megabyte - 1])
    expect(await loadedWith(at), `turned at ${at}`).toEqual({ loads: 1, isRefused: true });
  expect((await loadedWith(bytes.length - 1)).loads).toBe(0);
});

test('what the engine refuses is told as it tells it', async () => {
  const { path } = await written();
  await expect(
    readState(path, KEY, async () => {
      throw new Error('too large');
    }),
  ).rejects.toThrow('too large');
});

test('a hash holds wherever the file has gone, but not for a file that took its place', async () => {
  const hashed: StateKey = { ...KEY, model: { ...KEY.model, sha256: 'a'.repeat(64) } };
  const { path } = await written(hashed);
  const other = (model: Partial<StateKey['model']>): StateKey => ({ ...hashed, model: { ...hashed.model, ...model } });
  expect(await refusal(path, other({ path: '/moved/a.gguf', modifiedAt: 9 }))).toBeNull();
  expect(await refusal(path, other({ sha256: null }))).toBeNull();
  for (const model of [
    { modifiedAt: 6 },
    { bytes: 101 },
    { sha256: 'b'.repeat(64) },
    { sha256: null, path: '/moved/a.gguf' },
  ])
    expect(await refusal(path, other(model)), JSON.stringify(model)).toBe('made with another model');
});

test('of another model, context or engine: refused with the reason', async () => {
  const { path } = await written();
  expect(await refusal(path, { ...KEY, model: { ...KEY.model, modifiedAt: 6 } })).toBe('made with another model');
  expect(await refusal(path, { ...KEY, model: { ...KEY.model, path: '/models/b.gguf' } })).toBe(
    'made with another model',
  );
  expect(await refusal(path, { ...KEY, context: '{"contextSize":1024}' })).toBe('made with another context');
  expect(await refusal(path, { ...KEY, engine: '1, 3.23.0, v0.6.0' })).toBe('made with another engine');
});

test('once both sides know what the model file holds, its place does not matter', async () => {
  const known = { ...KEY, model: { ...KEY.model, sha256: 'aa' } };
  const { path } = await written(known);
  expect(await refusal(path, { ...known, model: { ...known.model, path: '/moved.gguf', modifiedAt: 9 } })).toBeNull();
  expect(await refusal(path, { ...known, model: { ...known.model, sha256: 'bb' } })).toBe('made with another model');
  expect(await refusal(path)).toBeNull();
});

test('a save that fails leaves what was there, and nothing unfinished', async () => {
  const { path, bytes } = await written();
  await expect(
    writeState(path, KEY, TOKENS, async (unfinished) => {
      await writeFile(unfinished, 'half');
      throw new Error('disk full');
    }),
  ).rejects.toThrow('disk full');
  expect(readFileSync(path)).toEqual(bytes);
  expect(readdirSync(join(path, '..'))).toEqual(['a.state']);
});
