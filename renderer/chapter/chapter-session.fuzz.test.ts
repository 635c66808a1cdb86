import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { alternatesOf } from '../../tests/helpers/alternates.ts';
import { PlainView, showPlainly } from '../../tests/helpers/plain-view.ts';
import { ReplyingStudio } from '../../tests/helpers/replying-studio.ts';
import { SEED, sizeOf } from '../../tests/helpers/sizes.ts';
import { isMark, parse } from '../../shared/document/grammar.ts';
import type { Op } from '../../shared/document/turn.ts';
import { newId } from '../../shared/document/ids.ts';
import { fault } from '../../shared/faults/failure.ts';
import { ChatView, composedTurn, messagesOf } from '../chat/chat-view.ts';
import { ChapterSession } from './chapter-session.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = (ms = 3000) => vi.advanceTimersByTimeAsync(ms);

/** Words of one letter, so that none can be torn by what is written into it. */
const FIRST_WORD = 0x4e00;

/** A person at a page, and a studio that answers when the test says so. */
class Writing {
  readonly studio = new ReplyingStudio([
    { id: newId(), role: 'user', speaker: null, marked: true, text: 'I\rknock.\r\n' },
  ]);
  view = new PlainView('');
  session = this.open();
  /** Where the chapter is shown as a chat. */
  chat: ChatView | null = null;
  /** The text of the first visit as it began. */
  private first = '';
  visits = 0;
  /** Every word of the person's, each once. */
  typed: string[] = [];
  private made = 0;

  private open(): ChapterSession {
    const session = new ChapterSession({
      api: this.studio.api,
      chapterId: this.studio.chapterId,
      readOnly: false,
      retries: 1,
      textReady: Promise.resolve(),
      layText: (text, kept) => {
        this.visits += kept === null ? 1 : 0;
        this.first = kept === null ? text : this.first;
        this.view = new PlainView(text, kept);
        return this.view;
      },
    });
    session.showIn(showPlainly);
    this.chat = null;
    return session;
  }

  turnToChat(): void {
    this.session.showIn((text, chapter) => (this.chat = new ChatView(text, chapter, () => undefined)));
  }
  turnToPage(): void {
    this.session.showIn(showPlainly);
    this.chat = null;
  }

  click(at: number): void {
    const { chat } = this;
    const { ids = [] } = chat?.document.layout ?? {};
    if (chat === null) this.view.clickAt(at);
    else chat.come(ids[at % (ids.length + 1)] ?? null, at);
  }

  /** In the chat: into a message, where one has the caret. */
  private put(word: string): void {
    const { chat } = this;
    const span = chat?.document.spanOf(chat.getState().active ?? '') ?? null;
    if (chat === null) return this.view.type(word);
    if (span === null || composedTurn(chat.document)?.id === span.id) return chat.type(word);
    const text = chat.document.textOf(span);
    chat.editTurn(span.id);
    chat.write(span.id, word + text);
    chat.endEdit();
  }

  /** Messages and composer say what stands in the text. */
  expectAgreement(): void {
    const { chat, view } = this;
    if (chat === null) return;
    const { document } = chat;
    const composed = composedTurn(document);
    const said = [...messagesOf(document), ...(composed === null ? [] : [composed])];
    expect(said.map((span) => [span.role, span.speaker, document.textOf(span)])).toEqual(
      parse(view.text).map(({ role, speaker, text }) => [role, speaker, text]),
    );
  }

  /** All is undone and redone: every earlier text comes back, those of the visits before too. */
  thereAndBack(): void {
    const { view, session } = this;
    const { texts } = view;
    const before = view.version;
    let steps = 0;
    for (; view.canUndo; steps++) {
      session.undo();
      expect(view.text, `version ${String(view.version)}`).toBe(texts.get(view.version));
    }
    expect(view.text).toBe(this.first);
    for (; steps > 0; steps--) session.redo();
    expect([view.version, view.text]).toEqual([before, texts.get(before)]);
  }

  /** One word at several places of the turns at once. */
  replaceAll(at: number): void {
    const { view } = this;
    const lines = view.text.split('\n');
    const starts = lines.map((_, index) => view.offsetAt(index + 1, 1));
    const word = this.word();
    const pieces = lines
      .flatMap((line, index) => (isMark(line) ? [] : [(starts[index] ?? 0) + ((at * (index + 7)) % (line.length + 1))]))
      .filter((_, index) => (at >> (index % 7)) % 2 === 0)
      .map((place) => ({ from: place, to: place, text: word }));
    if (pieces.length === 0 || this.chat !== null) return;
    this.typed.push(word);
    view.replaceAll(pieces);
  }

  word(): string {
    return String.fromCodePoint(FIRST_WORD + this.made++);
  }

  type(): void {
    const word = this.word();
    this.typed.push(word);
    this.put(word);
  }

  /** Deletes a turn, and what was just typed into it with it. */
  remove(at: number): void {
    const path = this.studio.path.slice(1);
    const { id = '' } = path[at % Math.max(1, path.length)] ?? {};
    const gone = this.session.excerpt(id, 1000);
    this.typed = this.typed.filter((word) => !gone.includes(word));
    this.session.removeTurn(id);
  }

  /** `meanwhile`: a reply is written on and ends, or another page deletes an alternate. */
  async comeBack(meanwhile: number): Promise<void> {
    // Who opens a chapter again waits a while for what was written before, not for ever.
    this.studio.isSilent = false;
    this.studio.tell();
    this.session.close();
    if (meanwhile > 0) await settle();
    if (meanwhile === 1 && this.studio.reply !== null) {
      this.studio.write(this.word());
      this.studio.end();
    }
    if (meanwhile === 2 && this.studio.reply === null) this.studio.change(this.removal());
    this.session = this.open();
    await settle();
  }

  /** The last turn goes, and an alternate takes its place. */
  private removal(): readonly Op[] {
    const { tree, path } = this.studio;
    const { id: turnId = '' } = path.at(-1) ?? {};
    const other = alternatesOf(tree, turnId).find((id) => id !== turnId);
    if (other === undefined) return [];
    const parentId = tree.turns.get(turnId)?.parentId ?? null;
    return [
      { op: 'remove', turnId },
      { op: 'activate', parentId, turnId: other },
    ];
  }

  stored(): { role: string; text: string }[] {
    return this.studio.path.map(({ role, text }) => ({ role, text }));
  }

  shown(): { role: string; text: string }[] {
    const turns = parse(this.view.text).map(({ role, text }) => ({ role, text }));
    const last = turns.at(-1);
    const isReady = last?.role === 'user' && last.text === '' && turns.at(-2)?.role === 'model';
    return isReady ? turns.slice(0, -1) : turns;
  }

  /** Empty turns of the person's that the store has: nobody types any, so that each would be a stored ready turn. */
  storedReadyTurns(): unknown[] {
    const living = [...this.studio.tree.turns.values()].filter(({ tombstone }) => tombstone === null);
    return living.filter(({ role, text }) => role === 'user' && text === '' && living.length > 1);
  }
}

type Step = readonly [name: keyof typeof steps, at: number];

/** What may happen at any time. `at`: somewhere in the text. */
const steps = {
  click: (writing: Writing, at: number) => writing.click(at),
  turnToChat: (writing: Writing) => writing.turnToChat(),
  turnToPage: (writing: Writing) => writing.turnToPage(),
  type: (writing: Writing, at: number) => {
    writing.click(at);
    writing.type();
  },
  typeOn: (writing: Writing) => writing.type(),
  replaceAll: (writing: Writing, at: number) => writing.replaceAll(at),
  thereAndBack: (writing: Writing) => writing.thereAndBack(),
  newLine: ({ view, chat }: Writing) => {
    if (chat === null) view.type('\n');
    else chat.write(null, `${chat.composed()}\n`);
  },
  undo: ({ session }: Writing) => session.undo(),
  redo: ({ session }: Writing) => session.redo(),
  reply: ({ session }: Writing) => void session.reply(),
  goOn: ({ session }: Writing) => void session.continue(),
  retry: ({ session }: Writing) => void session.retry(),
  earlier: ({ session }: Writing) => void session.previousAlternate(),
  later: ({ session }: Writing) => void session.nextAlternate(),
  branch: ({ session, studio }: Writing, at: number) =>
    void session.branchAt(studio.path[at % Math.max(1, studio.path.length)]?.id ?? ''),
  toFork: ({ session }: Writing) => void session.returnToFork(),
  stop: ({ session }: Writing) => void session.stop(),
  remove: (writing: Writing, at: number) => writing.remove(at),
  stream: (writing: Writing) => {
    if (writing.studio.reply !== null) writing.studio.write(writing.word());
  },
  wait: ({ studio }: Writing) => {
    if (studio.reply !== null) studio.wait(0.5);
  },
  end: ({ studio }: Writing) => {
    if (studio.reply !== null) studio.end();
  },
  fail: ({ studio }: Writing) => {
    if (studio.reply !== null) studio.end('error', fault('INTERNAL', {}));
  },
  fallSilent: ({ studio }: Writing) => {
    studio.isSilent = true;
  },
  breakOff: ({ studio }: Writing) => studio.cutStreams(),
  leaveAndComeBack: (writing: Writing, at: number) => writing.comeBack(at % 3),
  rest: () => settle(),
  restABit: () => settle(150),
} as const;

/** After these a word of the person's may rightly be gone. */
const TAKES_BACK: ReadonlySet<string> = new Set(['undo', 'redo', 'thereAndBack']);

test(
  'whatever is written, answered, left and undone: in the end the store has what the page shows, and no word of the person’s is lost',
  { timeout: 300_000 },
  async () => {
    const names = Object.keys(steps) as (keyof typeof steps)[];
    const step = fc.tuple(fc.constantFrom(...names), fc.nat(200)) as fc.Arbitrary<Step>;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (all) => {
        const writing = new Writing();
        await settle();
        for (const [name, at] of all) {
          await steps[name](writing, at);
          await settle(0);
          writing.expectAgreement();
        }
        const { studio } = writing;
        studio.isSilent = false;
        studio.tell();
        await settle();
        for (; studio.reply !== null; await settle()) studio.end();
        expect(writing.stored()).toEqual(writing.shown());
        expect(writing.storedReadyTurns()).toEqual([]);
        expect(writing.visits).toBe(1);
        expect(writing.session.getState()).toMatchObject({ save: 'saved', generation: null, others: 0 });
        if (all.some(([name]) => TAKES_BACK.has(name))) return;
        const texts = [...studio.tree.turns.values()].map(({ text }) => text ?? '').join('\n');
        for (const word of writing.typed) expect(texts).toContain(word);
      }),
      { seed: SEED, numRuns: sizeOf(300, 5000) },
    );
  },
);
