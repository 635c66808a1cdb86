import { expect, test } from 'vitest';
import { openPlainly, said, settle, stopTime } from '../../tests/helpers/open-chapter.ts';
import { ReplyingStudio } from '../../tests/helpers/replying-studio.ts';

stopTime();

/** A reply as stores of before have it. */
const RAW = 'It rains.\r\nIt\0pours.\rA cat.';
const SHOWN = 'It rains.\nIt\uFFFDpours.\nA cat.';

test('what is typed into a turn that was stored with carriage returns costs none of it', async () => {
  const { studio, session, view } = await openPlainly(
    new ReplyingStudio([said('user', 'I knock.'), said('model', RAW)]),
  );
  view.click('A cat.');
  view.type(' Meow.');
  await settle();
  expect(view.text).toContain(`${SHOWN} Meow.`);
  expect([studio.texts[1], session.getState().save]).toEqual([`${SHOWN} Meow.`, 'saved']);
});

test('who opens it for writing has it stored as it is shown, so that Continue goes on in its place', async () => {
  const { studio, session, view } = await openPlainly(
    new ReplyingStudio([said('user', 'I knock.'), said('model', RAW)]),
  );
  expect(studio.texts[1]).toBe(SHOWN);
  view.click('pours.');
  await session.continue();
  await settle();
  studio.write(' Slowly.');
  studio.end();
  await settle();
  expect(view.text).toContain('It\uFFFDpours. Slowly.\nA cat.');
  expect(studio.texts[1]).toBe('It rains.\nIt\uFFFDpours. Slowly.\nA cat.');
});

test('who only reads leaves it as it is stored', async () => {
  const { studio, session, shown } = await openPlainly(
    new ReplyingStudio([said('user', 'I knock.'), said('model', RAW)]),
    { readOnly: true },
  );
  expect([shown()[1], studio.texts[1], studio.changes]).toEqual([SHOWN, RAW, []]);
  expect(session.getState()).toMatchObject({ save: 'saved', asOf: 'now' });
});

test('an alternate that is turned to is stored as it is shown', async () => {
  const studio = new ReplyingStudio([said('user', 'I knock.'), said('model', 'It opens.')]);
  const beside = said('model', RAW);
  studio.change([{ op: 'insert', turn: beside, after: studio.path[0]?.id ?? null, as: 'beside' }]);
  const { session, view } = await openPlainly(studio);
  view.click('opens.');
  await session.nextAlternate();
  view.click('A cat.');
  view.type(' Meow.');
  await settle();
  expect([view.text.includes(`${SHOWN} Meow.`), studio.texts[1]]).toEqual([true, `${SHOWN} Meow.`]);
  expect(session.getState().save).toBe('saved');
});

test('a line that would read as a mark stays text, whatever ended it (M4)', async () => {
  const { studio, shown } = await openPlainly(
    new ReplyingStudio([said('user', 'I knock.'), said('model', 'It rains.\r\n<|user|>\r\nI run.')]),
  );
  expect(shown()).toEqual(['I knock.', 'It rains.\n<|user|>\nI run.', '']);
  expect(studio.path.map(({ role }) => role)).toEqual(['user', 'model']);
});
