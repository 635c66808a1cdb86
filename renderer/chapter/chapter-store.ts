import type { GenerationState, ManuscriptState, Notice } from './controller.ts';
import { alternates, possibilities, type Aim } from './caret-target.ts';
import type { Sync } from './sync.ts';

const BEFORE: ManuscriptState = {
  loading: true,
  loadFault: null,
  save: 'saved',
  saveFault: null,
  generation: null,
  others: 0,
  lastGeneration: null,
  caretTurnId: null,
  caretRole: null,
  caretOffset: 0,
  alternates: null,
  ...possibilities(null, { readOnly: true, writing: false }),
  words: 0,
  planTarget: { turnId: null, offset: null, revision: 0 },
  readOnly: true,
  notice: null,
};

/** The state that the shell shows; parts that stay the same stay the same objects. */
export class Store {
  private readonly listeners = new Set<() => void>();
  private state: ManuscriptState = BEFORE;

  get(): ManuscriptState {
    return this.state;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(change: Partial<ManuscriptState>): void {
    const next = { ...this.state, ...change };
    if ((Object.keys(change) as (keyof ManuscriptState)[]).every((key) => this.state[key] === next[key])) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }

  tell(kind: Notice['kind'], message: string, detail: string | null = null, undo: (() => void) | null = null): void {
    this.set({ notice: { key: (this.state.notice?.key ?? 0) + 1, kind, message, detail, undo } });
  }

  /** What there is to see where the caret stands. */
  see(
    aim: Aim,
    sync: Sync,
    { readOnly, generation, others }: { readOnly: boolean; generation: GenerationState | null; others: number },
  ): void {
    const { state } = this;
    const may = possibilities(aim, { readOnly, writing: generation !== null });
    const same = (key: keyof typeof may) =>
      state[key].ok === may[key].ok && state[key].why === may[key].why ? state[key] : may[key];
    const place = aim.model === null ? null : alternates(sync.tree, aim.model.id);
    const held = state.alternates;
    const turnId = aim.atEnd ? null : aim.turn.id;
    const plan = state.planTarget;
    this.set({
      save: sync.state,
      saveFault: sync.fault,
      readOnly,
      generation,
      others,
      caretTurnId: aim.turn.id,
      caretRole: aim.turn.role,
      caretOffset: aim.offset,
      alternates:
        place !== null && place.turnId === held?.turnId && place.index === held.index && place.count === held.count
          ? held
          : place,
      canReply: same('canReply'),
      canContinue: same('canContinue'),
      canRetry: same('canRetry'),
      planTarget:
        plan.turnId === turnId && plan.revision === sync.revision
          ? plan
          : { turnId, offset: null, revision: sync.revision },
    });
  }

  close(): void {
    this.listeners.clear();
  }
}
