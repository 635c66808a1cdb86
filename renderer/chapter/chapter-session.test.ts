import { describe, expect, test, vi } from 'vitest';
import {
  expectSaved,
  open,
  said,
  settle,
  undo,
  type OpenedChapter,
  stopTime,
} from '../../tests/helpers/open-chapter.ts';

stopTime();

describe('writing', () => {
  test('what is typed is stored, and undone as it is undone', async () => {
    const opened = await open(said('user', 'I knock.'));
    opened.view.type(' Twice.');
    expect(opened.session.getState().save).toBe('saving');
    await settle();
    expect(opened.studio.texts).toEqual(['I knock. Twice.']);
    await undo(opened);
    expect(opened.studio.texts).toEqual(['I knock.']);
    expectSaved(opened);
  });

  test('and pasted with what no text can hold is undone and redone as one step', async () => {
    const opened = await open(said('user', 'I knock.'));
    opened.view.type('\0Twice\uD800.');
    opened.view.closeStep();
    await settle();
    expect(opened.shown()).toEqual(['I knock.\uFFFDTwice\uFFFD.']);
    await undo(opened);
    expect(opened.shown()).toEqual(['I knock.']);
    opened.session.redo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.\uFFFDTwice\uFFFD.']);
    expectSaved(opened);
  });

  test('is counted while it goes on, and with Saved stands how much was saved', async () => {
    const { session, view } = await open(said('user', 'I knock.'));
    const seen: number[] = [];
    session.subscribe(() => {
      const { save, words } = session.getState();
      if (save === 'saved') seen.push(words);
    });
    for (let word = 0; word < 8; word++) {
      view.type(' again');
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(session.getState().words).toBeGreaterThan(5);
    await settle();
    expect(session.getState().words).toBe(10);
    seen.length = 0;
    view.type(' and wait');
    while (session.getState().save !== 'saved') await vi.advanceTimersByTimeAsync(10);
    expect(seen[0]).toBe(12);
  });

  test('a turn that is taken away can be brought back by its notice', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    expect(opened.studio.texts).toEqual(['It opens.']);
    opened.session.getState().notice?.action?.run();
    await settle();
    expect(opened.studio.texts).toEqual(['I knock.', 'It opens.']);
    expectSaved(opened);
  });

  test('a notice of what was deleted goes when it is back another way, and does not come again', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    const told = opened.session.getState().notice;
    expect(told?.message).toBe('The turn was deleted.');
    await undo(opened);
    expect(opened.session.getState().notice).toBeNull();
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    expect(opened.session.getState().notice?.key).toBeGreaterThan(told?.key ?? Infinity);
  });

  test.for([
    ['is deleted', (opened: OpenedChapter) => opened.session.removeTurn(opened.studio.path[1]?.id ?? '')],
    ['is cut with its mark', (opened: OpenedChapter) => opened.view.cut('\n<|model|>\nIt opens.')],
    ['is joined to the turn before', (opened: OpenedChapter) => opened.view.cut('\n<|model|>')],
    [
      'becomes the person’s',
      (opened: OpenedChapter) => opened.session.setRole(opened.studio.path[1]?.id ?? '', 'user'),
    ],
  ] as const)('the ready turn goes where the reply before it %s, and is never stored', async ([, act]) => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    act(opened);
    await settle();
    expect(opened.studio.texts.every((text) => text !== '')).toBe(true);
    expect(opened.shown().at(-1)).not.toBe('');
    expect([...opened.studio.tree.turns.values()].filter(({ text }) => text === '')).toEqual([]);
    expectSaved(opened);
    await undo(opened);
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expect(opened.studio.texts).toEqual(['I knock.', 'It opens.']);
    expectSaved(opened);
  });

  test('a letter that is typed into the ready turn and erased again leaves nothing that was deleted', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    opened.view.click('<|user|>\n');
    opened.view.type('a');
    await settle();
    expect(opened.studio.texts).toEqual(['I knock.', 'It opens.', 'a']);
    opened.view.cut('a');
    await settle();
    const gone = [...opened.studio.tree.turns.values()].filter(({ tombstone }) => tombstone !== null);
    expect(gone.map(({ text }) => text)).toEqual(['']);
    expectSaved(opened);
  });

  test('what was said in the ready turn and is erased can still be found', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    opened.view.click('<|user|>\n');
    opened.view.type('I go in and look around.');
    await settle();
    opened.view.cut('I go in and look around.');
    await settle();
    const gone = [...opened.studio.tree.turns.values()].filter(({ tombstone }) => tombstone !== null);
    expect(gone.map(({ text }) => text)).toEqual(['I go in and look around.']);
    expectSaved(opened);
  });

  test('a very long paragraph says what helps, which is one step of undo and keeps the caret in its place', async () => {
    const long = Array.from({ length: 500 }, (_, n) => `The ${n}th bell rang over the harbour at night.`).join(' ');
    const opened = await open(said('user', 'I knock.'), said('model', long));
    const { studio, session, view } = opened;
    expect(session.getState()).toMatchObject({ paragraph: 'usual', notice: null });
    view.click('The 250th bell');
    await settle();
    expect(session.getState().paragraph).toBe('very long');
    expect(session.getState().notice?.message).toMatch(/^2\d,\d{3} characters in one paragraph/);
    session.getState().notice?.action?.run();
    await settle();
    const paragraphs = studio.texts[1]?.split('\n\n') ?? [];
    expect(paragraphs.length).toBeGreaterThan(20);
    expect(paragraphs.join(' ')).toBe(long);
    const { line, column } = view.caret();
    expect(view.line(line).slice(0, column - 1)).toMatch(/The 250th bell$/);
    expect(session.getState().paragraph).toBe('usual');
    expectSaved(opened);
    session.undo();
    await settle();
    expect(studio.texts[1]).toBe(long);
    expectSaved(opened);
  });
});
