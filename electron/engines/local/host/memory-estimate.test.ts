import { describe, expect, test } from 'vitest';
import { estimateMemory, loadable, type Need, refusal } from './memory-estimate.ts';

const GB = 1e9;
const HEADROOM = 512 * 2 ** 20;
/** 2 GB of weights with a copy of 1 GB, and 1 GB for each 2,048 tokens. */
const needOf = async (contextSize: number): Promise<Need> => ({
  weights: 2 * GB,
  repacked: GB,
  context: (contextSize / 2048) * GB,
  vram: 0,
});
const estimate = (contextSize: number | null, ram: number, trained = 4096) =>
  estimateMemory(needOf, contextSize, trained, { ram: ram * GB + HEADROOM, vram: null });

describe('whether a model fits is known before it is loaded', () => {
  test('it fits: with the context that was asked for, or with the one it was trained for', async () => {
    expect(await estimate(2048, 4)).toMatchObject({ verdict: 'fits', contextSize: 2048, offered: null });
    expect(await estimate(null, 4, 2048)).toMatchObject({ verdict: 'fits', contextSize: 2048 });
    expect(await estimate(null, 100, 131_072)).toMatchObject({ verdict: 'fits', contextSize: 4096 });
  });

  test('what was asked for does not fit: refused with the numbers and with the context that does', async () => {
    const result = await estimate(8192, 5.2);
    expect(result).toMatchObject({ verdict: 'less', contextSize: 8192, offered: 4352 });
    expect(loadable(result)).toBe(false);
    expect(refusal(result).fault).toEqual({
      code: 'MEMORY',
      params: {
        where: 'computer',
        need: 7 * GB,
        free: 5.2 * GB + HEADROOM,
        kept: HEADROOM,
        contextSize: 8192,
        offered: 4352,
      },
    });
    expect((await estimate(result.offered, 5.2)).verdict).toBe('fits');
    expect((await estimate((result.offered ?? 0) + 256, 5.2)).verdict).toBe('less');
  });

  test('an automatic context becomes smaller, and that is loaded', async () => {
    const result = await estimate(null, 4.2);
    expect(result).toMatchObject({ verdict: 'less', contextSize: 2304, offered: 2304 });
    expect(loadable(result)).toBe(true);
  });

  test('what no context helps is said, with what would', async () => {
    const result = await estimate(null, 2);
    expect(result).toMatchObject({ verdict: 'no', offered: null });
    expect(loadable(result)).toBe(false);
    expect(refusal(result).fault).toMatchObject({ code: 'MEMORY', params: { where: 'computer', offered: null } });
  });

  test('the graphics card has a memory of its own', async () => {
    const onCard = async (contextSize: number): Promise<Need> => ({
      weights: 0,
      repacked: 0,
      context: 0,
      vram: 2 * GB + (contextSize / 2048) * GB,
    });
    const result = await estimateMemory(onCard, 4096, 4096, { ram: 100 * GB, vram: 3 * GB });
    expect(result).toMatchObject({ verdict: 'less', offered: 2048 });
    expect(refusal(result).fault.params).toMatchObject({ where: 'card', need: 4 * GB, free: 3 * GB, offered: 2048 });
  });
});
