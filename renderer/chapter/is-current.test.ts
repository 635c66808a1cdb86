import { expect, test } from 'vitest';
import {
  begun,
  expectSaved,
  open,
  said,
  settle,
  type OpenedChapter,
  stopTime,
} from '../../tests/helpers/open-chapter.ts';
import { newId } from '../../shared/document/ids.ts';

stopTime();

/** What it says once it says something. */
function asked({ session }: OpenedChapter): { said: boolean | null } {
  const answer: { said: boolean | null } = { said: null };
  void session.isCurrent().then((isCurrent) => {
    answer.said = isCurrent;
  });
  return answer;
}

test('a page to which nothing has happened is current, also after it has written itself', async () => {
  const page = await open(said('user', 'I knock.'));
  page.view.type(' Twice.');
  const answer = asked(page);
  await settle();
  expect(answer.said).toBe(true);
  expectSaved(page);
});

test('one whose text another page changed is not', async () => {
  const page = await open(said('user', 'I knock.'), said('model', 'It opens.'));
  const { studio } = page;
  const [turn] = [...studio.tree.turns.values()];
  if (turn === undefined) throw new Error('no turn');
  studio.change([{ op: 'setText', turnId: turn.id, version: turn.version, at: 8, del: 0, ins: ' Twice.' }]);
  const answer = asked(page);
  await settle();
  expect(answer.said).toBe(false);
});

test('one whose library is another one is not, whatever its versions are', async () => {
  const page = await open(said('user', 'I knock.'));
  const { studio } = page;
  const turns = [...studio.tree.turns.values()].map((turn) => ({ ...turn, text: 'I wait.' }));
  studio.tree = { ...studio.tree, turns: new Map(turns.map((turn) => [turn.id, turn])) };
  const answer = asked(page);
  await settle();
  expect(answer.said).toBe(false);
});

test('one whose chapter is gone is not', async () => {
  const page = await open(said('user', 'I knock.'));
  page.studio.refusals = ['NO_CHAPTER'];
  const answer = asked(page);
  await settle();
  expect(answer.said).toBe(false);
});

test('that is not said before a reply has ended, nor while the studio is away', async () => {
  const page = await begun();
  const { studio } = page;
  studio.write('It opens.');
  const answer = asked(page);
  await settle();
  expect(answer.said).toBeNull();
  studio.end();
  studio.unreachable = 3;
  await settle();
  expect(answer.said).toBe(true);
  studio.change([
    { op: 'insert', turn: { ...said('user', 'Hm.'), id: newId() }, after: studio.path.at(-1)?.id ?? null, as: 'chain' },
  ]);
  const again = asked(page);
  await settle();
  expect(again.said).toBe(false);
});
