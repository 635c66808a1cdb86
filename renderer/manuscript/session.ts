import { KeyCode, KeyMod } from 'monaco-editor/editor';
import type { StudioFault } from '../../shared/contract/common.ts';
import type { ChapterDocument } from '../../shared/contract/stories.ts';
import type { RunningGeneration } from '../../shared/contract/writing.ts';
import { print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import { textRange } from '../../shared/document/layout.ts';
import { optionsOf } from '../../shared/document/options.ts';
import { withoutReasoning } from '../../shared/prompt/reasoning.ts';
import type { Role, TreeTurn } from '../../shared/document/turn.ts';
import { faultOf } from '../lib/faults.ts';
import { Asking } from './asking.ts';
import { Binding, contentOf } from './binding.ts';
import type { ManuscriptController, ManuscriptProps, ManuscriptState, Notice } from './controller.ts';
import { ManuscriptDocument } from './document.ts';
import { dress } from './dress.ts';
import { createPage, createText, loadFonts, type Page } from './editor.ts';
import { Labels } from './labels.ts';
import { aimAt, alternates, neighbour, shownPath, treeOf, type Aim } from './reading.ts';
import { Reply } from './reply.ts';
import { Store } from './store.ts';
import { ModelText, Surface } from './surface.ts';
import { NotSaved, Sync } from './sync.ts';
import { Sight } from './sight.ts';
import { Thoughts } from './thoughts.ts';
import { TurnActions } from './turn-actions.ts';
import { TurnFault } from './turn-fault.ts';
import { words } from './words.ts';

type Options = Pick<ManuscriptProps, 'api' | 'chapterId' | 'onTurnMenu'> & { readonly host: HTMLElement; readonly readOnly: boolean; readonly retries: number };
type Kind = 'reply' | 'continue' | 'retry';

const SOON_MS = 60;
const WORDS_MS = 400;

interface Parts { readonly page: Page; readonly binding: Binding; readonly surface: Surface; readonly sync: Sync; readonly labels: Labels; readonly asking: Asking; readonly fault: TurnFault; readonly actions: TurnActions; readonly sight: Sight; readonly thoughts: Thoughts; readonly dispose: () => void }

/** One chapter on the page: what the person does, what the studio does, and the state that the shell shows. */
export class ManuscriptSession implements ManuscriptController {
  private readonly options: Options;
  private readonly store = new Store();
  private parts: Parts | null = null;
  /** By turn: those that are being written, and those of before, parts of which an undo may bring back. */
  private readonly replies = new Map<string, Reply>();
  private readOnly: boolean;
  private retries: number;
  /** Another branch is on its way onto the page; what is asked for next means that one. */
  private turning: Promise<void> = Promise.resolve();
  private starting: { readonly turnId: string; stop: boolean } | null = null;
  private closed = false;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private counting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.options = options;
    this.readOnly = options.readOnly;
    this.retries = options.retries;
    void this.open();
  }

  readonly getState = (): ManuscriptState => this.store.get();
  readonly subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  private async open(): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        const [chapter] = await Promise.all([this.options.api.chapters.open({ id: this.options.chapterId }), loadFonts()]);
        if (!this.closed) this.lay(chapter);
        return;
      } catch (error) {
        const fault = faultOf(error);
        this.store.set({ loadFault: fault });
        if (fault.code !== 'UNREACHABLE') return;
        await new Promise((resolve) => setTimeout(resolve, Math.min(4000, 250 * 2 ** attempt)));
      }
    }
  }

  private lay({ turns, activeRootId, structureRev, generation }: ChapterDocument): void {
    const tree = treeOf(turns, activeRootId);
    const path = shownPath(tree).map(contentOf);
    const asks = path.length === 0 || (path.at(-1)?.role === 'model' && generation?.turnId !== path.at(-1)?.id);
    const text = [...(path.length === 0 ? [] : [print(path)]), ...(asks ? ['<|user|>\n'] : [])].join('\n');
    const model = createText(text);
    const source = new ModelText(model);
    const document = new ManuscriptDocument(source, [...path.map((turn) => turn.id), ...(asks ? [newId()] : [])], source.version, newId);
    dress(model, document.layout.spans, 1, source.lineCount(), null);
    const { page, dispose } = createPage(this.options.host, model);
    const surface = new Surface(page, model);
    const binding = new Binding(surface, document, {
      onReplaced: (count) => this.tell('info', words.replaced(count)),
      onEdit: (disturbed) => { if (disturbed) this.live?.disturb(); this.live?.noteAction(); this.parts?.sync.edited(); },
      onChange: () => this.changed(),
      // After the event: nothing may be written while one is being told of.
      onReturn: (ids) => queueMicrotask(() => { for (const id of ids) this.replies.get(id)?.comeBack(); }),
      onCaret: (byPerson, byMouse) => {
        if (byPerson) this.live?.noteAction();
        this.parts?.thoughts.reveal(surface.caret().line);
        if (byPerson && !byMouse) this.parts?.sight.bring(surface.caret());
        this.later();
      },
    });
    const sync = new Sync({
      api: this.options.api, chapterId: this.options.chapterId, tree, structureRev, unsaved: binding.document, newId, faultOf, isLive: () => this.running.length > 0, onState: () => this.update(),
      reconcile: (theirs) => { this.tell('info', words.conflict); return binding.document.beside(theirs); },
    });
    const labels = new Labels(page, {
      turns: () => binding.document.layout.spans, alternates: (id) => alternates(sync.tree, id), readOnly: () => this.readOnly || this.starting !== null,
      openMenu: (turn, label, anchor) => this.options.onTurnMenu({ turnId: turn.id, role: turn.role, speaker: turn.speaker, alternates: alternates(sync.tree, turn.id), label }, anchor),
      choose: (turnId, step) => void this.choose(turnId, step),
    }, words);
    const thoughts = new Thoughts(surface, document);
    const asking = new Asking(surface);
    const fault = new TurnFault(surface);
    const actions = new TurnActions(binding, (message, undo) => this.tell('info', message, null, undo));
    this.parts = { page, binding, surface, sync, labels, asking, fault, actions, sight: new Sight(surface, document), thoughts, dispose: () => { labels.dispose(); thoughts.dispose(); fault.dispose(); binding.dispose(); sync.close(); dispose(); } };
    Object.defineProperty(this.options.host, '__paphosManuscript', { value: { editor: page, controller: this }, configurable: true });
    this.bindKeys(page);
    this.setReadOnly(this.readOnly);
    if (generation !== null) this.begin(generation);
    page.onDidBlurEditorText(() => this.saveNow());
    page.onDidLayoutChange(() => { if (page.hasTextFocus()) this.parts?.sight.bring(surface.caret()); });
    surface.putCaret(surface.endOfLine(surface.lineCount()));
    this.parts?.sight.bring(surface.caret());
    page.focus();
    this.store.set({ loading: false, loadFault: null, words: binding.words.total() });
    this.changed();
    this.update();
  }

  private bindKeys(page: Page): void {
    const quietly = (work: () => Promise<void>) => () => void work().catch(() => undefined);
    page.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, quietly(() => this.reply()));
    page.addCommand(KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.Enter, quietly(() => this.retry()));
    page.addCommand(KeyMod.Alt | KeyCode.LeftArrow, quietly(() => this.previousAlternate()));
    page.addCommand(KeyMod.Alt | KeyCode.RightArrow, quietly(() => this.nextAlternate()));
    [KeyCode.Digit1, KeyCode.Digit2, KeyCode.Digit3].forEach((key, index) => page.addCommand(KeyMod.Alt | key, quietly(() => this.takeOption(index + 1))));
    page.addCommand(KeyCode.Escape, quietly(() => this.stop()), 'paphosWriting');
    const writing = page.createContextKey<boolean>('paphosWriting', false);
    this.subscribe(() => writing.set(this.isWriting));
  }

  private get running(): Reply[] { return [...this.replies.values()].filter((reply) => reply.isRunning); }
  /** The one that is written where the page shows it. */
  private get live(): Reply | null { return this.running.find((reply) => reply.isShown) ?? null; }
  private get isWriting(): boolean { return this.live !== null || this.starting !== null; }

  private changed(): void {
    const { parts } = this;
    if (parts === null) return;
    parts.labels.refresh();
    parts.asking.update(parts.binding.document);
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.store.set({ words: parts.binding.words.total() }), WORDS_MS);
    this.later();
  }

  private later(): void {
    this.soon ??= setTimeout(() => this.update(), SOON_MS);
  }

  private aim(): Aim | null {
    return this.parts === null ? null : aimAt(this.parts.binding.document, this.parts.surface.caret());
  }

  private update(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    const { parts } = this;
    const aim = this.aim();
    if (parts === null || aim === null || this.closed) return;
    const waiting = this.starting === null ? null : this.store.get().generation ?? { id: '', turnId: this.starting.turnId, phase: 'prompt' as const, done: 0, total: 0, reused: 0, tokens: 0 };
    const others = this.running.reduce((sum, reply) => sum + reply.waiting + (reply.isShown ? 0 : 1), 0);
    this.store.see(aim, parts.sync, { readOnly: this.readOnly, generation: this.live?.generation ?? waiting, others });
  }

  private tell(kind: Notice['kind'], message: string, detail: string | null = null, undo: (() => void) | null = null): void {
    this.store.set({ notice: { key: (this.store.get().notice?.key ?? 0) + 1, kind, message, detail, undo } });
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
    this.parts?.page.updateOptions({ readOnly, domReadOnly: readOnly });
    this.parts?.labels.refresh();
    this.update();
  }

  setRetries(retries: number): void { this.retries = retries; }

  saveNow(): void {
    this.parts?.sync.flush().catch(() => undefined);
  }

  /** The page leaves at once; its text is let go of only when the studio has it. */
  dispose(): void {
    const { parts } = this;
    this.closed = true;
    clearTimeout(this.soon);
    clearTimeout(this.counting);
    for (const reply of this.replies.values()) reply.close();
    this.store.close();
    if (parts === null) return;
    if (this.readOnly) parts.dispose();
    else void parts.sync.drain().then(() => parts.dispose());
  }

  async reply(count = 1): Promise<void> {
    await this.turning;
    const reply = this.aim()?.reply ?? null;
    if (reply !== null) await this.generate(reply.kind, reply.turnId, reply.offset, count);
  }

  async continue(): Promise<void> {
    await this.turning;
    const goOn = this.aim()?.goOn ?? null;
    if (goOn !== null) await this.generate('continue', goOn.turnId, goOn.offset);
  }

  async retry(turnId?: string, count = this.retries): Promise<void> {
    await this.turning;
    const id = turnId ?? this.aim()?.model?.id;
    if (id !== undefined) await this.generate('retry', id, null, count);
  }

  async takeOption(place: number): Promise<void> {
    await this.turning;
    const { parts } = this;
    const document = parts?.binding.document;
    const ready = document?.readyTurn() ?? null;
    const above = document?.layout.spans.at(-2);
    if (parts === null || document === undefined || ready === null || above === undefined || this.readOnly || this.isWriting) return;
    const option = optionsOf(withoutReasoning(document.textOf(above), {}))[place - 1];
    if (option === undefined) return;
    const from = { line: textRange(ready).first, column: 1 };
    parts.binding.perform({ from, to: from, text: option, ids: document.layout.ids });
    parts.surface.putCaret(parts.surface.endOfLine(parts.surface.lineCount()));
    await this.reply();
  }

  private async generate(kind: Kind, turnId: string, offset: number | null, count = 1): Promise<void> {
    const { parts } = this;
    if (parts === null || this.readOnly || this.isWriting) return;
    const starting = { turnId, stop: false };
    this.starting = starting;
    parts.fault.hide();
    this.update();
    try {
      await parts.sync.generate({ kind, turnId, offset, count }, (start) => {
        if (this.closed) return;
        parts.binding.follow(start.ops, parts.sync.tree, start.turnId);
        this.begin(start);
      });
      if (starting.stop) this.live?.stop();
    } catch (error) {
      if (error instanceof NotSaved) this.tell('error', words.notSaved, error.fault.message);
      else this.showTurnError(turnId, faultOf(error));
    } finally {
      this.starting = null;
      this.update();
    }
  }

  private begin(start: RunningGeneration): void {
    const { parts } = this;
    if (parts === null || this.closed) return;
    const { binding, surface, sync, sight } = parts;
    const reply = new Reply({
      api: this.options.api, surface, document: binding.document, sync, sight, faultOf, write: (edit) => binding.mirror(edit), onProgress: () => this.update(),
      onEnd: (ended, outcome, caretIsFree) => this.finished(ended, outcome, caretIsFree), onNext: (next) => this.begin(next),
    }, start);
    this.replies.set(start.turnId, reply);
    if (binding.document.spanOf(start.turnId) !== null) reply.show();
    parts.asking.update(binding.document);
    parts.labels.refresh();
    this.update();
  }

  private finished(reply: Reply, ended: NonNullable<ManuscriptState['lastGeneration']>, caretIsFree: boolean): void {
    const { parts } = this;
    if (parts === null || this.closed) return;
    if (!reply.isShown) {
      if (ended.fault !== null) this.tell('error', ended.fault.message, ended.fault.detail ?? null);
      this.changed();
      return;
    }
    const { binding, surface } = parts;
    const { document } = binding;
    if (document.wantsReadyTurn()) binding.mirror(binding.edits.ready());
    binding.endStep();
    const ready = document.readyTurn();
    if (caretIsFree && ready !== null && document.layout.spans.at(-2)?.id === ended.turnId) {
      surface.putCaret({ line: textRange(ready).first, column: 1 });
      this.parts?.sight.bring(surface.caret());
    }
    this.store.set({ lastGeneration: ended });
    if (ended.fault !== null) this.showTurnError(ended.turnId, ended.fault);
    this.changed();
    this.update();
  }

  showTurnError(turnId: string, fault: StudioFault): void {
    const { parts } = this;
    if (parts === null) return;
    const { document } = parts.binding;
    const span = document.spanOf(turnId) ?? document.layout.spans.at(-1);
    const id = span?.id;
    const line = (): number => {
      const now = document.layout.spans.find((one) => one.id === id) ?? document.layout.spans.at(-1);
      return now === undefined ? 1 : now.line + now.lines - 1;
    };
    const writeOn = span?.role === 'model' ? [{ label: words.writeOn, run: () => void this.generate('continue', turnId, document.lengthOf(document.spanOf(turnId) ?? span)) }] : [];
    parts.fault.show(line, fault, writeOn);
    parts.sight.bring(parts.surface.caret());
  }

  async stop(): Promise<void> {
    if (this.starting !== null) this.starting.stop = true;
    this.live?.stop();
    return Promise.resolve();
  }

  async stopAll(): Promise<void> {
    for (const reply of this.running) reply.stop(true);
    return this.stop();
  }

  previousAlternate(turnId?: string): Promise<void> { return this.choose(turnId, -1); }
  nextAlternate(turnId?: string): Promise<void> { return this.choose(turnId, 1); }

  private choose(turnId: string | undefined, step: -1 | 1): Promise<void> {
    this.turning = this.turning.then(() => this.turnPage(turnId, step));
    return this.turning;
  }

  private async turnPage(turnId: string | undefined, step: -1 | 1): Promise<void> {
    const { parts } = this;
    const aim = this.aim();
    const id = turnId ?? aim?.model?.id;
    if (parts === null || aim === null || id === undefined || this.starting !== null || this.readOnly) return;
    const target = neighbour(parts.sync.tree, id, step);
    if (target === null) return;
    const stayAt = aim.turn.id === id ? aim.offset : null;
    try {
      await parts.sync.activate(target.id, (path, generation) => this.showBranch(path, generation, stayAt));
    } catch (error) {
      const fault = error instanceof NotSaved ? error.fault : faultOf(error);
      this.tell('error', fault.message, fault.detail ?? null);
    }
  }

  private showBranch(path: readonly TreeTurn[], generation: RunningGeneration | null, stayAt: number | null): void {
    const { parts } = this;
    if (parts === null) return;
    const { binding, surface } = parts;
    const scroll = parts.page.getScrollTop();
    const after = binding.onPage(path[0]?.parentId ?? null, parts.sync.tree);
    const { ids } = binding.document.layout;
    const { live } = this;
    if (live !== null && ids.indexOf(live.turnId) > ids.indexOf(after ?? '')) live.hide();
    binding.endStep();
    binding.mirror(binding.edits.tail(after, path.map(contentOf), generation?.turnId !== path.at(-1)?.id));
    binding.endStep();
    for (const reply of this.running) {
      if (!path.some(({ id }) => id === reply.turnId)) continue;
      if (generation?.turnId === reply.turnId) reply.show();
      else reply.standsWhole();
    }
    parts.page.setScrollTop(scroll);
    const span = binding.document.spanOf(path[0]?.id ?? '');
    const ready = binding.document.readyTurn();
    if (span === null) return;
    const place = stayAt === null && ready !== null && path.length === 1 ? surface.endOfLine(surface.lineCount()) : binding.document.placeOf(span, Math.min(stayAt ?? Infinity, binding.document.lengthOf(span)));
    surface.putCaret(place);
    parts.sight.bring(place);
    this.changed();
    this.update();
  }

  private get actions(): TurnActions | null { return this.readOnly ? null : this.parts?.actions ?? null; }

  setRole(turnId: string, role: Role): void { this.actions?.setRole(turnId, role); }
  setSpeaker(turnId: string, speaker: string | null): void { this.actions?.setSpeaker(turnId, speaker); }
  addNoteBefore(turnId: string): void { this.actions?.addNoteBefore(turnId); }
  removeTurn(turnId: string): void { this.actions?.removeTurn(turnId); }
  excerpt(turnId: string, length: number): string { return this.parts?.sight.excerpt(turnId, length) ?? ''; }
  revealTurn(turnId: string): void { this.parts?.sight.reveal(turnId); }
  highlightTurn(turnId: string | null): void { this.parts?.sight.highlight(turnId); }
  focus(): void { this.parts?.page.focus(); }

  undo(): void { this.parts?.page.trigger('paphos', 'undo', null); }
  redo(): void { this.parts?.page.trigger('paphos', 'redo', null); }
  find(): void {
    this.parts?.page.focus();
    this.parts?.page.trigger('paphos', 'actions.find', null);
  }

  async flush(): Promise<void> { await this.parts?.sync.flush(); }
}
