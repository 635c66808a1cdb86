import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { spanAt } from '../../shared/document/layout.ts';
import type { ChapterView, EditableText, FaultAction, Sight, ViewedChapter } from '../chapter/chapter-view.ts';
import type { FindAsk } from '../chapter/controller.ts';
import type { PageChange, Place, Stretch } from '../chapter/text-source.ts';
import { ruleCaret } from './caret.ts';
import { takeClipboard } from './clipboard.ts';
import { createPage, type Page } from './create-editor.ts';
import { decorate, type SeenMarks } from './decorations.ts';
import { registeredCommands } from './editor-commands.ts';
import { EditorSurface, ModelText } from './editor-surface.ts';
import { Finder } from './find/finder.ts';
import { Labels } from './labels.ts';
import { OptionNumbers } from './option-numbers.ts';
import { PageHead } from './page-head.ts';
import { Placeholder } from './placeholder.ts';
import type { ManuscriptProps, PageView } from './props.ts';
import { ReasoningFolds } from './reasoning-folds.ts';
import { StreamMarks } from './stream-marks.ts';
import { TurnFault } from './turn-fault.ts';
import { Viewport } from './viewport.ts';

interface Options extends Pick<ManuscriptProps, 'onTurnMenu'> {
  readonly host: HTMLElement;
  /** What stands above the first turn. */
  readonly head: HTMLElement;
}

/** Keys that leave the text as it is. */
const MOVES = /^(Arrow|Page|Home|End|Escape|Tab|ContextMenu|(Caps|Num|Scroll)Lock|Shift|Control|Alt|Meta|F\d)/;
/** What else than keys changes the text. */
const INPUTS = ['beforeinput', 'paste', 'cut', 'drop', 'compositionstart'];

/** Makes the page of a text: its marks are set as gaps before anything of it is laid out. */
export function showAsPage(text: EditableText, chapter: ViewedChapter, options: Options): ManuscriptView {
  if (!(text instanceof ModelText)) throw new TypeError('no text of Monaco’s');
  decorate(text.model, chapter.document.layout.spans, 1, text.lineCount(), null);
  const { page, dispose } = createPage(options.host, text.model);
  return new ManuscriptView(page, text, chapter, options, dispose);
}

/** A chapter as one long page: Monaco, the decorations of the text, and what stands around it. */
export class ManuscriptView extends EditorSurface implements ChapterView {
  readonly finder: Finder;
  private readonly chapter: ViewedChapter;
  private readonly head: PageHead;
  private readonly labels: Labels;
  private readonly options: OptionNumbers;
  private readonly folds: ReasoningFolds;
  private readonly placeholder: Placeholder;
  private readonly fault: TurnFault;
  private readonly viewport: Viewport;
  private readonly stream: StreamMarks;
  private readonly stops: { dispose(): void }[];
  private readonly disposePage: () => void;
  /** A mark line in which the person is writing. */
  private bare: number | null = null;
  private marksShown = false;
  /** The person had their caret in sight when they last moved it or the text. */
  private caretSeen = true;

  constructor(page: Page, text: ModelText, chapter: ViewedChapter, options: Options, disposePage: () => void) {
    super(page, text);
    const { document, controller } = chapter;
    this.chapter = chapter;
    this.disposePage = disposePage;
    this.head = new PageHead(page, options.head);
    this.labels = new Labels(page, {
      turns: () => document.layout.spans,
      alternates: (id) => chapter.alternates(id),
      readOnly: () => chapter.isLocked,
      choose: (turnId, step) =>
        void (step === -1 ? controller.previousAlternate(turnId) : controller.nextAlternate(turnId)),
      openMenu: ({ id, role, speaker }, label, anchor) => {
        const isReady = document.isBlank() || document.readyTurn()?.id === id;
        options.onTurnMenu({ turnId: id, role, speaker, alternates: chapter.alternates(id), isReady, label }, anchor);
      },
    });
    this.options = new OptionNumbers(this, {
      document,
      isLocked: () => chapter.isLocked,
      take: (place) => void controller.takeOption(place),
    });
    this.folds = new ReasoningFolds(this, document);
    this.placeholder = new Placeholder(this);
    this.fault = new TurnFault(this, () => chapter.dismissFault());
    this.viewport = new Viewport(this, document);
    this.stream = new StreamMarks(page);
    this.finder = new Finder({
      surface: this,
      document,
      viewport: this.viewport,
      perform: (work) => chapter.perform(work),
    });
    this.stops = [
      { dispose: this.onChange((change) => this.changed(change)) },
      page.onKeyDown((event) => {
        const { ctrlKey, metaKey, browserEvent } = event;
        if (!MOVES.test(browserEvent.key)) chapter.willEdit(ctrlKey || metaKey ? 'command' : 'typing');
        if (browserEvent.key !== 'Escape' || !this.finder.isOpen) return;
        event.preventDefault();
        event.stopPropagation();
        this.finder.close();
      }),
      ruleCaret(this, () => document, {
        isSeen: (line) => this.marksShown || this.bare === line,
        join: (index) => chapter.join(index),
        onRest: (byPerson, byMouse) => this.caretRests(byPerson, byMouse),
      }),
      page.onDidChangeCursorSelection(() => chapter.caretMoved(false)),
      takeClipboard(this),
      page.onDidBlurEditorText(() => chapter.left()),
      page.onDidScrollChange(({ scrollTopChanged, scrollHeightChanged }) => {
        if (!scrollTopChanged) return;
        // What comes in above moves the text and not the person.
        if (!scrollHeightChanged) this.caretSeen = this.isNearSight(this.caret());
        chapter.scrolled();
      }),
      page.onDidLayoutChange(() => {
        if (page.hasTextFocus() && this.caretSeen) this.viewport.bring(this.caret());
      }),
    ];
    const node = page.getDomNode();
    for (const name of INPUTS) node?.addEventListener(name, () => chapter.willEdit('typing'), true);
    // For tests in a browser: nothing else leads from the page to the controller of its chapter, or to these.
    Object.defineProperty(options.host, '__paphosManuscript', {
      value: { editor: page, controller, commands: registeredCommands },
      configurable: true,
    });
  }

  get openMark(): number | null {
    return this.bare;
  }

  private get seen(): SeenMarks {
    return this.marksShown ? 'all' : this.bare;
  }

  private changed(change: PageChange): void {
    const { structure, fromLine, toLine } = this.chapter.changed(change);
    if (structure) this.bare = null;
    this.dress(fromLine, toLine);
  }

  private dress(from: number, to: number): void {
    decorate(this.model, this.chapter.document.layout.spans, from, to, this.seen);
  }

  /** The caret has come to rest; a mark that the person is writing stays visible while it is there. */
  private caretRests(byPerson: boolean, byMouse: boolean): void {
    const caret = this.caret();
    const { layout } = this.chapter.document;
    const span = spanAt(layout, Math.min(caret.line, layout.lineCount));
    const bare = span.marked && span.line === caret.line ? caret.line : null;
    if (bare !== this.bare) {
      const lines = [this.bare, bare].filter((one) => one !== null);
      this.bare = bare;
      for (const line of lines) this.dress(line, line);
      this.chapter.markClosed();
    }
    this.chapter.caretMoved(byPerson);
    this.folds.reveal(caret.line);
    if (byPerson && !byMouse) this.bring(caret);
    if (byPerson) this.caretSeen = true;
  }

  setLook({ showMarks, plainInput, foot, top }: PageView): void {
    this.page.updateOptions({ editContext: !plainInput });
    this.viewport.cover(foot);
    this.viewport.coverTop('banners', top);
    if (this.marksShown === showMarks) return;
    this.marksShown = showMarks;
    // What is in sight stays where it is.
    const first = this.page.getVisibleRanges()[0]?.startLineNumber ?? 1;
    const scrolled = this.page.getScrollTop() - this.page.getTopForLineNumber(first);
    this.dress(1, this.lineCount());
    this.page.setScrollTop(this.page.getTopForLineNumber(first) + scrolled);
  }

  setReadOnly(readOnly: boolean): void {
    this.page.updateOptions({ readOnly, domReadOnly: readOnly });
    this.finder.setReadOnly(readOnly);
    this.labels.refresh();
    this.options.refresh();
  }

  refresh(): void {
    this.labels.refresh();
    this.options.refresh();
    const { document } = this.chapter;
    this.placeholder.update(document);
    if (this.page.hasTextFocus() && document.live === null) this.viewport.keepEnd();
  }

  override undo(): void {
    this.page.trigger('paphos', 'undo', null);
  }
  override redo(): void {
    this.page.trigger('paphos', 'redo', null);
  }
  find(ask: FindAsk): void {
    this.finder.ask(ask);
  }
  focus(): void {
    this.page.focus();
  }
  type(text: string): void {
    this.page.trigger('keyboard', 'type', { text });
  }

  sight(): Sight {
    return this.viewport.sight();
  }
  look(sight: Sight): void {
    this.viewport.look(sight);
  }
  isNearSight(place: Place): boolean {
    return this.viewport.isNear(place);
  }
  bring(place: Place): void {
    this.viewport.bring(place);
  }
  keepSight(work: () => void): void {
    const scrolled = this.page.getScrollTop();
    work();
    this.page.setScrollTop(scrolled);
  }
  revealTurn(turnId: string): void {
    this.viewport.reveal(turnId);
  }
  editTurn(turnId: string): void {
    this.viewport.reveal(turnId);
    this.focus();
  }
  highlightTurn(turnId: string | null): void {
    this.viewport.highlight(turnId);
  }

  markStream(part: Stretch | null): void {
    if (part === null) this.stream.clear();
    else this.stream.show(part.from, part.to);
  }

  whenDrawn(told: (ms: number) => void): void {
    const written = performance.now();
    requestAnimationFrame((frame) => setTimeout(() => told(performance.now() - Math.max(frame, written))));
  }

  showFault(line: () => number, fault: StudioFault, actions: readonly FaultAction[]): void {
    this.fault.show(line, fault, actions);
  }
  hideFault(): void {
    this.fault.hide();
  }

  leave(): void {
    this.head.dispose();
    this.lines.dispose();
    this.viewport.dispose();
    this.finder.dispose();
    this.labels.dispose();
    this.options.dispose();
    this.folds.dispose();
    this.fault.dispose();
    for (const stop of this.stops) stop.dispose();
    this.disposePage();
  }
}
