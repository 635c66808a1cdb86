import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { desktopMenus as schema } from '../../../shared/desktop-menu.ts';
import type { ChapterController, ChapterState, TurnMenuTarget } from '../../chapter/controller.ts';
import { keyName, pressOn } from '../../lib/keys.ts';
import { desktopMenus } from './desktop-menu.ts';
import { momentNow } from './moment.ts';
import { COMMAND_IDS, commandOf, commandsIn, type Command } from './registry.ts';
import { ShortcutList } from './shortcut-sheet.tsx';

const all = (): readonly Command[] => COMMAND_IDS.map(commandOf);
const named = (ids: readonly string[]): string[] => ids.toSorted();

test('every command has a name of its own', () => {
  const names = all().map(({ name }) => name(momentNow()));
  expect(names.filter((name) => name.trim() === '')).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

const keysOn = (mac: boolean): string[] =>
  all().flatMap(({ key }) => (key === undefined ? [] : [pressOn(key.press, mac)]));

test.for([true, false])('no two commands have one key; on a Mac: %s', (mac) => {
  const keys = keysOn(mac);
  expect(keys.length).toBeGreaterThan(10);
  expect(new Set(keys).size).toBe(keys.length);
});

/** Hide, Hide others, Quit, Close, Minimise, Settings, Spotlight, full screen. */
const OF_MAC = ['H', 'Alt+H', 'Q', 'W', 'M', ',', ' ', 'Ctrl+F'].map((key) => `Mod+${key}`);
/** What a Mac writes and moves with: signs, words, the rows above the digits. */
const IN_TEXT = /^(Shift\+)?(Alt\+|Ctrl\+[A-Z]|F\d)/;

test('no key is one that a Mac has for itself', () => {
  expect(keysOn(true).filter((key) => OF_MAC.includes(key) || (IN_TEXT.test(key) && key !== 'F2'))).toEqual([]);
  expect(pressOn(commandOf('replace').key?.press ?? '', true)).toBe('Mod+Alt+F');
});

test('the sheet of shortcuts lists every key with what it does', () => {
  const rows = [...renderToStaticMarkup(createElement(ShortcutList)).matchAll(/<dt>(.*?)<\/dt>.*?<kbd>(.*?)<\/kbd>/g)];
  expect(rows.map(([, name, key]) => [name, key])).toEqual(
    all().flatMap(({ name, key }) => (key === undefined ? [] : [[name(momentNow()), keyName(key.press)]])),
  );
});

test('every command can be reached: by a key, from a menu or the palette', () => {
  const unreachable = COMMAND_IDS.filter((id) => {
    const { key, in: places = [], desktopMenu } = commandOf(id);
    return key === undefined && places.length === 0 && desktopMenu === undefined;
  });
  expect(unreachable).toEqual([]);
  expect(named(commandsIn('row menu'))).toEqual(['export', 'remove', 'rename']);
});

test('what the desktop is offered is what it takes, and no key that a field needs for itself', () => {
  const menus = schema.parse(desktopMenus());
  const items = menus.flatMap(({ items }) => items);
  expect(items.length).toBeGreaterThan(10);
  expect(items.find(({ command }) => command === 'reply')?.accelerator).toBe('CmdOrCtrl+Enter');
  expect(items.filter(({ accelerator }) => accelerator !== null && !accelerator.startsWith('CmdOrCtrl+'))).toEqual([]);
});

test('while no chapter is open, what writes says so', () => {
  const silent = COMMAND_IDS.filter((id) => /^(reply|retry|continue|again)/.test(id)).filter(
    (id) => (commandOf(id).why?.(momentNow()) ?? null) === null,
  );
  expect(silent).toEqual([]);
});

test('where no reply stands at or before the caret, Retry and both ways through the alternates say so', () => {
  const why = 'There is no reply at or before the caret.';
  const moment = {
    ...momentNow(),
    controller: {} as ChapterController,
    page: { turning: false, alternates: null, canRetry: { ok: false, why } } as ChapterState,
  };
  for (const id of ['retry', 'previousAlternate', 'nextAlternate'] as const)
    expect(commandOf(id).why?.(moment), id).toBe(why);
});

test('the first and the last alternate say that nothing comes before or behind them', () => {
  const why = (id: 'previousAlternate' | 'nextAlternate', number: number, turning = false) =>
    commandOf(id).why?.({
      ...momentNow(),
      controller: {} as ChapterController,
      page: { turning, alternates: { turnId: '', number, count: 3, more: 0 } } as ChapterState,
    }) ?? null;
  expect(why('previousAlternate', 1)).toBe('This is the first alternate.');
  expect(why('nextAlternate', 3)).toBe('This is the last alternate. Retry writes another.');
  for (const id of ['previousAlternate', 'nextAlternate'] as const) {
    expect(why(id, 2)).toBeNull();
    // The one that was asked for is not shown yet.
    for (const number of [1, 3]) expect(why(id, number, true)).toBeNull();
  }
});

test('on a page that reads along, what a turn’s menu would change says why it does not', () => {
  const turn: TurnMenuTarget = {
    turnId: '',
    role: 'model',
    speaker: null,
    alternates: { turnId: '', number: 1, count: 2, more: 0 },
    isReady: false,
    label: 'Model',
  };
  const moment = { ...momentNow(), controller: {} as ChapterController, isAway: false, turn };
  const writes = commandsIn('turn menu').filter((id) => !['copyTurn', 'otherWords', 'goodText'].includes(id));
  const silent = (isReader: boolean): string[] =>
    writes.filter((id) => (commandOf(id).why?.({ ...moment, isReader }) ?? null) === null);
  expect(silent(true)).toEqual([]);
  expect(silent(false)).toEqual(writes.filter((id) => id !== 'previousAlternate'));
});
