import { KeyCode, KeyMod, Range, type editor } from 'monaco-editor/editor';
import type { StudioFault } from '../../shared/contract/common.ts';
import type { ChapterDocument } from '../../shared/contract/stories.ts';
import { print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import { textRange, type TurnSpan } from '../../shared/document/layout.ts';
import type { Role, TreeTurn } from '../../shared/document/turn.ts';
import { faultOf } from '../lib/faults.ts';
import { Asking } from './asking.ts';
import { Binding, contentOf } from './binding.ts';
import type { ManuscriptController, ManuscriptProps, ManuscriptState, Notice } from './controller.ts';
import { ManuscriptDocument } from './document.ts';
import { dress } from './dress.ts';
import { createPage, createText, loadFonts, type Page } from './editor.ts';
import { Labels } from './labels.ts';
import { aimAt, alternates, neighbour, possibilities, shownPath, treeOf, type Aim } from './reading.ts';
import { Reply } from './reply.ts';
import type { Place } from './source.ts';
import { ModelText, Surface } from './surface.ts';
import { NotSaved, Sync } from './sync.ts';
import { TurnFault } from './turn-fault.ts';
import { words } from './words.ts';

type Options = Pick<ManuscriptProps, 'api' | 'chapterId' | 'onTurnMenu'> & { readonly host: HTMLElement; readonly readOnly: boolean };
type Kind = 'reply' | 'continue' | 'retry';

const SOON_MS = 60;
const WORDS_MS = 400;
/** Room at the foot of the page that the floating bar takes. */
const FOOT = 112;
const LINE = 30;

const BEFORE: ManuscriptState = {
  loading: true, loadFault: null, save: 'saved', saveFault: null, generation: null, lastGeneration: null, caretTurnId: null, caretRole: null, caretOffset: 0, alternates: null,
  ...possibilities(null, { readOnly: true, writing: false }), words: 0, planTarget: { turnId: null, offset: null, revision: 0 }, readOnly: true, notice: null,
};

interface Parts { readonly page: Page; readonly binding: Binding; readonly surface: Surface; readonly sync: Sync; readonly labels: Labels; readonly asking: Asking; readonly fault: TurnFault; readonly dispose: () => void }

/** One chapter on the page: what the person does, what the studio does, and the state that the shell shows. */
export class ManuscriptSession implements ManuscriptController {
  private readonly options: Options;
  private readonly listeners = new Set<() => void>();
  private state: ManuscriptState = BEFORE;
  private parts: Parts | null = null;
  private live: Reply | null = null;
  private readOnly: boolean;
  private starting: { readonly turnId: string; stop: boolean } | null = null;
  private closed = false;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private counting: ReturnType<typeof setTimeout> | undefined;
  private lit: editor.IEditorDecorationsCollection | null = null;

  constructor(options: Options) {
    this.options = options;
    this.readOnly = options.readOnly;
    void this.open();
  }

  readonly getState = (): ManuscriptState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(change: Partial<ManuscriptState>): void {
    const next = { ...this.state, ...change };
    if ((Object.keys(change) as (keyof ManuscriptState)[]).every((key) => this.state[key] === next[key])) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }

  private async open(): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        const [chapter] = await Promise.all([this.options.api.chapters.open({ id: this.options.chapterId }), loadFonts()]);
        if (!this.closed) this.lay(chapter);
        return;
      } catch (error) {
        const fault = faultOf(error);
        this.set({ loadFault: fault });
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
      onEdit: (disturbed) => { if (disturbed) this.live?.disturb(); this.live?.noteAction(); this.parts?.sync.edited(); },
      onChange: () => this.changed(),
      onCaret: (byPerson, byMouse) => {
        if (byPerson) this.live?.noteAction();
        if (byPerson && !byMouse) this.intoSight(surface.caret());
        this.later();
      },
    });
    const sync = new Sync({
      api: this.options.api, chapterId: this.options.chapterId, tree, structureRev, unsaved: binding.document, newId, faultOf, isLive: () => this.live !== null, onState: () => this.update(),
      reconcile: (theirs) => { this.tell('info', words.conflict); return binding.document.beside(theirs); },
    });
    const labels = new Labels(page, {
      turns: () => binding.document.layout.spans, alternates: (id) => alternates(sync.tree, id), readOnly: () => this.readOnly || this.isWriting,
      openMenu: (turn, label, anchor) => this.options.onTurnMenu({ turnId: turn.id, role: turn.role, speaker: turn.speaker, alternates: alternates(sync.tree, turn.id), label }, anchor),
      choose: (turnId, step) => void this.choose(turnId, step),
    }, words);
    const asking = new Asking(surface);
    const fault = new TurnFault(surface);
    this.parts = { page, binding, surface, sync, labels, asking, fault, dispose: () => { labels.dispose(); fault.dispose(); binding.dispose(); sync.close(); dispose(); } };
    Object.defineProperty(this.options.host, '__paphosManuscript', { value: { editor: page, controller: this }, configurable: true });
    this.bindKeys(page);
    this.setReadOnly(this.readOnly);
    if (generation !== null) this.begin(generation.generationId, generation.turnId, generation.offset);
    page.onDidBlurEditorText(() => this.saveNow());
    surface.putCaret(surface.endOfLine(surface.lineCount()));
    this.intoSight(surface.caret());
    page.focus();
    this.set({ loading: false, loadFault: null, words: binding.words.total() });
    this.changed();
    this.update();
  }

  private bindKeys(page: Page): void {
    const quietly = (work: () => Promise<void>) => () => void work().catch(() => undefined);
    page.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, quietly(() => this.reply()));
    page.addCommand(KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.Enter, quietly(() => this.retry()));
    page.addCommand(KeyMod.Alt | KeyCode.LeftArrow, quietly(() => this.previousAlternate()));
    page.addCommand(KeyMod.Alt | KeyCode.RightArrow, quietly(() => this.nextAlternate()));
    page.addCommand(KeyCode.Escape, quietly(() => this.stop()), 'paphosWriting');
    const writing = page.createContextKey<boolean>('paphosWriting', false);
    this.subscribe(() => writing.set(this.isWriting));
  }

  private get isWriting(): boolean { return this.live !== null || this.starting !== null; }

  private changed(): void {
    const { parts } = this;
    if (parts === null) return;
    parts.labels.refresh();
    parts.asking.update(parts.binding.document);
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.set({ words: parts.binding.words.total() }), WORDS_MS);
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
    const { sync } = parts;
    const plan = aim.atEnd ? null : aim.turn.id;
    const old = this.state.planTarget;
    const place = aim.model === null ? null : alternates(sync.tree, aim.model.id);
    const held = this.state.alternates;
    const may = possibilities(aim, { readOnly: this.readOnly, writing: this.isWriting });
    const same = (key: keyof typeof may) => (this.state[key].ok === may[key].ok && this.state[key].why === may[key].why ? this.state[key] : may[key]);
    this.set({
      save: sync.state, saveFault: sync.fault, readOnly: this.readOnly,
      generation: this.live?.generation ?? (this.starting === null ? null : this.state.generation ?? { id: '', turnId: this.starting.turnId, phase: 'prompt', done: 0, total: 0, reused: 0, tokens: 0 }),
      caretTurnId: aim.turn.id, caretRole: aim.turn.role, caretOffset: aim.offset,
      alternates: place !== null && held !== null && place.turnId === held.turnId && place.index === held.index && place.count === held.count ? held : place,
      canReply: same('canReply'), canContinue: same('canContinue'), canRetry: same('canRetry'),
      planTarget: old.turnId === plan && old.revision === sync.revision ? old : { turnId: plan, offset: null, revision: sync.revision },
    });
  }

  private tell(kind: Notice['kind'], message: string, detail: string | null = null, undo: (() => void) | null = null): void {
    this.set({ notice: { key: (this.state.notice?.key ?? 0) + 1, kind, message, detail, undo } });
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
    this.parts?.page.updateOptions({ readOnly, domReadOnly: readOnly });
    this.parts?.labels.refresh();
    this.update();
  }

  saveNow(): void {
    this.parts?.sync.flush().catch(() => undefined);
  }

  /** The page leaves at once; its text is let go of only when the studio has it. */
  dispose(): void {
    const { parts } = this;
    this.closed = true;
    clearTimeout(this.soon);
    clearTimeout(this.counting);
    this.live?.close();
    this.listeners.clear();
    if (parts === null) return;
    if (this.readOnly) parts.dispose();
    else void parts.sync.drain().then(() => parts.dispose());
  }

  async reply(): Promise<void> {
    const reply = this.aim()?.reply ?? null;
    if (reply !== null) await this.generate(reply.kind, reply.turnId, reply.offset);
  }

  async continue(): Promise<void> {
    const goOn = this.aim()?.goOn ?? null;
    if (goOn !== null) await this.generate('continue', goOn.turnId, goOn.offset);
  }

  async retry(turnId?: string): Promise<void> {
    const id = turnId ?? this.aim()?.model?.id;
    if (id !== undefined) await this.generate('retry', id, null);
  }

  private async generate(kind: Kind, turnId: string, offset: number | null): Promise<void> {
    const { parts } = this;
    if (parts === null || this.readOnly || this.isWriting) return;
    const starting = { turnId, stop: false };
    this.starting = starting;
    parts.fault.hide();
    this.update();
    try {
      await parts.sync.generate({ kind, turnId, offset }, (start) => {
        if (this.closed) return;
        parts.binding.follow(start.ops, parts.sync.tree, start.turnId);
        this.begin(start.generationId, start.turnId, start.offset);
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

  private begin(generationId: string, turnId: string, offset: number): void {
    const { parts } = this;
    if (parts === null) return;
    const { binding, surface, sync } = parts;
    this.live = new Reply({
      api: this.options.api, surface, document: binding.document, sync, faultOf, write: (edit) => binding.mirror(edit), onProgress: () => this.update(),
      onEnd: (ended, caretIsFree) => this.finished(ended, caretIsFree),
    }, generationId, turnId, offset);
    parts.asking.update(binding.document);
    parts.labels.refresh();
    this.update();
  }

  private finished(ended: NonNullable<ManuscriptState['lastGeneration']>, caretIsFree: boolean): void {
    const { parts } = this;
    this.live = null;
    if (parts === null || this.closed) return;
    const { binding, surface } = parts;
    const { document } = binding;
    if (document.wantsReadyTurn()) binding.mirror(binding.edits.ready());
    binding.endStep();
    const ready = document.readyTurn();
    if (caretIsFree && ready !== null && document.layout.spans.at(-2)?.id === ended.turnId) {
      surface.putCaret({ line: textRange(ready).first, column: 1 });
      this.intoSight(surface.caret());
    }
    this.set({ lastGeneration: ended });
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
    this.intoSight(parts.surface.caret());
  }

  async stop(): Promise<void> {
    if (this.starting !== null) this.starting.stop = true;
    this.live?.stop();
    return Promise.resolve();
  }

  previousAlternate(turnId?: string): Promise<void> { return this.choose(turnId, -1); }
  nextAlternate(turnId?: string): Promise<void> { return this.choose(turnId, 1); }

  private async choose(turnId: string | undefined, step: -1 | 1): Promise<void> {
    const { parts } = this;
    const aim = this.aim();
    const id = turnId ?? aim?.model?.id;
    if (parts === null || aim === null || id === undefined || this.isWriting || this.readOnly) return;
    const target = neighbour(parts.sync.tree, id, step);
    if (target === null) return;
    const stayAt = aim.turn.id === id ? aim.offset : null;
    try {
      await parts.sync.activate(target.id, (path) => this.showBranch(path, stayAt));
    } catch (error) {
      const fault = error instanceof NotSaved ? error.fault : faultOf(error);
      this.tell('error', fault.message, fault.detail ?? null);
    }
  }

  private showBranch(path: readonly TreeTurn[], stayAt: number | null): void {
    const { parts } = this;
    if (parts === null) return;
    const { binding, surface } = parts;
    const scroll = parts.page.getScrollTop();
    binding.endStep();
    binding.mirror(binding.edits.tail(path[0]?.parentId ?? null, path.map(contentOf), true));
    binding.endStep();
    parts.page.setScrollTop(scroll);
    const span = binding.document.spanOf(path[0]?.id ?? '');
    const ready = binding.document.readyTurn();
    if (span === null) return;
    const place = stayAt === null && ready !== null && path.length === 1 ? surface.endOfLine(surface.lineCount()) : binding.document.placeOf(span, Math.min(stayAt ?? Infinity, binding.document.lengthOf(span)));
    surface.putCaret(place);
    this.intoSight(place);
    this.changed();
    this.update();
  }

  private withTurn(turnId: string, work: (span: TurnSpan, parts: Parts) => void): void {
    const { parts } = this;
    const span = parts?.binding.document.spanOf(turnId) ?? null;
    if (parts !== null && span !== null && !this.readOnly) work(span, parts);
  }

  setRole(turnId: string, role: Role): void {
    this.withTurn(turnId, (span, { binding }) => binding.perform(binding.edits.heading(span, role, span.speaker)));
  }

  setSpeaker(turnId: string, speaker: string | null): void {
    this.withTurn(turnId, (span, { binding }) => binding.perform(binding.edits.heading(span, span.role, speaker)));
  }

  addNoteBefore(turnId: string): void {
    this.withTurn(turnId, (span, { binding, surface, page }) => {
      const { ids } = binding.document.layout;
      const id = newId();
      binding.perform(binding.edits.chain(ids[ids.indexOf(span.id) - 1] ?? null, { id, role: 'system', speaker: null, marked: true, text: '' }));
      const note = binding.document.spanOf(id);
      if (note !== null) surface.putCaret({ line: textRange(note).first, column: 1 });
      page.focus();
    });
  }

  removeTurn(turnId: string): void {
    this.withTurn(turnId, (span, { binding, page, surface }) => {
      if (binding.document.readyTurn()?.id === turnId) return;
      const { ids } = binding.document.layout;
      const above = ids[ids.indexOf(turnId) - 1] ?? null;
      const turn = { id: turnId, role: span.role, speaker: span.speaker, marked: span.marked, text: binding.document.textOf(span) };
      binding.perform(binding.edits.remove(span));
      const { version } = surface;
      this.tell('info', words.removed, null, () => {
        if (surface.version === version) page.trigger('paphos', 'undo', null);
        else if (binding.document.spanOf(turnId) === null) binding.perform(binding.edits.chain(above, turn));
      });
    });
  }

  excerpt(turnId: string, length: number): string {
    const { parts } = this;
    const span = parts?.binding.document.spanOf(turnId) ?? null;
    if (parts === null || span === null) return '';
    const { first, count } = textRange(span);
    let text = '';
    for (let line = first; line < first + count && text.length < length; line++) text += `${parts.surface.line(line).slice(0, length).trim()} `;
    return text.trim().slice(0, length);
  }

  focus(): void { this.parts?.page.focus(); }

  revealTurn(turnId: string): void {
    const { parts } = this;
    const span = parts?.binding.document.spanOf(turnId) ?? null;
    if (parts === null || span === null) return;
    const { first } = textRange(span);
    parts.surface.putCaret({ line: first, column: 1 });
    parts.page.revealLineNearTop(first);
    parts.page.focus();
  }

  highlightTurn(turnId: string | null): void {
    const { parts } = this;
    if (parts === null) return;
    const span = turnId === null ? null : parts.binding.document.spanOf(turnId);
    this.lit ??= parts.page.createDecorationsCollection();
    this.lit.set(span === null ? [] : [{ range: new Range(textRange(span).first, 1, span.line + span.lines - 1, 1), options: { isWholeLine: true, className: 'pl-lit' } }]);
  }

  undo(): void { this.parts?.page.trigger('paphos', 'undo', null); }
  redo(): void { this.parts?.page.trigger('paphos', 'redo', null); }
  find(): void {
    this.parts?.page.focus();
    this.parts?.page.trigger('paphos', 'actions.find', null);
  }

  async flush(): Promise<void> { await this.parts?.sync.flush(); }

  /** Scrolls no more than is needed for a place to stand above the floating bar. */
  private intoSight({ line, column }: Place): void {
    const { parts } = this;
    if (parts === null) return;
    const { page } = parts;
    const top = page.getTopForPosition(line, column) - page.getScrollTop();
    const below = top + LINE - (page.getLayoutInfo().height - FOOT);
    if (below > 0) page.setScrollTop(page.getScrollTop() + below);
    else if (top < 0) page.setScrollTop(page.getScrollTop() + top - LINE);
  }
}
