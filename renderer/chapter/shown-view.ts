import { indexAt } from '../../shared/document/layout.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import type {
  ChapterView,
  EditableText,
  FaultAction,
  KeptText,
  MakeView,
  Replacement,
  Sight,
  ViewedChapter,
} from './chapter-view.ts';
import type { FindAsk } from './controller.ts';
import { endOfText, type Place, type Stretch } from './text-source.ts';

/** Where the person was in a view that was left. */
interface Left {
  readonly version: number;
  readonly caret: Place;
  readonly selections: readonly Stretch[];
  readonly sight: Sight;
}

interface Told {
  readonly line: () => number;
  readonly fault: StudioFault;
  readonly actions: readonly FaultAction[];
}

/** The view of a chapter, whichever it is now: text and undo history stay when another one shows them. */
export class ShownView implements ChapterView {
  private readonly text: EditableText;
  private readonly chapter: ViewedChapter;
  private view: ChapterView;
  private left: Left | null = null;
  private told: Told | null = null;
  private stream: Stretch | null = null;
  private readOnly = false;

  constructor(text: EditableText, chapter: ViewedChapter, make: MakeView) {
    this.text = text;
    this.chapter = chapter;
    this.view = make(text, chapter);
  }

  /** Another view shows the chapter from now on, and the person is where they were. */
  turnTo(make: MakeView): void {
    const { view, text } = this;
    const before = this.left;
    const caret = view.caret();
    const isAsLeft = before !== null && before.version === text.version && samePlace(before.caret, caret);
    const chosen = view.selections();
    const selections = chosen.length === 0 && isAsLeft ? before.selections : chosen;
    const seen = view.sight();
    // What a view shows in larger pieces stands for the line that another one had at its top.
    const sight =
      before !== null && before.version === text.version && this.sameTurn(before.sight, seen) ? before.sight : seen;
    const seesEnd = view.isNearSight(endOfText(text));
    view.leave();
    this.view = make(text, this.chapter);
    this.view.setReadOnly(this.readOnly);
    const [selection] = selections;
    if (selection === undefined) this.view.putCaret(caret);
    else this.view.select(selection);
    this.view.look(sight);
    if (seesEnd) this.view.bring(endOfText(text));
    this.left = { version: text.version, caret: this.view.caret(), selections, sight };
    if (this.told !== null) this.view.showFault(this.told.line, this.told.fault, this.told.actions);
    if (this.stream !== null) this.view.markStream(this.stream);
    this.view.refresh();
    this.view.focus();
  }

  private sameTurn(one: Sight, other: Sight): boolean {
    const { layout } = this.chapter.document;
    return indexAt(layout, one.from.line) === indexAt(layout, other.from.line);
  }

  get version(): number {
    return this.text.version;
  }
  get past(): Map<number, readonly string[]> {
    return this.text.past;
  }
  get openMark(): number | null {
    return this.view.openMark;
  }
  lineCount(): number {
    return this.text.lineCount();
  }
  line(line: number): string {
    return this.text.line(line);
  }
  allLines(): readonly string[] {
    return this.text.allLines();
  }
  offsetAt(line: number, column: number): number {
    return this.text.offsetAt(line, column);
  }
  placeAt(offset: number): Place {
    return this.text.placeAt(offset);
  }
  slice(from: number, to: number): string {
    return this.text.slice(from, to);
  }

  replace(edit: Replacement): void {
    this.view.replace(edit);
  }
  closeStep(): void {
    this.view.closeStep();
  }
  undo(): void {
    this.view.undo();
  }
  redo(): void {
    this.view.redo();
  }
  caret(): Place {
    return this.view.caret();
  }
  selections(): readonly Stretch[] {
    return this.view.selections();
  }
  select(part: Stretch): void {
    this.view.select(part);
  }
  putCaret(place: Place): void {
    this.view.putCaret(place);
  }
  focus(): void {
    this.view.focus();
  }
  type(text: string): void {
    this.view.type(text);
  }
  sight(): Sight {
    return this.view.sight();
  }
  look(sight: Sight): void {
    this.view.look(sight);
  }
  isNearSight(place: Place): boolean {
    return this.view.isNearSight(place);
  }
  bring(place: Place): void {
    this.view.bring(place);
  }
  keepSight(work: () => void): void {
    this.view.keepSight(work);
  }
  revealTurn(turnId: string): void {
    this.view.revealTurn(turnId);
  }
  editTurn(turnId: string): void {
    this.view.editTurn(turnId);
  }
  highlightTurn(turnId: string | null): void {
    this.view.highlightTurn(turnId);
  }
  markStream(part: Stretch | null): void {
    this.stream = part;
    this.view.markStream(part);
  }
  whenDrawn(told: (ms: number) => void): void {
    this.view.whenDrawn(told);
  }
  showFault(line: () => number, fault: StudioFault, actions: readonly FaultAction[]): void {
    this.told = { line, fault, actions };
    this.view.showFault(line, fault, actions);
  }
  hideFault(): void {
    this.told = null;
    this.view.hideFault();
  }
  find(ask: FindAsk): void {
    this.view.find(ask);
  }
  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
    this.view.setReadOnly(readOnly);
  }
  refresh(): void {
    this.view.refresh();
  }
  leave(): KeptText {
    this.view.leave();
    return this.text.keep();
  }
}

const samePlace = (one: Place, other: Place): boolean => one.line === other.line && one.column === other.column;
