import { expect, test, type Browser } from '@playwright/test';
import { activePath } from '../../shared/document/tree.ts';
import { bare, shown } from './shown-turns.ts';
import { SEED } from '../helpers/sizes.ts';
import { launch, StudioPage, type ManuscriptHost } from './studio.ts';
import type { editor } from 'monaco-editor/editor';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch();
});
test.afterAll(async () => {
  await browser.close();
});

/** All that the editor has keys for, on Linux and on a Mac. */
const KEYS: Readonly<Record<string, readonly [linux: string, mac: string]>> = {
  cancelSelection: ['escape shift+escape', 'escape shift+escape'],
  cursorBottom: ['ctrl+end', 'cmd+down'],
  cursorBottomSelect: ['ctrl+shift+end', 'shift+cmd+down'],
  cursorDown: ['down', 'ctrl+n down'],
  cursorDownSelect: ['shift+down', 'shift+down'],
  cursorEnd: ['end', 'cmd+right end'],
  cursorEndSelect: ['shift+end', 'shift+cmd+right shift+end'],
  cursorHome: ['home', 'cmd+left home'],
  cursorHomeSelect: ['shift+home', 'shift+cmd+left shift+home'],
  cursorLeft: ['left', 'ctrl+b left'],
  cursorLeftSelect: ['shift+left', 'shift+left'],
  cursorLineEnd: ['', 'ctrl+e'],
  cursorLineEndSelect: ['', 'ctrl+shift+e'],
  cursorLineStart: ['', 'ctrl+a'],
  cursorLineStartSelect: ['', 'ctrl+shift+a'],
  cursorPageDown: ['pagedown', 'pagedown'],
  cursorPageDownSelect: ['shift+pagedown', 'shift+pagedown'],
  cursorPageUp: ['pageup', 'pageup'],
  cursorPageUpSelect: ['shift+pageup', 'shift+pageup'],
  cursorRight: ['right', 'ctrl+f right'],
  cursorRightSelect: ['shift+right', 'shift+right'],
  cursorTop: ['ctrl+home', 'cmd+up'],
  cursorTopSelect: ['ctrl+shift+home', 'shift+cmd+up'],
  cursorUp: ['up', 'ctrl+p up'],
  cursorUpSelect: ['shift+up', 'shift+up'],
  cursorWordEndRight: ['ctrl+right', 'alt+right'],
  cursorWordEndRightSelect: ['ctrl+shift+right', 'shift+alt+right'],
  cursorWordLeft: ['ctrl+left', 'alt+left'],
  cursorWordLeftSelect: ['ctrl+shift+left', 'shift+alt+left'],
  deleteAllLeft: ['', 'cmd+backspace'],
  deleteAllRight: ['', 'cmd+delete ctrl+k'],
  deleteLeft: ['backspace shift+backspace', 'backspace ctrl+backspace ctrl+h shift+backspace'],
  deleteRight: ['delete', 'ctrl+d ctrl+delete delete'],
  deleteWordLeft: ['ctrl+backspace', 'alt+backspace'],
  deleteWordRight: ['ctrl+delete', 'alt+delete'],
  'editor.action.selectAll': ['ctrl+a', 'cmd+a'],
  'paphos.joinToTurnBefore': [
    'backspace ctrl+backspace shift+backspace',
    'alt+backspace backspace cmd+backspace ctrl+backspace ctrl+h shift+backspace',
  ],
  'paphos.joinTurnBehind': ['ctrl+delete delete', 'alt+delete cmd+delete ctrl+d ctrl+delete ctrl+k delete'],
  redo: ['ctrl+shift+z ctrl+y', 'shift+cmd+z'],
  scrollLineDown: ['ctrl+down', 'ctrl+pagedown'],
  scrollLineUp: ['ctrl+up', 'ctrl+pageup'],
  scrollPageDown: ['alt+pagedown', 'cmd+pagedown'],
  scrollPageUp: ['alt+pageup', 'cmd+pageup'],
  undo: ['ctrl+z', 'cmd+z'],
};

const kinds = (prefix: string, names: string): string[] => names.split(' ').map((name) => prefix + name);

/** All else that it could do: no key and no menu leads to it. */
const WITHOUT_KEYS: ReadonlySet<string> = new Set([
  // What its own input and mouse handlers call.
  ...kinds('', 'type paste cut replacePreviousChar compositionStart compositionType compositionEnd'),
  ...kinds('default:', 'type paste cut replacePreviousChar compositionStart compositionType compositionEnd undo redo'),
  ...kinds('_', 'moveTo moveToSelect lineSelect lineSelectDrag wordSelect wordSelectDrag lastCursorMoveToSelect'),
  ...kinds('', 'createCursor lastCursorLineSelect lastCursorLineSelectDrag lastCursorWordSelect columnSelect'),
  // Ways of other programs through words.
  ...['Left', 'Right'].flatMap((side) => [
    ...['WordStart', 'Word', 'WordEnd', 'WordAccessibility'].flatMap((by) => [
      `cursor${by}${side}`,
      `cursor${by}${side}Select`,
    ]),
    ...['deleteWordStart', 'deleteWordEnd'].map((by) => by + side),
  ]),
  'deleteInsideWord',
  // Lines as the rows of a list, columns, several carets, indentation.
  ...kinds('cursorColumnSelect', 'Left Right Up Down PageUp PageDown'),
  ...kinds('editor.action.copyLines', 'UpAction DownAction'),
  ...kinds('editor.action.moveLines', 'UpAction DownAction'),
  ...kinds('editor.action.', 'deleteLines duplicateSelection removeDuplicateLines reverseLines joinLines'),
  ...kinds('editor.action.', 'sortLinesAscending sortLinesDescending trimTrailingWhitespace transpose'),
  ...kinds('editor.action.', 'indentLines outdentLines insertLineAfter insertLineBefore'),
  ...kinds('editor.action.transformTo', 'Uppercase Lowercase Titlecase Snakecase Camelcase Pascalcase Kebabcase'),
  ...kinds('', 'lineBreakInsert outdent tab removeSecondaryCursors'),
  // What programs ask of it, and parts of it that are not shown.
  ...kinds('', 'cursorMove editorScroll scrollEditorTop scrollEditorBottom scrollLeft scrollRight revealLine noop'),
  ...kinds('', 'setSelection editor.cancelOperation getContextKeyInfo workbench.action.showHover'),
  ...kinds('_', 'setContext generateContextKeyInfo'),
  ...kinds('_executeFormat', 'DocumentProvider OnTypeProvider RangeProvider'),
  ...kinds('quickInput.', 'accept acceptInBackground first hide last next nextSeparator pageNext pagePrevious'),
  ...kinds('quickInput.', 'previous previousSeparator toggleCheckbox toggleHover'),
  ...kinds('quickInput.', 'nextSeparatorWithQuickAccessFallback previousSeparatorWithQuickAccessFallback'),
]);

/** What is looked at of the editor's inside. */
interface Inside {
  _standaloneKeybindingService: {
    getKeybindings(): readonly {
      readonly command: string;
      readonly resolvedKeybinding?: { getUserSettingsLabel(): string };
    }[];
  };
}

const keysOn = (mac: boolean): (readonly [command: string, keys: readonly string[]])[] =>
  Object.entries(KEYS).map(([command, [linux, apple]]) => [
    command,
    (mac ? apple : linux).split(' ').filter((key) => key !== ''),
  ]);
const ofPage = (command: string): string => command.replace(/^vs\.editor\.ICodeEditor:\d+:/, '');

/** Registered keys against those that are known, and what is registered besides. */
async function compareKeys(studio: StudioPage, mac: boolean): Promise<void> {
  const { keys, commands } = await studio.inEditor((view) => ({
    keys: (view as unknown as Inside)._standaloneKeybindingService
      .getKeybindings()
      .map(({ command, resolvedKeybinding }) => [command, resolvedKeybinding?.getUserSettingsLabel() ?? ''] as const),
    commands: (view.getContainerDomNode() as ManuscriptHost).__paphosManuscript.commands(),
  }));
  const found = new Map<string, string[]>();
  for (const [command, key] of keys) found.set(ofPage(command), [...(found.get(ofPage(command)) ?? []), key]);
  expect(Object.fromEntries([...found].map(([command, all]) => [command, all.toSorted()]))).toEqual(
    Object.fromEntries(keysOn(mac).flatMap(([command, all]) => (all.length === 0 ? [] : [[command, all.toSorted()]]))),
  );
  const unknown = commands.map(ofPage).filter((command) => !(command in KEYS) && !WITHOUT_KEYS.has(command));
  expect(unknown, 'Decide whether a writer needs it').toEqual([]);
}

const TEXT = [
  '<|system|>',
  'Be brief.',
  '<|user|>',
  'I open the door.',
  'It creaks.',
  '<|model|> Maren',
  'A hall. Long and dark.',
  '',
  'Nobody is here.',
  '<|user|>',
  'Hello?',
  '<|model|>',
  'An echo answers.',
  '<|user|>',
  '',
].join('\n');
type Four = readonly [line: number, column: number, toLine: number, toColumn: number];
/** Carets and selections: from where they begin to where the caret stands. */
const PLACES: Readonly<Record<string, Four>> = {
  'the start of the first turn': [2, 1, 2, 1],
  'the start of a turn': [4, 1, 4, 1],
  'the middle of a turn': [4, 8, 4, 8],
  'the end of a paragraph': [4, 17, 4, 17],
  'the end of a turn': [5, 11, 5, 11],
  'an empty line': [8, 1, 8, 1],
  'the start of a paragraph': [9, 1, 9, 1],
  'the end of the last turn': [13, 17, 13, 17],
  'the ready turn': [15, 1, 15, 1],
  'words of a turn': [4, 3, 5, 4],
  'parts of two turns': [4, 8, 7, 8],
  'parts of three turns, upwards': [11, 3, 5, 3],
  'a whole turn, with the line end before it': [5, 11, 9, 16],
};
const NAMES: Readonly<Record<string, readonly [key: string, keyCode: number]>> = {
  backspace: ['Backspace', 8],
  escape: ['Escape', 27],
  pageup: ['PageUp', 33],
  pagedown: ['PageDown', 34],
  end: ['End', 35],
  home: ['Home', 36],
  left: ['ArrowLeft', 37],
  up: ['ArrowUp', 38],
  right: ['ArrowRight', 39],
  down: ['ArrowDown', 40],
  delete: ['Delete', 46],
};
type Press = Readonly<
  Pick<KeyboardEventInit, 'key' | 'code' | 'keyCode' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>
>;
function pressed(written: string): Press {
  const held = written.split('+');
  const name = held.pop() ?? '';
  const [key, keyCode] = NAMES[name] ?? [name, name.toUpperCase().charCodeAt(0)];
  const code = key.length === 1 ? `Key${key.toUpperCase()}` : key;
  const has = (one: string): boolean => held.includes(one);
  const [ctrlKey, shiftKey, altKey, metaKey] = [has('ctrl'), has('shift'), has('alt'), has('cmd')];
  return { key, code, keyCode, ctrlKey, shiftKey, altKey, metaKey };
}
type Act = { readonly press: Press } | { readonly does: 'type' | 'paste'; readonly text: string };

/**
 * In the page: does something at each place and takes it back; the last edit is done again. Answers with what is not as
 * it should be, and how many edits there were.
 */
async function tryAt(
  view: editor.IStandaloneCodeEditor,
  { act, undo, redo, places }: { act: Act; undo: Press; redo: Press; places: [string, Four][] },
): Promise<{ faults: string[]; edits: number }> {
  const mark = /^<\|(system|user|model)\|>( .+)?$/;
  const model = view.getModel();
  if (model === null) throw new Error('the page has no text');
  const text = model.getValue();
  const marks = text.split('\n').filter((line) => mark.test(line));
  const send = async (key: Press): Promise<void> => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true }));
    for (let after = 0; after < 4; after++) await Promise.resolve();
  };
  const faults: string[] = [];
  let edits = 0;
  for (const [place, [line, column, toLine, toColumn]] of places) {
    view.focus();
    view.setSelection({
      selectionStartLineNumber: line,
      selectionStartColumn: column,
      positionLineNumber: toLine,
      positionColumn: toColumn,
    });
    if ('press' in act) await send(act.press);
    else {
      view.trigger('keyboard', act.does, { text: act.text });
      await send({});
    }
    const now = model.getValue();
    let at = 0;
    for (const one of now.split('\n')) {
      if (mark.test(one)) at = marks.indexOf(one, at) + 1;
      if (mark.test(one) ? at === 0 : /<\||\|>/.test(one)) faults.push(`${place}: the mark ${one} in ${now}`);
    }
    const focus = document.activeElement?.getAttribute('aria-label') ?? null;
    if (focus !== 'Manuscript') faults.push(`${place}: the focus is on ${String(focus)}`);
    const { startLineNumber = 1, endLineNumber = 1 } = view.getSelection() ?? {};
    const isAll = startLineNumber === 1 && endLineNumber === model.getLineCount();
    if (!isAll && [startLineNumber, endLineNumber].some((end) => mark.test(model.getLineContent(end))))
      faults.push(`${place}: a selection ends in a mark, from line ${startLineNumber} to ${endLineNumber}`);
    if (now === text) continue;
    edits++;
    await send(undo);
    if (model.getValue() !== text) {
      faults.push(`${place}: one undo brings ${model.getValue()}`);
      break;
    }
  }
  if (edits > 0) await send(redo);
  return { faults, edits };
}

async function open(options: { mac?: boolean } = {}) {
  const studio = await StudioPage.open(browser, options);
  const { page } = studio;
  const { client, close } = await studio.client();
  const [story] = await client.stories.list();
  const chapterId = (await client.chapters.list({ storyId: story?.id ?? '' }))[0]?.id ?? '';
  await studio.inEditor((view, all) => view.getModel()?.setValue(all), TEXT);
  await studio.saved();
  const view = await page.evaluateHandle(() => {
    const host = document.querySelector('.ms-host') as ManuscriptHost;
    return host.__paphosManuscript.editor;
  });
  return {
    studio,
    page,
    view,
    /** What the store has is what the page shows. */
    agree: async (what: string): Promise<void> => {
      const text = await view.evaluate(async (one) => {
        await (one.getContainerDomNode() as ManuscriptHost).__paphosManuscript.controller.flush();
        return one.getModel()?.getValue() ?? '';
      });
      const { turns, activeRootId } = await client.chapters.open({ id: chapterId });
      const path = activePath({ activeRootId, turns: new Map(turns.map((turn) => [turn.id, turn])) });
      expect(path.map(bare), what).toEqual(shown(text).map(bare));
    },
    done: async (): Promise<void> => {
      expect(studio.violations).toEqual([]);
      close();
      await studio.close();
    },
  };
}

for (const mac of [false, true])
  test(`the editor has the keys of a writer and no others; whichever is pressed ${mac ? 'on a Mac' : 'on Linux'}, no mark is harmed and one undo brings all back`, async () => {
    test.setTimeout(60_000);
    const { studio, page, view, agree, done } = await open({ mac });
    await compareKeys(studio, mac);
    const undo = pressed(mac ? 'cmd+z' : 'ctrl+z');
    const redo = pressed(mac ? 'shift+cmd+z' : 'ctrl+y');
    const acts = new Map<string, Act>(
      keysOn(mac).flatMap(([, keys]) => keys.map((key) => [key, { press: pressed(key) }])),
    );
    acts.set('a letter', { does: 'type', text: 'x' }).set('a new paragraph', { does: 'type', text: '\n' });
    acts.set('pasted paragraphs', { does: 'paste', text: 'One.\n\nTwo.' });
    const all = Object.entries(PLACES);
    let edited = 0;
    for (const [what, act] of acts) {
      // What is stored is of another place with every key and every commit.
      const at = (SEED + edited) % all.length;
      const places = [...all.slice(at), ...all.slice(0, at)];
      const { faults, edits } = await view.evaluate(tryAt, { act, undo, redo, places });
      expect(faults, what).toEqual([]);
      if (edits === 0) continue;
      edited++;
      await agree(what);
      await page.keyboard.press(mac ? 'Meta+z' : 'Control+z');
      expect(await studio.text(), `${what}, undone`).toBe(TEXT);
    }
    expect(edited).toBeGreaterThan(mac ? 15 : 8);
    await agree('in the end');
    await done();
  });

/** What editors for programs do with them. */
const OFF = [
  ...['Alt+ArrowUp', 'Alt+ArrowDown', 'Shift+Alt+ArrowDown', 'Control+Alt+ArrowDown', 'Control+Alt+Shift+ArrowDown'],
  ...['Control+Shift+K', 'Control+J', 'Control+BracketRight', 'Control+BracketLeft', 'Control+Shift+Enter'],
];
/** With these the browser itself deletes the rest of a line. */
const BROWSERS = ['Control+Shift+Backspace', 'Control+Shift+Delete'];

test('keys that are off change nothing, and what the browser deletes by itself is no mark, with plain text input too', async () => {
  const { page, view, done } = await open();
  for (const editContext of [true, false]) {
    await view.evaluate((one, value) => one.updateOptions({ editContext: value }), editContext);
    for (const key of [...OFF, ...BROWSERS])
      for (const place of ['the start of a turn', 'the end of a turn']) {
        const [lineNumber, column] = PLACES[place] ?? [1, 1];
        await view.evaluate(
          (one, to) => {
            one.setPosition(to);
            one.focus();
          },
          { lineNumber, column },
        );
        await page.keyboard.press(key);
        const text = await view.evaluate((one) => one.getModel()?.getValue() ?? '');
        const marksOf = (all: string): string[] => all.split('\n').filter((line) => line.includes('<|'));
        if (BROWSERS.includes(key)) expect(marksOf(text), `${key} at ${place}`).toEqual(marksOf(TEXT));
        else expect(text, `${key} at ${place}`).toBe(TEXT);
        if (text !== TEXT) await page.keyboard.press('Control+z');
      }
  }
  await done();
});

test('the mouse selects no part of a mark, sets one caret and drags no text', async () => {
  const { page, view, agree, done } = await open();
  const at = async (lineNumber: number, column: number): Promise<[x: number, y: number]> =>
    view.evaluate(
      (one, place) => {
        const { left, top } = one.getContainerDomNode().getBoundingClientRect();
        const seen = one.getScrolledVisiblePosition(place);
        return [left + (seen?.left ?? 0) + 2, top + (seen?.top ?? 0) + (seen?.height ?? 0) / 2] as [number, number];
      },
      { lineNumber, column },
    );
  const text = (): Promise<string> => view.evaluate((one) => one.getModel()?.getValue() ?? '');
  const { mouse, keyboard } = page;
  const writes = async (what: string, expected: string): Promise<void> => {
    await keyboard.press('x');
    expect(await text(), what).toBe(expected);
    await agree(what);
    await keyboard.press('Control+z');
    expect(await text(), what).toBe(TEXT);
  };

  await mouse.click(...(await at(5, 4)), { clickCount: 3 });
  await writes('the last paragraph of a turn', TEXT.replace('It creaks.', 'x'));
  await mouse.click(...(await at(9, 4)), { clickCount: 2 });
  await writes('a word', TEXT.replace('Nobody', 'x'));
  for (const clickCount of [2, 3]) {
    await mouse.click(...(await at(6, 3)), { clickCount });
    await writes(`${String(clickCount)} clicks between two turns`, TEXT.replace('A hall', 'xA hall'));
  }
  const drag = async (from: [x: number, y: number], to: [x: number, y: number]): Promise<void> => {
    await mouse.move(...from);
    await mouse.down();
    await mouse.move(...to, { steps: 4 });
    await mouse.up();
  };
  await drag(await at(5, 4), await at(6, 3));
  await writes('from a turn down between two', TEXT.replace('It creaks.', 'It x'));
  await drag(await at(7, 3), await at(6, 3));
  await writes('from a turn up between two', TEXT.replace('A hall', 'xhall'));
  await drag(await at(6, 3), await at(7, 3));
  await writes('from between two turns down', TEXT.replace('A hall', 'xhall'));

  await mouse.click(...(await at(4, 3)));
  await keyboard.down('Alt');
  await mouse.click(...(await at(9, 8)));
  await keyboard.up('Alt');
  await keyboard.press('x');
  expect((await text()).split('x')).toHaveLength(2);
  await keyboard.press('Control+z');
  await drag(await at(7, 3), await at(7, 7));
  await drag(await at(7, 5), await at(4, 8));
  expect(await text()).toBe(TEXT);
  await done();
});
