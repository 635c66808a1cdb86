/** What no XML document can hold, not even as a number (XML 1.0, 2.2). */
// oxlint-disable-next-line no-control-regex -- these are the characters that it is about
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|\p{Surrogate}/gu;

export interface XmlText {
  readonly text: string;
  /** So many characters became U+FFFD. */
  readonly replaced: number;
}

/** A text as XML can hold it. */
export function xmlText(text: string): XmlText {
  let replaced = 0;
  const held = text.replaceAll(FORBIDDEN, () => {
    replaced += 1;
    return '\uFFFD';
  });
  return { text: held, replaced };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text that XML can hold, as markup writes it. */
export const escapeXml = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
