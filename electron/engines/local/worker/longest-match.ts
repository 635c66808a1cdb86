/** Stands between the two: no token, and no placeholder of one. */
const BORDER = -2;

/**
 * Where a text of tokens goes on longest as `wanted` begins, at `from` or behind it, and for how long; of equally long
 * ones the first. Length 0: nowhere. Takes time in proportion to both, however much they repeat themselves (the
 * Z-algorithm, Gusfield 1997).
 */
export function longestMatch(
  wanted: readonly number[],
  text: readonly number[],
  from: number,
): { readonly at: number; readonly length: number } {
  const all = new Int32Array(wanted.length + 1 + Math.max(0, text.length - from));
  all.set(wanted);
  all[wanted.length] = BORDER;
  for (let at = from; at < text.length; at++) all[wanted.length + 1 + at - from] = text[at] ?? BORDER;

  /** How long what stands at each place is what all begins with. */
  const lengths = new Int32Array(all.length);
  let [start, end] = [0, 0];
  let best = { at: from, length: 0 };
  for (let place = 1; place < all.length; place++) {
    let length = place < end ? Math.min(end - place, lengths[place - start] ?? 0) : 0;
    while (place + length < all.length && all[length] === all[place + length]) length++;
    lengths[place] = length;
    if (place + length > end) [start, end] = [place, place + length];
    if (place > wanted.length && length > best.length) best = { at: from + place - wanted.length - 1, length };
  }
  return best;
}
