import { useEffect, useRef } from 'react';
import { flushEdits } from '../../characters/card-edits.ts';
import { forgetTexts } from '../../chapter/visits.ts';
import { goToStory, refreshLibrary, useChapters, useStories } from '../../library/library.ts';
import { FaultError } from '../../../shared/faults/failure.ts';
import { api } from '../../lib/client.ts';
import { follow } from '../../lib/follow.ts';
import { useStoreFault } from '../../lib/store-fault.ts';
import { words } from '../../locales/index.ts';
import { toast, toastFault } from '../../ui/toasts.tsx';
import { useStoryCast } from '../../cast/cast.ts';
import { areNotesSaved, useStoryNotes } from '../../notes/open-notes.ts';
import { useKeyboard } from '../commands/keyboard.ts';
import { useSaving } from './use-saving.ts';
import { useFocusTrail, usePanelFocus } from './focus-trail.ts';
import { useHeldText } from '../../workspace/held-text.ts';
import { remember, useText } from '../../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';

/** The shell's effects, in a component that draws nothing: no key press redraws the shell on their account. */
export function Watchers(): null {
  useFirstStory();
  useFreshLibrary();
  useWindowTitle();
  useNotices();
  useDefects();
  useStore();
  useUnsaved();
  useStoryNotes();
  useStoryCast();
  useRestored();
  useRepaired();
  useFirstReply();
  useKeyboard();
  useFocusTrail();
  usePanelFocus(useWorkspace((workspace) => workspace.over));
  return null;
}

/** Opens the story of last time, or the newest. */
function useFirstStory(): void {
  const stories = useStories();
  const last = useText('story');
  const none = useWorkspace((workspace) => workspace.place === null);
  useEffect(() => {
    if (!none || stories === undefined) return;
    const story = stories.find((one) => one.id === last) ?? stories[0];
    if (story === undefined) useWorkspace.setState({ turning: false });
    else void goToStory(story);
  }, [none, stories, last]);
}

const LISTS_MS = 1000;

/**
 * The lists follow what has been saved; once another chapter is open, at once what was saved of the one that was
 * left.
 */
function useFreshLibrary(): void {
  const controller = useWorkspace((workspace) => workspace.controller);
  const revision = useOpenChapter((chapter) => chapter.planTarget.revision);
  const saved = useOpenChapter((chapter) => chapter.save === 'saved' && !chapter.loading) === true;
  const listed = useRef(controller);
  useEffect(() => {
    if (!saved) return undefined;
    const timer = setTimeout(() => void refreshLibrary(), listed.current === controller ? LISTS_MS : 0);
    listed.current = controller;
    return () => clearTimeout(timer);
  }, [controller, revision, saved]);
}

/** Tabs and windows are told apart by what is open in them. */
function useWindowTitle(): void {
  const place = useWorkspace((workspace) => workspace.place);
  const story = useStories()?.find((one) => one.id === place?.storyId)?.title;
  const chapter = useChapters(place?.storyId ?? null)?.find((one) => one.id === place?.chapterId)?.title;
  const title = words.shell.windowTitle([chapter, story].filter((part) => part !== undefined));
  useEffect(() => {
    document.title = title;
  }, [title]);
}

const nothing = (): void => undefined;

/** What the page wants to say once becomes a toast, which goes when it is no longer so. */
function useNotices(): void {
  const controller = useWorkspace((workspace) => workspace.controller);
  const notice = useOpenChapter((chapter) => chapter.notice);
  const heard = useRef({ controller, key: -1, takeBack: nothing });
  useEffect(() => {
    if (heard.current.controller !== controller) heard.current = { controller, key: -1, takeBack: nothing };
    if (notice === null) heard.current.takeBack();
    if (notice === null || notice.key <= heard.current.key) return;
    heard.current.key = notice.key;
    const { action } = notice;
    heard.current.takeBack = toast(notice.message, {
      ...notice,
      // What is done about it is done to the text, and what is typed next belongs there.
      action: action && {
        ...action,
        run: () => {
          controller?.focus();
          action.run();
        },
      },
    });
  }, [controller, notice]);
}

/** What goes wrong in the studio where nobody waits for an answer is said here. */
function useDefects(): void {
  useEffect(() => {
    const leaving = new AbortController();
    void follow({
      open: (signal) => api.log.defects(undefined, { signal }),
      onValue: (fault) => toastFault(new FaultError(fault)),
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, []);
}

/** Whether the store takes what it is given. */
function useStore(): void {
  useEffect(() => {
    const leaving = new AbortController();
    void follow({
      open: (signal) => api.connection.store(undefined, { signal }),
      onValue: (state) => useStoreFault.setState(state),
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, []);
}

/** Whoever closes or reloads a page that holds what is not saved is asked first; what can still leave it does. */
function useUnsaved(): void {
  const isHolding = useHeldText(({ text }) => text !== '');
  const isUnsaved = useSaving()?.state === 'notSaved' || isHolding;
  useEffect(() => {
    if (!isUnsaved) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isUnsaved]);
  useEffect(() => {
    addEventListener('pagehide', flushEdits);
    return () => removeEventListener('pagehide', flushEdits);
  }, []);
}

/**
 * A library that was restored is another one: the page loads it. A page that still has text which is not saved says so
 * and waits.
 */
function useRestored(): void {
  useEffect(() => {
    const leaving = new AbortController();
    let known: number | null = null;
    void follow({
      open: (signal) => api.backups.restored(undefined, { signal }),
      onValue: (restores) => {
        const isAnother = known !== null && restores > known;
        known = restores;
        if (!isAnother) return;
        const chapter = useWorkspace.getState().controller?.getState();
        const reload = (): void => location.reload();
        if (areNotesSaved() && (chapter === undefined || chapter.save === 'saved')) reload();
        else toast(words.backups.restored, { action: { label: words.backups.reload, run: reload } });
      },
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, []);
}

/** Turns that were repaired are read anew; what the page had of them is a step of undo. */
function useRepaired(): void {
  useEffect(() => {
    const leaving = new AbortController();
    void follow({
      open: (signal) => api.repair.repaired(undefined, { signal }),
      onValue: (ids) => {
        forgetTexts(ids);
        useWorkspace.setState(({ reading }) => ({ reading: reading + 1, turning: true }));
      },
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, []);
}

/** The hint that teaches the first key has done its work once a reply was asked for, by whatever key. */
function useFirstReply(): void {
  const replying = useOpenChapter((chapter) => chapter.generation !== null) === true;
  useEffect(() => {
    if (replying) remember('replied', true);
  }, [replying]);
}
