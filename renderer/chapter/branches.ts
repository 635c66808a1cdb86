import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { ShownBranch } from '../../shared/contract/writing.ts';
import type { Turn } from '../../shared/document/turn.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { caretTarget } from './caret-target.ts';
import type { ChapterStore } from './chapter-store.ts';
import type { OpenChapter } from './open-chapter.ts';
import type { Replies } from './replies/replies.ts';
import { endOfText } from './text-source.ts';
import { contentOf, isFork, neighbour } from './tree-queries.ts';
import { placeOf, spotOf, type Spot } from './whereabouts.ts';

interface BranchesHost {
  readonly chapter: OpenChapter;
  readonly replies: Replies;
  readonly store: ChapterStore;
  readonly isReadOnly: () => boolean;
  readonly onChange: () => void;
  /** The page begins to turn, or has turned as far as it was asked to. */
  readonly onTurning: () => void;
}

/** Turning to another alternate, one after the other. */
export class Branches {
  private readonly host: BranchesHost;
  private last: Promise<void> = Promise.resolve();
  private asked = 0;
  /** Below which alternates the person was, and where, when another one was shown. */
  private readonly below = new Map<string, Spot>();

  constructor(host: BranchesHost) {
    this.host = host;
  }

  /** Resolves when the branch that was chosen last is shown: what is asked for next means that one. */
  get turned(): Promise<void> {
    return this.last;
  }

  /** A branch was asked for that is not shown yet. */
  get isTurning(): boolean {
    return this.asked > 0;
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.asked++;
    this.last = this.last.then(work).finally(() => {
      this.asked--;
      this.host.onTurning();
    });
    this.host.onTurning();
    return this.last;
  }

  /** Without a turn: the nearest model turn at or before the caret. */
  choose(turnId: string | undefined, step: -1 | 1): Promise<void> {
    return this.next(() => this.turn(turnId, step));
  }

  /** Another alternate of a turn will be shown: where the person is below this one is remembered. */
  leave(turnId: string): void {
    const { document, view } = this.host.chapter;
    const { ids } = document.layout;
    const { turn } = caretTarget(document, view.caret());
    if (ids.indexOf(turn.id) > ids.indexOf(turnId)) this.below.set(turnId, spotOf(document, view.caret()));
    else this.below.delete(turnId);
  }

  /** Shows the branch that a turn begins, with the caret where it was there. */
  goTo(turnId: string, caret: Spot): Promise<void> {
    this.below.set(turnId, caret);
    return this.next(() => this.activate(turnId, null));
  }

  /** The last fork before the turn in which the caret stands. */
  nearestFork(): string | null {
    const { document, sync, view } = this.host.chapter;
    const { ids } = document.layout;
    const { turn } = caretTarget(document, view.caret());
    const above = ids.slice(0, ids.indexOf(turn.id));
    // Behind a fork that the page ends with, the one before it is meant.
    if (turn.id === document.readyTurn()?.id) above.pop();
    return above.findLast((id) => isFork(sync.tree, id)) ?? null;
  }

  /** Ends the page behind a turn: what follows it stays in the tree, beside what is written next. */
  endAt(turnId: string): Promise<void> {
    return this.next(async () => {
      const { chapter, replies, onChange } = this.host;
      const { binding, document, sync, view } = chapter;
      const { ids } = document.layout;
      const { live } = replies;
      const at = ids.indexOf(turnId);
      if (at === -1 || replies.isStarting || ids.length - 1 === at) return;
      if (document.readyTurn() !== null && ids.length - 2 === at) return view.putCaret(endOfText(view));
      try {
        await sync.flush();
      } catch (error) {
        return this.tell(error);
      }
      if (live !== null && ids.indexOf(live.turnId) > at) live.hide();
      binding.endStep();
      binding.mirror(binding.edits.tail(turnId, [], false));
      if (document.wantsReadyTurn()) binding.mirror(binding.edits.ready());
      binding.endStep();
      document.putBack();
      sync.edited();
      view.putCaret(endOfText(view));
      view.bring(view.caret());
      onChange();
    });
  }

  /** Deletes the last turn of the page, if it has alternates: another one is shown in its place. Answers whether so. */
  remove(turnId: string): boolean {
    const { chapter, replies } = this.host;
    const { document, sync } = chapter;
    const last = document.layout.spans.at(document.readyTurn() === null ? -1 : -2);
    const other = neighbour(sync.tree, turnId, -1) ?? neighbour(sync.tree, turnId, 1);
    if (other === null || last?.id !== turnId || replies.isStarting) return false;
    void this.next(() => this.replace(turnId, other.id));
    return true;
  }

  private async replace(turnId: string, otherId: string): Promise<void> {
    const { chapter, store } = this.host;
    const { document, sync } = chapter;
    try {
      await sync.activate(
        otherId,
        (branch) => {
          const span = document.spanOf(turnId);
          const { role, speaker, marked } = span ?? { role: 'model', speaker: null, marked: true };
          const turn = { id: turnId, role, speaker, marked, text: span === null ? '' : document.textOf(span) };
          this.show(branch, null);
          const { version } = chapter.view;
          const undo = (): void => {
            if (chapter.view.version === version) chapter.view.undo();
            else void this.bringBack(turn);
          };
          const isDone = (): boolean => document.spanOf(turnId) !== null;
          store.tell('info', words.manuscript.removed, null, { label: words.common.undo, run: undo, isDone });
        },
        turnId,
      );
    } catch (error) {
      this.tell(error);
    }
  }

  /** Shows a deleted turn again, in place of what was written on since, which stays beside it. */
  private async bringBack(turn: Turn): Promise<void> {
    const { binding, document, sync } = this.host.chapter;
    try {
      await sync.flush();
    } catch (error) {
      return this.tell(error);
    }
    if (document.spanOf(turn.id) !== null) return;
    const after = binding.nearestShown(sync.tree.turns.get(turn.id)?.parentId ?? null, sync.tree);
    binding.perform(binding.edits.tail(after, [turn], true));
  }

  private tell(error: unknown): void {
    const fault = faultOf(error);
    this.host.store.tell('error', sentenceOf(fault), fault.detail ?? null);
  }

  private async turn(turnId: string | undefined, step: -1 | 1): Promise<void> {
    const { chapter, replies } = this.host;
    const target = caretTarget(chapter.document, chapter.view.caret());
    const id = turnId ?? target.model?.id;
    if (id === undefined || replies.isStarting || this.host.isReadOnly()) return;
    const other = neighbour(chapter.sync.tree, id, step);
    if (other === null) return;
    this.leave(id);
    await this.activate(other.id, target.turn.id === id ? target.offset : null);
  }

  private async activate(turnId: string, stayAt: number | null): Promise<void> {
    try {
      await this.host.chapter.sync.activate(turnId, (branch) => this.show(branch, stayAt));
    } catch (error) {
      this.tell(error);
    }
  }

  private show({ path, generation, cutShort }: ShownBranch, stayAt: number | null): void {
    const { chapter, replies, onChange } = this.host;
    const { binding, document, sync, view } = chapter;
    const after = binding.nearestShown(path[0]?.parentId ?? null, sync.tree);
    const { ids } = document.layout;
    const { live } = replies;
    if (live !== null && ids.indexOf(live.turnId) > ids.indexOf(after ?? '')) live.hide();
    view.keepSight(() => {
      binding.endStep();
      binding.mirror(binding.edits.tail(after, path.map(contentOf), generation?.turnId !== path.at(-1)?.id));
      binding.endStep();
      for (const reply of replies.running) {
        if (!path.some(({ id }) => id === reply.turnId)) continue;
        if (generation?.turnId === reply.turnId) reply.show();
        else reply.standsWhole();
      }
    });
    if (generation === null && cutShort !== null) replies.openCut(cutShort);
    document.mend(sync.tree);
    const span = document.spanOf(path[0]?.id ?? '');
    const ready = document.readyTurn();
    if (span === null) return;
    const below = stayAt === null ? this.below.get(span.id) : undefined;
    const place =
      below !== undefined
        ? placeOf(view, document, below)
        : stayAt === null && ready !== null && path.length === 1
          ? endOfText(view)
          : document.placeOf(span, Math.min(stayAt ?? Infinity, document.lengthOf(span)));
    view.putCaret(place);
    view.bring(place);
    onChange();
  }
}
