/** A replacement of `del` UTF-16 units at `at` by `ins`. */
export interface Edit {
  readonly at: number;
  readonly del: number;
  readonly ins: string;
}

export function splice(text: string, { at, del, ins }: Edit): string {
  return text.slice(0, at) + ins + text.slice(at + del);
}

/** The beginning of a text after an edit, from its beginning before: shorter by no more than the edit deletes. */
export function spliceOpening(opening: string, edit: Edit): string {
  return edit.at > opening.length ? opening : splice(opening, edit);
}

/** The same edits, with those that touch each other made one. */
export function coalesce(edits: readonly Edit[]): Edit[] {
  const merged: Edit[] = [];
  for (const edit of edits) append(merged, edit);
  return merged;
}

function append(edits: Edit[], { at, del, ins }: Edit): void {
  const last = edits.at(-1);
  const joined = last && join(last, { at, del, ins });
  if (joined) edits[edits.length - 1] = joined;
  else edits.push({ at, del, ins });
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
  has(turnId: string): boolean;
  get(turnId: string): string | undefined;
  put(turnId: string, text: string): void;
  edit(turnId: string, edit: Edit): void;
  /** Whether a place in a known text lies inside a surrogate pair, found without building the text. */
  splitsPair(turnId: string, at: number): boolean;
  clear(): void;
}

function unitAt({ text, edits }: { text: string; edits: readonly Edit[] }, index: number): number {
  for (const { at, del, ins } of edits.toReversed()) {
    if (index >= at && index < at + ins.length) return ins.charCodeAt(index - at);
    if (index >= at) index += del - ins.length;
  }
  return text.charCodeAt(index);
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
    // The first key is looked for behind all that were taken out.
    if (units <= most) return;
    for (const oldest of entries.keys()) {
      if (units <= most || oldest === turnId) break;
      drop(oldest);
    }
  };
  return {
    has: (turnId) => entries.has(turnId),
    get(turnId) {
      const entry = entries.get(turnId);
      if (!entry) return undefined;
      const text = entry.edits.reduce(splice, entry.text);
      put(turnId, text);
      return text;
    },
    put,
    edit(turnId, edit) {
      const entry = entries.get(turnId);
      if (entry) append(entry.edits, edit);
    },
    splitsPair(turnId, at) {
      const entry = entries.get(turnId);
      if (!entry) return false;
      return (unitAt(entry, at - 1) & 0xfc00) === 0xd800 && (unitAt(entry, at) & 0xfc00) === 0xdc00;
    },
    clear() {
      entries.clear();
      units = 0;
    },
  };
}
