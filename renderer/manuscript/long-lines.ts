import {
  DOMLineBreaksComputerFactory,
  type LineBreaks,
  type LineBreaksComputer,
  type LineContext,
} from 'monaco-editor/editor/browser/view/domLineBreaksComputer.js';
import { ModelLineProjectionData } from 'monaco-editor/editor/common/modelLineProjectionData.js';
import { breakAgain, commonEnds, type BrokenText } from './break-again.ts';
import { fontLoads } from './font-loads.ts';

/** A paragraph of so many characters is laid out whole in the time of one frame, more or less. */
const LONG = 2000;
/** So many long paragraphs are remembered as they were broken last. */
const REMEMBERED = 8;

interface Remembered extends BrokenText {
  readonly setting: string;
}
type Setting = Parameters<DOMLineBreaksComputerFactory['createLineBreaksComputer']>[1];

/**
 * Monaco lays a paragraph out whole at every key, which takes 50 ms for 20,000 characters. Of a long one that it has
 * broken before it is given only what has changed.
 */
export function breakLongLinesInParts(): void {
  const create = DOMLineBreaksComputerFactory.create.bind(DOMLineBreaksComputerFactory);
  DOMLineBreaksComputerFactory.create = (target) => inParts(create(target));
}

function inParts(whole: DOMLineBreaksComputerFactory): DOMLineBreaksComputerFactory {
  const remembered: Remembered[] = [];
  return {
    createLineBreaksComputer(context, font, ...layout): LineBreaksComputer {
      const lines: number[] = [];
      const setting = settingOf(font, layout);
      const layOut = (given: LineContext, numbers: readonly number[]): (LineBreaks | null)[] => {
        const computer = whole.createLineBreaksComputer(given, font, ...layout);
        for (const line of numbers) computer.addRequest(line, null);
        return computer.finalize();
      };
      const endsOf = (text: string): readonly number[] => {
        const [broken] = layOut({ getLineContent: () => text, getLineInjectedText: () => null }, [1]);
        return broken?.breakOffsets ?? [text.length];
      };
      const again = (text: string): LineBreaks | null => {
        const known = nearest(remembered, text, setting);
        if (known === null) return null;
        const ends = breakAgain(known, text, endsOf);
        remember(remembered, { text, ends, setting }, known);
        return new ModelLineProjectionData(null, null, [...ends], [...ends], 0);
      };
      return {
        addRequest: (line) => {
          lines.push(line);
        },
        finalize: () => {
          const inPart = lines.map((line) => {
            const text = context.getLineContent(line);
            const isPlain = (context.getLineInjectedText(line)?.length ?? 0) === 0 && !text.includes('\t');
            return text.length >= LONG && isPlain ? { text, broken: again(text) } : null;
          });
          const rest = layOut(
            context,
            lines.filter((_, index) => inPart[index]?.broken == null),
          );
          return inPart.map((part) => {
            if (part?.broken != null) return part.broken;
            const broken = rest.shift() ?? null;
            if (part !== null)
              remember(
                remembered,
                { text: part.text, ends: broken?.breakOffsets ?? [part.text.length], setting },
                null,
              );
            return broken;
          });
        },
      };
    },
  };
}

/** What the breaks of a text depend on besides it. */
function settingOf(font: Setting, layout: readonly unknown[]): string {
  const { fontFamily, fontSize, fontWeight, letterSpacing, typicalHalfwidthCharacterWidth } = font;
  return JSON.stringify([
    fontLoads(),
    fontFamily,
    fontSize,
    fontWeight,
    letterSpacing,
    typicalHalfwidthCharacterWidth,
    layout,
  ]);
}

/** The text that shares most with this one; one that shares less than half is another paragraph. */
function nearest(all: readonly Remembered[], text: string, setting: string): Remembered | null {
  let best: Remembered | null = null;
  let most = text.length / 2;
  for (const one of all) {
    if (one.setting !== setting) continue;
    const { same, sameEnd } = commonEnds(one.text, text);
    if (same + sameEnd <= most) continue;
    most = same + sameEnd;
    best = one;
  }
  return best;
}

function remember(all: Remembered[], now: Remembered, instead: Remembered | null): void {
  const place = instead === null ? -1 : all.indexOf(instead);
  if (place >= 0) all.splice(place, 1);
  all.unshift(now);
  all.length = Math.min(all.length, REMEMBERED);
}
