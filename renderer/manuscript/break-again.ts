/** A text as it is broken into lines of the page: where each line ends, the last one at the end of the text. */
export interface BrokenText {
  readonly text: string;
  readonly ends: readonly number[];
}

/** How much behind a change is laid out at first: a few lines, behind which it mostly makes no difference any more. */
const FIRST_LOOK = 400;

/**
 * Breaks a text again that was changed in one place, and lays out only what the change can have moved: from the line
 * before it to the first line that begins where one began before. `layOut` breaks a text as if it stood alone.
 */
export function breakAgain(
  before: BrokenText,
  text: string,
  layOut: (part: string) => readonly number[],
): readonly number[] {
  const { same, sameEnd } = commonEnds(before.text, text);
  const moved = text.length - before.text.length;
  const changed = before.ends.findIndex((end) => end > same);
  const kept = before.ends.slice(0, Math.max(0, (changed < 0 ? before.ends.length - 1 : changed) - 1));
  const from = kept.at(-1) ?? 0;
  const known = new Set(before.ends.map((end) => end + moved));
  for (let look = FIRST_LOOK; ; look *= 4) {
    const to = Math.min(text.length, text.length - sameEnd + look);
    const found = layOut(text.slice(from, to)).map((end) => end + from);
    if (to === text.length) return [...kept, ...found];
    // The last line of a part goes on behind it.
    const again = found.slice(0, -1).findIndex((end) => end >= text.length - sameEnd && known.has(end));
    if (again >= 0) {
      const joint = found[again] ?? 0;
      return [
        ...kept,
        ...found.slice(0, again + 1),
        ...before.ends.map((end) => end + moved).filter((end) => end > joint),
      ];
    }
  }
}

/** How many characters two texts begin, and behind that end, with alike. */
export function commonEnds(a: string, b: string): { readonly same: number; readonly sameEnd: number } {
  const least = Math.min(a.length, b.length);
  let same = 0;
  while (same < least && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  let sameEnd = 0;
  while (sameEnd < least - same && a.charCodeAt(a.length - 1 - sameEnd) === b.charCodeAt(b.length - 1 - sameEnd))
    sameEnd++;
  return { same, sameEnd };
}
