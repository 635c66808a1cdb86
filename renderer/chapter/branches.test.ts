import { describe, expect, test, vi } from 'vitest';
import { alternatesOf } from '../../tests/helpers/alternates.ts';
import {
  answered,
  endReply,
  expectSaved,
  open,
  said,
  settle,
  turn,
  undo,
  stopTime,
} from '../../tests/helpers/open-chapter.ts';

stopTime();

describe('alternates', () => {
  async function two() {
    const opened = await answered();
    await opened.session.retry();
    opened.studio.write('It stays shut.');
    await settle();
    return opened;
  }

  test('stand beside each other; undo goes back over the switch, and the store with it', async () => {
    const opened = await two();
    opened.studio.end();
    await settle();
    expect(opened.session.getState().alternates).toMatchObject({ number: 2, count: 2 });
    await turn(opened, -1);
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
    await undo(opened);
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', '']);
    expectSaved(opened);
    expect(alternatesOf(opened.studio.tree, opened.studio.path[1]?.id ?? '')).toHaveLength(2);
  });

  test.for(['the first', 'the second'])('of two, %s is deleted: the other one is shown', async (which) => {
    const opened = await two();
    opened.studio.end();
    await settle();
    if (which === 'the first') await turn(opened, -1);
    const [gone, stays] = which === 'the first' ? ['It opens.', 'It stays shut.'] : ['It stays shut.', 'It opens.'];
    expect(opened.shown()).toEqual(['I knock.', gone, '']);
    opened.session.removeTurn(opened.studio.path[1]?.id ?? '');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', stays, '']);
    expect(opened.session.getState().alternates).toMatchObject({ number: 1, count: 1 });
    expect([...opened.studio.tree.turns.values()].filter(({ role }) => role === 'user')).toHaveLength(1);
    expectSaved(opened);
    opened.session.getState().notice?.action?.run();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', gone, '']);
    expect(opened.session.getState().alternates).toMatchObject({ count: 2 });
    expectSaved(opened);
  });

  test('one that was deleted comes back also where the other one was written on since', async () => {
    const opened = await two();
    opened.studio.end();
    await settle();
    opened.session.removeTurn(opened.studio.path[1]?.id ?? '');
    await settle();
    const { action } = opened.session.getState().notice ?? expect.fail('nothing was told');
    opened.view.type('I go in.');
    action?.run();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', '']);
    expectSaved(opened);
    await turn(opened, -1);
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', 'I go in.']);
    expectSaved(opened);
  });

  test('one that is deleted while it is written stops', async () => {
    const opened = await two();
    opened.session.removeTurn(opened.studio.path[1]?.id ?? '');
    await settle();
    expect(opened.studio.reply).toBeNull();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expect(opened.session.getState()).toMatchObject({ generation: null, others: 0 });
    expectSaved(opened);
    await undo(opened);
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', '']);
    expectSaved(opened);
  });

  test('a reply in an earlier turn says where the rest is, and shows it again', async () => {
    const opened = await open(
      said('user', 'I knock.'),
      said('model', 'It opens.'),
      said('user', 'I go in.'),
      said('model', 'It is dark in here.'),
    );
    opened.view.click('I knock.');
    await opened.session.reply();
    opened.studio.write('Silence.');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'Silence.']);
    const { notice } = opened.session.getState();
    expect(notice).toMatchObject({
      message: 'The 10 words that followed are kept in another alternate.',
      action: { label: 'Go back' },
    });
    opened.view.click('Silence.');
    await settle();
    expect(opened.session.getState().alternates).toMatchObject({ number: 2, count: 2, more: 2 });
    notice?.action?.run();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', 'I go in.', 'It is dark in here.', '']);
    expect(opened.session.getState()).toMatchObject({ generation: null, others: 0 });
    opened.view.type(' Twice.');
    opened.view.click('It opens.');
    await settle();
    expect(opened.shown().slice(0, 2)).toEqual(['I knock. Twice.', 'It opens.']);
    expect(opened.session.getState().alternates).toMatchObject({ more: 0 });
    expectSaved(opened);
  });

  test('turned away from and back to, what is typed goes on where the person was below it', async () => {
    const opened = await answered();
    await opened.session.retry();
    await endReply(opened, 'It stays shut.');
    opened.view.type('I call.');
    await turn(opened, -1);
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    await turn(opened, 1);
    opened.view.type(' Loudly.');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', 'I call. Loudly.']);
    expectSaved(opened);
  });

  test('left by a retry and turned back to, what is typed goes on where the person was below it', async () => {
    const opened = await answered();
    opened.view.type('I go in.');
    await opened.session.retry();
    await endReply(opened, 'It stays shut.');
    await turn(opened, -1);
    opened.view.type(' Slowly.');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', 'I go in. Slowly.']);
    expectSaved(opened);
  });

  test('a retry with nothing behind it, and a reply at the end, say nothing of a rest', async () => {
    const opened = await two();
    expect(opened.session.getState().notice).toBeNull();
  });

  test('a speaker that is named while an alternate begins stays with the turn from which the page turns', async () => {
    const { studio, session, view, shown } = await open(
      said('user', 'I knock.'),
      said('model', 'It opens.'),
      said('user', 'I go in.'),
    );
    view.click('It opens.');
    // Its answer is lost, and comes with the next asking.
    studio.lostAnswers = 1;
    void session.retry();
    await vi.advanceTimersByTimeAsync(50);
    view.click('<|user|>');
    view.type(' Anna');
    await settle();
    expect(shown()).toEqual(['I knock.', '']);
    const [named] = [...studio.tree.turns.values()].filter(({ text }) => text === 'I go in.');
    expect(named).toMatchObject({ speaker: 'Anna', tombstone: null });
  });

  test('one that is left while it is written is completed when an undo brings it back', async () => {
    const opened = await two();
    await turn(opened, -1);
    expect(opened.session.getState()).toMatchObject({ generation: null, others: 1 });
    opened.studio.write(' For good.');
    await settle();
    await undo(opened);
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut. For good.']);
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut. For good.', '']);
    expectSaved(opened);
  });

  test('one that is left and turned to again shows all that came since', async () => {
    const opened = await two();
    await opened.session.previousAlternate();
    opened.studio.write(' For good.');
    await settle();
    await turn(opened, 1);
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut. For good.']);
    opened.studio.end();
    await settle();
    expectSaved(opened);
  });
});
