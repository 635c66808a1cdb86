import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { isAtWork, type LifeEvent, phaseAfter, type ReplyPhase, REPLY_LIFE } from './reply-life.ts';

test('the table that people read is the one that is run', () => {
  const source = readFileSync(new URL('reply-life.ts', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/^ \* \| (\w+) +\| (.*?) *\|$/gm)].slice(1);
  const read = rows.map(([, phase, cell = '']) => [
    phase,
    Object.fromEntries(cell.split(', ').flatMap((step) => (step === '' ? [] : [step.split(' → ')]))),
  ]);
  expect(Object.fromEntries(read)).toEqual(REPLY_LIFE);
});

test('a reply ends once, never works after its end, and every phase before it can be stopped or fail', () => {
  const events: LifeEvent[] = ['begin', 'accept', 'text', 'end', 'stop', 'fail', 'crash'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (sequence) => {
      let phase: ReplyPhase = 'asked';
      let ends = 0;
      for (const event of sequence) {
        if (!(event in REPLY_LIFE[phase])) {
          const before: ReplyPhase = phase;
          expect(() => phaseAfter(before, event)).toThrow(before);
          continue;
        }
        phase = phaseAfter(phase, event);
        if (Object.keys(REPLY_LIFE[phase]).length === 0) ends += 1;
        else for (const way of ['stop', 'fail', 'crash']) expect(REPLY_LIFE[phase]).toHaveProperty(way);
      }
      expect(ends).toBeLessThanOrEqual(1);
      if (ends === 1) expect(isAtWork(phase)).toBe(false);
    }),
    { seed: SEED, numRuns: sizeOf(200, 20_000) },
  );
});
