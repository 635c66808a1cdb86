/**
 * A key and what is held down with it, such as `Mod+Shift+Enter`: the names of `KeyboardEvent.key`, and `Mod` for Ctrl,
 * which is ⌘ on a Mac.
 */
export type Key = string;

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

const isLetter = (key: string): boolean => /^\p{L}$/u.test(key);

export function matches(event: Pressed, key: Key): boolean {
  const held = key.split('+');
  const name = held.pop() ?? '';
  if ((event.ctrlKey || event.metaKey) !== held.includes('Mod') || event.altKey !== held.includes('Alt')) return false;
  if (isLetter(name))
    return event.key.toLowerCase() === name.toLowerCase() && event.shiftKey === held.includes('Shift');
  // Whether a sign needs Shift is the keyboard's affair.
  const sign = name.length === 1 && !/\d/.test(name);
  return event.key === name && (sign || event.shiftKey === held.includes('Shift'));
}

const SIGNS: Readonly<Record<string, string>> = {
  Enter: '⏎',
  Shift: '⇧',
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
};
const MAC_SIGNS: Readonly<Record<string, string>> = { ...SIGNS, Mod: '⌘', Alt: '⌥' };
const OTHER_SIGNS: Readonly<Record<string, string>> = { ...SIGNS, Mod: 'Ctrl' };

const isMac = (): boolean => navigator.platform.startsWith('Mac');

/** How a key is written where somebody reads it. */
export function keyName(key: Key, mac = isMac()): string {
  const signs = mac ? MAC_SIGNS : OTHER_SIGNS;
  return key
    .split('+')
    .map((part) => signs[part] ?? part)
    .join(mac ? '' : ' ');
}

/** The same, spelled out where it is met for the first time. */
export const spelledKey = (key: Key, mac = isMac()): string => (mac ? keyName(key, mac) : key.replace('Mod', 'Ctrl'));
