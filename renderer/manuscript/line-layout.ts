import type { LineBreaks } from 'monaco-editor/editor/browser/view/domLineBreaksComputer.js';
import {
  ViewDecorationsChangedEvent,
  ViewFlushedEvent,
  ViewLineMappingChangedEvent,
} from 'monaco-editor/editor/common/viewEvents.js';
import { createModelLineProjection } from 'monaco-editor/editor/common/viewModel/modelLineProjection.js';
import type { InsidePage, ProjectedLines, ViewModel } from 'monaco-editor/editor/common/viewModel/viewModelImpl.js';
import type { Page } from './create-editor.ts';
import { onFontLoad } from './font-loads.ts';
import { estimatesMade, isEstimate, isRight, type EstimatingComputer } from './estimated-lines.ts';

/** So many lines of the text around what is in sight are laid out with it. */
const AROUND = 25;
/** Laid out together in idle time: a few milliseconds' worth. */
const CHUNK = 16;
/** Milliseconds of idle time that a chunk needs. */
const CHUNK_MS = 6;
/** What was laid out in idle time is put onto the page in so many steps at most: each moves all lines below. */
const STEPS = 5;
const LATER_MS = 300;

type Idle = Pick<IdleDeadline, 'timeRemaining'>;
/** Safari has no idle time. */
const hasIdleTime = 'requestIdleCallback' in globalThis;
const whenIdle = (work: (idle: Idle) => void): number =>
  hasIdleTime ? requestIdleCallback(work) : window.setTimeout(() => work({ timeRemaining: () => CHUNK_MS }), CHUNK_MS);
const notThen = (handle: number): void => (hasIdleTime ? cancelIdleCallback(handle) : clearTimeout(handle));

/**
 * Lays out the lines of a page of which it is only known about where they are broken: before they are drawn, or before
 * something is scrolled to, and in idle time all others. What is in sight stays where it is.
 */
export class LineLayout {
  private readonly page: Page;
  private readonly stops: { dispose(): void }[];
  /** What was laid out in idle time, by the estimate in whose place it comes. */
  private readonly ready = new Map<LineBreaks, LineBreaks | null>();
  private next = 0;
  private known = -1;
  private idle = 0;
  private later = 0;
  private isPressed = false;
  private isComposing = false;
  private isPlacing = false;
  private isDisposed = false;
  /** The page is being made, and what is in sight is not what will be. */
  private isComing = true;

  constructor(page: Page) {
    this.page = page;
    const press = ({ type }: Event): void => {
      this.isPressed = type === 'pointerdown';
    };
    for (const name of ['pointerdown', 'pointerup', 'pointercancel']) window.addEventListener(name, press, true);
    const seen = (): void => this.inSight();
    this.stops = [
      page.onDidScrollChange(seen),
      page.onDidChangeModelContent(seen),
      page.onDidChangeConfiguration(seen),
      page.onDidContentSizeChange(seen),
      onFontLoad(() => this.breakAnew()),
      page.onDidCompositionStart(() => {
        this.isComposing = true;
      }),
      page.onDidCompositionEnd(() => {
        this.isComposing = false;
      }),
      {
        dispose: () => {
          for (const name of ['pointerdown', 'pointerup', 'pointercancel'])
            window.removeEventListener(name, press, true);
        },
      },
    ];
    // Before the first frame, but where the person comes back to.
    queueMicrotask(() => {
      this.isComing = false;
      seen();
    });
  }

  /** The lines around this one are laid out from now on. */
  around(line: number): void {
    this.lay(line - AROUND, line + AROUND);
  }

  private inSight(): void {
    if (this.isPlacing || this.isComing || this.isDisposed) return;
    if (this.known !== estimatesMade()) this.wake();
    const seen = this.page.getVisibleRanges();
    this.lay((seen[0]?.startLineNumber ?? 1) - AROUND, (seen.at(-1)?.endLineNumber ?? 1) + AROUND);
  }

  private lay(first: number, last: number): void {
    const lines = this.lines();
    const from = Math.max(0, first - 1);
    const found = (lines?.modelLineProjections ?? [])
      .slice(from, Math.max(0, last))
      .flatMap((line, index) => (isEstimate(line.getProjectionData()) ? [from + index] : []));
    if (lines !== null && found.length > 0) this.put(this.layOut(lines, found));
  }

  /** `at`: indices of lines that are estimated. */
  private layOut(lines: ProjectedLines, at: readonly number[]): Map<number, LineBreaks | null> {
    const laid = new Map<number, LineBreaks | null>();
    const rest: number[] = [];
    for (const index of at) {
      const estimate = lines.modelLineProjections[index]?.getProjectionData() ?? null;
      const known = estimate === null ? undefined : this.ready.get(estimate);
      if (known === undefined) rest.push(index);
      else laid.set(index, known);
    }
    const computer = lines.createLineBreaksComputer() as EstimatingComputer;
    for (const index of rest) computer.addRequest(index + 1, null);
    for (const [n, breaks] of computer.layOut().entries()) laid.set(rest[n] ?? 0, breaks);
    return laid;
  }

  private put(laid: ReadonlyMap<number, LineBreaks | null>): void {
    const viewModel = this.viewModel();
    const lines = this.lines();
    if (viewModel === null || lines === null) return;
    const anew: [number, LineBreaks | null][] = [];
    for (const [index, breaks] of laid) {
      const estimate = lines.modelLineProjections[index]?.getProjectionData() ?? null;
      if (!isEstimate(estimate)) continue;
      this.ready.delete(estimate);
      if (areAlike(estimate, breaks)) isRight(estimate);
      else anew.push([index, breaks]);
    }
    if (anew.length === 0) return;
    this.place(viewModel, () => {
      for (const [index, breaks] of anew) {
        const isVisible = lines.modelLineProjections[index]?.isVisible() === true;
        const line = createModelLineProjection(breaks, isVisible);
        lines.modelLineProjections[index] = line;
        lines.projectedModelLineLineCounts.setValue(index, line.getViewLineCount());
      }
    });
  }

  /** Changes how lines are broken. */
  private place(viewModel: ViewModel, change: () => void): void {
    const stay = this.hold();
    this.isPlacing = true;
    try {
      change();
      tell(viewModel);
      stay();
    } finally {
      this.isPlacing = false;
    }
    // Other lines may have come into sight.
    this.inSight();
  }

  /** More of the font has come. */
  private breakAnew(): void {
    const viewModel = this.viewModel();
    if (viewModel === null) return;
    this.place(viewModel, () => this.lines()?._constructLines(false, null));
  }

  /** Keeps the caret where it is on the screen if it is in sight, else what stands at the top. */
  private hold(): () => void {
    const { page } = this;
    const [top] = page.getVisibleRanges();
    if (top === undefined) return () => undefined;
    const above = ({ lineNumber, column }: { lineNumber: number; column: number }): number =>
      page.getScrollTop() - page.getTopForPosition(lineNumber, column);
    const caret = page.getPosition();
    const depth = caret === null ? 1 : above(caret);
    const isSeen = caret !== null && depth <= 0 && -depth < page.getLayoutInfo().height;
    const place = isSeen ? caret : top.getStartPosition();
    const before = above(place);
    return () => {
      const moved = above(place) - before;
      if (moved !== 0) page.setScrollTop(page.getScrollTop() - moved);
    };
  }

  private wake(): void {
    this.known = estimatesMade();
    this.next = 0;
    if (this.idle === 0 && this.later === 0) this.idle = whenIdle((idle) => this.goOn(idle));
  }

  private goOn(idle: Idle): void {
    this.idle = 0;
    const lines = this.lines();
    if (lines === null) return;
    const count = lines.modelLineProjections.length;
    // Who drags the scroll bar or a selection, or composes a word, is not disturbed.
    const isBusy = this.isPressed || this.isComposing;
    while (!isBusy && this.next < count && idle.timeRemaining() >= CHUNK_MS) {
      const chunk: number[] = [];
      for (; this.next < count && chunk.length < CHUNK; this.next += 1) {
        const estimate = lines.modelLineProjections[this.next]?.getProjectionData() ?? null;
        if (isEstimate(estimate) && !this.ready.has(estimate)) chunk.push(this.next);
      }
      for (const [index, breaks] of this.layOut(lines, chunk)) {
        const estimate = lines.modelLineProjections[index]?.getProjectionData() ?? null;
        if (estimate !== null) this.ready.set(estimate, breaks);
      }
    }
    if (!isBusy && (this.next >= count || this.ready.size > count / STEPS)) this.putReady(lines);
    if (this.next >= count && !isBusy) return;
    if (isBusy)
      this.later = window.setTimeout(() => {
        this.later = 0;
        this.idle = whenIdle((then) => this.goOn(then));
      }, LATER_MS);
    else this.idle = whenIdle((then) => this.goOn(then));
  }

  private putReady(lines: ProjectedLines): void {
    const laid = new Map<number, LineBreaks | null>();
    for (const [index, line] of lines.modelLineProjections.entries()) {
      const estimate = line.getProjectionData();
      const breaks = estimate === null ? undefined : this.ready.get(estimate);
      if (breaks !== undefined) laid.set(index, breaks);
    }
    this.put(laid);
    // What is left belongs to lines that were changed meanwhile.
    this.ready.clear();
  }

  private viewModel(): ViewModel | null {
    return (this.page as unknown as InsidePage)._modelData?.viewModel ?? null;
  }

  /** Null where Monaco breaks no line, as in a text that is too large for it. */
  private lines(): ProjectedLines | null {
    const lines = this.viewModel()?._lines;
    return lines !== undefined && 'modelLineProjections' in lines ? lines : null;
  }

  dispose(): void {
    this.isDisposed = true;
    notThen(this.idle);
    clearTimeout(this.later);
    for (const stop of this.stops) stop.dispose();
  }
}

function areAlike(estimate: LineBreaks, breaks: LineBreaks | null): boolean {
  const ends = estimate.breakOffsets;
  if (breaks === null) return ends.length === 1;
  return ends.length === breaks.breakOffsets.length && ends.every((end, index) => end === breaks.breakOffsets[index]);
}

/** All that is told of lines when the whole page is broken anew. */
function tell(viewModel: ViewModel): void {
  const events = viewModel._eventDispatcher.beginEmitViewEvents();
  try {
    events.emitViewEvent(new ViewFlushedEvent());
    events.emitViewEvent(new ViewLineMappingChangedEvent());
    events.emitViewEvent(new ViewDecorationsChangedEvent(null));
    viewModel._cursor.onLineMappingChanged(events);
    viewModel._decorations.onLineMappingChanged();
    viewModel.viewLayout.onFlushed(viewModel.getLineCount(), viewModel._getCustomLineHeights());
    viewModel.viewLayout.onHeightMaybeChanged();
  } finally {
    viewModel._eventDispatcher.endEmitViewEvents();
  }
  viewModel._updateConfigurationViewLineCount.schedule();
}
