import type { GenerationStart } from '../../shared/contract/writing.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Change, Op, TreeTurn, Turn } from '../../shared/document/turn.ts';
import type { ChapterText } from '../../renderer/chapter/chapter-text.ts';
import { faultOf } from '../../renderer/lib/faults.ts';
import { StreamingSpan } from '../../renderer/chapter/streaming-span.ts';
import { Sync, type SyncApi, type SyncOptions } from '../../renderer/chapter/saving/sync.ts';
import { alternatesOf } from './alternates.ts';
import { FaultyLink } from './faulty-link.ts';
import { MemoryStudio, StudioRefusal } from './memory-studio.ts';
import type { Paper } from './paper.ts';
import { PaperPage } from './paper-page.ts';

/** Something that happens to a page and its studio; `n` chooses where. */
export type Command =
  | { readonly do: 'type' | 'newTurn' | 'merge' | 'erase' | 'activate' | 'elsewhere'; readonly n: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'fate'; readonly fate: 'lost' | 'answerLost' | 'DISK_FULL' | 'BAD_REQUEST' }
  | {
      readonly do:
        | 'flush'
        | 'cut'
        | 'freeze'
        | 'restore'
        | 'poison'
        | 'cure'
        | 'hold'
        | 'release'
        | 'reply'
        | 'retry'
        | 'piece'
        | 'end'
        | 'takeBack';
    };

interface Written {
  readonly start: GenerationStart;
  text: string;
  ended: boolean;
  /** The page has begun to follow it. */
  followed: boolean;
  heardEnd: boolean;
  takenBack: boolean;
}

export interface Variant {
  readonly Queue?: typeof Sync;
  readonly api?: (api: SyncApi) => SyncApi;
  /** A reply is told of only when its model is there, which it never is. */
  readonly neverReady?: boolean;
  readonly live?: SyncOptions['live'];
}

const POISON = '☠';

/**
 * A page, its save queue and a studio in memory, with a link between them that fails as it is told. Time is the test's:
 * fake timers.
 */
export class SavingWorld {
  readonly studio: MemoryStudio;
  readonly link = new FaultyLink();
  readonly sync: Sync;
  private readonly page: PaperPage;
  private readonly replies: Written[] = [];
  private readonly starts = new Map<string, GenerationStart>();
  /** What was typed and not erased, by itself recognisable. */
  private readonly tokens = new Set<string>();
  private count = 0;
  private poisoned = false;
  private asking = false;
  private releases: (() => void)[] = [];
  readonly faults: string[] = [];

  constructor({ Queue = Sync, api = (same) => same, neverReady = false, live }: Variant = {}) {
    const turns = (['system', 'user', 'model', 'user', 'model'] as const).map((role, index): Turn => ({
      id: newId(),
      role,
      speaker: null,
      marked: true,
      text: `Turn ${index}.`,
    }));
    this.studio = new MemoryStudio(turns);
    this.page = new PaperPage(turns);
    const { studio } = this;
    this.sync = new Queue({
      api: api(this.api(neverReady)),
      chapterId: studio.chapterId,
      tree: studio.tree,
      structureRev: studio.structureRev,
      unsaved: this.document,
      newId,
      reconcile: (theirs) => this.document.beside(theirs),
      live: live ?? (() => new Set(this.unheard().map(({ start }) => start.turnId))),
      onState: () => {
        if (this.sync.fault !== null) this.noteDefect(this.sync.fault);
        this.check();
      },
    });
  }

  private get paper(): Paper {
    return this.page.paper;
  }
  private get document(): ChapterText {
    return this.page.document;
  }

  /** Neither a broken link nor a refusal: a fault of the page, or of the test. */
  private noteDefect({ code, detail }: StudioFault): void {
    if (code === 'INTERNAL') this.faults.push(String(detail));
  }

  private unheard(): Written[] {
    return this.replies.filter((reply) => reply.followed && !reply.heardEnd);
  }

  private api(neverReady: boolean): SyncApi {
    const { studio, link } = this;
    return {
      writing: {
        applyChange: (change) =>
          link.call(async () => {
            if (this.poisoned && isPoisoned(change)) throw new StudioRefusal('BAD_REQUEST');
            return studio.writing.applyChange(change);
          }),
        activate: (wish) => link.call(() => studio.writing.activate(wish)),
        generate: (wish) =>
          link.call(
            async () => {
              if (neverReady) await new Promise(() => undefined);
              const known = this.starts.get(wish.generationId);
              if (known !== undefined) return known;
              if (this.replies.some(({ ended }) => !ended)) throw new StudioRefusal('BUSY');
              const start = await studio.writing.generate(wish);
              this.starts.set(wish.generationId, start);
              this.replies.push({ start, text: '', ended: false, followed: false, heardEnd: false, takenBack: false });
              return start;
            },
            () => this.starts.has(wish.generationId),
          ),
      },
      chapters: { open: (wish) => link.call(() => studio.chapters.open(wish)) },
    };
  }

  /** The first law: what the page shows is in the store, or the status says that it is not. */
  check(): void {
    if (this.sync.state !== 'saved' || this.elsewhere) return;
    if (this.replies.some(({ takenBack, followed, heardEnd }) => takenBack && followed && !heardEnd)) return;
    // The studio may have turned to another branch already, of which the page has not heard.
    const turned = this.asking;
    const missing = turned ? this.missing() : this.shown() === this.stored() ? null : this.stored();
    if (missing !== null)
      this.faults.push(`“Saved”, but the page shows\n${this.shown()}\nand the store has\n${missing}`);
  }

  /** The first turn of the page that the store has otherwise, in any branch. */
  private missing(): string | null {
    for (const { id, text } of this.document.currentTurns()) {
      const turn = this.studio.tree.turns.get(id);
      const unheard = this.replies.find((one) => one.start.turnId === id && one.followed && !one.heardEnd);
      const stored = unheard?.ended === true ? (turn?.text ?? '').replace(unheard.text, '') : turn?.text;
      if (turn === undefined || turn.tombstone !== null || stored !== text) return `${id}: ${String(stored)}`;
    }
    return null;
  }

  /** The page's turns, without what streams. */
  private shown(): string {
    return print(this.document.currentTurns());
  }
  /**
   * The store's turns as far as the page can know of them: without replies of which it has not heard, or whose ends it
   * has not heard.
   */
  private stored(): string {
    const unknown = this.replies.filter(({ start, followed, heardEnd }) =>
      followed ? !heardEnd : this.document.spanOf(start.turnId) === null,
    );
    let { tree } = this.studio;
    for (const { start, text, ended } of unknown) {
      const turn = tree.turns.get(start.turnId);
      if (turn === undefined || !ended) continue;
      const cut = (turn.text ?? '').replace(text, '');
      tree = { ...tree, turns: new Map(tree.turns).set(turn.id, { ...turn, text: cut }) };
    }
    const path: Turn[] = [];
    const hidden = new Set(unknown.filter(({ followed }) => !followed).map(({ start }) => start.turnId));
    for (let id = tree.activeRootId; id !== null;) {
      const turn: TreeTurn | undefined = tree.turns.get(id);
      if (turn === undefined) break;
      if (hidden.has(id)) return this.shown();
      path.push({ id, role: turn.role, speaker: turn.speaker, marked: turn.marked, text: turn.text ?? '' });
      id = turn.activeChildId;
    }
    // An emptied turn at the end is the ready one.
    const last = path.at(-1);
    if (last?.role === 'user' && last.text === '' && path.at(-2)?.role === 'model') path.pop();
    return print(path);
  }

  private editable(n: number) {
    const live = new Set(this.replies.filter(({ heardEnd }) => !heardEnd).map(({ start }) => start.turnId));
    const spans = this.document.layout.spans.filter(({ id }) => !live.has(id));
    return spans.length === 0 ? null : (spans[n % spans.length] ?? null);
  }
  private token(): string {
    const token = `t${++this.count}${this.count % 9 === 0 ? POISON : ''}.`;
    this.tokens.add(token);
    return token;
  }
  private edit(from: number, to: number, text: string): void {
    this.paper.edit(from, to, text);
    this.sync.edited();
    this.check();
  }
  private begin(start: GenerationStart): void {
    const reply = this.replies.find((one) => one.start.generationId === start.generationId);
    if (reply === undefined) return;
    const op = start.ops[0];
    if (op?.op === 'insert') {
      let after = op.after;
      while (after !== null && this.document.spanOf(after) === null)
        after = this.sync.tree.turns.get(after)?.parentId ?? null;
      if (op.as === 'chain') this.page.showChained(after, op.turn);
      else this.page.showTail(after, [op.turn], false);
    }
    reply.followed = true;
    this.document.openLive(new StreamingSpan(start.turnId, start.offset));
    this.page.writeLive(reply.text);
    // Its end came before the page had heard of its beginning.
    if (reply.ended) this.tellEnd(reply);
  }

  private get running(): Written | undefined {
    return this.replies.find(({ ended }) => !ended);
  }

  private ask(kind: 'reply' | 'retry'): void {
    const { document } = this;
    const models = document.layout.spans.filter(({ role }) => role === 'model');
    const last = document.currentTurns().at(-1);
    const turnId = kind === 'retry' ? models.at(-1)?.id : last?.role === 'user' ? last.id : undefined;
    if (turnId === undefined || this.asking || this.unheard().length > 0) return;
    this.asking = true;
    void this.sync
      .generate({ kind, turnId, offset: null }, (start) => this.begin(start))
      .catch((error: unknown) => this.noteDefect(faultOf(error)))
      .finally(() => {
        this.asking = false;
      });
  }

  private tellEnd(reply: Written, version = this.studio.tree.turns.get(reply.start.turnId)?.version ?? 1): void {
    void this.link
      .call(async () => undefined)
      .catch(() => undefined)
      .then(() =>
        this.sync.between(() => {
          const { turnId } = reply.start;
          const known = this.sync.tree.turns.get(turnId);
          if (known !== undefined)
            this.sync.adopt(turnId, {
              text: `${reply.text}${known.text ?? ''}`,
              version: Math.max(version, known.version),
            });
          if (this.document.live?.turnId === turnId) this.document.closeLive(true);
          reply.heardEnd = true;
          const last = this.document.layout.spans.at(-1);
          if (last?.id === turnId)
            this.page.mirror(this.paper.text.length, this.paper.text.length, '\n<|user|>\n', [
              ...this.document.layout.ids,
              newId(),
            ]);
        }),
      )
      .then(() => this.sync.edited());
  }

  private end(): void {
    const reply = this.running;
    if (reply === undefined) return;
    reply.ended = true;
    const version = this.studio.finishReply(reply.start.turnId, reply.start.offset, reply.text);
    if (reply.followed) this.tellEnd(reply, version);
  }

  private activate(n: number): void {
    const { document, sync } = this;
    if (this.asking || this.unheard().length > 0) return;
    const shown = document.layout.spans.filter(({ id }) => alternatesOf(sync.tree, id).length > 1);
    const span = shown[n % Math.max(1, shown.length)];
    if (span === undefined) return;
    const ids = alternatesOf(sync.tree, span.id);
    const other = ids[(ids.indexOf(span.id) + 1) % ids.length];
    if (other === undefined) return;
    this.asking = true;
    void sync
      .activate(other, ({ path }) => {
        const parent = path[0]?.parentId ?? null;
        const turns = path.map(({ id, role, speaker, marked, text }) => ({
          id,
          role,
          speaker,
          marked,
          text: text ?? '',
        }));
        if (parent === null || document.spanOf(parent) !== null) this.page.showTail(parent, turns, true);
      })
      .catch((error: unknown) => this.noteDefect(faultOf(error)))
      .finally(() => {
        this.asking = false;
      });
  }

  do(command: Command): void {
    const { paper, link, studio } = this;
    switch (command.do) {
      case 'type': {
        const span = this.editable(command.n);
        const at = span === null ? -1 : this.page.offsetOf(span.id, command.n % 3 !== 0);
        if (at >= 0) this.edit(at, at, this.token());
        break;
      }
      case 'newTurn': {
        const span = this.editable(command.n);
        const at = span === null ? -1 : this.page.offsetOf(span.id, true);
        if (at >= 0) this.edit(at, at, `\n<|user|>\n${this.token()}`);
        break;
      }
      case 'merge': {
        const span = this.editable(command.n);
        const index = this.document.layout.spans.findIndex(({ id }) => id === span?.id);
        const above = this.document.layout.spans[index - 1];
        if (span === null || above === undefined || this.editable(index) === null) break;
        const live = this.replies.some(({ start, heardEnd }) => !heardEnd && start.turnId === above.id);
        if (live) break;
        this.edit(this.page.offsetOf(above.id, true), this.page.offsetOf(span.id, false), '');
        break;
      }
      case 'erase': {
        const found = [...this.tokens].filter((token) => paper.text.includes(token));
        const token = found[command.n % Math.max(1, found.length)];
        if (token === undefined) break;
        this.tokens.delete(token);
        const at = paper.text.indexOf(token);
        this.edit(at, at + token.length, '');
        break;
      }
      case 'flush': {
        const before = [...this.tokens].filter((token) => paper.text.includes(token));
        this.sync.flush().then(
          () => {
            const missing = before.filter((token) => paper.text.includes(token) && !this.isStored(token));
            if (missing.length > 0) this.faults.push(`flushed, but ${missing.join(' ')} is not in the store`);
          },
          () => undefined,
        );
        break;
      }
      case 'activate':
        this.activate(command.n);
        break;
      case 'elsewhere': {
        const path = studio.path.filter(
          ({ id }) => !this.replies.some((one) => !one.heardEnd && one.start.turnId === id),
        );
        const turn = path[command.n % Math.max(1, path.length)];
        const version = studio.tree.turns.get(turn?.id ?? '')?.version;
        // Somebody else writes only where nothing of ours is under way.
        if (turn === undefined || version === undefined || this.sync.state !== 'saved' || this.asking) break;
        this.sync.adopt(turn.id, {});
        studio.change([{ op: 'setText', turnId: turn.id, version, at: 0, del: 0, ins: '~' }]);
        this.elsewhere = true;
        break;
      }
      case 'fate':
        link.fates.push(
          command.fate === 'lost' || command.fate === 'answerLost' ? command.fate : { refused: command.fate },
        );
        break;
      case 'cut':
        link.cut();
        break;
      case 'freeze':
        link.freeze();
        break;
      case 'restore':
        link.restore();
        break;
      case 'poison':
        this.poisoned = true;
        break;
      case 'cure':
        this.poisoned = false;
        break;
      case 'hold':
        this.releases.push(this.sync.hold());
        break;
      case 'release':
        this.releases.shift()?.();
        break;
      case 'reply':
      case 'retry':
        this.ask(command.do);
        break;
      case 'piece': {
        const reply = this.running;
        if (reply === undefined) break;
        const piece = `s${++this.count} `;
        reply.text += piece;
        if (reply.followed) this.page.writeLive(piece);
        break;
      }
      case 'end':
        this.end();
        break;
      case 'takeBack':
        this.takeBack();
        break;
      case 'wait':
        break;
    }
  }

  /** Somebody else has changed the chapter: the page cannot know, and a status of “Saved” is not false. */
  private elsewhere = false;

  /** A reply that ended before its first word: its turn is taken back, and what was shown before is shown again. */
  private takeBack(): void {
    const reply = this.running;
    if (reply === undefined || !reply.followed || reply.text !== '') return;
    const { turnId } = reply.start;
    const { studio } = this;
    const turn = studio.tree.turns.get(turnId);
    if (turn === undefined || turn.tombstone !== null || turn.text !== '') return;
    const sibling = alternatesOf(studio.tree, turnId)
      .filter((id) => id !== turnId)
      .at(-1);
    const ops: Op[] = [
      { op: 'remove', turnId },
      ...(sibling === undefined ? [] : [{ op: 'activate', parentId: turn.parentId, turnId: sibling } as const]),
    ];
    reply.ended = true;
    reply.takenBack = true;
    studio.change(ops);
    const undone = { ops, structureRev: studio.structureRev };
    void this.link
      .call(async () => undefined)
      .catch(() => undefined)
      .then(() =>
        this.sync.between(async () => {
          await this.sync.takeIn(undone);
          reply.heardEnd = true;
          if (this.document.live?.turnId === turnId) this.document.leaveLive();
          const stays = this.document.spanOf(turnId);
          if (stays === null) return;
          if (sibling === undefined) return this.page.drop(turnId);
          const path: Turn[] = [];
          for (let id: string | null = sibling; id !== null;) {
            const next: TreeTurn | undefined = this.sync.tree.turns.get(id);
            if (next === undefined) break;
            path.push({ id, role: next.role, speaker: next.speaker, marked: next.marked, text: next.text ?? '' });
            id = next.activeChildId;
          }
          const { ids } = this.document.layout;
          this.page.showTail(ids[ids.indexOf(turnId) - 1] ?? null, path, true);
        }),
      )
      .then(() => this.sync.edited());
  }

  private isStored(token: string): boolean {
    return [...this.studio.tree.turns.values()].some((turn) => turn.tombstone === null && turn.text?.includes(token));
  }

  /** What stands in turns that the store has and that hold nothing that it refuses, and is not stored. */
  private waitingBehind(): string[] {
    return this.document.currentTurns().flatMap(({ id, text }) => {
      const known = this.studio.tree.turns.get(id)?.tombstone === null;
      if (!known || text.includes(POISON)) return [];
      return [...this.tokens].filter((token) => text.includes(token) && !this.isStored(token));
    });
  }

  /**
   * Everything is well again: what is left to be heard of is heard of, and there is time. Answers with what is wrong
   * all the same.
   */
  async heal(advance: (ms: number) => Promise<unknown>): Promise<string | null> {
    this.link.fates.length = 0;
    this.link.restore();
    for (const release of this.releases.splice(0)) release();
    await advance(10_000);
    this.end();
    await advance(20_000);
    const behind = this.poisoned ? this.waitingBehind() : [];
    if (behind.length > 0) return `waits behind what is refused: ${behind.join(' ')}`;
    this.poisoned = false;
    let drained = false;
    void this.sync.drain().then(() => {
      drained = true;
    });
    await advance(60_000);
    if (this.sync.state !== 'saved') return `not saved in the end: ${this.sync.state} ${this.sync.fault?.code ?? ''}`;
    if (!drained) return 'never drained';
    if (this.asking) return 'a call was never answered';
    if (this.replies.some(({ followed }) => !followed)) return 'a reply was begun that nobody follows';
    const lost = [...this.tokens].filter((token) => !this.isStored(token));
    if (lost.length > 0) return `lost: ${lost.join(' ')}`;
    const [shown, stored] = [this.shown(), this.stored()];
    if (!this.elsewhere && shown !== stored) return `the page shows\n${shown}\nand the store has\n${stored}`;
    return this.elsewhere ? null : (this.faults[0] ?? null);
  }
}

const isPoisoned = ({ ops }: Change): boolean =>
  ops.some((op) => (op.op === 'setText' ? op.ins : op.op === 'insert' ? op.turn.text : '').includes(POISON));
