import { create } from 'zustand';
import { useConnection } from '../lib/client.ts';
import { useOpenChapter, useWorkspace } from './workspace.ts';

/**
 * What was typed while another page or branch was asked for and not shown yet, for that one. It stands in a field of
 * its own until it can be written there; `isComposing`: the last of it is not chosen yet.
 */
export const useHeldText = create<{ readonly text: string; readonly isComposing: boolean }>(() => ({
  text: '',
  isComposing: false,
}));

const FIELD = '[data-held]';

export const isHeldField = (target: EventTarget | null): boolean => target instanceof Element && target.matches(FIELD);

/** What is typed from now on goes into the field. */
export function focusHeldField(): void {
  document.querySelector<HTMLElement>(FIELD)?.focus();
}

/** Where the studio is away, another branch comes when it comes: what is typed stands on the page until then. */
export function isTurning(): boolean {
  const { turning, controller } = useWorkspace.getState();
  return turning || (controller?.getState().turning === true && useConnection.getState().state === 'open');
}

export function useTurning(): boolean {
  const isOpen = useConnection(({ state }) => state === 'open');
  const page = useWorkspace(({ turning }) => turning);
  const branch = useOpenChapter(({ turning }) => turning) === true;
  return page || (branch && isOpen);
}

let isGiving = false;

/** Writes it onto the page that was asked for, once that is there and takes it. */
export function giveHeldText(): void {
  if (isGiving) return;
  const { text, isComposing } = useHeldText.getState();
  const { controller } = useWorkspace.getState();
  if (isComposing || isTurning() || controller === null) return;
  const { loading, readOnly } = controller.getState();
  if (loading) return;
  const hasFocus = isHeldField(document.activeElement);
  if (hasFocus && (text === '' || !readOnly)) controller.focus();
  if (text === '' || readOnly) return;
  isGiving = true;
  useHeldText.setState({ text: '' });
  // A page that does not take it yet leaves it where it stands.
  const isTaken = controller.type(text);
  if (!isTaken) useHeldText.setState({ text });
  isGiving = false;
  if (!isTaken) requestAnimationFrame(giveHeldText);
}
