import { createStore, type StoreApi } from 'zustand/vanilla';
import { possibilities, type CaretTarget } from './caret-target.ts';
import type { ChapterState, Notice, NoticeAction } from './controller.ts';
import type { Sync } from './saving/sync.ts';
import { alternates } from './tree-queries.ts';

const BEFORE: ChapterState = {
  loading: true,
  loadFault: null,
  damaged: [],
  save: 'saved',
  saveFault: null,
  asOf: null,
  turning: false,
  generation: null,
  others: 0,
  lastGeneration: null,
  caretTurnId: null,
  caretOffset: 0,
  selects: false,
  alternates: null,
  ...possibilities(null, { readOnly: true, writing: false }),
  words: 0,
  paragraph: 'usual',
  planTarget: { turnId: null, revision: 0 },
  readOnly: true,
  notice: null,
};

const OF_ALTERNATES = ['turnId', 'number', 'count', 'more'] as const;

/** The state that the shell shows; parts that stay the same stay the same objects. */
export class ChapterStore {
  private readonly store: StoreApi<ChapterState> = createStore(() => BEFORE);
  readonly get = this.store.getState;
  readonly subscribe = this.store.subscribe;
  private told = 0;

  set(change: Partial<ChapterState>): void {
    const state = this.get();
    const differs = (Object.keys(change) as (keyof ChapterState)[]).some((key) => state[key] !== change[key]);
    if (differs) this.store.setState(change);
  }

  tell(kind: Notice['kind'], message: string, detail: string | null = null, action: NoticeAction | null = null): void {
    this.told++;
    this.set({ notice: { key: this.told, kind, message, detail, action } });
  }

  private get noticeThatHolds(): Notice | null {
    const { notice } = this.get();
    return notice?.action?.isDone?.() === true ? null : notice;
  }

  /** What there is to see where the caret stands. */
  see(
    target: CaretTarget,
    sync: Sync,
    seen: Pick<
      ChapterState,
      'selects' | 'save' | 'saveFault' | 'asOf' | 'turning' | 'readOnly' | 'generation' | 'others' | 'paragraph'
    >,
  ): void {
    const state = this.get();
    const may = possibilities(target, { readOnly: seen.readOnly, writing: seen.generation !== null });
    const same = (key: keyof typeof may) =>
      state[key].ok === may[key].ok && state[key].why === may[key].why ? state[key] : may[key];
    const place = target.model === null ? null : alternates(sync.tree, target.model.id);
    const held = state.alternates;
    const turnId = target.atEnd ? null : target.turn.id;
    const plan = state.planTarget;
    this.set({
      ...seen,
      notice: this.noticeThatHolds,
      caretTurnId: target.turn.id,
      caretOffset: target.offset,
      alternates:
        place !== null && held !== null && OF_ALTERNATES.every((key) => place[key] === held[key]) ? held : place,
      canReply: same('canReply'),
      canContinue: same('canContinue'),
      canRetry: same('canRetry'),
      planTarget:
        plan.turnId === turnId && plan.revision === sync.revision ? plan : { turnId, revision: sync.revision },
    });
  }
}
