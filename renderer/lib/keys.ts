/**
 * A key and what is held down with it, such as `Mod+Shift+Enter`: the names of `KeyboardEvent.key`, and `Mod` for Ctrl,
 * which is ⌘ on a Mac.
 */
export type Key = string;

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing' | 'getModifierState'
>;

/**
 * What a key means: the letter that it writes where that is a Latin one, else the letter that stands there on a Latin
 * keyboard; the digit of its place with Alt, which writes other signs on many keyboards; otherwise its own name.
 */
function meant({ key, code, altKey }: Pressed): string {
  if (/^\p{Script=Latin}$/u.test(key)) return altKey ? digitOf(code, key) : key.toUpperCase();
  if (/^\p{L}$/u.test(key)) return /^Key([A-Z])$/.exec(code)?.[1] ?? key;
  return altKey ? digitOf(code, key) : key;
}
/** The digits of the number pad write characters with Alt. */
const digitOf = (code: string, key: string): string =>
  /^Digit(\d)$/.exec(code)?.[1] ?? (code.startsWith('Numpad') ? '' : key);

export function matches(event: Pressed, key: Key): boolean {
  if (event.isComposing || event.getModifierState('AltGraph')) return false;
  const held = key.split('+');
  const name = held.pop() ?? '';
  if ((event.ctrlKey || event.metaKey) !== held.includes('Mod') || event.altKey !== held.includes('Alt')) return false;
  // Whether a sign needs Shift is the keyboard's affair.
  const isSign = /^[^\p{L}\d]$/u.test(name);
  return meant(event) === name && (isSign || event.shiftKey === held.includes('Shift'));
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
