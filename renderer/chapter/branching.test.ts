import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { begun, endReply, expectSaved, open, said, settle, undo } from '../../tests/helpers/open-chapter.ts';
import { showPlainly } from '../../tests/helpers/plain-view.ts';
import { fault } from '../../shared/faults/failure.ts';
import { ChatView } from '../chat/chat-view.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('branching', () => {
  const SCENE = [
    said('user', 'I knock.'),
    said('model', 'Who is there?'),
    said('user', 'Me.'),
    said('model', 'Come in.'),
  ];

  test('ends the page behind a turn; what followed is kept beside what is written there, and comes back by an undo', async () => {
    const opened = await open(...SCENE);
    const { session, studio, view } = opened;
    await session.branchAt(SCENE[1]?.id ?? '');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'Who is there?', '']);
    expect(studio.texts).toEqual(['I knock.', 'Who is there?']);
    expectSaved(opened);
    await undo(opened);
    expect(studio.texts).toEqual(SCENE.map(({ text }) => text));
    expectSaved(opened);
    session.redo();
    view.clickAt(view.text.length);
    view.type('Nobody.');
    await settle();
    expect(studio.texts).toEqual(['I knock.', 'Who is there?', 'Nobody.']);
    const kept = [...studio.tree.turns.values()].filter(({ tombstone }) => tombstone === null);
    expect(kept.map(({ text }) => text)).toEqual(expect.arrayContaining(['Me.', 'Come in.', 'Nobody.']));
    expectSaved(opened);
  });

  test('Return to fork goes back to the last turn that goes on in several ways', async () => {
    const opened = await open(...SCENE);
    const { session, view, studio } = opened;
    expect(session.hasFork()).toBe(false);
    await session.branchAt(SCENE[1]?.id ?? '');
    await settle();
    view.type('Nobody.');
    await settle();
    await session.reply();
    await settle();
    await endReply(opened, 'The door stays shut.');
    expect(studio.texts).toEqual(['I knock.', 'Who is there?', 'Nobody.', 'The door stays shut.']);
    expect(session.hasFork()).toBe(true);
    await session.returnToFork();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'Who is there?', '']);
    expect(session.hasFork()).toBe(false);
    expectSaved(opened);
  });
});

test('another view shows the same text, with the undo history, what went wrong and whether it may be written', async () => {
  const opened = await begun(said('user', 'I knock.'));
  const { session, view, studio } = opened;
  studio.write('The door');
  studio.end('error', fault('INTERNAL', {}));
  await settle();
  const chats: ChatView[] = [];
  session.showIn((text, chapter) => {
    const made = new ChatView(text, chapter, () => undefined);
    chats.push(made);
    return made;
  });
  const [chat] = chats;
  if (chat === undefined) throw new Error('not shown');
  expect(chat.fault?.fault.code).toBe('INTERNAL');
  chat.write(null, 'Hello');
  session.setReadOnly(true);
  expect(chat.getState().readOnly).toBe(true);
  chat.write(null, 'Hello there');
  expect(chat.composed()).toBe('Hello');
  session.setReadOnly(false);
  session.showIn(showPlainly);
  await settle();
  expect(opened.shown()).toEqual(['I knock.', 'The door', 'Hello']);
  expect(view.fault?.fault.code).toBe('INTERNAL');
  await undo(opened);
  expect(opened.shown()).toEqual(['I knock.', 'The door', '']);
  expectSaved(opened);
});
