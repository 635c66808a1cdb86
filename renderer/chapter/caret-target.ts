import { activePath } from '../../shared/document/tree.ts';
import { indexAt, spanAt, textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { TreeTurn, TurnTree } from '../../shared/document/turn.ts';
import type { AlternatesState, Possible } from './controller.ts';
import type { ManuscriptDocument } from './document.ts';
import type { Place } from './text-source.ts';
import { words } from '../manuscript/words.ts';

/** Living turns by parent, made once per tree. */
const families = new WeakMap<TurnTree, Map<string | null, TreeTurn[]>>();

function familyOf(tree: TurnTree): Map<string | null, TreeTurn[]> {
  const known = families.get(tree);
  if (known !== undefined) return known;
  const made = new Map<string | null, TreeTurn[]>();
  for (const turn of tree.turns.values()) {
    if (turn.tombstone !== null) continue;
    const siblings = made.get(turn.parentId);
    if (siblings === undefined) made.set(turn.parentId, [turn]);
    else siblings.push(turn);
  }
  for (const siblings of made.values()) siblings.sort((a, b) => a.order - b.order);
  families.set(tree, made);
  return made;
}

function siblingsOf(tree: TurnTree, id: string): readonly TreeTurn[] {
  const turn = tree.turns.get(id);
  return turn === undefined ? [] : (familyOf(tree).get(turn.parentId) ?? []);
}

export function alternates(tree: TurnTree, turnId: string): AlternatesState | null {
  const siblings = siblingsOf(tree, turnId);
  const index = siblings.findIndex((turn) => turn.id === turnId);
  return index === -1 ? null : { turnId, index: index + 1, count: siblings.length };
}

export function neighbour(tree: TurnTree, turnId: string, step: -1 | 1): TreeTurn | null {
  const siblings = siblingsOf(tree, turnId);
  const index = siblings.findIndex((turn) => turn.id === turnId);
  return index === -1 ? null : (siblings[index + step] ?? null);
}

/** What the writing actions mean where the caret stands (docs/protocol.md, "Where the caret is"). */
export interface Aim {
  readonly turn: TurnSpan;
  readonly offset: number;
  /** The nearest model turn at or before the caret. */
  readonly model: TurnSpan | null;
  readonly reply: {
    readonly kind: 'reply' | 'continue';
    readonly turnId: string;
    readonly offset: number | null;
  } | null;
  readonly goOn: { readonly turnId: string; readonly offset: number } | null;
  readonly atEnd: boolean;
}

function modelAt(spans: readonly TurnSpan[], at: number): TurnSpan | null {
  for (let index = at; index >= 0; index--) {
    const span = spans[index];
    if (span?.role === 'model') return span;
  }
  return null;
}

export function aimAt(document: ManuscriptDocument, caret: Place): Aim {
  const { spans, lineCount } = document.layout;
  const at = indexAt(document.layout, Math.min(caret.line, lineCount));
  const turn = spanAt(document.layout, Math.min(caret.line, lineCount));
  const offset = caret.line < textRange(turn).first ? 0 : document.offsetOf(turn, caret);
  const model = modelAt(spans, at);
  const ready = document.readyTurn();
  const last = ready === null ? spans.at(-1) : spans.at(-2);
  const atEnd = turn === last || turn === ready;
  const endless =
    last === undefined || document.isBlank()
      ? null
      : last.role === 'model'
        ? ({ kind: 'continue', turnId: last.id, offset: document.lengthOf(last) } as const)
        : ({ kind: 'reply', turnId: last.id, offset: null } as const);
  const reply = atEnd ? endless : ({ kind: 'reply', turnId: turn.id, offset: null } as const);
  const writesOn =
    turn.role === 'model'
      ? { turnId: turn.id, offset }
      : turn === ready && last?.role === 'model'
        ? { turnId: last.id, offset: document.lengthOf(last) }
        : null;
  return {
    turn,
    offset,
    model,
    reply: document.isBlank() ? null : reply,
    goOn: document.isBlank() ? null : writesOn,
    atEnd,
  };
}

const YES: Possible = { ok: true, why: null };
const no = (why: string): Possible => ({ ok: false, why });

export function possibilities(
  aim: Aim | null,
  { readOnly, writing }: { readOnly: boolean; writing: boolean },
): { canReply: Possible; canContinue: Possible; canRetry: Possible } {
  const stop = aim === null ? words.isLoading : readOnly ? words.readOnly : writing ? words.isWriting : null;
  if (stop !== null || aim === null)
    return { canReply: no(stop ?? ''), canContinue: no(stop ?? ''), canRetry: no(stop ?? '') };
  return {
    canReply: aim.reply === null ? no(words.nothingWritten) : YES,
    canContinue: aim.goOn === null ? no(aim.reply === null ? words.nothingWritten : words.caretElsewhere) : YES,
    canRetry: aim.reply === null ? no(words.nothingWritten) : aim.model === null ? no(words.noModelTurn) : YES,
  };
}

export function treeOf(turns: readonly TreeTurn[], activeRootId: string | null): TurnTree {
  return { activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) };
}

export function shownPath(tree: TurnTree): TreeTurn[] {
  return activePath(tree).filter((turn) => turn.text !== null);
}
