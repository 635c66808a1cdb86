import { expect, test } from 'vitest';
import { keyName, matches } from './keys.ts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) => ({
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  key,
  ...held,
});

test('a key is that key with what is held down, no less and no more', () => {
  expect(matches(press('Enter', { ctrlKey: true }), 'Mod+Enter')).toBe(true);
  expect(matches(press('Enter', { metaKey: true }), 'Mod+Enter')).toBe(true);
  expect(matches(press('Enter', { ctrlKey: true, shiftKey: true }), 'Mod+Enter')).toBe(false);
  expect(matches(press('Enter', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+Enter')).toBe(true);
  expect(matches(press('Enter'), 'Mod+Enter')).toBe(false);
  expect(matches(press('ArrowLeft', { altKey: true }), 'Alt+ArrowLeft')).toBe(true);
  expect(matches(press('ArrowLeft', { altKey: true, ctrlKey: true }), 'Alt+ArrowLeft')).toBe(false);
  expect(matches(press('1', { altKey: true }), 'Alt+1')).toBe(true);
  expect(matches(press('Escape'), 'Escape')).toBe(true);
});

test('a letter is the same with the capitals locked, and another one with Shift', () => {
  expect(matches(press('K', { ctrlKey: true }), 'Mod+K')).toBe(true);
  expect(matches(press('k', { ctrlKey: true }), 'Mod+K')).toBe(true);
  expect(matches(press('K', { ctrlKey: true, shiftKey: true }), 'Mod+K')).toBe(false);
  expect(matches(press('k'), 'Mod+K')).toBe(false);
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
});
