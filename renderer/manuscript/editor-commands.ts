import { isMacintosh } from 'monaco-editor/base/common/platform.js';
import { KeyMod, editor } from 'monaco-editor/editor';
import { CommandsRegistry } from 'monaco-editor/platform/commands/common/commands.js';
import { KeybindingsRegistry } from 'monaco-editor/platform/keybinding/common/keybindingsRegistry.js';

const both = (ids: readonly string[]): string[] => ids.flatMap((id) => [id, `${id}Select`]);

const DELETES_BEFORE = ['deleteLeft', 'deleteWordLeft', 'deleteAllLeft'];
const DELETES_BEHIND = ['deleteRight', 'deleteWordRight', 'deleteAllRight'];

/**
 * What a writer has keys for in a text. All else that the editor has keys for treats lines as lists, columns or code,
 * and would tear marks from their turns.
 */
const WRITERS: ReadonlySet<string> = new Set([
  ...both(['cursorLeft', 'cursorRight', 'cursorUp', 'cursorDown', 'cursorPageUp', 'cursorPageDown']),
  ...both(['cursorHome', 'cursorEnd', 'cursorLineStart', 'cursorLineEnd', 'cursorTop', 'cursorBottom']),
  ...both(['cursorWordLeft', 'cursorWordEndRight']),
  ...['scrollLineUp', 'scrollLineDown', 'scrollPageUp', 'scrollPageDown'],
  ...['cancelSelection', 'editor.action.selectAll'],
  ...DELETES_BEFORE,
  ...DELETES_BEHIND,
  ...['undo', 'redo'],
]);

/** They come only when the editor needs them. */
const LATE = ['workbench.action.showHover'];

/** Takes their keys from all commands of the editor but the writer's. */
export function keepWritersKeys(): void {
  const others = KeybindingsRegistry.getDefaultKeybindings().flatMap(({ command }) =>
    command === null || WRITERS.has(command) ? [] : [command],
  );
  editor.addKeybindingRules(
    [...new Set([...others, ...LATE])].map((command) => ({ keybinding: 0, command: `-${command}` })),
  );
}

/** The keys that delete what stands before the caret, and those that delete what stands behind it. */
export const deletingKeys = (): { before: number[]; behind: number[] } => ({
  before: keysOf(DELETES_BEFORE),
  behind: keysOf(DELETES_BEHIND),
});

function keysOf(commands: readonly string[]): number[] {
  const [ctrl, meta] = isMacintosh ? [KeyMod.WinCtrl, KeyMod.CtrlCmd] : [KeyMod.CtrlCmd, KeyMod.WinCtrl];
  return KeybindingsRegistry.getDefaultKeybindings()
    .filter(({ command }) => command !== null && commands.includes(command))
    .flatMap(({ keybinding }) => keybinding.chords)
    .map(
      ({ ctrlKey, shiftKey, altKey, metaKey, keyCode }) =>
        (ctrlKey ? ctrl : 0) |
        (shiftKey ? KeyMod.Shift : 0) |
        (altKey ? KeyMod.Alt : 0) |
        (metaKey ? meta : 0) |
        keyCode,
    );
}

/** All that the editor can do, by key or by name. */
export const registeredCommands = (): string[] => [...CommandsRegistry.getCommands().keys()].toSorted();
