import type { RunningGeneration } from '../../shared/contract/writing.ts';
import type { TreeTurn } from '../../shared/document/turn.ts';
import { faultOf } from '../lib/faults.ts';
import { contentOf } from './binding.ts';
import type { OpenChapter } from './open-chapter.ts';
import { aimAt, neighbour } from './caret-target.ts';
import type { Replies } from './replies/replies.ts';
import type { Store } from './chapter-store.ts';
import { NotSaved } from './sync.ts';

interface BranchesHost {
  readonly chapter: OpenChapter;
  readonly replies: Replies;
  readonly store: Store;
  readonly isReadOnly: () => boolean;
  readonly onChange: () => void;
}

/** Turning the page to another alternate, one after the other. */
export class Branches {
  private readonly host: BranchesHost;
  private last: Promise<void> = Promise.resolve();

  constructor(host: BranchesHost) {
    this.host = host;
  }

  /** Resolves when the branch that was chosen last is on the page: what is asked for next means that one. */
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
    const aim = aimAt(chapter.binding.document, chapter.surface.caret());
    const id = turnId ?? aim.model?.id;
    if (id === undefined || replies.isStarting || this.host.isReadOnly()) return;
    const target = neighbour(chapter.sync.tree, id, step);
    if (target === null) return;
    const stayAt = aim.turn.id === id ? aim.offset : null;
    try {
      await chapter.sync.activate(target.id, (path, generation) => this.show(path, generation, stayAt));
    } catch (error) {
      const fault = error instanceof NotSaved ? error.fault : faultOf(error);
      store.tell('error', fault.message, fault.detail ?? null);
    }
  }

  private show(path: readonly TreeTurn[], generation: RunningGeneration | null, stayAt: number | null): void {
    const { chapter, replies, onChange } = this.host;
    const { page, binding, surface, sync, viewport } = chapter;
    const scroll = page.getScrollTop();
    const after = binding.onPage(path[0]?.parentId ?? null, sync.tree);
    const { ids } = binding.document.layout;
    const { live } = replies;
    if (live !== null && ids.indexOf(live.turnId) > ids.indexOf(after ?? '')) live.hide();
    binding.endStep();
    binding.mirror(binding.edits.tail(after, path.map(contentOf), generation?.turnId !== path.at(-1)?.id));
    binding.endStep();
    for (const reply of replies.running) {
      if (!path.some(({ id }) => id === reply.turnId)) continue;
      if (generation?.turnId === reply.turnId) reply.show();
      else reply.standsWhole();
    }
    page.setScrollTop(scroll);
    const span = binding.document.spanOf(path[0]?.id ?? '');
    const ready = binding.document.readyTurn();
    if (span === null) return;
    const place =
      stayAt === null && ready !== null && path.length === 1
        ? surface.endOfLine(surface.lineCount())
        : binding.document.placeOf(span, Math.min(stayAt ?? Infinity, binding.document.lengthOf(span)));
    surface.putCaret(place);
    viewport.bring(place);
    onChange();
  }
}
