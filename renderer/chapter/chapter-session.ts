import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { Role } from '../../shared/document/turn.ts';
import { withoutReasoning } from '../../shared/prompt/plan/reasoning.ts';
import type { FaultCode } from '../../shared/faults/catalogue.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { Branches } from './branches.ts';
import { caretTarget, type CaretTarget } from './caret-target.ts';
import { ChapterStore } from './chapter-store.ts';
import type { ChapterView, MakeView } from './chapter-view.ts';
import type { ChapterController, ChapterState, FindAsk, StudioApi } from './controller.ts';
import { copiedText, type CopyForm } from './copied-text.ts';
import { firstWords } from './first-words.ts';
import { openChapter, type ChapterHost, type LayText, type OpenChapter } from './open-chapter.ts';
import { lengthOfParagraph } from './paragraphs.ts';
import { ReadingAlong } from './reading-along.ts';
import { Replies } from './replies/replies.ts';
import { endOfText } from './text-source.ts';
import type { TurnActions } from './turn-actions.ts';
import { keepVisit, unknownTurns } from './visits.ts';
import { comeBack, whereabouts, type Whereabouts } from './whereabouts.ts';

interface Options {
  readonly api: StudioApi;
  readonly chapterId: string;
  readonly readOnly: boolean;
  /** How many alternates a Retry writes. */
  readonly retries: number;
  /** Where the person was last. */
  readonly place?: Whereabouts | null;
  /** Hears of it a while after the person went somewhere, and when they leave. */
  readonly onPlace?: (place: Whereabouts) => void;
  /** Hears that the person wanted to write where another page writes. */
  readonly onRefused?: () => void;
  /** What a text waits for before it can be laid out. */
  readonly textReady: Promise<unknown>;
  readonly layText: LayText;
}

interface Open {
  readonly chapter: OpenChapter;
  readonly replies: Replies;
  readonly branches: Branches;
}

/** What keeps a chapter from being read may pass by itself. */
const PASSES: ReadonlySet<string> = new Set<FaultCode>([
  'UNREACHABLE',
  'STORE_SILENT',
  'STORE_GONE',
  'STORE_BUSY',
  'DISK_ERROR',
  'RESTORING',
]);
const SOON_MS = 60;
const WORDS_MS = 250;
/** So many lines are counted in a few milliseconds. */
const LINES_AHEAD = 1000;
const AHEAD_MS = 20;
const PLACE_MS = 1000;
const CURRENT_AGAIN_MS = 500;
/** So long a chapter that is opened again waits for what was written before it was left. */
const LEAVING_MS = 2000;

interface Left {
  readonly chapterId: string;
  readonly session: ChapterSession;
  readonly saved: Promise<void>;
}
/** Chapters that were left, each as often as it was, until what was written in them is stored. */
const leaving = new Set<Left>();
const showing = new Set<ChapterSession>();

/** One chapter in a view: what the person does, what the studio does, and the state that the shell shows. */
export class ChapterSession implements ChapterController {
  private readonly api: StudioApi;
  private readonly chapterId: string;
  private readonly store = new ChapterStore();
  readonly getState = this.store.get;
  readonly subscribe = this.store.subscribe;
  private opened: Open | null = null;
  private makeView: MakeView | null = null;
  private readonly waiting: (() => void)[] = [];
  private readonly shown = Promise.withResolvers<void>();
  private readOnly: boolean;
  private retries: number;
  private closed = false;
  private along: ReadingAlong | null = null;
  private readonly onRefused: (() => void) | undefined;
  private readonly onPlace: ((place: Whereabouts) => void) | undefined;
  private placing: ReturnType<typeof setTimeout> | undefined;
  /** Turns of whose very long paragraphs the person was told. */
  private readonly advised = new Set<string>();
  private soon: ReturnType<typeof setTimeout> | undefined;
  private counting: ReturnType<typeof setTimeout> | undefined;
  private ahead: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.api = options.api;
    this.chapterId = options.chapterId;
    this.readOnly = options.readOnly;
    this.retries = options.retries;
    this.onPlace = options.onPlace;
    this.onRefused = options.onRefused;
    showing.add(this);
    this.store.set(this.saving);
    void this.open(options);
  }

  /** A view shows the chapter from now on: the first one, once it is open, or another one in the place of that. */
  showIn(make: MakeView): void {
    this.makeView = make;
    this.shown.resolve();
    this.opened?.chapter.view.turnTo(make);
    this.update();
    for (const told of this.waiting.splice(0)) told();
  }

  /** Calls back once another view shows the chapter. */
  whenShown(told: () => void): void {
    this.waiting.push(told);
  }

  private async open({ textReady, layText, place = null }: Options): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        const [document] = await Promise.all([this.read(), textReady, this.shown.promise]);
        if (!this.closed && this.makeView !== null) this.lay(document, layText, this.makeView, place);
        return;
      } catch (error) {
        const fault = faultOf(error);
        this.store.set({ loadFault: fault });
        if (!PASSES.has(fault.code)) return;
        await new Promise((resolve) => setTimeout(resolve, Math.min(4000, 250 * 2 ** attempt)));
      }
    }
  }

  /** Once the studio can be reached, what was written here before is saved first. */
  private async read(): Promise<ChapterDocument> {
    const { api, chapterId } = this;
    let document = await api.chapters.open({ id: chapterId });
    const left = [...leaving].filter((one) => one.chapterId === chapterId);
    if (left.length > 0) {
      for (const { session } of left) session.saveNow();
      await Promise.race([
        Promise.all(left.map(({ saved }) => saved)),
        new Promise((resolve) => setTimeout(resolve, LEAVING_MS)),
      ]);
      document = await api.chapters.open({ id: chapterId });
    }
    const texts = unknownTurns(chapterId, document.turns);
    return texts.length === 0 ? document : api.chapters.open({ id: chapterId, texts });
  }

  private lay(stored: ChapterDocument, layText: LayText, makeView: MakeView, place: Whereabouts | null): void {
    const { api, chapterId, store } = this;
    const chapter = openChapter(stored, {
      api,
      chapterId,
      layText,
      makeView,
      store,
      controller: this,
      events: this.events(),
      isLocked: () => this.readOnly || this.opened?.replies.isStarting === true,
      live: () => new Set(this.opened?.replies.running.map(({ turnId }) => turnId)),
      onState: () => this.update(),
    });
    const shared = {
      chapter,
      store,
      isReadOnly: () => this.readOnly,
      onChange: () => {
        this.changed();
        this.update();
      },
    };
    const replies = new Replies({
      ...shared,
      api,
      goTo: async (turnId, caret) => this.opened?.branches.goTo(turnId, caret),
      onProgress: () => this.update(),
    });
    this.opened = { chapter, replies, branches: new Branches({ ...shared, replies, onTurning: () => this.update() }) };
    const { view } = chapter;
    view.setReadOnly(this.readOnly);
    if (!this.readOnly) {
      chapter.document.mend(chapter.sync.tree);
      chapter.sync.edited();
    }
    if (stored.generation !== null) replies.begin(stored.generation);
    else if (stored.cutShort !== null) replies.openCut(stored.cutShort);
    if (place !== null) comeBack(view, chapter.document, place);
    else {
      view.putCaret(endOfText(view));
      view.bring(view.caret());
    }
    store.set({ loading: false, loadFault: null, damaged: stored.damaged, words: stored.chapter.words });
    this.update();
    view.refresh();
    this.later();
    this.countAhead();
  }

  /** How many words a chapter has that was opened is known; those of its lines are counted behind what is done. */
  private countAhead(): void {
    this.ahead = setTimeout(() => {
      if (this.opened?.chapter.binding.words.countMore(LINES_AHEAD) === true) this.countAhead();
      else this.count();
    }, AHEAD_MS);
  }

  private events(): ChapterHost['events'] {
    return {
      onReplaced: (count) => this.store.tell('info', words.manuscript.replaced(count)),
      onEdit: (disturbed) => {
        if (disturbed) this.opened?.replies.live?.disturb();
        this.opened?.replies.noteAction();
        this.opened?.chapter.sync.edited();
      },
      onChange: () => this.changed(),
      willType: () => {
        if (this.readOnly) this.onRefused?.();
        else this.opened?.replies.makeRoom();
      },
      // After the event: nothing may be written while one is being told of.
      onReturn: (ids) => queueMicrotask(() => this.opened?.replies.comeBack(ids)),
      caretMoved: (byPerson) => {
        if (byPerson) this.opened?.replies.noteAction();
        this.later();
        this.placeLater();
      },
      scrolled: () => this.placeLater(),
      left: () => this.saveNow(),
    };
  }

  private placeLater(): void {
    if (!this.closed) this.placing ??= setTimeout(() => this.tellPlace(), PLACE_MS);
  }

  private tellPlace(): void {
    clearTimeout(this.placing);
    this.placing = undefined;
    if (this.opened !== null) this.onPlace?.(whereabouts(this.opened.chapter.view, this.opened.chapter.document));
  }

  private changed(): void {
    if (this.opened === null || this.closed) return;
    this.opened.chapter.view.refresh();
    this.counting ??= setTimeout(() => this.count(), WORDS_MS);
    this.later();
  }

  private count(): void {
    clearTimeout(this.counting);
    this.counting = undefined;
    if (this.opened !== null) this.store.set({ words: this.opened.chapter.binding.words.total() });
  }

  private later(): void {
    this.soon ??= setTimeout(() => this.update(), SOON_MS);
  }

  private target(): CaretTarget | null {
    return this.opened === null ? null : caretTarget(this.opened.chapter.document, this.opened.chapter.view.caret());
  }

  private update(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    if (this.closed) {
      for (const session of showing) session.store.set(session.saving);
      return;
    }
    const target = this.target();
    if (this.opened === null || target === null) return;
    const { chapter, replies } = this.opened;
    this.readOrWrite(this.opened);
    replies.textChanged();
    // Who reads “Saved” reads how much was saved.
    if (chapter.sync.state === 'saved' && this.counting !== undefined) this.count();
    this.store.see(target, chapter.sync, {
      ...this.saving,
      asOf: this.along?.asOf ?? null,
      turning: this.opened.branches.isTurning,
      selects: chapter.view.selections().length > 0,
      readOnly: this.readOnly,
      generation: replies.generation,
      others: replies.others,
      paragraph: this.paragraphAt(chapter.view),
    });
  }

  /** How long the paragraph at the caret is; what helps against a very long one is said once for each turn. */
  private paragraphAt(view: ChapterView): ChapterState['paragraph'] {
    const characters = view.line(view.caret().line).length;
    const paragraph = lengthOfParagraph(characters);
    const turnId = this.target()?.turn.id ?? '';
    if (paragraph === 'very long' && !this.readOnly && !this.advised.has(turnId)) {
      this.advised.add(turnId);
      this.store.tell('info', words.manuscript.veryLong(characters), null, {
        label: words.commands.breakParagraph,
        run: () => this.breakParagraph(),
      });
    }
    return paragraph;
  }

  /** What was written in a chapter that was left counts too: who reads “Saved” means all of it. */
  private get saving(): Pick<ChapterState, 'save' | 'saveFault'> {
    const sessions = [this, ...[...leaving].map(({ session }) => session)];
    const sync = sessions.map(({ opened }) => opened?.chapter.sync).find((one) => one && one.state !== 'saved');
    return { save: sync?.state ?? 'saved', saveFault: sync?.fault ?? null };
  }

  /** A page that only reads goes along with the one that writes, once nothing of its own has to be saved. */
  private readOrWrite({ chapter, replies }: Open): void {
    if (!this.readOnly) {
      this.along?.close();
      this.along = null;
    } else if (this.along === null && chapter.sync.state === 'saved') {
      const { api, chapterId } = this;
      this.along = new ReadingAlong({ api, chapterId, chapter, replies, onState: () => this.update() });
    }
    this.along?.replied();
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
    this.opened?.chapter.view.setReadOnly(readOnly);
    this.update();
  }

  setRetries(retries: number): void {
    this.retries = retries;
  }

  saveNow(): void {
    this.opened?.chapter.sync.flush().catch(() => undefined);
    if (this.placing !== undefined) this.tellPlace();
  }

  /**
   * Leaves at once. The text is let go of only when the studio has it; until then the replies are followed on, because
   * their ends change the turns that are saved. After that nothing of the chapter is held here: React keeps what a
   * component had for longer than the component.
   */
  close(): void {
    if (this.placing !== undefined) this.tellPlace();
    this.closed = true;
    showing.delete(this);
    clearTimeout(this.soon);
    clearTimeout(this.counting);
    clearTimeout(this.ahead);
    if (this.opened === null) return;
    const { chapter, replies } = this.opened;
    const letGo = (): void => {
      replies.close();
      keepVisit(this.chapterId, chapter.leave());
      this.opened = null;
      this.makeView = null;
    };
    // Also a page that another one took over keeps what it could not save until it can.
    if (this.along !== null || (this.readOnly && chapter.sync.state === 'saved')) {
      this.along?.close();
      letGo();
      return;
    }
    const { chapterId } = this;
    const saved = chapter.sync.drain().then(() => {
      letGo();
      leaving.delete(left);
    });
    const left = { chapterId, session: this, saved };
    leaving.add(left);
  }

  async reply(count = 1): Promise<void> {
    await this.opened?.branches.turned;
    const reply = this.target()?.reply ?? null;
    if (reply !== null) await this.opened?.replies.ask({ ...reply, count });
  }

  /** Asks for what stands behind all that is written. */
  private async askBehind(request: { kind: 'reply'; speakerId: string } | { kind: 'impersonate' }): Promise<void> {
    await this.opened?.branches.turned;
    const document = this.opened?.chapter.document;
    if (this.opened === null || document === undefined || document.isBlank()) return;
    const last = document.layout.spans.at(document.readyTurn() === null ? -1 : -2);
    if (last !== undefined) await this.opened.replies.ask({ ...request, turnId: last.id, offset: null, count: 1 });
  }
  answerAs(speakerId: string): Promise<void> {
    return this.askBehind({ kind: 'reply', speakerId });
  }
  writeForMe(): Promise<void> {
    return this.askBehind({ kind: 'impersonate' });
  }

  async continue(turnId?: string): Promise<void> {
    await this.opened?.branches.turned;
    const goOn = turnId === undefined ? (this.target()?.goOn ?? null) : this.endOf(turnId);
    if (goOn !== null) await this.opened?.replies.ask({ kind: 'continue', ...goOn, count: 1 });
  }

  private endOf(turnId: string): { turnId: string; offset: number } | null {
    const { document } = this.opened?.chapter ?? {};
    const span = document?.spanOf(turnId) ?? null;
    return document === undefined || span?.role !== 'model' ? null : { turnId, offset: document.lengthOf(span) };
  }

  async retry(turnId?: string, count = this.retries): Promise<void> {
    await this.opened?.branches.turned;
    await this.askBeside('retry', turnId, count);
  }

  async again(turnId?: string): Promise<void> {
    await this.opened?.branches.turned;
    await this.askBeside('again', turnId, 1);
  }

  /** Asks for a reply that stands beside a model turn: the one that is named, or the nearest before the caret. */
  private async askBeside(kind: 'retry' | 'again', turnId: string | undefined, count: number): Promise<void> {
    const id = turnId ?? this.target()?.model?.id;
    if (id === undefined || this.opened === null) return;
    this.opened.branches.leave(id);
    await this.opened.replies.ask({ kind, turnId: id, offset: null, count });
  }

  async takeOption(place: number): Promise<void> {
    await this.opened?.branches.turned;
    if (this.opened?.replies.isWriting === false && this.actions?.sayOption(place) === true) await this.reply();
  }

  hasOption(place: number): boolean {
    return this.opened?.chapter.document.offered()[place - 1] !== undefined;
  }

  async stop(): Promise<void> {
    return Promise.resolve(this.opened?.replies.stop());
  }
  async stopAll(): Promise<void> {
    return Promise.resolve(this.opened?.replies.stopAll());
  }
  previousAlternate(turnId?: string): Promise<void> {
    return this.choose(turnId, -1);
  }
  nextAlternate(turnId?: string): Promise<void> {
    return this.choose(turnId, 1);
  }
  private async choose(turnId: string | undefined, step: -1 | 1): Promise<void> {
    await this.opened?.branches.choose(turnId, step);
  }

  private get actions(): TurnActions | null {
    return this.readOnly ? null : (this.opened?.chapter.actions ?? null);
  }

  setRole(turnId: string, role: Role): void {
    this.actions?.setRole(turnId, role);
  }
  setSpeaker(turnId: string, speaker: string | null): void {
    this.actions?.setSpeaker(turnId, speaker);
  }
  addNoteBefore(turnId: string): void {
    this.actions?.addNoteBefore(turnId);
  }
  removeTurn(turnId: string): void {
    if (this.actions !== null && this.opened?.branches.remove(turnId) === false) this.actions.removeTurn(turnId);
  }
  editTurn(turnId: string): void {
    this.opened?.chapter.view.editTurn(turnId);
  }
  async branchAt(turnId: string): Promise<void> {
    if (!this.readOnly) await this.opened?.branches.endAt(turnId);
  }
  async returnToFork(): Promise<void> {
    await this.opened?.branches.turned;
    const fork = this.opened?.branches.nearestFork() ?? null;
    if (fork !== null) await this.branchAt(fork);
  }
  hasFork(): boolean {
    return (this.opened?.branches.nearestFork() ?? null) !== null;
  }
  turnText(turnId: string): string {
    if (this.opened === null) return '';
    const { document } = this.opened.chapter;
    const span = document.spanOf(turnId);
    if (span === null) return '';
    const text = document.textOf(span);
    return withoutReasoning(text, {}) || text;
  }
  selected(form: CopyForm): string {
    if (this.opened === null) return '';
    const { view } = this.opened.chapter;
    return copiedText(view, view.selections(), form);
  }
  breakParagraph(): void {
    this.actions?.breakParagraph();
  }
  excerpt(turnId: string, length: number): string {
    if (this.opened === null) return '';
    const { view, document } = this.opened.chapter;
    return firstWords(view, document, turnId, length);
  }
  revealTurn(turnId: string): void {
    this.opened?.chapter.view.revealTurn(turnId);
  }
  highlightTurn(turnId: string | null): void {
    this.opened?.chapter.view.highlightTurn(turnId);
  }
  focus(): void {
    this.opened?.chapter.view.focus();
  }
  type(text: string): boolean {
    const view = this.opened?.chapter.view;
    const before = view?.version;
    view?.type(text);
    return view?.version !== before;
  }

  undo(): void {
    this.opened?.chapter.view.undo();
  }
  redo(): void {
    this.opened?.chapter.view.redo();
  }
  find(ask: FindAsk): void {
    this.opened?.chapter.view.find(ask);
  }

  held(): string {
    const sessions = [this, ...[...leaving].map(({ session }) => session)];
    const texts = sessions.flatMap(({ opened }) => {
      if (opened === null) return [];
      const { view } = opened.chapter;
      const { line, column } = endOfText(view);
      return [view.slice(0, view.offsetAt(line, column))];
    });
    return texts.join('\n\n');
  }

  async isCurrent(): Promise<boolean> {
    while (!this.closed && this.opened !== null) {
      const isCurrent = await this.opened.chapter.sync.isCurrent();
      if (isCurrent !== null) return isCurrent;
      await new Promise((resolve) => setTimeout(resolve, CURRENT_AGAIN_MS));
    }
    return true;
  }

  async flush(): Promise<void> {
    await this.opened?.chapter.sync.flush();
  }
}
