/** By Unicode: U+0085 is white space, U+FEFF is not. JavaScript's own `\s` and `trim` have it the other way round. */
const WHITE_SPACE = /\p{White_Space}/u;

/** A text without the white space at its ends, or at one of them. */
export function withoutSpace(text: string, ends: { readonly start: boolean; readonly end: boolean }): string {
  let [from, to] = [0, text.length];
  while (ends.start && from < to && WHITE_SPACE.test(text.charAt(from))) from++;
  while (ends.end && to > from && WHITE_SPACE.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
