import { failure } from '../faults/failure.ts';
import { CARD_LIMITS } from './limits.ts';

/** A JSON text as it stands: where each value of it begins and ends. Nothing of it is lost by reading it. */
export type JsonNode = JsonObject | JsonList | JsonText | JsonPlain;
interface Span {
  readonly start: number;
  readonly end: number;
}
export interface JsonObject extends Span {
  readonly kind: 'object';
  readonly members: readonly JsonMember[];
}
interface JsonMember extends Span {
  readonly key: string;
  readonly value: JsonNode;
}
interface JsonList extends Span {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
}
interface JsonText extends Span {
  readonly kind: 'text';
  readonly value: string;
}
/** A number, true, false or null, as it is written. */
interface JsonPlain extends Span {
  readonly kind: 'plain';
  readonly written: string;
}

const PLAIN = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const ESCAPES = /["\\/bfnrt]/;

/** Faults: CARD_BROKEN (`json`) where it is none, CARD_LARGE where it is too deep or has too much in it. */
export function readJson(text: string): JsonNode {
  let at = 0;
  let values = 0;
  const broken = (): never => {
    throw failure('CARD_BROKEN', { part: 'json' });
  };
  const skip = (): void => {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      at += 1;
    }
  };
  const readText = (): JsonText => {
    const start = at;
    if (text[at] !== '"') broken();
    for (at += 1; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 34) break;
      if (Number.isNaN(code) || code < 32) broken();
      if (code !== 92) continue;
      at += 1;
      const escape = text[at] ?? '';
      if (escape === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) at += 4;
      else if (!ESCAPES.test(escape)) broken();
    }
    at += 1;
    return { kind: 'text', start, end: at, value: JSON.parse(text.slice(start, at)) as string };
  };
  const readList = (depth: number): JsonList => {
    const start = at;
    const items: JsonNode[] = [];
    at += 1;
    skip();
    while (text[at] !== ']') {
      items.push(readValue(depth + 1));
      skip();
      if (text[at] === ',') {
        at += 1;
        skip();
        if (text[at] === ']') broken();
      } else if (text[at] !== ']') broken();
    }
    at += 1;
    return { kind: 'list', start, end: at, items };
  };
  const readObject = (depth: number): JsonObject => {
    const start = at;
    const members: JsonMember[] = [];
    at += 1;
    skip();
    while (text[at] !== '}') {
      const key = readText();
      skip();
      if (text[at] !== ':') broken();
      at += 1;
      const value = readValue(depth + 1);
      members.push({ key: key.value, start: key.start, end: value.end, value });
      skip();
      if (text[at] === ',') {
        at += 1;
        skip();
        if (text[at] === '}') broken();
      } else if (text[at] !== '}') broken();
    }
    at += 1;
    return { kind: 'object', start, end: at, members };
  };
  const readPlain = (): JsonPlain => {
    PLAIN.lastIndex = at;
    const written = PLAIN.exec(text)?.[0] ?? broken();
    const start = at;
    at += written.length;
    return { kind: 'plain', start, end: at, written };
  };
  const readValue = (depth: number): JsonNode => {
    values += 1;
    if (depth > CARD_LIMITS.depth) throw failure('CARD_LARGE', { what: 'depth', most: CARD_LIMITS.depth });
    if (values > CARD_LIMITS.values) throw failure('CARD_LARGE', { what: 'values', most: CARD_LIMITS.values });
    skip();
    const sign = text[at];
    if (sign === '{') return readObject(depth);
    if (sign === '[') return readList(depth);
    return sign === '"' ? readText() : readPlain();
  };
  if (text.length > CARD_LIMITS.text) throw failure('CARD_LARGE', { what: 'text', most: CARD_LIMITS.text });
  const root = readValue(1);
  skip();
  return at === text.length ? root : broken();
}

/** What stands under a key; of several, what readers take: the last. */
export function memberOf(node: JsonNode | undefined, key: string): JsonMember | undefined {
  return node?.kind === 'object' ? node.members.findLast((member) => member.key === key) : undefined;
}

export function valueAt(node: JsonNode | undefined, path: readonly string[]): JsonNode | undefined {
  return path.reduce<JsonNode | undefined>((inner, key) => memberOf(inner, key)?.value, node);
}

/** The text with another value at a path, and everything else as it stands. `written`: the value, as JSON. */
export function withValue(text: string, path: readonly string[], written: string): string {
  let inner = readJson(text);
  for (const [depth, key] of path.entries()) {
    const member = memberOf(inner, key);
    const rest = nested(path.slice(depth + 1), written);
    if (inner.kind !== 'object') return replaced(text, inner, nested(path.slice(depth), written));
    if (member === undefined) return inserted(text, inner, key, rest);
    inner = member.value;
  }
  return replaced(text, inner, written);
}

const nested = (path: readonly string[], written: string): string =>
  path.reduceRight((value, key) => `{${JSON.stringify(key)}:${value}}`, written);

const replaced = (text: string, { start, end }: Span, written: string): string =>
  text.slice(0, start) + written + text.slice(end);

/** Behind the last member, on a line of its own where that has one. */
function inserted(text: string, { start, members }: JsonObject, key: string, written: string): string {
  const last = members.at(-1);
  const member = `${JSON.stringify(key)}:${written}`;
  if (last === undefined) return text.slice(0, start + 1) + member + text.slice(start + 1);
  const before = members.at(-2)?.end ?? start;
  const space = /\s*$/.exec(text.slice(before, last.start))?.[0] ?? '';
  return `${text.slice(0, last.end)},${space}${member}${text.slice(last.end)}`;
}
