import { indexAt, spanAt, textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { ReplyKind } from '../../shared/contract/writing.ts';
import type { Possible } from './controller.ts';
import type { ChapterText } from './chapter-text.ts';
import type { Place } from './text-source.ts';
import { words } from '../locales/index.ts';

/** What the writing actions mean where the caret stands (docs/protocol.md, "Where the caret is"). */
export interface CaretTarget {
  readonly turn: TurnSpan;
  readonly offset: number;
  /** The nearest model turn at or before the caret. */
  readonly model: TurnSpan | null;
  readonly reply: {
    readonly kind: Extract<ReplyKind, 'reply' | 'continue'>;
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

export function caretTarget(document: ChapterText, caret: Place): CaretTarget {
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
  target: CaretTarget | null,
  { readOnly, writing }: { readOnly: boolean; writing: boolean },
): { canReply: Possible; canContinue: Possible; canRetry: Possible } {
  const stop =
    target === null
      ? words.manuscript.isLoading
      : readOnly
        ? words.manuscript.readOnly
        : writing
          ? words.manuscript.isWriting
          : null;
  if (stop !== null || target === null)
    return { canReply: no(stop ?? ''), canContinue: no(stop ?? ''), canRetry: no(stop ?? '') };
  return {
    canReply: target.reply === null ? no(words.manuscript.nothingWritten) : YES,
    canContinue:
      target.goOn === null
        ? no(target.reply === null ? words.manuscript.nothingWritten : words.manuscript.caretElsewhere)
        : YES,
    canRetry:
      target.reply === null
        ? no(words.manuscript.nothingWritten)
        : target.model === null
          ? no(words.manuscript.noModelTurn)
          : YES,
  };
}
