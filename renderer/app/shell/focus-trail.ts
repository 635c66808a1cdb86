import { useEffect } from 'react';
import type { Panel } from '../../workspace/panels.ts';
import { useWorkspace } from '../../workspace/workspace.ts';

const LONGEST = 16;

/** The text of whichever chapter is open: its element goes when another one opens. */
type Holder = HTMLElement | 'text';

const holderOf = (element: HTMLElement): Holder =>
  element.matches('[data-view-text] :is([role=textbox], textarea)') ? 'text' : element;

/** Who had the focus, the newest last. */
let trail: readonly Holder[] = [];

const canHave = (holder: Holder): boolean => holder === 'text' || (holder.isConnected && holder.checkVisibility());

function note({ target }: FocusEvent): void {
  if (!(target instanceof HTMLElement)) return;
  const holder = holderOf(target);
  trail = [...trail.filter((one) => one !== holder && (one === 'text' || one.isConnected)), holder].slice(-LONGEST);
}

/** Nobody has the focus: who had it before gets it, else the text. */
function bringHome(): void {
  if (document.activeElement !== document.body) return;
  const last = trail.findLast(canHave) ?? 'text';
  if (last === 'text') useWorkspace.getState().controller?.focus();
  else last.focus();
}

/** Somebody who clicks beside everything lets go of the focus; what closes, or is taken off the page, gives it back. */
function lose({ target, relatedTarget }: FocusEvent): void {
  if (relatedTarget !== null || !(target instanceof HTMLElement)) return;
  queueMicrotask(() => {
    if (!canHave(target)) bringHome();
  });
}

/**
 * The focus always has a home, so that what is typed goes somewhere: one rule for dialogs, menus, fields and buttons
 * that go while they have it. Each of them takes the focus as it likes and need not give it back.
 */
export function useFocusTrail(): void {
  useEffect(() => {
    document.addEventListener('focusin', note);
    document.addEventListener('focusout', lose);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('focusout', lose);
    };
  }, []);
}

/** A panel that opens over the page takes the focus: on what of its list is open, or itself. */
export function usePanelFocus(over: Panel | null): void {
  useEffect(() => {
    const panel = document.querySelector(`[data-panel="${over ?? ''}"]`);
    const home = panel?.querySelector('[aria-current=true]') ?? panel;
    if (home instanceof HTMLElement) home.focus();
  }, [over]);
}
