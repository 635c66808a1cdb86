import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { Role } from '../../shared/document/turn.ts';
import { faultOf } from '../lib/faults.ts';
import type { BindingEvents } from './binding.ts';
import { Branches } from './branches.ts';
import { layChapter, type OpenChapter } from './open-chapter.ts';
import type { ManuscriptController, ManuscriptProps, ManuscriptState, PageView } from './controller.ts';
import { loadFonts } from '../manuscript/create-editor.ts';
import { aimAt, type Aim } from './caret-target.ts';
import { Replies } from './replies/replies.ts';
import { Store } from './chapter-store.ts';
import type { TurnActions } from './turn-actions.ts';
import { words } from '../manuscript/words.ts';

type Options = Pick<ManuscriptProps, 'api' | 'chapterId' | 'onTurnMenu'> & {
  readonly host: HTMLElement;
  readonly readOnly: boolean;
  readonly retries: number;
  readonly view: PageView;
};

interface Open {
  readonly chapter: OpenChapter;
  readonly replies: Replies;
  readonly branches: Branches;
}

const SOON_MS = 60;
const WORDS_MS = 400;

/** One chapter on the page: what the person does, what the studio does, and the state that the shell shows. */
export class ManuscriptSession implements ManuscriptController {
  private readonly options: Options;
  private readonly store = new Store();
  private opened: Open | null = null;
  private readOnly: boolean;
  private retries: number;
  private view: PageView;
  private closed = false;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private counting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.options = options;
    this.readOnly = options.readOnly;
    this.retries = options.retries;
    this.view = options.view;
    void this.open();
  }

  readonly getState = (): ManuscriptState => this.store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  private async open(): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        const [document] = await Promise.all([
          this.options.api.chapters.open({ id: this.options.chapterId }),
          loadFonts(),
        ]);
        if (!this.closed) this.lay(document);
        return;
      } catch (error) {
        const fault = faultOf(error);
        this.store.set({ loadFault: fault });
        if (fault.code !== 'UNREACHABLE') return;
        await new Promise((resolve) => setTimeout(resolve, Math.min(4000, 250 * 2 ** attempt)));
      }
    }
  }

  private lay(document: ChapterDocument): void {
    const { options, store } = this;
    const shared = {
      store,
      isReadOnly: () => this.readOnly,
      onChange: () => {
        this.changed();
        this.update();
      },
    };
    const chapter = layChapter(document, {
      ...options,
      store,
      events: this.events(),
      isLocked: () => this.readOnly || this.opened?.replies.isStarting === true,
      live: () => new Set(this.opened?.replies.running.map(({ turnId }) => turnId)),
      choose: (turnId, step) => void this.choose(turnId, step),
      onState: () => this.update(),
    });
    const replies = new Replies({ ...shared, api: options.api, chapter, onProgress: () => this.update() });
    this.opened = { chapter, replies, branches: new Branches({ ...shared, chapter, replies }) };
    const { page, surface, viewport } = chapter;
    Object.defineProperty(options.host, '__paphosManuscript', {
      value: { editor: page, controller: this },
      configurable: true,
    });
    this.setReadOnly(this.readOnly);
    this.setView(this.view);
    if (document.generation !== null) replies.begin(document.generation);
    page.onDidBlurEditorText(() => this.saveNow());
    page.onDidLayoutChange(() => {
      if (page.hasTextFocus()) viewport.bring(surface.caret());
    });
    surface.putCaret(surface.endOfLine(surface.lineCount()));
    viewport.bring(surface.caret());
    // Who is in a dialog meanwhile stays there.
    if (!options.host.ownerDocument.activeElement?.closest('[role=dialog]')) page.focus();
    store.set({ loading: false, loadFault: null, words: chapter.binding.words.total() });
    this.changed();
    this.update();
  }

  private events(): BindingEvents {
    return {
      onReplaced: (count) => this.store.tell('info', words.replaced(count)),
      onEdit: (disturbed) => {
        const live = this.opened?.replies.live;
        if (disturbed) live?.disturb();
        live?.noteAction();
        this.opened?.chapter.sync.edited();
      },
      onChange: () => this.changed(),
      // After the event: nothing may be written while one is being told of.
      onReturn: (ids) => queueMicrotask(() => this.opened?.replies.comeBack(ids)),
      onCaret: (byPerson, byMouse) => {
        if (this.opened === null) return;
        const {
          chapter: { surface, viewport, folds },
          replies,
        } = this.opened;
        if (byPerson) replies.live?.noteAction();
        folds.reveal(surface.caret().line);
        if (byPerson && !byMouse) viewport.bring(surface.caret());
        this.later();
      },
    };
  }

  private changed(): void {
    if (this.opened === null) return;
    const { labels, placeholder, binding } = this.opened.chapter;
    labels.refresh();
    placeholder.update(binding.document);
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.store.set({ words: binding.words.total() }), WORDS_MS);
    this.later();
  }

  private later(): void {
    this.soon ??= setTimeout(() => this.update(), SOON_MS);
  }

  private aim(): Aim | null {
    return this.opened === null
      ? null
      : aimAt(this.opened.chapter.binding.document, this.opened.chapter.surface.caret());
  }

  private update(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    const aim = this.aim();
    if (this.opened === null || aim === null || this.closed) return;
    const { chapter, replies } = this.opened;
    this.store.see(aim, chapter.sync, {
      readOnly: this.readOnly,
      generation: replies.generation,
      others: replies.others,
    });
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
    this.opened?.chapter.page.updateOptions({ readOnly, domReadOnly: readOnly });
    this.opened?.chapter.labels.refresh();
    this.update();
  }

  setRetries(retries: number): void {
    this.retries = retries;
  }

  setView(view: PageView): void {
    this.view = view;
    this.opened?.chapter.page.updateOptions({ editContext: !view.plainInput });
    this.opened?.chapter.binding.showMarks(view.showMarks);
  }

  saveNow(): void {
    this.opened?.chapter.sync.flush().catch(() => undefined);
  }

  /** The page leaves at once; its text is let go of only when the studio has it. */
  dispose(): void {
    this.closed = true;
    clearTimeout(this.soon);
    clearTimeout(this.counting);
    this.store.close();
    if (this.opened === null) return;
    const { chapter, replies } = this.opened;
    replies.close();
    if (this.readOnly) chapter.dispose();
    else void chapter.sync.drain().then(() => chapter.dispose());
  }

  async reply(count = 1): Promise<void> {
    await this.opened?.branches.turned;
    const reply = this.aim()?.reply ?? null;
    if (reply !== null) await this.opened?.replies.ask({ ...reply, count });
  }

  async continue(): Promise<void> {
    await this.opened?.branches.turned;
    const goOn = this.aim()?.goOn ?? null;
    if (goOn !== null) await this.opened?.replies.ask({ kind: 'continue', ...goOn, count: 1 });
  }

  async retry(turnId?: string, count = this.retries): Promise<void> {
    await this.opened?.branches.turned;
    const id = turnId ?? this.aim()?.model?.id;
    if (id !== undefined) await this.opened?.replies.ask({ kind: 'retry', turnId: id, offset: null, count });
  }

  async again(turnId?: string): Promise<void> {
    await this.opened?.branches.turned;
    const id = turnId ?? this.aim()?.model?.id;
    if (id !== undefined) await this.opened?.replies.ask({ kind: 'again', turnId: id, offset: null, count: 1 });
  }

  async takeOption(place: number): Promise<void> {
    await this.opened?.branches.turned;
    if (this.opened?.replies.isWriting === false && this.actions?.sayOption(place) === true) await this.reply();
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
    this.actions?.removeTurn(turnId);
  }
  excerpt(turnId: string, length: number): string {
    return this.opened?.chapter.viewport.excerpt(turnId, length) ?? '';
  }
  revealTurn(turnId: string): void {
    this.opened?.chapter.viewport.reveal(turnId);
  }
  highlightTurn(turnId: string | null): void {
    this.opened?.chapter.viewport.highlight(turnId);
  }
  focus(): void {
    this.opened?.chapter.page.focus();
  }

  undo(): void {
    this.opened?.chapter.page.trigger('paphos', 'undo', null);
  }
  redo(): void {
    this.opened?.chapter.page.trigger('paphos', 'redo', null);
  }
  find(): void {
    this.focus();
    this.opened?.chapter.page.trigger('paphos', 'actions.find', null);
  }

  async flush(): Promise<void> {
    await this.opened?.chapter.sync.flush();
  }
}
