import { describe, expect, test, vi } from 'vitest';
import { StudioRefusal } from '../../tests/helpers/memory-studio.ts';
import {
  begun,
  comeBack,
  endReply,
  expectSaved,
  open,
  openPlainly,
  said,
  settle,
  turn,
  undo,
  stopTime,
} from '../../tests/helpers/open-chapter.ts';

stopTime();

const ASK = '\n<|user|>\n';

test('a page that another one took over lets go of nothing that is not saved', async () => {
  const { studio, session, view } = await open(said('user', 'I knock.'));
  studio.refusals = Array.from({ length: 5 }, () => 'READ_ONLY');
  view.type(' Twice.');
  await vi.advanceTimersByTimeAsync(500);
  session.setReadOnly(true);
  session.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(studio.texts).toEqual(['I knock. Twice.']);
});

test('a chapter that was left while the studio was away is shown as it was left, as soon as the studio is back', async () => {
  const { studio, session, view } = await open(said('user', 'I knock.'));
  studio.unreachable = 1000;
  view.click('I knock.');
  view.type(' Twice.');
  session.close();
  // It has just been tried in vain; by itself it is tried again in 4 s.
  await vi.advanceTimersByTimeAsync(8000);
  studio.unreachable = 0;
  const back = await openPlainly(studio);
  expect(back.shown()).toEqual(['I knock. Twice.']);
  back.view.type(' Thrice.');
  await settle();
  expectSaved(back);
  expect(back.session.getState().notice).toBeNull();
});

test('what was left and is not stored yet is not called saved in the next chapter', async () => {
  const { studio, session, view } = await open(said('user', 'I knock.'));
  studio.unreachable = 1000;
  view.type(' Twice.');
  await settle();
  session.close();
  const next = await open(said('user', 'I wait.'));
  expect(next.session.getState().save).toBe('offline');
  studio.unreachable = 0;
  await vi.advanceTimersByTimeAsync(4000);
  expect(studio.texts).toEqual(['I knock. Twice.']);
  expect(next.session.getState().save).toBe('saved');
});

describe('leaving in a reply', () => {
  test('stores an edit that its end crosses, then lets go of the text', async () => {
    const { studio, session, view } = await begun(said('user', 'I knock.'), said('model', 'It opens.'));
    studio.write(' A draught.');
    await settle();
    // The reply has ended, which the page has not heard of: what it saves is made on the turn as it was.
    studio.isSilent = true;
    studio.end();
    view.click('It opens');
    view.type(' slowly');
    session.close();
    await settle();
    expect(studio.texts).toEqual(['I knock.', 'It opens. A draught.']);
    expect(view.isDisposed).toBe(false);
    studio.isSilent = false;
    studio.tell();
    await settle();
    expect(studio.texts).toEqual(['I knock.', 'It opens slowly. A draught.']);
    expect(view.isDisposed).toBe(true);
    const back = await openPlainly(studio);
    expect(back.shown()).toEqual(['I knock.', 'It opens slowly. A draught.', '']);
  });

  test('stores what was written into the reply itself', async () => {
    const { studio, session, view } = await begun();
    studio.write('The door opens.');
    await settle();
    view.click('The');
    view.type(' red');
    session.close();
    await settle();
    expect(studio.texts).toEqual(['I knock.', 'The red door opens.']);
    expect(view.isDisposed).toBe(true);
  });

  test('and coming back at once shows what was written last', async () => {
    const { studio, session, view } = await begun();
    studio.write('The door opens.');
    await settle();
    view.click('The');
    view.type(' red');
    session.close();
    const back = await openPlainly(studio);
    expect(back.shown()).toEqual(['I knock.', 'The red door opens.', '']);
    back.view.type('I go in.');
    await settle();
    expectSaved(back);
  });

  test('the reply is written on, and stands there for who comes back', async () => {
    const { studio, session, view } = await begun();
    studio.write('The door ');
    await settle();
    session.close();
    await settle();
    expect(view.isDisposed).toBe(true);
    studio.write('opens.');
    const back = await openPlainly(studio);
    expect(back.shown()).toEqual(['I knock.', 'The door opens.']);
    studio.end();
    await settle();
    expect(back.view.text.endsWith(ASK)).toBe(true);
    expectSaved(back);
  });
});

describe('coming back to a chapter', () => {
  test('each earlier text of the visits before can be undone to, and done again', async () => {
    let opened = await open(said('user', 'I knock.'));
    const texts = ['I knock.'];
    for (const [word, text] of [
      [' Twice.', 'I knock. Twice.'],
      [' Thrice.', 'I knock. Twice. Thrice.'],
    ] as const) {
      opened.view.closeStep();
      opened.view.click(texts.at(-1) ?? '');
      opened.view.type(word);
      texts.push(text);
      await settle();
      opened = await comeBack(opened);
      expect(opened.studio.texts).toEqual([text]);
    }
    for (const text of [...texts.slice(0, -1).toReversed()]) {
      await undo(opened);
      expect(opened.shown()).toEqual([text]);
      expectSaved(opened);
    }
    opened.session.redo();
    opened.session.redo();
    await settle();
    expect(opened.shown()).toEqual([texts.at(-1)]);
    expectSaved(opened);
  });

  test('a reply, a deletion and a turn to another alternate can be undone after it', async () => {
    let opened = await begun();
    await endReply(opened, 'It opens.');
    await opened.session.retry();
    await endReply(opened, 'It stays shut.');
    await turn(opened, -1);
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    opened = await comeBack(opened);
    expect(opened.shown()).toEqual(['It opens.', '']);
    for (const shown of [
      ['I knock.', 'It opens.', ''],
      ['I knock.', 'It stays shut.', ''],
      ['I knock.', 'It opens.', ''],
      ['I knock.'],
    ]) {
      await undo(opened);
      expect(opened.shown()).toEqual(shown);
      expectSaved(opened);
    }
  });

  test('all can be undone after a reply that was stopped before a word, its end not yet heard of', async () => {
    let opened = await open(said('user', 'I knock.'));
    opened.view.click('I knock.');
    opened.view.type(' Twice.');
    await settle();
    opened.studio.isSilent = true;
    await opened.session.reply();
    await opened.session.stop();
    opened.session.close();
    await settle();
    opened.studio.isSilent = false;
    opened = await openPlainly(opened.studio);
    expect(opened.shown()).toEqual(['I knock. Twice.']);
    while (opened.view.canUndo) await undo(opened);
    expect(opened.shown()).toEqual(['I knock.']);
    expectSaved(opened);
  });

  test('what was written there meanwhile is a step of its own', async () => {
    let opened = await begun();
    opened.studio.write('The door ');
    await settle();
    opened.session.close();
    await settle();
    opened.studio.write('opens.');
    opened.studio.end();
    opened = await openPlainly(opened.studio);
    expect(opened.shown()).toEqual(['I knock.', 'The door opens.', '']);
    expectSaved(opened);
    opened.session.undo();
    await undo(opened);
    expect(opened.shown()).toEqual(['I knock.']);
    expectSaved(opened);
  });

  test('caret and scroll are as they were, whatever was written before them since', async () => {
    const [first, last] = [said('model', 'It opens.'), said('model', 'It is dark in here.')];
    let opened = await open(first, said('user', 'I go in.'), last);
    opened.view.click('It is dark');
    opened.view.top = { line: 4, column: 1 };
    opened = await comeBack(opened);
    expect(opened.view.caret()).toEqual({ line: 6, column: 11 });
    expect(opened.view.top).toEqual({ line: 4, column: 1 });
    opened.view.click('I go in.');
    opened.session.close();
    await settle();
    opened.studio.change([{ op: 'setText', turnId: first.id, version: 1, at: 0, del: 0, ins: 'A lamp.\n' }]);
    opened = await openPlainly(opened.studio, { place: opened.places.at(-1) ?? null });
    expect(opened.view.caret()).toEqual({ line: 5, column: 9 });
    opened.view.click('<|user|>\n');
    opened = await comeBack(opened);
    expect(opened.view.caret()).toEqual({ line: 9, column: 1 });
  });
});

describe('a chapter that was left twice before it could be saved', () => {
  /** `takes`: what of it the disk has room for. */
  async function leftTwice() {
    const first = await open(said('user', 'I knock.'));
    const { studio } = first;
    const { applyChange } = studio.writing;
    const disk = { takes: (_ops: string) => false };
    studio.writing.applyChange = async (change) => {
      if (!disk.takes(JSON.stringify(change.ops))) throw new StudioRefusal('DISK_FULL');
      return applyChange(change);
    };
    first.view.click('knock.');
    first.view.type(' FIRST.');
    await settle();
    first.session.close();
    const second = await openPlainly(studio);
    await settle();
    second.view.click('knock.');
    second.view.type(' SECOND.');
    await settle();
    second.session.close();
    const elsewhere = await open(said('user', 'Elsewhere.'));
    await settle();
    return { elsewhere, disk, studio };
  }
  const writes = async (disk: { takes: (ops: string) => boolean }, takes: (ops: string) => boolean): Promise<void> => {
    disk.takes = takes;
    for (let wait = 0; wait < 4; wait++) await settle();
  };

  test('is held both times, and not said to be saved before all of it is', async () => {
    const { elsewhere, disk, studio } = await leftTwice();
    for (const word of ['FIRST', 'SECOND']) expect(elsewhere.session.held()).toContain(word);
    await writes(disk, (ops) => !ops.includes('FIRST'));
    expect(studio.texts.join()).toContain('SECOND');
    expect(elsewhere.session.getState().save).toBe('failed');
    expect(elsewhere.session.held()).toContain('FIRST');
    await writes(disk, () => true);
    expect(elsewhere.session.getState().save).toBe('saved');
    const texts = [...studio.tree.turns.values()].map(({ text }) => text).join();
    for (const word of ['FIRST', 'SECOND']) expect(texts).toContain(word);
  });
});
