import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { RunningGeneration } from '../../shared/contract/writing.ts';
import type { TreeTurn } from '../../shared/document/turn.ts';
import { faultOf } from '../lib/faults.ts';
import { caretTarget } from './caret-target.ts';
import type { ChapterStore } from './chapter-store.ts';
import type { OpenChapter } from './open-chapter.ts';
import type { Replies } from './replies/replies.ts';
import { endOfText } from './text-source.ts';
import { contentOf, neighbour } from './tree-queries.ts';

interface BranchesHost {
  readonly chapter: OpenChapter;
  readonly replies: Replies;
  readonly store: ChapterStore;
  readonly isReadOnly: () => boolean;
  readonly onChange: () => void;
}

/** Turning to another alternate, one after the other. */
export class Branches {
  private readonly host: BranchesHost;
  private last: Promise<void> = Promise.resolve();

  constructor(host: BranchesHost) {
    this.host = host;
  }

  /** Resolves when the branch that was chosen last is shown: what is asked for next means that one. */
  get turned(): Promise<void> {
    return this.last;
  }

  /** Without a turn: the nearest model turn at or before the caret. */
  choose(turnId: string | undefined, step: -1 | 1): Promise<void> {
    this.last = this.last.then(() => this.turn(turnId, step));
    return this.last;
  }

  private async turn(turnId: string | undefined, step: -1 | 1): Promise<void> {
    const { chapter, replies, store } = this.host;
    const target = caretTarget(chapter.document, chapter.view.caret());
    const id = turnId ?? target.model?.id;
    if (id === undefined || replies.isStarting || this.host.isReadOnly()) return;
    const other = neighbour(chapter.sync.tree, id, step);
    if (other === null) return;
    const stayAt = target.turn.id === id ? target.offset : null;
    try {
      await chapter.sync.activate(other.id, (path, generation) => this.show(path, generation, stayAt));
    } catch (error) {
      const fault = faultOf(error);
      store.tell('error', sentenceOf(fault), fault.detail ?? null);
    }
  }

  private show(path: readonly TreeTurn[], generation: RunningGeneration | null, stayAt: number | null): void {
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
    const span = document.spanOf(path[0]?.id ?? '');
    const ready = document.readyTurn();
    if (span === null) return;
    const place =
      stayAt === null && ready !== null && path.length === 1
        ? endOfText(view)
        : document.placeOf(span, Math.min(stayAt ?? Infinity, document.lengthOf(span)));
    view.putCaret(place);
    view.bring(place);
    onChange();
  }
}
