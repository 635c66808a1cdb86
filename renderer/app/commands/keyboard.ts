import { useEffect } from 'react';
import { useConnection } from '../../lib/client.ts';
import { matches } from '../../lib/keys.ts';
import { library } from '../../library/library.ts';
import { focusHeldField, giveHeldText, isHeldField, isTurning, useHeldText } from '../../workspace/held-text.ts';
import { STORIES, useWorkspace } from '../../workspace/workspace.ts';
import { momentNow, type RowTarget, type Target } from './moment.ts';
import { COMMAND_IDS, commandOf, type Command, type CommandId } from './registry.ts';
import { runCommand } from './use-command.ts';

type Heard = NonNullable<Command['key']>['heard'];

/** The command whose key this is, of those that are heard here. */
function commandFor(event: KeyboardEvent, heard: readonly Heard[]): CommandId | null {
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
  target instanceof HTMLElement && target.closest('[data-view-text], [data-held]') !== null && !target.matches('input');
/** A list or menu that is open takes the key first. */
const isLayerOpen = (): boolean => document.querySelector('[data-layer][data-open]') !== null;

function take(event: KeyboardEvent, id: CommandId, target?: Target): void {
  event.preventDefault();
  event.stopPropagation();
  if (!event.repeat || commandOf(id).key?.repeats === true) runCommand(id, target);
}

/** The keys of a library row that has the focus. */
export function onRowKey(event: KeyboardEvent, row: RowTarget): void {
  const id = commandFor(event, ['row']);
  if (id !== null) take(event, id, { row });
}

/** Where the key that is down was pressed, and whether something lay over the window then. */
let pressed: { readonly on: EventTarget | null; readonly underLayer: boolean } = { on: null, underLayer: false };

function drop(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

const ACTS = /^(Enter| |Escape|Delete|Backspace)$/;
/** A key does one thing: what its press has moved the focus to does not hear the rest of it. */
function isRest({ type, key, repeat, target }: KeyboardEvent): boolean {
  return target !== pressed.on && (type === 'keydown' ? repeat && ACTS.test(key) : key === 'Enter');
}

function onPress(event: KeyboardEvent): void {
  if (isRest(event)) drop(event);
}

/** Letters that nothing else takes are written onto the page. */
function isForThePage({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  return (
    key.length === 1 &&
    key !== ' ' &&
    !(ctrlKey || metaKey || altKey) &&
    useWorkspace.getState().room === STORIES &&
    !isTyping(target) &&
    target instanceof HTMLElement &&
    target.closest('[role=combobox], [role=slider], [role=spinbutton], search') === null
  );
}

/** Keys that write: a letter, one that composes, or a paste. */
function writes(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (matches(event, 'Mod+V')) return true;
  if ((ctrlKey || metaKey || altKey) && !event.getModifierState('AltGraph')) return false;
  return key.length === 1 || /^(Enter|Backspace|Process|Dead|Unidentified)$/.test(key);
}

/** A letter between two pages waits for the one that was asked for; so does one where there is no story yet. */
function hold(event: KeyboardEvent): 'dropped' | 'held' | null {
  const { place, room } = useWorkspace.getState();
  if (room !== STORIES) return null;
  const { key, repeat, target } = event;
  const turning = isTurning();
  if (isTyping(target) && !isInText(target)) return null;
  // What pressed the button that asked for the page.
  if (turning && repeat && ACTS.test(key) && !isHeldField(target)) return 'dropped';
  if (!writes(event) || (!turning && (place !== null || ACTS.test(key)))) return null;
  if (!turning && !isHeldField(target)) void library.createStory();
  focusHeldField();
  return 'held';
}

/** Before anything else: keys that are heard over all, and those of the text where it has the focus. */
function onKey(event: KeyboardEvent): void {
  if (isRest(event)) return drop(event);
  const { dialog, turnDialog, over } = useWorkspace.getState();
  if (!event.repeat)
    pressed = { on: event.target, underLayer: dialog !== null || turnDialog !== null || isLayerOpen() };
  if (event.isComposing) return;
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
  if (id !== null) return take(event, id);
  if (pressed.underLayer) return;
  const isHeld = hold(event);
  if (isHeld === 'dropped') return drop(event);
  if (isHeld === 'held') {
    pressed = { ...pressed, on: document.activeElement };
    return;
  }
  if (!isForThePage(event)) return;
  useWorkspace.setState({ over: null });
  useWorkspace.getState().controller?.focus();
  pressed = { ...pressed, on: document.activeElement };
}

/** After everything else had its chance: keys of the window, where something else has the focus. */
function afterKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || pressed.underLayer) return;
  const id = commandFor(event, ['window']);
  if (id !== null) take(event, id);
}

export function useKeyboard(): void {
  const controller = useWorkspace((workspace) => workspace.controller);
  useEffect(() => controller?.subscribe(giveHeldText), [controller]);
  useEffect(() => {
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('keydown', afterKey);
    window.addEventListener('keypress', onPress, true);
    const stops = [useWorkspace, useConnection, useHeldText].map((store) => store.subscribe(giveHeldText));
    return () => {
      for (const stop of stops) stop();
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('keydown', afterKey);
      window.removeEventListener('keypress', onPress, true);
    };
  }, []);
}
