import { Environment, Interpreter, parse, Template, tokenize } from '@huggingface/jinja';

type Program = ReturnType<typeof parse>;
type Value = ReturnType<Interpreter['evaluate']>;
type Node = NonNullable<Parameters<Interpreter['evaluate']>[0]>;

/** Parts of a template's syntax tree, as far as they are looked at here. */
interface Member extends Node {
  readonly object: Node;
  readonly property: Node & { readonly value: unknown };
  readonly computed: boolean;
}
interface Call extends Node {
  readonly callee: Member;
  readonly args: readonly (Node & { readonly key?: { readonly value: string }; readonly value: Node })[];
}
interface Literal extends Node {
  value: ReadonlyMap<Node & { readonly value: unknown }, Node>;
}

/** What a template that asks for the time is told: of `strftime`'s format. */
export type Clock = (format: string) => string;
/** The library keeps its clock to itself. */
export const CLOCK: Clock = (format) => new Template('{{ strftime_now(format) }}').render({ format });

/** A chat template, run as transformers runs it. */
export class ChatTemplate {
  readonly #program: Program;

  constructor(text: string) {
    this.#program = parse(tokenize(text, { lstrip_blocks: true, trim_blocks: true }));
  }

  render(given: Readonly<Record<string, unknown>>, clock: Clock): string {
    const environment = new Environment();
    const all = { ...globals(), strftime_now: clock, ...given };
    for (const [name, value] of Object.entries(all)) environment.set(name, value);
    return new PythonInterpreter(environment).run(this.#program).toString();
  }
}

function globals(): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range,
    raise_exception: (reason: string) => {
      throw new Error(reason);
    },
  };
}

/** Fills in what the library lacks of Python: numbers as keys, and `str.format`. */
class PythonInterpreter extends Interpreter {
  override evaluate(node: Node | undefined, environment: Environment): Value {
    if (node?.type === 'ObjectLiteral') return this.#map(node as Literal, environment);
    if (node?.type === 'MemberExpression') return this.#member(node as Member, environment);
    if (node?.type === 'CallExpression') return this.#call(node as Call, environment);
    return super.evaluate(node, environment);
  }

  /** A map whose keys are numbers finds them by their text, and tells and sorts them as numbers. */
  #map(node: Literal, environment: Environment): Value {
    const entries = [...node.value];
    if (!entries.some(([key]) => key.type === 'IntegerLiteral')) return super.evaluate(node, environment);
    const value = new Map(
      entries.map(([key, entry]) => [{ type: 'StringLiteral', value: String(key.value) }, entry] as const),
    );
    const map = super.evaluate({ ...node, value } as Literal, environment);
    const list = (all: readonly unknown[]): Value =>
      this.evaluate({ type: 'ArrayLiteral', value: all } as Node, environment);
    const pairs = (all: typeof entries): Value => list(all.map((pair) => ({ type: 'ArrayLiteral', value: pair })));
    const keys = list(entries.map(([key]) => key));
    const told = {
      keys,
      items: pairs(entries),
      dictsort: pairs(entries.toSorted(([a], [b]) => Number(a.value) - Number(b.value))),
    };
    const builtins = map.builtins as Map<string, Value>;
    for (const [name, answer] of Object.entries(told)) {
      const method = builtins.get(name)?.constructor as new (call: () => Value) => Value;
      builtins.set(name, new method(() => answer));
    }
    return Object.assign(map, { keys: () => keys });
  }

  #member(node: Member, environment: Environment): Value {
    if (!node.computed || node.property.type === 'SliceExpression') return super.evaluate(node, environment);
    const key = super.evaluate(node.property, environment);
    if (key.type !== 'IntegerValue') return super.evaluate(node, environment);
    const object = this.evaluate(node.object, environment);
    return object.value instanceof Map
      ? (object.value.get(String(key.value)) ?? asValue(undefined))
      : super.evaluate(node, environment);
  }

  #call(node: Call, environment: Environment): Value {
    const { callee, args } = node;
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.value !== 'format')
      return super.evaluate(node, environment);
    const text = this.evaluate(callee.object, environment);
    if (typeof text.value !== 'string') return super.evaluate(node, environment);
    const named = new Map<string, string>();
    for (const [index, arg] of args.entries()) {
      const isNamed = arg.type === 'KeywordArgumentExpression';
      const value = this.evaluate(isNamed ? arg.value : arg, environment);
      named.set(isNamed ? (arg.key?.value ?? '') : String(index), value.toString());
    }
    return asValue(formatted(text.value, named));
  }
}

const asValue = (value: unknown): Value => new Environment().set('value', value);

/** `str.format` of Python with fields that are counted, numbered or named. */
function formatted(text: string, fields: ReadonlyMap<string, string>): string {
  let counted = 0;
  return text.replace(/\{\{|\}\}|\{(\w*)\}/g, (match, name: string | undefined) => {
    if (name === undefined) return match.slice(0, 1);
    const field = fields.get(name === '' ? String(counted++) : name);
    if (field === undefined) throw new Error(`str.format lacks the field ${name === '' ? counted - 1 : name}`);
    return field;
  });
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(0, Math.ceil((to - from) / step));
  return Array.from({ length }, (_, index) => from + index * step);
}
