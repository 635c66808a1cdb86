import { createStore, type StoreApi } from 'zustand/vanilla';
import type { NoteContent, NoteKind, StoryNote } from '../../shared/contract/notes.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { faultOf } from '../lib/faults.ts';

/** What a person has written into a note, whether or not it is shown, and what the studio has of it. */
export interface NoteDraft {
  readonly content: NoteContent;
  /** As this page read or saved it last: what is written here goes on from that. */
  readonly based: StoryNote;
  /** As the studio told it last. */
  readonly latest: StoryNote;
  readonly state: 'saved' | 'saving' | 'notSaved';
  /** Why it is not saved; NOTE_CHANGED: another window wrote `latest`. */
  readonly fault: StudioFault | null;
}
export type NoteKey = `${string}/${NoteKind}`;
type Drafts = Readonly<Record<NoteKey, NoteDraft>>;

export interface NoteDrafts {
  readonly store: StoreApi<Drafts>;
  /** The notes of a story, as the studio tells them. */
  hear(storyId: string, notes: readonly StoryNote[]): void;
  /** Shows at once and is saved after a short rest. */
  change(storyId: string, kind: NoteKind, content: NoteContent): void;
  /** Once more with the next reply, of a note that was sent. */
  sendAgain(storyId: string, kind: NoteKind): void;
  /** Of a note that another window changed: what stands here, or what it wrote. Answers with what gave way. */
  choose(storyId: string, kind: NoteKind, which: 'mine' | 'theirs'): NoteContent | null;
  /** What rests is saved now. */
  flush(): void;
}

interface Parts {
  set(note: { storyId: string; kind: NoteKind; content: NoteContent; version: number }): Promise<StoryNote>;
  /** Calls back after so long; answers with the way to take it back. */
  after(ms: number, act: () => void): () => void;
}

const REST_MS = 250;
/** What the studio did not take is tried again. */
const AGAIN_MS = 2000;

export function createNoteDrafts({ set, after }: Parts): NoteDrafts {
  const store = createStore<Drafts>(() => ({}));
  const waiting = new Map<NoteKey, { readonly cancel: () => void; readonly save: () => void }>();
  const onTheWay = new Set<NoteKey>();

  const draftOf = (key: NoteKey): NoteDraft | undefined => store.getState()[key];
  const put = (key: NoteKey, change: Partial<NoteDraft>): void => {
    const draft = draftOf(key);
    if (draft !== undefined) store.setState({ [key]: { ...draft, ...change } });
  };
  function later(storyId: string, kind: NoteKind, ms: number): void {
    const key: NoteKey = `${storyId}/${kind}`;
    waiting.get(key)?.cancel();
    const run = (): void => {
      waiting.get(key)?.cancel();
      waiting.delete(key);
      void save(storyId, kind);
    };
    waiting.set(key, { cancel: after(ms, run), save: run });
  }

  async function save(storyId: string, kind: NoteKind): Promise<void> {
    const key: NoteKey = `${storyId}/${kind}`;
    const draft = draftOf(key);
    if (draft === undefined || draft.state === 'saved') return;
    if (onTheWay.has(key)) {
      later(storyId, kind, REST_MS);
      return;
    }
    onTheWay.add(key);
    try {
      const { content, based } = draft;
      const stored = await set({ storyId, kind, content, version: based.version });
      onTheWay.delete(key);
      const now = draftOf(key);
      if (now === undefined) return;
      const latest = now.latest.version > stored.version ? now.latest : stored;
      const isAll = isSame(now.content, content);
      put(key, { based: stored, latest, state: isAll ? 'saved' : 'saving', fault: null });
      if (isAll) hear(storyId, [latest]);
      else later(storyId, kind, 0);
    } catch (error) {
      onTheWay.delete(key);
      const fault = faultOf(error);
      put(key, { state: 'notSaved', fault });
      if (fault.code !== 'NOTE_CHANGED') later(storyId, kind, AGAIN_MS);
    }
  }

  function hear(storyId: string, notes: readonly StoryNote[]): void {
    for (const note of notes) {
      const key: NoteKey = `${storyId}/${note.kind}`;
      const draft = draftOf(key);
      const isMine = draft !== undefined && isSame(draft.content, note);
      if (draft === undefined || draft.state === 'saved' || (isMine && !onTheWay.has(key))) {
        waiting.get(key)?.cancel();
        waiting.delete(key);
        const heard: NoteDraft = { content: contentOf(note), based: note, latest: note, state: 'saved', fault: null };
        store.setState({ [key]: heard });
      } else put(key, { latest: note });
    }
  }

  return {
    store,
    hear,
    change(storyId, kind, content) {
      const key: NoteKey = `${storyId}/${kind}`;
      const draft = draftOf(key);
      if (draft === undefined) return;
      if (draft.fault?.code === 'NOTE_CHANGED') {
        put(key, { content });
        return;
      }
      put(key, { content, state: draft.state === 'saved' ? 'saving' : draft.state });
      later(storyId, kind, REST_MS);
    },
    sendAgain(storyId, kind) {
      put(`${storyId}/${kind}`, { state: 'saving' });
      later(storyId, kind, 0);
    },
    choose(storyId, kind, which) {
      const key: NoteKey = `${storyId}/${kind}`;
      const draft = draftOf(key);
      if (draft === undefined) return null;
      const { content, latest } = draft;
      put(key, {
        based: latest,
        fault: null,
        state: 'saving',
        ...(which === 'mine' ? {} : { content: contentOf(latest) }),
      });
      if (which === 'mine') later(storyId, kind, 0);
      else hear(storyId, [latest]);
      return which === 'mine' ? contentOf(latest) : content;
    },
    flush() {
      for (const { save: now } of [...waiting.values()]) now();
    },
  };
}

const contentOf = ({ text, depth, role, sends }: NoteContent): NoteContent => ({ text, depth, role, sends });
const isSame = (one: NoteContent, other: NoteContent): boolean =>
  one.text === other.text && one.depth === other.depth && one.role === other.role && one.sends === other.sends;
