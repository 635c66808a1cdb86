import { expect, test } from 'vitest';
import { failure } from '../../shared/faults/failure.ts';
import { errorFacts } from './error-facts.ts';

test('a defect is logged with its sort and its place, and nothing of what its message quotes', () => {
  const quoted = 'The lamp went out.\n    at the harbour (she said)\n    at /home/anna/secret.txt';
  for (const error of [new TypeError(quoted), failure('NO_TURN', { turnId: 'x' }, { cause: new Error(quoted) })]) {
    const facts = errorFacts(error);
    expect(facts).toMatchObject({ name: error.name, stack: expect.stringContaining('error-facts.test.ts') });
    expect(JSON.stringify(facts)).not.toMatch(/lamp|harbour|secret/);
  }
  expect(errorFacts(failure('NO_TURN', { turnId: 'x' }))).toMatchObject({ code: 'NO_TURN' });
  expect(errorFacts('The lamp went out.')).toEqual({ name: 'string' });
});
