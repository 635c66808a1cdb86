import { expect, test } from 'vitest';
import { keyName, matches } from './keys.ts';

type Held = Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing', boolean>>;
const press = (key: string, held: Held = {}, code = '', modifier = '') => ({
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
  getModifierState: (name: string) => name === modifier,
  key,
  code,
  ...held,
});
const CTRL = { ctrlKey: true };
const ALT = { altKey: true };

test('a key is that key with what is held down, no less and no more', () => {
  expect(matches(press('Enter', { ctrlKey: true }), 'Mod+Enter')).toBe(true);
  expect(matches(press('Enter', { ctrlKey: true, shiftKey: true }), 'Mod+Enter')).toBe(false);
  expect(matches(press('Enter', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+Enter')).toBe(true);
  expect(matches(press('Enter'), 'Mod+Enter')).toBe(false);
  expect(matches(press('ArrowLeft', { altKey: true }), 'Alt+ArrowLeft')).toBe(true);
  expect(matches(press('ArrowLeft', { altKey: true, ctrlKey: true }), 'Alt+ArrowLeft')).toBe(false);
  expect(matches(press('1', ALT, 'Digit1'), 'Alt+1')).toBe(true);
  expect(matches(press('Escape'), 'Escape')).toBe(true);
});

test('a letter is the same with the capitals locked, and another one with Shift', () => {
  expect(matches(press('K', { ctrlKey: true }), 'Mod+K')).toBe(true);
  expect(matches(press('k', { ctrlKey: true }), 'Mod+K')).toBe(true);
  expect(matches(press('K', { ctrlKey: true, shiftKey: true }), 'Mod+K')).toBe(false);
  expect(matches(press('k'), 'Mod+K')).toBe(false);
});

test.for([
  ['QWERTY', 'b', 'KeyB'],
  ['QWERTY with Caps Lock', 'B', 'KeyB'],
  ['AZERTY', 'b', 'KeyB'],
  ['Dvorak', 'b', 'KeyN'],
  ['Cyrillic', 'и', 'KeyB'],
  ['Cyrillic with Caps Lock', 'И', 'KeyB'],
  ['Greek', 'β', 'KeyB'],
  ['Hebrew', 'נ', 'KeyB'],
] as const)('a letter is what the keyboard means by it: %s', ([, key, code]) => {
  expect(matches(press(key, CTRL, code), 'Mod+B')).toBe(true);
  expect(matches(press(key, { ...CTRL, shiftKey: true }, code), 'Mod+B')).toBe(false);
  expect(matches(press(key, {}, code), 'Mod+B')).toBe(false);
});

test.for([
  ['AZERTY', 'q', 'KeyA', 'Mod+Q', 'Mod+A'],
  ['Dvorak', 'x', 'KeyB', 'Mod+X', 'Mod+B'],
] as const)('a Latin letter counts, not its place: %s', ([, key, code, meant, place]) => {
  expect(matches(press(key, CTRL, code), meant)).toBe(true);
  expect(matches(press(key, CTRL, code), place)).toBe(false);
});

test.for([
  ['QWERTY', '1'],
  ['AZERTY', '&'],
  ['Dvorak', '1'],
  ['Cyrillic', '1'],
  ['Czech', '+'],
  ['a Mac', '¡'],
] as const)('a digit with Alt is the key in its place: %s', ([, key]) => {
  expect(matches(press(key, ALT, 'Digit1'), 'Alt+1')).toBe(true);
  expect(matches(press(key, ALT, 'Digit2'), 'Alt+1')).toBe(false);
  expect(matches(press(key, { ...ALT, shiftKey: true }, 'Digit1'), 'Alt+1')).toBe(false);
});

test('nothing is a shortcut while something is composed, or with AltGraph', () => {
  expect(matches(press('Enter', { ...CTRL, isComposing: true }, 'Enter'), 'Mod+Enter')).toBe(false);
  expect(matches(press('b', { ...CTRL, ...ALT }, 'KeyB', 'AltGraph'), 'Mod+B')).toBe(false);
  expect(matches(press('1', ALT, 'Digit1', 'AltGraph'), 'Alt+1')).toBe(false);
  expect(matches(press('?', {}, 'Slash', 'AltGraph'), '?')).toBe(false);
});

test('on a Mac Mod is ⌘ alone: with Ctrl a Mac moves and deletes in the text', () => {
  expect(matches(press('Enter', { metaKey: true }), 'Mod+Enter', true)).toBe(true);
  expect(matches(press('Enter', CTRL), 'Mod+Enter', true)).toBe(false);
  expect(matches(press('Enter', { metaKey: true }), 'Mod+Enter', false)).toBe(false);
  for (const letter of ['f', 'h', 'b', 'k', 'i'])
    expect(matches(press(letter, CTRL, `Key${letter.toUpperCase()}`), `Mod+${letter.toUpperCase()}`, true)).toBe(false);
});

test.for([
  ['US', 'ƒ', 'KeyF'],
  ['a browser that tells the letter', 'f', 'KeyF'],
  ['Dvorak', 'f', 'KeyY'],
  ['Cyrillic', 'ƒ', 'KeyF'],
] as const)('⌥⌘F on a Mac is that letter, whatever Alt writes with it: %s', ([, key, code]) => {
  const held = { metaKey: true, altKey: true };
  expect(matches(press(key, held, code), 'Mod+Alt+F', true)).toBe(true);
  expect(matches(press(key, { metaKey: true }, 'KeyG'), 'Mod+Alt+F', true)).toBe(false);
  expect(matches(press(key, held, code), 'Mod+F', true)).toBe(false);
});

test('⌃⌘ with a digit is the key in its place', () => {
  const held = { metaKey: true, ctrlKey: true };
  expect(matches(press('&', held, 'Digit1'), 'Mod+Ctrl+1', true)).toBe(true);
  expect(matches(press('1', held, 'Digit1'), 'Mod+Ctrl+1', true)).toBe(true);
  expect(matches(press('1', held, 'Digit1'), 'Mod+1', true)).toBe(false);
});

test('a sign is the sign, with Shift or without', () => {
  expect(matches(press('?', { shiftKey: true }), '?')).toBe(true);
  expect(matches(press('?'), '?')).toBe(true);
  expect(matches(press('?', { ctrlKey: true, shiftKey: true }), '?')).toBe(false);
});

test('a key is written as the system writes it', () => {
  expect(['Mod+Shift+Enter', 'Mod+K', 'Alt+ArrowLeft', 'Escape', '?'].map((key) => keyName(key, false))).toEqual([
    'Ctrl ⇧ ⏎',
    'Ctrl K',
    'Alt ←',
    'Esc',
    '?',
  ]);
  expect(['Mod+Shift+Enter', 'Mod+K', 'Alt+ArrowLeft'].map((key) => keyName(key, true))).toEqual(['⌘⇧⏎', '⌘K', '⌥←']);
  const key = { onMac: 'Mod+Ctrl+ArrowLeft', elsewhere: 'Alt+ArrowLeft' };
  expect([keyName(key, true), keyName(key, false)]).toEqual(['⌘⌃←', 'Alt ←']);
});
