/**
 * A key and what is held down with it, such as `Mod+Shift+Enter`: the names of `KeyboardEvent.key`, and `Mod` for Ctrl,
 * which is ⌘ on a Mac; `Ctrl` is the one of a Mac.
 */
type Press = string;
/** The same everywhere, or another one on a Mac, where systems and writers mean other things by some keys. */
export type Key = Press | { readonly onMac: Press; readonly elsewhere: Press };

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing' | 'getModifierState'
>;

const isMac = (): boolean => navigator.platform.startsWith('Mac');

export const pressOn = (key: Key, mac = isMac()): Press =>
  typeof key === 'string' ? key : mac ? key.onMac : key.elsewhere;

/**
 * What a key means: the letter that it writes where that is a Latin one, else the letter that stands there on a Latin
 * keyboard; with Alt, which writes other signs on many keyboards, and with ⌃⌘ the digit or letter of its place;
 * otherwise its own name.
 */
function meant({ key, code, altKey, ctrlKey, metaKey }: Pressed): string {
  const [, kind = '', sign = ''] = /^(Key|Digit|Numpad)(.*)$/.exec(code) ?? [];
  const isOdd = altKey || (ctrlKey && metaKey);
  if (isOdd && kind === 'Digit') return sign;
  // The digits of the number pad write characters with Alt.
  if (isOdd && kind === 'Numpad') return '';
  if (altKey ? /^[a-z]$/i.test(key) : /^\p{Script=Latin}$/u.test(key)) return key.toUpperCase();
  return kind === 'Key' && (altKey || /^\p{L}$/u.test(key)) ? sign : key;
}

export function matches(event: Pressed, key: Key, mac = isMac()): boolean {
  if (event.isComposing || event.getModifierState('AltGraph')) return false;
  const held = pressOn(key, mac).split('+');
  const name = held.pop() ?? '';
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (mod !== held.includes('Mod') || other !== held.includes('Ctrl') || event.altKey !== held.includes('Alt'))
    return false;
  // Whether a sign needs Shift is the keyboard's affair.
  const isSign = /^[^\p{L}\d]$/u.test(name);
  return meant(event) === name && (isSign || event.shiftKey === held.includes('Shift'));
}

const SIGNS: Readonly<Record<string, string>> = {
  Enter: '⏎',
  Shift: '⇧',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
};
const MAC_SIGNS: Readonly<Record<string, string>> = { ...SIGNS, Mod: '⌘', Alt: '⌥', Ctrl: '⌃' };
const OTHER_SIGNS: Readonly<Record<string, string>> = { ...SIGNS, Mod: 'Ctrl' };

/** How a key is written where somebody reads it. */
export function keyName(key: Key, mac = isMac()): string {
  const signs = mac ? MAC_SIGNS : OTHER_SIGNS;
  return pressOn(key, mac)
    .split('+')
    .map((part) => signs[part] ?? part)
    .join(mac ? '' : ' ');
}

/** The same, spelled out where it is met for the first time. */
export const spelledKey = (key: Key, mac = isMac()): string =>
  mac ? keyName(key, mac) : pressOn(key, mac).replace('Mod', 'Ctrl');
