import type { ChapterDocument } from '../../shared/contract/stories.ts';
import { print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import { words } from '../locales/index.ts';
import { Binding, type BindingEvents } from './binding.ts';
import type { ChapterStore } from './chapter-store.ts';
import type { ChapterView, UnshownView, ViewedChapter } from './chapter-view.ts';
import type { ChapterController, StudioApi } from './controller.ts';
import { ChapterText } from './chapter-text.ts';
import { Sync } from './saving/sync.ts';
import { alternates, contentOf, shownPath, treeOf } from './tree-queries.ts';
import { TurnActions } from './turn-actions.ts';

/** What an open chapter is made of. */
export interface OpenChapter {
  readonly view: ChapterView;
  readonly document: ChapterText;
  readonly binding: Binding;
  readonly sync: Sync;
  readonly actions: TurnActions;
  close(): void;
}

export interface ChapterHost {
  readonly api: StudioApi;
  readonly chapterId: string;
  readonly layText: (text: string) => UnshownView;
  readonly store: ChapterStore;
  readonly controller: ChapterController;
  readonly events: BindingEvents & Pick<ViewedChapter, 'caretMoved' | 'left'>;
  /** No alternate can be chosen now. */
  readonly isLocked: () => boolean;
  /** The turns of replies whose ends have not been heard of. */
  readonly live: () => ReadonlySet<string>;
  /** What is saved, or whether it can be, has changed. */
  readonly onState: () => void;
}

/** Lays a chapter out for its view; where nothing waits for an answer, an empty turn stands ready for the person. */
export function openChapter(
  { turns, activeRootId, structureRev, generation }: ChapterDocument,
  { api, chapterId, layText, store, controller, events, isLocked, live, onState }: ChapterHost,
): OpenChapter {
  const tree = treeOf(turns, activeRootId);
  const path = shownPath(tree).map(contentOf);
  const asks = path.length === 0 || (path.at(-1)?.role === 'model' && generation?.turnId !== path.at(-1)?.id);
  const text = layText([...(path.length === 0 ? [] : [print(path)]), ...(asks ? ['<|user|>\n'] : [])].join('\n'));
  const ids = [...path.map((turn) => turn.id), ...(asks ? [newId()] : [])];
  const document = new ChapterText(text, ids, text.version, newId);
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
  const view = text.show({
    document,
    controller,
    get isLocked() {
      return isLocked();
    },
    alternates: (turnId) => alternates(sync.tree, turnId),
    changed: (change) => binding.changed(change),
    willEdit: () => binding.endStretch(),
    markClosed: () => binding.tidySoon(),
    join: (index) => binding.join(index),
    caretMoved: events.caretMoved,
    left: events.left,
  });
  const binding = new Binding(view, document, events);
  return {
    view,
    document,
    binding,
    sync,
    actions: new TurnActions(view, binding, (message, undo) => store.tell('info', message, null, undo)),
    close: () => {
      binding.close();
      sync.close();
      view.dispose();
    },
  };
}
