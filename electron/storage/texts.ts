/** A replacement of `del` UTF-16 units at `at` by `ins`. */
export interface Edit {
  readonly at: number;
  readonly del: number;
  readonly ins: string;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** Applies an edit; half a character that it leaves behind becomes U+FFFD, as it would on disk. `ins` is well formed. */
export function splice(text: string, { at, del, ins }: Edit): string {
  const head = text.slice(0, at);
  const tail = text.slice(at + del);
  const next = ins === '' ? tail : ins;
  const previous = ins === '' ? head : ins;
  const headBroken = isHigh(head.charCodeAt(at - 1)) && !isLow(next.charCodeAt(0));
  const tailBroken = isLow(tail.charCodeAt(0)) && !isHigh(previous.charCodeAt(previous.length - 1));
  return (headBroken ? `${head.slice(0, -1)}\ufffd` : head) + ins + (tailBroken ? `\ufffd${tail.slice(1)}` : tail);
}

/** The same edits, with those that touch each other made one. */
export function coalesce(edits: readonly Edit[]): Edit[] {
  const merged: Edit[] = [];
  for (const edit of edits) {
    const last = merged.at(-1);
    const joined = last && join(last, edit);
    if (joined) merged[merged.length - 1] = joined;
    else merged.push({ at: edit.at, del: edit.del, ins: edit.ins });
  }
  return merged;
}

function join(first: Edit, second: Edit): Edit | null {
  const end = first.at + first.ins.length;
  const secondEnd = second.at + second.del;
  if (second.at > end || secondEnd < first.at) return null;
  const before = Math.max(0, first.at - second.at);
  const after = Math.max(0, secondEnd - end);
  const kept = first.ins.slice(0, Math.max(0, second.at - first.at));
  const rest = first.ins.slice(secondEnd - first.at);
  return { at: first.at - before, del: first.del + before + after, ins: kept + second.ins + rest };
}

/** The current texts of the turns that were used last. An edit costs nothing until the text is read again. */
export interface Texts {
  get(turnId: string): string | undefined;
  put(turnId: string, text: string): void;
  edit(turnId: string, edit: Edit): void;
  drop(turnId: string): void;
  clear(): void;
}

const MOST_UNITS = 24_000_000;

export function createTexts(most = MOST_UNITS): Texts {
  const entries = new Map<string, { text: string; edits: Edit[] }>();
  let units = 0;
  const drop = (turnId: string) => {
    units -= entries.get(turnId)?.text.length ?? 0;
    entries.delete(turnId);
  };
  const put = (turnId: string, text: string) => {
    drop(turnId);
    entries.set(turnId, { text, edits: [] });
    units += text.length;
    for (const oldest of entries.keys()) {
      if (units <= most || oldest === turnId) break;
      drop(oldest);
    }
  };
  return {
    get(turnId) {
      const entry = entries.get(turnId);
      if (!entry) return undefined;
      const text = entry.edits.reduce(splice, entry.text);
      put(turnId, text);
      return text;
    },
    put,
    edit(turnId, edit) {
      entries.get(turnId)?.edits.push(edit);
    },
    drop,
    clear() {
      entries.clear();
      units = 0;
    },
  };
}
