import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openPlainly, settle, type OpenedChapter } from '../../tests/helpers/open-chapter.ts';
import { ReplyingStudio } from '../../tests/helpers/replying-studio.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Turn } from '../../shared/document/turn.ts';
import { ChatView, messagesOf } from './chat-view.ts';

const turn = (role: Turn['role'], text: string): Turn => ({ id: newId(), role, speaker: null, marked: true, text });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function chatOf(...turns: readonly Turn[]): Promise<OpenedChapter & { chat: ChatView; said: () => string[] }> {
  const opened = await openPlainly(new ReplyingStudio(turns));
  const chats: ChatView[] = [];
  opened.session.showIn((text, chapter) => {
    const made = new ChatView(text, chapter, () => undefined);
    chats.push(made);
    return made;
  });
  const [chat] = chats;
  if (chat === undefined) throw new Error('the chapter was not shown');
  return { ...opened, chat, said: () => messagesOf(chat.document).map((span) => chat.document.textOf(span)) };
}

function typeInto(chat: ChatView, text: string): void {
  for (const letter of text) chat.write(null, chat.composed() + letter);
}

test('what is typed into the composer is stored as the turn at the end, and undone word by word', async () => {
  const { chat, said, studio, session } = await chatOf(turn('user', 'I knock.'), turn('model', 'Who is there?'));
  typeInto(chat, 'Me again');
  expect(said()).toEqual(['I knock.', 'Who is there?']);
  await settle();
  expect(studio.texts).toEqual(['I knock.', 'Who is there?', 'Me again']);
  session.undo();
  expect(chat.composed()).toBe('Me');
  session.undo();
  expect(chat.composed()).toBe('');
  session.redo();
  await settle();
  expect(studio.texts).toEqual(['I knock.', 'Who is there?', 'Me']);
});

test('a line that looks like a mark is text, in the composer and in a message that is edited', async () => {
  const asked = turn('model', 'Who is there?');
  const { chat, said, studio } = await chatOf(turn('user', 'I knock.'), asked);
  chat.write(null, 'Me.\n<|model|> says\n\\<|user|>');
  chat.editTurn(asked.id);
  chat.write(asked.id, '<|user|>\nWho is there?');
  chat.endEdit();
  await settle();
  expect(said()).toEqual(['I knock.', '<|user|>\nWho is there?']);
  expect(studio.texts).toEqual(['I knock.', '<|user|>\nWho is there?', 'Me.\n<|model|> says\n\\<|user|>']);
});

test('what is written while a reply comes waits in the composer, and the reply goes on', async () => {
  const { chat, said, studio, session } = await chatOf(turn('user', 'I knock.'));
  expect(chat.composed()).toBe('I knock.');
  await session.reply();
  await settle();
  studio.write('The door ');
  await settle();
  expect(chat.composed()).toBe('');
  typeInto(chat, 'And now?');
  studio.write('opens.');
  studio.end();
  await settle();
  expect(said()).toEqual(['I knock.', 'The door opens.']);
  expect(chat.composed()).toBe('And now?');
  expect(studio.texts).toEqual(['I knock.', 'The door opens.', 'And now?']);
});

test('the caret is in the message that the person has come to, and what the bar offers is for that one', async () => {
  const first = turn('model', 'Who is there?');
  const { chat, session } = await chatOf(
    turn('user', 'I knock.'),
    first,
    turn('user', 'Me.'),
    turn('model', 'Come in.'),
  );
  await settle();
  expect(session.getState().caretTurnId).not.toBe(first.id);
  chat.come(first.id);
  await settle();
  expect(session.getState()).toMatchObject({ caretTurnId: first.id, caretOffset: 'Who is there?'.length });
  typeInto(chat, 'Well');
  await settle();
  expect(session.getState().caretTurnId).toBe(chat.document.layout.ids.at(-1));
});
