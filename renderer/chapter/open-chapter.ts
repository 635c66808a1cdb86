import type { ChapterDocument } from '../../shared/contract/stories.ts';
import { print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import type { TreeTurn } from '../../shared/document/turn.ts';
import { words } from '../locales/index.ts';
import { Binding, type BindingEvents } from './binding.ts';
import type { ChapterStore } from './chapter-store.ts';
import type { EditableText, KeptText, MakeView, ViewedChapter } from './chapter-view.ts';
import type { ChapterController, StudioApi } from './controller.ts';
import { ChapterText } from './chapter-text.ts';
import { Sync } from './saving/sync.ts';
import { ShownView } from './shown-view.ts';
import { alternates, contentOf, shownPath, treeOf } from './tree-queries.ts';
import { TurnActions } from './turn-actions.ts';
import { recall, takeVisit, unknownTurns, type Visit } from './visits.ts';

/** What an open chapter is made of. */
export interface OpenChapter {
  readonly view: ShownView;
  readonly document: ChapterText;
  readonly binding: Binding;
  readonly sync: Sync;
  readonly actions: TurnActions;
  /** What stays of it for who comes back. */
  leave(): Visit;
}

/** Lays out a text for its views; `kept`: the one of the last visit, in whose undo history this one is a step. */
export type LayText = (text: string, kept: KeptText | null) => EditableText;

export interface ChapterHost {
  readonly api: StudioApi;
  readonly chapterId: string;
  readonly layText: LayText;
  readonly makeView: MakeView;
  readonly store: ChapterStore;
  readonly controller: ChapterController;
  readonly events: BindingEvents & Pick<ViewedChapter, 'caretMoved' | 'scrolled' | 'left'> & { willType(): void };
  /** No alternate can be chosen now. */
  readonly isLocked: () => boolean;
  /** The turns of replies whose ends have not been heard of. */
  readonly live: () => ReadonlySet<string>;
  /** What is saved, or whether it can be, has changed. */
  readonly onState: () => void;
}

/** What of the last visit still goes with what the store has; null where nothing does. */
function lastVisit(chapterId: string, turns: readonly TreeTurn[]): Visit | null {
  const canUndo = unknownTurns(chapterId, turns).length === 0;
  const visit = takeVisit(chapterId);
  if (canUndo) return visit;
  visit?.text.dispose();
  return null;
}

/** Lays a chapter out for its view; where nothing waits for an answer, an empty turn stands ready for the person. */
export function openChapter(
  { turns, activeRootId, structureRev, generation }: ChapterDocument,
  { api, chapterId, layText, makeView, store, controller, events, isLocked, live, onState }: ChapterHost,
): OpenChapter {
  const visit = lastVisit(chapterId, turns);
  const tree = treeOf(visit === null ? turns : recall(turns, visit), activeRootId);
  const path = shownPath(tree).map(contentOf);
  const asks = path.length === 0 || (path.at(-1)?.role === 'model' && generation?.turnId !== path.at(-1)?.id);
  const printed = [...(path.length === 0 ? [] : [print(path)]), ...(asks ? ['<|user|>\n'] : [])].join('\n');
  const text = layText(printed, visit?.text ?? null);
  const ids = [...path.map((turn) => turn.id), ...(asks ? [newId()] : [])];
  const document = new ChapterText(text, ids, text.version, newId, text.past);
  const sync = new Sync({
    api,
    chapterId,
    tree,
    structureRev,
    unsaved: document,
    newId,
    live,
    onState,
    reconcile: (theirs) => {
      store.tell('info', words.manuscript.conflict);
      return document.beside(theirs);
    },
  });
  const viewed: ViewedChapter = {
    document,
    controller,
    get isLocked() {
      return isLocked();
    },
    alternates: (turnId) => alternates(sync.tree, turnId),
    changed: (change) => binding.changed(change),
    perform: (work) => binding.performWork(work),
    willEdit: (by) => {
      binding.endStretch();
      if (by === 'typing') events.willType();
    },
    markClosed: () => binding.tidySoon(),
    join: (index) => binding.join(index),
    caretMoved: events.caretMoved,
    scrolled: events.scrolled,
    left: events.left,
    makeRoom: () => {
      binding.mirror(binding.edits.ready());
      binding.endStep();
    },
    dismissFault: () => view.hideFault(),
  };
  const view = new ShownView(text, viewed, makeView);
  const binding = new Binding(view, document, events);
  return {
    view,
    document,
    binding,
    sync,
    actions: new TurnActions(view, binding, (message, undo, isDone) =>
      store.tell('info', message, null, { label: words.common.undo, run: undo, isDone }),
    ),
    leave: () => {
      binding.close();
      sync.close();
      return { text: view.leave(), tree: sync.tree };
    },
  };
}
