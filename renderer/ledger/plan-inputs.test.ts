import { expect, test } from 'vitest';
import { planInputs } from './plan-inputs.ts';

test('whatever changes the prompt of the next reply asks for another plan', () => {
  const target = { turnId: 'turn', revision: 3 };
  const engine = { modelId: 'model', contextSize: 4096, format: 'chatml', readAhead: 0 };
  const sampling = { maxTokens: 400, thinkingTokens: 512 };
  const keys = [
    planInputs('chapter', target, engine, sampling),
    planInputs('other', target, engine, sampling),
    planInputs('chapter', { ...target, turnId: 'other' }, engine, sampling),
    planInputs('chapter', { ...target, revision: 4 }, engine, sampling),
    planInputs('chapter', target, { ...engine, modelId: 'other' }, sampling),
    planInputs('chapter', target, { ...engine, contextSize: 8192 }, sampling),
    planInputs('chapter', target, { ...engine, format: 'prose' }, sampling),
    planInputs('chapter', target, { ...engine, readAhead: 100 }, sampling),
    planInputs('chapter', target, engine, { ...sampling, maxTokens: 500 }),
    planInputs('chapter', target, engine, { ...sampling, thinkingTokens: 1024 }),
    planInputs('chapter', target, engine, sampling, '1,0,0'),
    planInputs('chapter', null, engine, null),
  ].map((inputs) => JSON.stringify(inputs));
  expect(new Set(keys).size).toBe(keys.length);
});
