import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CandidateLog, readCandidates } from './candidate-record.ts';
import { SEED } from '../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

const bytesOf = (token: number): Uint8Array => new TextEncoder().encode(` t${token}é`);
const told = fc.record({
  token: fc.integer({ min: 0, max: 300_000 }),
  chosen: fc.double({ min: -70, max: 0, noNaN: true }),
  others: fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.double({ min: -60, max: 0, noNaN: true })), {
    maxLength: 20,
  }),
});

test('what was recorded is read again: places exactly, probabilities to a thousandth', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), told), { maxLength: 40 }), (rows) => {
      const log = new CandidateLog();
      let at = 0;
      const starts = rows.map(([step, { token, chosen, others }]) => {
        at += step;
        log.add(at, {
          token,
          others: { tokens: others.map(([id]) => id), logs: others.map(([, log]) => log), chosen },
        });
        return at;
      });
      const record = log.encode(at + 1, bytesOf);
      expect(record === null).toBe(rows.length === 0);
      const words = record === null ? [] : readCandidates(record);
      expect(words.map((word) => word.at)).toEqual(starts);
      for (const [index, word] of words.entries()) {
        const [, row] = rows[index] ?? [0, { token: 0, chosen: 0, others: [] }];
        expect(word.text).toBe(` t${row.token}é`);
        expect(word.others.map(({ text }) => text)).toEqual(row.others.map(([id]) => ` t${id}é`));
        for (const [place, other] of word.others.entries())
          expect(Math.abs(other.probability - Math.exp(row.others[place]?.[1] ?? 0))).toBeLessThan(0.0006);
      }
    }),
  );
});

test('tokens behind the text’s end, as those of a stop text, are left out', () => {
  const log = new CandidateLog();
  for (const at of [0, 3, 7, 7, 9]) log.add(at, { token: at, others: { tokens: [1], logs: [-1], chosen: -Infinity } });
  const words = readCandidates(log.encode(7, bytesOf) ?? new Uint8Array());
  expect(words.map(({ at }) => at)).toEqual([0, 3]);
  expect(words[0]?.probability).toBe(0);
});

test('four hundred tokens with ten others each take less than 40 kB', () => {
  const log = new CandidateLog();
  for (let at = 0; at < 400; at++)
    log.add(4 * at, {
      token: at % 180,
      others: {
        tokens: Array.from({ length: 10 }, (_, n) => (at * 13 + n * 7) % 1500),
        logs: Array.from({ length: 10 }, (_, n) => -n),
        chosen: -1,
      },
    });
  expect(log.encode(1600, bytesOf)?.length).toBeLessThan(40_000);
});

test('a damaged record is refused, whatever is wrong', () => {
  const log = new CandidateLog();
  log.add(0, { token: 5, others: { tokens: [1, 2], logs: [-1, -2], chosen: -1 } });
  const record = log.encode(1, bytesOf) ?? new Uint8Array();
  for (let length = 0; length < record.length; length++)
    expect(() => readCandidates(record.subarray(0, length))).toThrow(RangeError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readCandidates(Uint8Array.of(1, ...bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});
