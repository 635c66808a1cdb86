import { useEffect } from 'react';
import { create, useStore } from 'zustand';
import type { NoteKind } from '../../shared/contract/notes.ts';
import type { StudioFault } from '../../shared/faults/studio-fault.ts';
import { api } from '../lib/client.ts';
import { follow } from '../lib/follow.ts';
import { remember } from '../workspace/remembered.ts';
import { togglePanel, BESIDE } from '../workspace/panels.ts';
import { useWorkspace } from '../workspace/workspace.ts';
import { createNoteDrafts, type NoteDraft } from './note-drafts.ts';

/** What is written into notes stays here until it is saved, whatever is shown meanwhile. */
export const noteDrafts = createNoteDrafts({
  set: (note) => api.notes.set(note),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
});

/** Null until the studio has told it. */
export function useNote(storyId: string, kind: NoteKind): NoteDraft | null {
  return useStore(noteDrafts.store, (drafts) => drafts[`${storyId}/${kind}`] ?? null);
}

/** What the next prompt depends on: the stored versions of the story's notes. */
export function useNoteVersions(storyId: string | null): string {
  return useStore(noteDrafts.store, (drafts) =>
    Object.entries(drafts)
      .filter(([key]) => storyId !== null && key.startsWith(`${storyId}/`))
      .map(([, { latest }]) => `${String(latest.version)}${latest.isSent ? ' sent' : ''}`)
      .join(),
  );
}

/** Of all stories: `fault` of one that is not saved. */
export function useNotesSaving(): { readonly state: NoteDraft['state']; readonly fault: StudioFault | null } {
  const worst = useStore(
    noteDrafts.store,
    (drafts) =>
      Object.values(drafts).find(({ state }) => state === 'notSaved') ??
      Object.values(drafts).find(({ state }) => state === 'saving') ??
      null,
  );
  return { state: worst?.state ?? 'saved', fault: worst?.fault ?? null };
}

export const areNotesSaved = (): boolean =>
  Object.values(noteDrafts.store.getState()).every(({ state }) => state === 'saved');

/** Goes along with the notes of the open story, and leaves none behind that is not saved. */
export function useStoryNotes(): void {
  const storyId = useWorkspace((workspace) => workspace.place?.storyId ?? null);
  useEffect(() => {
    if (storyId === null) return undefined;
    const leaving = new AbortController();
    void follow({
      open: (signal) => api.notes.watch({ storyId }, { signal }),
      onValue: (notes) => noteDrafts.hear(storyId, notes),
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, [storyId]);
  useEffect(() => {
    addEventListener('pagehide', noteDrafts.flush);
    return () => removeEventListener('pagehide', noteDrafts.flush);
  }, []);
}

/** The note that was asked for takes the focus as soon as it is shown. */
export const useAskedNote = create<{ kind: NoteKind | null }>(() => ({ kind: null }));

/** Shows a note of the open story, ready to be written in. */
export function showNote(kind: NoteKind): void {
  remember('notesOpen', true);
  if (document.querySelector('[data-panel="inspector"]') === null) {
    if (matchMedia(BESIDE.inspector).matches) remember('panel:inspector', true);
    else togglePanel('inspector');
  }
  useAskedNote.setState({ kind });
}
