import { expect, test } from 'vitest';
import { openPlainly, said, settle, stopTime, type OpenedChapter } from '../../../tests/helpers/open-chapter.ts';
import { ReplyingStudio } from '../../../tests/helpers/replying-studio.ts';
import { fault } from '../../../shared/faults/failure.ts';

stopTime();

const knock = () => new ReplyingStudio([said('user', 'I knock.')]);

/** A reply that ended for this reason. */
async function replied(
  text: string,
  reason: 'length' | 'window' | 'end',
  endsAtSentence = false,
): Promise<OpenedChapter> {
  const studio = knock();
  studio.endsAtSentence = endsAtSentence;
  const opened = await openPlainly(studio);
  await opened.session.reply();
  await settle();
  opened.studio.write(text);
  opened.studio.end(reason);
  await settle();
  return opened;
}
const told = ({ view }: OpenedChapter) => view.fault?.fault ?? null;
const act = ({ view }: OpenedChapter, label: string) => {
  const action = view.fault?.actions.find((one) => one.label === label);
  (action ?? expect.fail(`there is no ${label}`)).run();
};

test('a reply that is cut short says so, and Continue goes on behind it', async () => {
  const opened = await replied('It opens. Behind it th', 'length');
  expect(told(opened)).toMatchObject({ code: 'CUT_SHORT', params: { by: 'length', leftOut: 0 } });
  act(opened, 'Continue');
  await settle();
  expect(told(opened)).toBeNull();
  opened.studio.write('ere is a stair.');
  opened.studio.end();
  await settle();
  expect(opened.shown()).toEqual(['I knock.', 'It opens. Behind it there is a stair.', '']);
  expect(told(opened)).toBeNull();
});

test('it says where the window was full, and nothing of one that came to its end', async () => {
  expect(told(await replied('It opens', 'window'))).toMatchObject({ params: { by: 'window' } });
  expect(told(await replied('It opens.', 'end'))).toBeNull();
});

test('it says so no more once the turn is edited, and again where that is undone', async () => {
  const opened = await replied('It opens. Behind it th', 'length');
  opened.view.click('Behind it th');
  opened.view.type('e stair.');
  await settle();
  expect(told(opened)).toBeNull();
  opened.session.undo();
  await settle();
  expect(told(opened)).toMatchObject({ code: 'CUT_SHORT' });
});

test('only whole sentences stay where that is wished, and the rest comes back when it is asked for, or undone', async () => {
  const opened = await replied('It opens. Behind it th', 'length', true);
  expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
  expect(opened.studio.texts).toEqual(['I knock.', 'It opens.']);
  expect(told(opened)).toMatchObject({ params: { leftOut: 3 } });
  act(opened, 'Bring back');
  await settle();
  expect(opened.studio.texts).toEqual(['I knock.', 'It opens. Behind it th']);
  expect(told(opened)).toMatchObject({ params: { leftOut: 0 } });
  opened.session.undo();
  await settle();
  expect(opened.studio.texts).toEqual(['I knock.', 'It opens.']);
  expect(told(opened)).toMatchObject({ params: { leftOut: 3 } });
  opened.session.undo();
  await settle();
  expect(opened.studio.texts).toEqual(['I knock.', 'It opens. Behind it th']);
  expect(told(opened)).toMatchObject({ params: { leftOut: 0 } });
  opened.session.redo();
  await settle();
  expect(told(opened)).toMatchObject({ params: { leftOut: 3 } });
  act(opened, 'Bring back');
  await settle();
  expect(opened.studio.texts).toEqual(['I knock.', 'It opens. Behind it th']);
  expect(opened.session.getState().save).toBe('saved');
});

test('an alternate that ended off the page says so when it is shown, and so does one of an earlier time', async () => {
  const opened = await replied('It opens.', 'end');
  opened.studio.endsAtSentence = true;
  await opened.session.retry();
  await settle();
  opened.studio.write('Nothing. Then st');
  await settle();
  await opened.session.previousAlternate();
  await settle();
  opened.studio.end('length');
  await settle();
  expect(told(opened)).toBeNull();
  await opened.session.nextAlternate();
  await settle();
  expect(opened.shown()[1]).toBe('Nothing.');
  expect(told(opened)).toMatchObject({ params: { leftOut: 2 } });
  await opened.session.previousAlternate();
  await settle();
  expect(told(opened)).toBeNull();
  opened.session.undo();
  await settle();
  expect(opened.shown()[1]).toBe('Nothing.');
  expect(told(opened)).toMatchObject({ params: { leftOut: 2 } });
  await opened.session.previousAlternate(opened.studio.path[1]?.id);
  await settle();
  opened.session.close();

  const again = await openPlainly(opened.studio);
  expect(again.shown()[1]).toBe('It opens.');
  expect(told(again)).toBeNull();
  await again.session.nextAlternate();
  await settle();
  expect(told(again)).toMatchObject({ code: 'CUT_SHORT', params: { leftOut: 2 } });
  act(again, 'Bring back');
  await settle();
  expect(again.shown()[1]).toBe('Nothing. Then st');
});

test('after a reply that came to nothing, or was undone, it is said again of the one before', async () => {
  const opened = await replied('It opens. Behind it th', 'length');
  opened.view.type('Who is there?');
  await opened.session.reply();
  await settle();
  expect(told(opened)).toBeNull();
  opened.studio.end('stopped');
  await settle();
  expect(told(opened)).toMatchObject({ code: 'CUT_SHORT' });
  await opened.session.reply();
  await settle();
  opened.studio.write('Nobody.');
  opened.studio.end();
  await settle();
  expect(told(opened)).toBeNull();
  opened.session.undo();
  await settle();
  expect(opened.shown().at(-1)).toBe('Who is there?');
  expect(told(opened)).toMatchObject({ code: 'CUT_SHORT' });
});

test('what went wrong with a turn goes with it, and what is said of the one that is shown instead comes', async () => {
  const opened = await replied('It opens. Behind it th', 'length');
  await opened.session.retry();
  await settle();
  opened.studio.write('Nothi');
  opened.studio.end('error', fault('ENGINE', {}));
  await settle();
  expect(told(opened)).toMatchObject({ code: 'ENGINE' });
  await opened.session.previousAlternate();
  await settle();
  expect(told(opened)).toMatchObject({ code: 'CUT_SHORT' });
});

test('nothing is left out of a reply that has no whole sentence, or that was not cut', async () => {
  expect((await replied('It opens and th', 'length', true)).shown()[1]).toBe('It opens and th');
  expect((await replied('It opens. Behind it th', 'end', true)).shown()[1]).toBe('It opens. Behind it th');
});

test('and what is typed in front of a reply while it is cut short stays where it was typed', async () => {
  const studio = knock();
  studio.endsAtSentence = true;
  const opened = await openPlainly(studio);
  await opened.session.reply();
  await settle();
  studio.write('It opens. Behind it th');
  await settle();
  opened.view.click('I knock');
  opened.view.type(' again');
  studio.end('length');
  await settle();
  expect(opened.shown()).toEqual(['I knock again.', 'It opens.', '']);
  expect(studio.texts).toEqual(['I knock again.', 'It opens.']);
  expect(opened.session.getState().save).toBe('saved');
});
