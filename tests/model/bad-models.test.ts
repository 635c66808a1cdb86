import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FaultError } from '../../shared/faults/failure.ts';
import { readGgufHeader } from '../../electron/engines/local/gguf/header.ts';
import { oddModels, withoutEachKey } from '../helpers/bad-models.ts';
import { EngineLoads } from '../helpers/engine-loads.ts';
import type { ModelRecipe } from '../helpers/model-maker.ts';
import { type Mutant, MutantFile } from '../helpers/mutants.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'paphos-bad-'));
const engine = new EngineLoads();
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

const passes = (path: string): boolean => {
  try {
    readGgufHeader(path);
    return true;
  } catch (error) {
    if (error instanceof FaultError) return false;
    throw error;
  }
};

test('an odd file that passes the check opens in the real engine', async () => {
  const opening = [...oddModels(folder), ...withoutEachKey(folder)].filter(({ opens }) => opens !== undefined);
  expect(opening.length).toBeGreaterThan(30);
  for (const { name, path } of opening) expect({ name, ...(await engine.load(path)) }).toEqual({ name, end: 'opened' });
});

const MUTANTS = sizeOf(50, 700);

/** A mutant that passes the check and ends the engine is a rule that the check lacks. */
test(`of ${MUTANTS * 3} headers with flipped bytes none ends or hangs the engine, seed ${SEED}`, async () => {
  const kinds: readonly Partial<ModelRecipe>[] = [
    {},
    { architecture: 'llama', vocabulary: 'spm' },
    { architecture: 'stablelm', marks: 'user-defined' },
  ];
  const found = { refused: 0, opened: 0, 'refused by the engine': 0 };
  const missed: { kind: number; mutant: Mutant; why: string }[] = [];
  for (const [kind, recipe] of kinds.entries()) {
    const file = new MutantFile(recipe, join(folder, `mutant-${kind}.gguf`));
    for (const mutant of file.mutants(MUTANTS, SEED + kind)) {
      await file.as(mutant, async (path) => {
        if (!passes(path)) {
          found.refused++;
          return;
        }
        const load = await engine.load(path);
        if (load.end === 'opened') found.opened++;
        else if (load.end === 'refused') found['refused by the engine']++;
        else missed.push({ kind, mutant, why: `${load.end}: ${load.why}` });
      });
    }
    file.close();
  }
  console.log(
    `${MUTANTS * 3} mutants from seed ${SEED}: ${JSON.stringify(found)}, ended or hung the engine: ${missed.length}`,
  );
  expect(missed).toEqual([]);
}, 600_000);
