import { MOST_OPS, MOST_TEXT } from '../../../shared/contract/limits.ts';
import type { Op } from '../../../shared/document/turn.ts';

export interface Limits {
  readonly ops: number;
  /** UTF-16 units of text. */
  readonly text: number;
}
export const LIMITS: Limits = { ops: MOST_OPS, text: MOST_TEXT };
/** Each op by itself. */
export const ONE_BY_ONE: Limits = { ops: 1, text: MOST_TEXT };

/**
 * The ops in as few changes as the limits allow, in order. A text that is too long for one change is written in parts:
 * `setText` ops behind each other, whose versions the sender counts on.
 */
export function pieces(ops: readonly Op[], limits: Limits): Op[][] {
  const changes: Op[][] = [];
  let change: Op[] = [];
  let room = limits.text;
  for (const op of ops.flatMap((one) => parts(one, limits.text))) {
    const length = lengthOf(op);
    if (change.length > 0 && (change.length === limits.ops || length > room)) {
      changes.push(change);
      change = [];
      room = limits.text;
    }
    change.push(op);
    room -= length;
  }
  return change.length > 0 ? [...changes, change] : changes;
}

const textOf = (op: Op): string => (op.op === 'insert' ? op.turn.text : op.op === 'setText' ? op.ins : '');
const lengthOf = (op: Op): number =>
  textOf(op).length +
  (op.op === 'setSpeaker' ? (op.speaker?.length ?? 0) : op.op === 'insert' ? (op.turn.speaker?.length ?? 0) : 0);

function parts(op: Op, most: number): Op[] {
  if ((op.op !== 'insert' && op.op !== 'setText') || textOf(op).length <= most) return [op];
  const texts = cut(textOf(op), most);
  const [first = '', ...rest] = texts;
  const turnId = op.op === 'insert' ? op.turn.id : op.turnId;
  const head: Op = op.op === 'insert' ? { ...op, turn: { ...op.turn, text: first } } : { ...op, ins: first };
  let at = (op.op === 'insert' ? 0 : op.at) + first.length;
  let version = op.op === 'insert' ? 1 : op.version + 1;
  return [
    head,
    ...rest.map((ins): Op => {
      const part: Op = { op: 'setText', turnId, version, at, del: 0, ins };
      at += ins.length;
      version++;
      return part;
    }),
  ];
}

/** Never between the two halves of a character: alone, neither can be stored. */
function cut(text: string, most: number): string[] {
  const texts: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + most, text.length);
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to--;
    texts.push(text.slice(from, to));
    from = to;
  }
  return texts;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
