import { expect, test } from 'vitest';
import { grammarFault, MOST_NESTED } from './grammar-limits.ts';

const gbnf = (grammar: string) => grammarFault({ grammarKind: 'gbnf', grammar });
const json = (schema: unknown) => grammarFault({ grammarKind: 'json', grammar: JSON.stringify(schema) });
const nested = (levels: number): string => `root ::= ${'('.repeat(levels)}"a"${')'.repeat(levels)}`;

test('20,000 nested groups, long rows of rules and repetitions and deep schemas reach no engine', () => {
  expect(gbnf(nested(20_000))).toMatchObject({ code: 'GRAMMAR_LARGE', params: { what: 'nested' } });
  expect(gbnf(nested(MOST_NESTED))).toBeNull();
  for (const grammar of [
    `root ::= ${'"a"? '.repeat(3000)}`,
    `root ::= r0\n${Array.from({ length: 3000 }, (_, n) => `r${n} ::= r${n + 1}`).join('\n')}`,
    'root ::= "a"{1,100000}',
    'root ::= "a"{1500} "b"{1500,}',
  ])
    expect(gbnf(grammar)).toMatchObject({ code: 'GRAMMAR_LARGE', params: { what: 'parts' } });
  let deep: unknown = { type: 'null' };
  for (let n = 0; n < 500; n++) deep = { type: 'array', items: deep };
  expect(json(deep)).toMatchObject({ code: 'GRAMMAR_LARGE', params: { kind: 'json', what: 'nested' } });
  expect(json({ type: 'string', maxLength: 100_000 })).toMatchObject({ code: 'GRAMMAR_LARGE' });
  const brackets = '['.repeat(40_000);
  expect(grammarFault({ grammarKind: 'json', grammar: brackets })).toMatchObject({ code: 'GRAMMAR' });
});

test('what stands in quotes, brackets and comments does not count', () => {
  const brackets = '('.repeat(5000);
  expect(gbnf(`root ::= "${brackets}" [${brackets}] # ${brackets}\n`)).toBeNull();
  expect(gbnf(String.raw`root ::= "\"${brackets}" [\]${brackets}]`)).toBeNull();
});

test.each([
  [{ type: 'string', pattern: '^a' }, ['pattern']],
  [{ type: 'number', minimum: 1, maximum: 3 }, ['minimum', 'maximum']],
  [{ type: 'object', properties: { a: { type: 'string', format: 'email' } } }, ['format']],
  [{ type: 'string', format: 'date', minLength: 3 }, ['minLength']],
  [{ allOf: [{ type: 'string' }] }, ['allOf', 'type']],
  [{ anyOf: [{ type: 'string' }] }, ['anyOf', 'type']],
  [{ type: 'array', items: { type: 'string' }, uniqueItems: true }, ['uniqueItems']],
  [{ type: 'array', items: false }, ['items']],
  [{ type: 'object', properties: { a: { type: 'null' } }, required: ['b'] }, ['required']],
  [{ type: 'object', properties: { a: { type: 'null' } }, minProperties: 2 }, ['minProperties']],
  [{ type: ['object', 'null'] }, ['type']],
  [{ $ref: '#/definitions/a', definitions: { a: { type: 'null' } } }, ['$ref', 'definitions']],
  [{ const: 1, type: 'string' }, ['type']],
  [{ type: 'string', minLength: 5, maxLength: 2 }, ['maxLength']],
])('a schema whose keywords would not be kept names them: %j', (schema, keywords) => {
  const found = json(schema);
  expect(found?.code).toBe('SCHEMA_KEYWORDS');
  expect(new Set(found?.params.keywords as string[])).toEqual(new Set(keywords));
});

test.each([
  [
    {
      title: 'A person',
      type: 'object',
      properties: { name: { type: 'string', description: 'first' } },
      required: ['name'],
    },
  ],
  [{ type: 'array', items: { enum: ['a', 1, null] }, minItems: 1, maxItems: 4 }],
  [{ type: 'array', prefixItems: [{ type: 'string' }], items: { type: ['integer', 'null'] } }],
  [
    {
      oneOf: [
        { const: 'yes', type: 'string' },
        { type: 'string', format: 'date-time' },
      ],
    },
  ],
  [
    {
      $defs: { a: { type: 'boolean' } },
      type: 'object',
      properties: { a: { $ref: '#/$defs/a' } },
      additionalProperties: false,
    },
  ],
  [{ type: 'object', additionalProperties: { type: 'number' }, minProperties: 2, maxProperties: 3 }],
])('a schema that is kept is taken: %j', (schema) => {
  expect(json(schema)).toBeNull();
});
