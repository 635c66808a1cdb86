import { fault } from '../faults/failure.ts';
import type { StudioFault } from '../faults/studio-fault.ts';

export interface Extent {
  readonly nested: number;
  readonly parts: number;
}

/** They say nothing about which texts fit. */
const ANNOTATIONS = new Set([
  ...['title', 'description', '$schema', '$id', '$comment', 'default', 'examples'],
  ...['deprecated', 'readOnly', 'writeOnly'],
]);
const SIMPLE: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'null'];
const FORMATS: readonly unknown[] = ['date', 'time', 'date-time'];

type Schema = Readonly<Record<string, unknown>>;
/** What one schema holds: the keywords that are enforced in it, and the schemas inside it. */
interface Reading {
  readonly enforced: readonly string[];
  readonly inner: readonly (readonly [keyword: string, schema: unknown])[];
}

/**
 * How large a JSON schema is, or what is wrong with it: a keyword that the engine would not go by, or so many schemas
 * inside each other that nobody looked at all of them.
 */
export function schemaExtent(text: string, mostNested: number): Extent | { readonly fault: StudioFault } {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    return { fault: fault('GRAMMAR', { kind: 'json' }, error instanceof Error ? error.message : undefined) };
  }
  if (!isSchema(root)) return { fault: fault('GRAMMAR', { kind: 'json' }, 'not an object') };
  const ignored = new Set<string>();
  let [nested, parts] = [0, 0];
  const walk = (schema: Schema, depth: number, known: readonly string[]): void => {
    nested = Math.max(nested, depth);
    parts++;
    if (depth > mostNested) return;
    const names = [...known, ...Object.keys(isSchema(schema.$defs) ? schema.$defs : {})];
    const { enforced, inner } = readingOf(schema, names);
    for (const keyword of Object.keys(schema))
      if (!ANNOTATIONS.has(keyword) && !enforced.includes(keyword)) ignored.add(keyword);
    if (enforced.length === 0) ignored.add('type');
    for (const keyword of ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'])
      parts += countOf(schema[keyword]) ?? 0;
    for (const [keyword, one] of inner) {
      if (isSchema(one)) walk(one, depth + 1, names);
      else ignored.add(keyword);
    }
  };
  walk(root, 1, []);
  return ignored.size === 0 ? { nested, parts } : { fault: fault('SCHEMA_KEYWORDS', { keywords: [...ignored] }) };
}

/** In the order in which the engine looks: the first of these that is there decides alone. */
function readingOf(schema: Schema, names: readonly string[]): Reading {
  const { $defs = {}, oneOf, items, prefixItems, properties, additionalProperties: others } = schema;
  const defs: Reading['inner'] = entriesOf('$defs', $defs);
  if (schema.$ref !== undefined) {
    const isKnown = names.some((name) => schema.$ref === `#/$defs/${name}`);
    return { enforced: [...(isKnown ? ['$ref'] : []), '$defs'], inner: defs };
  }
  if (oneOf !== undefined) return { enforced: ['oneOf', '$defs'], inner: [...defs, ...listed('oneOf', oneOf)] };
  if (schema.const !== undefined) return { enforced: literal('const', schema, [schema.const]), inner: [] };
  if (schema.enum !== undefined)
    return { enforced: Array.isArray(schema.enum) ? literal('enum', schema, schema.enum) : [], inner: [] };
  switch (schema.type) {
    case 'object':
      return {
        enforced: ['type', 'properties', 'additionalProperties', '$defs', ...objectLimits(schema)],
        inner: [
          ...defs,
          ...entriesOf('properties', properties ?? {}),
          ...(typeof others === 'boolean' || others === undefined ? [] : [['additionalProperties', others] as const]),
        ],
      };
    case 'array': {
      const fewest = Math.max(countOf(schema.minItems) ?? 0, Array.isArray(prefixItems) ? prefixItems.length : 0);
      return {
        enforced: ['type', 'items', 'prefixItems', '$defs', ...range(schema, 'minItems', 'maxItems', fewest)],
        inner: [
          ...defs,
          ...(items === undefined ? [] : [['items', items] as const]),
          ...(prefixItems === undefined ? [] : listed('prefixItems', prefixItems)),
        ],
      };
    }
    case 'string':
      return {
        enforced:
          schema.format === undefined
            ? ['type', ...range(schema, 'minLength', 'maxLength', countOf(schema.minLength) ?? 0)]
            : ['type', ...(FORMATS.includes(schema.format) ? ['format'] : [])],
        inner: [],
      };
    default: {
      const types: readonly unknown[] = Array.isArray(schema.type) ? schema.type : [schema.type];
      return { enforced: types.length > 0 && types.every((type) => SIMPLE.includes(type)) ? ['type'] : [], inner: [] };
    }
  }
}

/** A type beside values says nothing if all of them have it. */
function literal(keyword: 'const' | 'enum', { type }: Schema, values: readonly unknown[]): string[] {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const fits = values.every((value) => types.includes(typeOf(value)) || (types.includes('number') && isNumber(value)));
  return values.length > 0 ? [keyword, ...(fits ? ['type'] : [])] : [];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return isNumber(value) && Number.isInteger(value) ? 'integer' : typeof value;
}

/** Every property is always written. */
function objectLimits(schema: Schema): string[] {
  const { properties = {}, additionalProperties = false, required } = schema;
  const written = isSchema(properties) ? Object.keys(properties) : [];
  const isOpen = additionalProperties !== false;
  const fewest = Math.max(countOf(schema.minProperties) ?? 0, written.length);
  return [
    ...(Array.isArray(required) && required.every((name) => written.includes(String(name))) ? ['required'] : []),
    ...range(schema, 'minProperties', 'maxProperties', fewest).filter(
      (keyword) => isOpen || keyword === 'maxProperties' || (countOf(schema.minProperties) ?? 0) <= written.length,
    ),
  ];
}

/** Which of two limits hold: the upper one not below `fewest`, which come in any case. */
function range(schema: Schema, low: string, high: string, fewest: number): string[] {
  return [...(countOf(schema[low]) === null ? [] : [low]), ...((countOf(schema[high]) ?? -1) >= fewest ? [high] : [])];
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const countOf = (value: unknown): number | null =>
  isNumber(value) && Number.isInteger(value) && value >= 0 ? value : null;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const entriesOf = (keyword: string, schemas: unknown): Reading['inner'] =>
  isSchema(schemas) ? Object.values(schemas).map((schema) => [keyword, schema]) : [[keyword, null]];
const listed = (keyword: string, schemas: unknown): Reading['inner'] =>
  Array.isArray(schemas) && schemas.length > 0 ? schemas.map((schema) => [keyword, schema]) : [[keyword, null]];
