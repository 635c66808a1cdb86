import type { Selection } from 'monaco-editor/editor';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { normalise } from '../../../shared/document/grammar.ts';
import { indexAt, spanAt } from '../../../shared/document/layout.ts';
import type { ChapterText } from '../../chapter/chapter-text.ts';
import type { FindAsk } from '../../chapter/controller.ts';
import type { Place, Stretch } from '../../chapter/text-source.ts';
import { words } from '../../locales/index.ts';
import type { EditorSurface } from '../editor-surface.ts';
import type { Viewport } from '../viewport.ts';
import { FreshHits, type Found as Search } from './fresh-hits.ts';
import { HitMarks } from './hit-marks.ts';
import { Hits, isBefore } from './hits.ts';
import { searchPlain } from './plain-search.ts';
import type { Query } from './text-query.ts';
import { RegexWorker } from './regex-worker.ts';
import { replacementEdits, type Replaced } from './replacement-edits.ts';
import { hitsIn, textPieces } from './text-pieces.ts';

/** What came of the last search. */
export type Found =
  | { readonly is: 'nothing asked' | 'searching' }
  | { readonly is: 'found'; readonly count: number; readonly current: number | null }
  | { readonly is: 'replaced'; readonly count: number }
  | { readonly is: 'fault'; readonly why: string };

export interface FindState {
  readonly isOpen: boolean;
  /** What replaces a hit can be written. */
  readonly replaces: boolean;
  readonly query: Query;
  readonly replacement: string;
  readonly isLimited: boolean;
  readonly found: Found;
  readonly readOnly: boolean;
  /** Which field is to have the focus, and how often one was asked for. */
  readonly focus: { readonly field: 'query' | 'replacement'; readonly times: number };
}

interface Options {
  readonly surface: EditorSurface;
  readonly document: ChapterText;
  readonly viewport: Viewport;
  /** Does what the person asked for, as one undo step. */
  readonly perform: (work: () => void) => void;
}

/** So long after an edit the hits are looked for anew. */
const LATER_MS = 120;
const CARET = 'paphos.find';

/** What was looked for last, as long as the studio is open. */
let remembered: Pick<FindState, 'query' | 'replacement'> = {
  query: { text: '', matchCase: false, wholeWord: false, isRegex: false },
  replacement: '',
};

const stretchOf = (selection: Selection): Stretch => ({
  from: { line: selection.startLineNumber, column: selection.startColumn },
  to: { line: selection.endLineNumber, column: selection.endColumn },
});
const atPlace = (place: Place): Stretch => ({ from: place, to: place });
const isSame = (one: Stretch, other: Stretch): boolean =>
  !isBefore(one.from, other.from) &&
  !isBefore(other.from, one.from) &&
  !isBefore(one.to, other.to) &&
  !isBefore(other.to, one.to);
/** Letters that an expression would read as something else. */
const SPECIAL = /[\\^$.*+?()[\]{}|]/g;

/** A search of the page: its hits, the one that is meant, and what replaces them. */
export class Finder {
  readonly store: StoreApi<FindState> = createStore<FindState>(() => ({
    ...remembered,
    isOpen: false,
    replaces: false,
    isLimited: false,
    found: { is: 'nothing asked' },
    readOnly: false,
    focus: { field: 'query', times: 0 },
  }));
  private readonly surface: EditorSurface;
  private readonly document: ChapterText;
  private readonly viewport: Viewport;
  private readonly perform: Options['perform'];
  private readonly marks: HitMarks;
  private readonly regex = new RegexWorker();
  private readonly stops: { dispose(): void }[];
  private readonly fresh = new FreshHits(
    (template) => this.search(template),
    () => this.look(),
  );
  /** Why what was asked for last was not done. */
  private refusal: string | null = null;
  private later: ReturnType<typeof setTimeout> | undefined;
  /** What is typed is looked for from here on; where it is not found, this is selected again. */
  private anchor: Stretch = atPlace({ line: 1, column: 1 });
  /** What was replaced last: said as long as nothing else is looked for and nothing is found again. */
  private replaced: { readonly query: Query; readonly count: number } | null = null;

  constructor({ surface, document, viewport, perform }: Options) {
    this.surface = surface;
    this.document = document;
    this.viewport = viewport;
    this.perform = perform;
    this.marks = new HitMarks(surface.page);
    this.stops = [
      surface.model.onDidChangeContent(() => this.changed()),
      surface.page.onDidChangeCursorSelection(({ source }) => {
        if (source !== CARET) this.anchor = this.selected();
        this.look();
      }),
    ];
  }

  get isOpen(): boolean {
    return this.state.isOpen;
  }

  ask(what: FindAsk): void {
    if (what === 'find' || what === 'replace') this.open(what === 'replace');
    else void this.go(what === 'next' ? 1 : -1);
  }

  close(): void {
    this.set({ isOpen: false, replaces: false, isLimited: false });
    this.marks.clear();
    this.marks.limit(null);
    this.fresh.outdate();
    this.viewport.coverTop('find', 0);
    this.surface.page.focus();
  }

  /** So many pixels at the top of the page lie under the bar. */
  cover(height: number): void {
    this.viewport.coverTop('find', this.isOpen ? height : 0);
  }

  toggleReplace(): void {
    this.set({ replaces: !this.state.replaces });
  }

  setReadOnly(readOnly: boolean): void {
    this.set({ readOnly });
  }

  setReplacement(replacement: string): void {
    this.set({ replacement });
  }

  setQuery(change: Partial<Query>): void {
    const query = { ...this.state.query, ...change };
    this.refusal = null;
    this.set({ query, found: query.isRegex ? { is: 'searching' } : this.state.found });
    this.fresh.outdate();
    void this.findFrom(this.anchor.from).then((isFound) => {
      if (!isFound) this.goBack();
    });
  }

  /** Only in what is selected now, or everywhere again. */
  toggleLimit(): void {
    const selected = (this.surface.page.getSelections() ?? []).filter((one) => !one.isEmpty()).map(stretchOf);
    const within = this.state.isLimited || selected.length === 0 ? null : selected;
    this.marks.limit(within);
    this.set({ isLimited: within !== null });
    this.fresh.outdate();
    void this.findFrom(within?.[0]?.from ?? this.anchor.from);
  }

  async replace(): Promise<void> {
    const replacementOf = await this.toReplace();
    const current = this.hits.indexOf(this.selected());
    if (replacementOf === null || current === null) return this.go(1);
    const { document, surface } = this;
    const hit = this.hits.at(current);
    const index = indexAt(document.layout, hit.from.line);
    const offset = document.offsetOf(spanAt(document.layout, hit.from.line), hit.from);
    const text = normalise(replacementOf(current)).text;
    this.put([{ ...hit, text }]);
    const span = document.layout.spans[index];
    const end = span === undefined ? hit.from : document.placeOf(span, offset + text.length);
    surface.putCaret(end, CARET);
    // An expression that finds a place would find the same one again.
    const isPlace = !isBefore(hit.from, hit.to);
    await this.findFrom(isPlace ? { line: end.line, column: end.column + 1 } : end);
  }

  async replaceAll(): Promise<void> {
    const replacementOf = await this.toReplace();
    const { hits } = this;
    const { count } = hits;
    if (replacementOf === null || count === 0) return;
    this.put(Array.from({ length: count }, (_, index) => ({ ...hits.at(index), text: replacementOf(index) })));
    await this.fresh.look();
    this.replaced = { query: this.state.query, count };
    this.set({ found: { is: 'replaced', count } });
  }

  dispose(): void {
    clearTimeout(this.later);
    for (const stop of this.stops) stop.dispose();
    this.marks.dispose();
    this.regex.dispose();
  }

  private get hits(): Hits {
    return this.fresh.found.hits;
  }

  private get state(): FindState {
    return this.store.getState();
  }

  private set(change: Partial<FindState>): void {
    this.store.setState(change);
    const { query, replacement } = this.state;
    remembered = { query, replacement };
  }

  private selected(): Stretch {
    const selection = this.surface.page.getSelection();
    return selection === null ? { from: this.surface.caret(), to: this.surface.caret() } : stretchOf(selection);
  }

  private open(replaces: boolean): void {
    const { query, isOpen, focus } = this.state;
    const selected = this.selected();
    const text = this.wordsIn(selected) ?? query.text;
    this.anchor = selected;
    this.set({
      isOpen: true,
      replaces: replaces || (isOpen && this.state.replaces),
      query: { ...query, text },
      focus: { field: replaces && text !== '' ? 'replacement' : 'query', times: focus.times + 1 },
    });
    this.fresh.outdate();
    void this.fresh.look();
  }

  /** What is selected, as it is looked for; null where it is no part of one line of text, or was just found. */
  private wordsIn({ from, to }: Stretch): string | null {
    const span = spanAt(this.document.layout, from.line);
    const isMark = span.marked && span.line === from.line;
    if (from.line !== to.line || from.column === to.column || isMark) return null;
    if (this.isOpen && this.hits.indexOf({ from, to }) !== null) return null;
    const selected = this.surface.line(from.line).slice(from.column - 1, to.column - 1);
    return this.state.query.isRegex ? selected.replace(SPECIAL, String.raw`\$&`) : selected;
  }

  private changed(): void {
    this.fresh.outdate();
    // An expression that takes too long would do so after every letter.
    if (!this.isOpen || this.fresh.found.fault !== null) return;
    this.later ??= setTimeout(() => {
      this.later = undefined;
      if (this.isOpen) void this.fresh.look();
    }, LATER_MS);
  }

  private async search(template: string | null): Promise<Search | null> {
    const { query } = this.state;
    const { surface, document } = this;
    const { within } = this.marks;
    const only = (hits: Hits): Search => ({ hits, replaced: null, fault: null });
    if (query.text === '') return only(Hits.NONE);
    if (!query.isRegex) return only(searchPlain(surface.model, document.layout, query, within));
    const pieces = textPieces(surface, document, within);
    const end = await this.regex.run({ texts: pieces.map(({ text }) => text), query, template });
    if (surface.model.isDisposed() || ('ended' in end && end.ended === 'other')) return null;
    if ('found' in end) {
      const { places, replacements: texts } = end.found;
      const replaced = template === null || texts === null ? null : { template, texts };
      return { ...only(hitsIn(pieces, places, surface)), replaced };
    }
    const { invalid, tooSlow, notSearched } = words.find;
    const fault = 'invalid' in end ? invalid(end.invalid) : end.ended === 'too slow' ? tooSlow : notSearched;
    return { ...only(Hits.NONE), fault };
  }

  /** Shows the hits, and which of them is selected. */
  private look(): void {
    if (this.fresh.isStale || !this.isOpen) return;
    const { hits } = this;
    const fault = this.fresh.found.fault ?? this.refusal;
    if (hits.count > 0) this.replaced = null;
    const current = hits.indexOf(this.selected());
    this.marks.show(hits, current);
    const { query } = this.state;
    const isAsked = query.text !== '';
    if (fault === null && hits.count === 0 && this.replaced?.query === query)
      return this.set({ found: { is: 'replaced', count: this.replaced.count } });
    this.set({
      found:
        fault !== null
          ? { is: 'fault', why: fault }
          : isAsked
            ? { is: 'found', count: hits.count, current }
            : { is: 'nothing asked' },
    });
  }

  /** False: what is looked for is nowhere. */
  private async findFrom(place: Place): Promise<boolean> {
    if (!(await this.fresh.look())) return this.fresh.isStale;
    if (this.hits.count === 0) return false;
    this.select(this.hits.firstFrom(place) % this.hits.count);
    return true;
  }

  /** A hit of what was looked for before stays selected no longer: what is typed next would replace it. */
  private goBack(): void {
    if (isSame(this.selected(), this.anchor)) return;
    this.viewport.centre(this.anchor.from);
    this.surface.select(this.anchor, CARET);
    this.look();
  }

  private async go(step: 1 | -1): Promise<void> {
    const isKnown = this.state.query.text !== '' && (await this.fresh.look());
    const { count } = this.hits;
    if (!isKnown || count === 0) {
      if (!this.isOpen) this.open(false);
      return;
    }
    const selected = this.selected();
    const current = this.hits.indexOf(selected);
    const next = current !== null ? current + step : this.hits.firstFrom(selected.from) + (step === 1 ? 0 : -1);
    this.select((next + count) % count);
    this.anchor = atPlace(this.selected().from);
  }

  private select(index: number): void {
    const { from, to } = this.hits.at(index);
    this.viewport.centre(from);
    this.surface.select({ from, to }, CARET);
    this.look();
  }

  /** What each hit becomes; null where nothing can be replaced now. */
  private async toReplace(): Promise<((index: number) => string) | null> {
    const { readOnly, query, replacement } = this.state;
    if (readOnly) return null;
    this.refusal = null;
    if (!query.isRegex) return (await this.fresh.look()) ? () => replacement : null;
    this.fresh.outdate();
    const isKnown = await this.fresh.look(replacement);
    const { replaced } = this.fresh.found;
    if (isKnown && replaced !== null) return (index) => replaced.texts[index] ?? '';
    if (this.fresh.isStale) this.refusal = words.find.keepsChanging;
    return null;
  }

  private put(all: readonly Replaced[]): void {
    const edits = replacementEdits(all, (line) => this.surface.line(line));
    this.perform(() => this.surface.write(edits));
  }
}
