import { newId } from '../../../shared/document/ids.ts';
import { madeChapter, messageOp, type MadeChapter } from '../../helpers/chapter-maker.ts';
import { atMost, median, noted, type Result } from '../report.ts';

const ROUNDS = 150;

/** What a writer does to the turns of a chapter, at its end and in its middle; all of it is undone again. */
function changes({ turnIds, change }: MadeChapter): readonly (() => void)[] {
  const end = turnIds.at(-1) ?? '';
  const middle = turnIds[turnIds.length >> 1] ?? '';
  const next = turnIds[(turnIds.length >> 1) + 1] ?? '';
  const [written, between, alternate] = [newId(), newId(), newId()];
  return [
    () => change(messageOp(written, 1, end)),
    () => change({ op: 'remove', turnId: written }),
    () => change({ op: 'restore', turnId: written }),
    () => change({ op: 'remove', turnId: written }),
    () => change(messageOp(between, 2, middle)),
    () => change({ op: 'remove', turnId: between }),
    () => change(messageOp(alternate, 3, middle, 'alternate')),
    () => change({ op: 'activate', parentId: middle, turnId: next }),
    () => change({ op: 'remove', turnId: alternate }),
  ];
}

/** Both chapters by turns, change by change. The first rounds run code that has never run. */
export function turnGrowth(): Promise<Result[]> {
  const [long, short] = [madeChapter(5000), madeChapter(100)];
  const times = { long: [] as number[], short: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const inShort = changes(short);
    for (const [at, act] of changes(long).entries()) {
      times.long.push(timeOf(act));
      times.short.push(timeOf(inShort[at]));
    }
  }
  for (const chapter of [long, short]) chapter.end();
  const [inLong, inShort] = [median(times.long), median(times.short)];
  return Promise.resolve([
    atMost('turn_growth', inLong / inShort, 'ratio', 1.3),
    noted('turn_ms_5000', inLong, 'ms'),
    noted('turn_ms_100', inShort, 'ms'),
  ]);
}

function timeOf(act: (() => void) | undefined): number {
  const started = performance.now();
  act?.();
  return performance.now() - started;
}
