import fc from 'fast-check';
import { ConstantTimePrefixSumComputer } from 'monaco-editor/editor/common/model/prefixSumComputer.js';
import { expect, test } from 'vitest';
import { sumNoFurther } from './prefix-sums.ts';

sumNoFurther();

const at = fc.nat(40);
const value = fc.nat(5);
const step = fc.oneof(
  fc.record({ does: fc.constant('set' as const), at, value }),
  fc.record({ does: fc.constant('insert' as const), at, values: fc.array(value, { maxLength: 4 }) }),
  fc.record({ does: fc.constant('remove' as const), at, count: fc.nat(3) }),
  fc.record({ does: fc.constant('sum' as const), at }),
  fc.record({ does: fc.constant('find' as const), at }),
);

test('sums and places are those of the values, after any changes and in any order of asking', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), fc.array(step, { maxLength: 60 }), (start, steps) => {
      const values = [...start];
      const sums = new ConstantTimePrefixSumComputer([...start]);
      const sum = (count: number): number => values.slice(0, count).reduce((all, one) => all + one, 0);
      for (const one of steps) {
        const index = Math.min(one.at, values.length - 1);
        if (one.does === 'set') {
          values[index] = one.value;
          sums.setValue(index, one.value);
        } else if (one.does === 'insert') {
          values.splice(index, 0, ...one.values);
          sums.insertValues(index, one.values);
        } else if (one.does === 'remove' && values.length > one.count) {
          values.splice(index, one.count);
          sums.removeValues(index, Math.min(one.count, values.length + one.count - index));
        } else if (one.does === 'sum') expect(sums.getPrefixSum(index + 1)).toBe(sum(index + 1));
        else if (one.does === 'find' && one.at < sum(values.length)) {
          const found = sums.getIndexOf(one.at);
          expect(sum(found.index) + found.remainder).toBe(one.at);
          expect(found.remainder).toBeLessThan(values[found.index] ?? 0);
        }
      }
      expect(sums.getTotalSum()).toBe(sum(values.length));
    }),
  );
});

test('counts that change one after the other, each asked for, are added up once', () => {
  let read = 0;
  const values = new Proxy(
    Array.from({ length: 2000 }, () => 1),
    {
      get(all, key, self): unknown {
        if (typeof key === 'string' && /^\d/.test(key)) read += 1;
        return Reflect.get(all, key, self);
      },
    },
  );
  const sums = new ConstantTimePrefixSumComputer(values);
  for (let index = 0; index < 2000; index++) {
    expect(sums.getPrefixSum(index)).toBe(2 * index);
    sums.setValue(index, 2);
  }
  expect(sums.getTotalSum()).toBe(4000);
  expect(read).toBeLessThan(10 * 2000);
});
