import { marksInText, marksOf } from '../../../../../shared/prompt/plan/role-words.ts';
import { markerPieces } from '../../../../../shared/prompt/plan/tokens.ts';
import type { PromptFormat } from '../../../../../shared/prompt/types.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { TokenTexts } from './token-texts.ts';

/** What belongs to the form of the text and not to its words: samplers that work against words leave it alone. */
export interface Spared {
  /** What ends the text, and the marks of its format that are tokens. */
  readonly marks: ReadonlySet<number>;
  /** What ends the text or a line. */
  readonly breaks: ReadonlySet<number>;
  /** Places of a prompt that belong to marks which are ordinary text, and to the space around any. */
  readonly placesIn: (history: readonly number[], range: number) => ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();
export const NOTHING_SPARED: Spared = { marks: NONE, breaks: NONE, placesIn: () => NONE };
/** A mark whose beginning is out of range is still one. */
const LONGEST_MARK = 64;

export function sparedTokens(format: PromptFormat, finals: ReadonlySet<number>, vocabulary: Vocabulary): Spared {
  const { open = '', close = '' } = format.reasoning ?? {};
  const marks = [format.begins ?? '', ...marksOf(format), open, close]
    .flatMap((mark) => markerPieces(mark, vocabulary))
    .flatMap(({ id }) => id ?? []);
  const pattern = marksInText(format);
  return {
    marks: new Set([...finals, ...marks]),
    get breaks() {
      return new Set([...finals, ...TokenTexts.of(vocabulary).holding(['\n'])]);
    },
    placesIn(history, range) {
      const places = new Set<number>();
      if (pattern === null) return places;
      const first = Math.max(0, history.length - range - LONGEST_MARK);
      const ends: number[] = [];
      let text = '';
      for (let place = first; place < history.length; place++) {
        text += vocabulary.piece(history[place] ?? 0).text;
        ends.push(text.length);
      }
      let index = 0;
      for (const match of text.matchAll(pattern)) {
        while ((ends[index] ?? Infinity) <= match.index) index++;
        for (; index < ends.length && (ends[index - 1] ?? 0) < match.index + match[0].length; index++)
          places.add(first + index);
      }
      return places;
    },
  };
}
