import type { ChapterDocument } from '../../shared/contract/stories.ts';
import { print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import { faultOf } from '../lib/faults.ts';
import { Placeholder } from '../manuscript/placeholder.ts';
import { Binding, contentOf, type BindingEvents } from './binding.ts';
import type { ManuscriptProps } from './controller.ts';
import { ManuscriptDocument } from './document.ts';
import { decorate } from '../manuscript/decorations.ts';
import { createPage, createText, type Page } from '../manuscript/create-editor.ts';
import { Labels } from '../manuscript/labels.ts';
import { alternates, shownPath, treeOf } from './caret-target.ts';
import { Viewport } from '../manuscript/viewport.ts';
import type { Store } from './chapter-store.ts';
import { ModelText, EditorSurface } from '../manuscript/editor-surface.ts';
import { Sync } from './sync.ts';
import { ReasoningFolds } from '../manuscript/reasoning-folds.ts';
import { TurnActions } from './turn-actions.ts';
import { TurnFault } from '../manuscript/turn-fault.ts';
import { words } from '../manuscript/words.ts';

/** What a chapter on the page is made of. */
export interface OpenChapter {
  readonly page: Page;
  readonly surface: EditorSurface;
  readonly binding: Binding;
  readonly sync: Sync;
  readonly labels: Labels;
  readonly folds: ReasoningFolds;
  readonly placeholder: Placeholder;
  readonly fault: TurnFault;
  readonly actions: TurnActions;
  readonly viewport: Viewport;
  dispose(): void;
}

export interface ChapterHost extends Pick<ManuscriptProps, 'api' | 'chapterId' | 'onTurnMenu'> {
  readonly host: HTMLElement;
  readonly store: Store;
  readonly events: BindingEvents;
  /** No alternate can be chosen now. */
  readonly isLocked: () => boolean;
  /** The turns of replies whose ends have not been heard of. */
  readonly live: () => ReadonlySet<string>;
  readonly choose: (turnId: string, step: -1 | 1) => void;
  /** What is saved, or whether it can be, has changed. */
  readonly onState: () => void;
}

/** Lays a chapter onto the page; where nothing waits for an answer, an empty turn stands ready for the person. */
export function layChapter(
  { turns, activeRootId, structureRev, generation }: ChapterDocument,
  to: ChapterHost,
): OpenChapter {
  const { api, chapterId, store, onState } = to;
  const tree = treeOf(turns, activeRootId);
  const path = shownPath(tree).map(contentOf);
  const asks = path.length === 0 || (path.at(-1)?.role === 'model' && generation?.turnId !== path.at(-1)?.id);
  const model = createText([...(path.length === 0 ? [] : [print(path)]), ...(asks ? ['<|user|>\n'] : [])].join('\n'));
  const source = new ModelText(model);
  const document = new ManuscriptDocument(
    source,
    [...path.map((turn) => turn.id), ...(asks ? [newId()] : [])],
    source.version,
    newId,
  );
  decorate(model, document.layout.spans, 1, source.lineCount(), null);
  const { page, dispose } = createPage(to.host, model);
  const surface = new EditorSurface(page, model);
  const binding = new Binding(surface, document, to.events);
  const sync = new Sync({
    api,
    chapterId,
    tree,
    structureRev,
    unsaved: document,
    newId,
    faultOf,
    live: to.live,
    onState,
    reconcile: (theirs) => {
      store.tell('info', words.conflict);
      return document.beside(theirs);
    },
  });
  const labels = new Labels(
    page,
    {
      turns: () => document.layout.spans,
      alternates: (id) => alternates(sync.tree, id),
      readOnly: to.isLocked,
      choose: to.choose,
      openMenu: (turn, label, anchor) =>
        to.onTurnMenu(
          {
            turnId: turn.id,
            role: turn.role,
            speaker: turn.speaker,
            alternates: alternates(sync.tree, turn.id),
            label,
          },
          anchor,
        ),
    },
    words,
  );
  const folds = new ReasoningFolds(surface, document);
  const placeholder = new Placeholder(surface);
  const fault = new TurnFault(surface);
  const actions = new TurnActions(binding, (message, undo) => store.tell('info', message, null, undo));
  return {
    page,
    surface,
    binding,
    sync,
    labels,
    folds,
    placeholder,
    fault,
    actions,
    viewport: new Viewport(surface, document),
    dispose: () => {
      labels.dispose();
      folds.dispose();
      fault.dispose();
      binding.dispose();
      sync.close();
      dispose();
    },
  };
}
