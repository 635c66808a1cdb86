/** What is nested deeper, or comes after so many, stays as it is written. */
const MOST_NESTED = 16;
const MOST_MACROS = 5000;
/** What macros may put into one text, in UTF-16 units. */
const MOST_ADDED = 1_000_000;
/** So much of a macro tells it from the others of its text. */
const TOLD_BY = 100;

/** What the macros of a text are resolved with (F19). */
export interface Macros {
  /** By name, in small letters. They are put in as they are: no macro is looked for in them. */
  readonly values: ReadonlyMap<string, string>;
  readonly now: Date;
  /** What was drawn before, by its macro and how often that stood before it in the text. */
  readonly draws: ReadonlyMap<string, number>;
  /** From 0 to below 1. */
  readonly random: () => number;
}
export interface Resolved {
  readonly text: string;
  /** All draws that the text has now, old and new ones. */
  readonly drawn: ReadonlyMap<string, number>;
  readonly hasClock: boolean;
}

const PIECE = /\{(?=\{\{)|\{\{|\}\}|<(?:user|bot|char|group)>|[^{}<]+|[^]/giu;
const CALL = /^\s*(\/\/|[a-z_]+)(?:\s*::?|\s+|$)([^]*)$/i;
const DICE = /^\s*(?:(\d{0,3})d)?(\d{1,6})(?:\s*([+-])\s*(\d{1,6}))?\s*$/i;
const LEGACY: Readonly<Record<string, string>> = {
  '<user>': 'user',
  '<bot>': 'char',
  '<char>': 'char',
  '<group>': 'group',
};

const CLOCKS: Readonly<Record<string, (now: Date) => string>> = {
  time: (now) => now.toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' }),
  date: (now) => now.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }),
  weekday: (now) => now.toLocaleDateString('en', { weekday: 'long' }),
  isotime: (now) => `${twoDigits(now.getHours())}:${twoDigits(now.getMinutes())}`,
  isodate: (now) => `${String(now.getFullYear())}-${twoDigits(now.getMonth() + 1)}-${twoDigits(now.getDate())}`,
};
const PLAIN: Readonly<Record<string, (given: string) => string>> = {
  '//': () => '',
  comment: () => '',
  hidden_key: () => '',
  noop: () => '',
  newline: () => '\n',
  space: () => ' ',
  reverse: (given) => Array.from(given).reverse().join(''),
};

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** A text with its macros resolved, the innermost first; one that is not known stays as it is written. Never throws. */
export function resolveMacros(text: string, { values, now, draws, random }: Macros): Resolved {
  const drawn = new Map<string, number>();
  const times = new Map<string, number>();
  let [hasClock, macros, room] = [false, 0, MOST_ADDED];
  /** The pieces of the text, and of every macro that is open in it. */
  const open: string[][] = [[]];
  let skipsLines = false;

  const add = (piece: string): void => {
    const said = skipsLines ? piece.replace(/^[\r\n]+/, '') : piece;
    if (said !== '') {
      skipsLines = false;
      open.at(-1)?.push(said);
    }
  };
  const draw = (macro: string, of: number): number => {
    const told = macro.slice(0, TOLD_BY);
    const time = (times.get(told) ?? 0) + 1;
    times.set(told, time);
    const key = `${told}#${String(time)}`;
    const before = draws.get(key);
    const value = before !== undefined && before < of ? before : Math.floor(random() * of);
    drawn.set(key, value);
    return value;
  };
  const roll = (macro: string, given: string): string | null => {
    const [, count = '1', sides = '', sign, more = '0'] = DICE.exec(given) ?? [];
    const [dice, faces] = [Number(count || '1'), Number(sides)];
    if (faces < 1 || dice < 1 || dice > 100) return null;
    let sum = sign === '-' ? -Number(more) : Number(more);
    for (let die = 0; die < dice; die++) sum += draw(macro, faces) + 1;
    return String(sum);
  };
  const resolved = (macro: string): string | null => {
    const [, called, given = ''] = CALL.exec(macro) ?? [];
    const name = called?.toLowerCase() ?? '';
    if (name === 'random' || name === 'pick') {
      const choices = choicesOf(given);
      return choices[draw(macro, choices.length)] ?? '';
    }
    if (name === 'roll') return roll(macro, given);
    if (Object.hasOwn(PLAIN, name)) return PLAIN[name]?.(given) ?? null;
    if (given.trim() !== '') return null;
    if (Object.hasOwn(CLOCKS, name)) {
      hasClock = true;
      return CLOCKS[name]?.(now) ?? null;
    }
    return values.get(name) ?? null;
  };
  const close = (): void => {
    const macro = (open.pop() ?? []).join('');
    if (/^\s*trim\s*$/i.test(macro)) {
      withoutLastLines(open.at(-1) ?? []);
      skipsLines = true;
      return;
    }
    const value = resolved(macro);
    const fits = value !== null && value.length <= room;
    if (fits) room -= value.length;
    add(fits ? value : `{{${macro}}}`);
  };

  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === '{{' && open.length <= MOST_NESTED && macros < MOST_MACROS) {
      macros += 1;
      skipsLines = false;
      open.push([]);
    } else if (piece === '}}' && open.length > 1) close();
    else {
      const legacy = values.get(LEGACY[piece.toLowerCase()] ?? '');
      const fits = legacy !== undefined && legacy.length <= room;
      if (fits) room -= legacy.length;
      add(fits ? legacy : piece);
    }
  }
  while (open.length > 1) {
    const unclosed = (open.pop() ?? []).join('');
    open.at(-1)?.push(`{{${unclosed}`);
  }
  return { text: (open[0] ?? []).join(''), drawn, hasClock };
}

/** `a::b`, or `a, b` where a comma of a choice is written `\,`. */
function choicesOf(given: string): string[] {
  if (given.includes('::')) return given.split('::').map((choice) => choice.trim());
  return given.split(/(?<!\\),/).map((choice) => choice.replaceAll('\\,', ',').trim());
}

/** Takes the line ends at the end of a row of pieces away. */
function withoutLastLines(pieces: string[]): void {
  for (let last = pieces.pop(); last !== undefined; last = pieces.pop()) {
    let end = last.length;
    while (end > 0 && (last[end - 1] === '\n' || last[end - 1] === '\r')) end--;
    if (end === 0) continue;
    pieces.push(last.slice(0, end));
    return;
  }
}
