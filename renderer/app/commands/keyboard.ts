import { useEffect } from 'react';
import { togglePanel } from '../shell/panels.ts';
import { useWorkspace } from '../shell/workspace.ts';

// The page's own textbox is no field and not content-editable: it takes its text through an EditContext.
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role=textbox]') !== null);

/** The keys of the frame. Those of the text belong to the page; where it has not the focus, they are passed on to it. */
function onKey(event: KeyboardEvent): void {
  const { dialog, over } = useWorkspace.getState();
  const command = event.ctrlKey || event.metaKey;
  const run = (work: () => void): void => {
    event.preventDefault();
    event.stopPropagation();
    work();
  };
  if (command && !event.shiftKey && !event.altKey) {
    if (event.key === 'k') return run(() => useWorkspace.setState({ dialog: dialog === 'palette' ? null : 'palette' }));
    if (event.key === 'b') return run(() => togglePanel('binder'));
    if (event.key === 'i') return run(() => togglePanel('inspector'));
  }
  if (dialog !== null) return;
  if (event.key === '?' && !typing(event.target)) return run(() => useWorkspace.setState({ dialog: 'shortcuts' }));
  // A list or menu that is open takes the key first.
  if (event.key === 'Escape' && over !== null && document.querySelector('.layer[data-open]') === null)
    return run(() => useWorkspace.setState({ over: null }));
}

/** What the page's own keys would have done, had it the focus; after everything else had its chance. */
function afterKey(event: KeyboardEvent): void {
  const { controller, dialog } = useWorkspace.getState();
  if (event.defaultPrevented || controller === null || dialog !== null) return;
  const command = event.ctrlKey || event.metaKey;
  const state = controller.getState();
  if (event.key === 'Escape' && state.generation !== null) {
    event.preventDefault();
    void controller.stop();
  } else if (command && event.key === 'Enter' && !event.repeat && !state.readOnly && state.generation === null) {
    event.preventDefault();
    if (event.shiftKey ? state.canRetry.ok : state.canReply.ok)
      void (event.shiftKey ? controller.retry() : controller.reply());
  }
}

export function useKeyboard(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('keydown', afterKey);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('keydown', afterKey);
    };
  }, []);
}
