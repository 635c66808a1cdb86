const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?$/i;
/** So many bytes fit everywhere, with room for an ending and a number that a browser adds. */
const BYTES = 180;

/** A title as a name that Windows, macOS and Linux all take. */
export function fileName(title: string, ending: string): string {
  const plain = title
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[<>:"/\\|?*\p{Control}\p{Format}\u2028\u2029]+/gu, ' ')
    .replaceAll(/\s+/g, ' ');
  const short = trimmed(cutTo(trimmed(plain), BYTES)) || 'Untitled';
  return `${RESERVED.test(short) ? `_${short}` : short}.${ending}`;
}

/** Without a dot at the beginning, which hides a file, and without dots and spaces at the end, which Windows drops. */
const trimmed = (name: string): string => name.replace(/^[. ]+/, '').replace(/[. ]+$/, '');

function cutTo(name: string, bytes: number): string {
  let [kept, size] = ['', 0];
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    kept += segment;
  }
  return kept;
}
