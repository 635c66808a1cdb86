import {
  DOMLineBreaksComputerFactory,
  type LineBreaks,
  type LineBreaksComputer,
} from 'monaco-editor/editor/browser/view/domLineBreaksComputer.js';
import { ModelLineProjectionData } from 'monaco-editor/editor/common/modelLineProjectionData.js';
import { LineInjectedText, type InjectedText } from 'monaco-editor/editor/common/textModelEvents.js';
import { letterWidths, type LetterWidths } from './letter-widths.ts';
import { measuredBreaks } from './measured-breaks.ts';

/** So many lines are laid out in the time of a frame or two. */
const AT_ONCE = 80;

const estimates = new WeakSet<LineBreaks>();
let made = 0;

/** Whether it is only known about where a line is broken. */
export const isEstimate = (breaks: LineBreaks | null): breaks is LineBreaks => breaks !== null && estimates.has(breaks);
/** How many breaks have been estimated so far. */
export const estimatesMade = (): number => made;
/** It turned out that a line is broken just there. */
export const isRight = (breaks: LineBreaks): unknown => estimates.delete(breaks);

/** `layOut`: as `finalize`, and nothing is estimated. */
export interface EstimatingComputer extends LineBreaksComputer {
  layOut(): (LineBreaks | null)[];
}

/**
 * Monaco lays out every line of a text before it shows the first one, a quarter of a millisecond each. Of many at once
 * it is told where they are broken by the widths of their letters; where that is not sure, `LineLayout` has those laid
 * out that come into sight, and in idle time the others.
 */
export function estimateManyLines(): void {
  const create = DOMLineBreaksComputerFactory.create.bind(DOMLineBreaksComputerFactory);
  DOMLineBreaksComputerFactory.create = (target) => estimating(create(target));
}

function estimating(exact: DOMLineBreaksComputerFactory): DOMLineBreaksComputerFactory {
  return {
    createLineBreaksComputer(context, font, ...layout): EstimatingComputer {
      const lines: number[] = [];
      const layOut = (): (LineBreaks | null)[] => {
        const computer = exact.createLineBreaksComputer(context, font, ...layout);
        for (const line of lines) computer.addRequest(line, null);
        return computer.finalize();
      };
      const [, columns] = layout;
      const measure = Math.round(Number(columns) * font.typicalHalfwidthCharacterWidth);
      return {
        addRequest: (line) => {
          lines.push(line);
        },
        layOut,
        finalize: () => {
          if (lines.length <= AT_ONCE || columns === -1) return layOut();
          const widths = letterWidths(font.fontFamily, font.fontSize, font.fontWeight);
          return lines.map((line) =>
            estimate(context.getLineContent(line), context.getLineInjectedText(line), measure, widths),
          );
        },
      };
    },
  };
}

function estimate(
  content: string,
  injected: readonly InjectedText[] | null,
  measure: number,
  widths: LetterWidths,
): LineBreaks | null {
  const isBare = injected === null || injected.length === 0;
  const text = isBare ? content : LineInjectedText.applyInjectedText(content, injected);
  const { ends, isSure } = measuredBreaks(text, measure, widths);
  if (isSure && isBare && ends.length === 1) return null;
  const breaks = isBare
    ? new ModelLineProjectionData(null, null, ends, ends, 0)
    : new ModelLineProjectionData(
        injected.map(({ column }) => column - 1),
        injected.map(({ options }) => options),
        ends,
        ends,
        0,
      );
  if (isSure) return breaks;
  estimates.add(breaks);
  made += 1;
  return breaks;
}
