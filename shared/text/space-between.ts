/** These scripts write words without spaces between them. */
const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}`;
const BEGINS_WORD = new RegExp(String.raw`^[\p{Ps}\p{Pi}"*_]*(?![${UNSPACED}])[\p{L}\p{N}]`, 'u');
const ENDS_OPEN = new RegExp(String.raw`[\s\p{Ps}\p{Pi}\p{Pd}/${UNSPACED}]$`, 'u');

/** The space that a reply ends with where it was written in front of a word; empty where none belongs there. */
export function spaceBetween(reply: string, behind: string): '' | ' ' {
  return reply !== '' && BEGINS_WORD.test(behind) && !ENDS_OPEN.test(reply) ? ' ' : '';
}
