import { useEffect } from 'react';
import { matches } from '../../lib/keys.ts';
import { useWorkspace } from '../../workspace/workspace.ts';
import { momentNow } from './moment.ts';
import { COMMAND_IDS, commandOf, type Command, type CommandId } from './registry.ts';
import { runCommand } from './use-command.ts';

type Heard = NonNullable<Command['key']>['heard'];

/** The command whose key this is, of those that are heard here. */
export function commandFor(event: KeyboardEvent, heard: readonly Heard[]): CommandId | null {
  const moment = momentNow();
  return (
    COMMAND_IDS.find((id) => {
      const { key, applies } = commandOf(id);
      return key !== undefined && heard.includes(key.heard) && matches(event, key.press) && applies?.(moment) !== false;
    }) ?? null
  );
}

// The page's own textbox is no field and not content-editable: it takes its text through an EditContext.
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role=textbox]') !== null);
const isInText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('.manuscript') !== null;
/** A list or menu that is open takes the key first. */
const isLayerOpen = (): boolean => document.querySelector('[data-layer][data-open]') !== null;

function take(event: KeyboardEvent, id: CommandId): void {
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat || commandOf(id).key?.repeats === true) runCommand(id);
}

/** Before anything else: keys that are heard over all, and those of the text where it has the focus. */
function onKey(event: KeyboardEvent): void {
  if (event.isComposing) return;
  const { dialog, turnDialog, over } = useWorkspace.getState();
  const heard: Heard[] = ['always'];
  if (dialog === null && turnDialog === null) {
    if (!isTyping(event.target)) heard.push('beside the text');
    if (isInText(event.target)) heard.push('text', 'window');
    if (event.key === 'Escape' && isLayerOpen()) return;
    if (event.key === 'Escape' && over !== null) {
      event.preventDefault();
      event.stopPropagation();
      useWorkspace.setState({ over: null });
      return;
    }
  }
  const id = commandFor(event, heard);
  if (id !== null) take(event, id);
}

/** After everything else had its chance: keys of the window, where something else has the focus. */
function afterKey(event: KeyboardEvent): void {
  const { dialog, turnDialog } = useWorkspace.getState();
  if (event.defaultPrevented || dialog !== null || turnDialog !== null) return;
  const id = commandFor(event, ['window']);
  if (id !== null) take(event, id);
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
