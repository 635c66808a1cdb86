import { describe, expect, test } from 'vitest';
import {
  answered,
  begun,
  endReply,
  expectSaved,
  open,
  openPlainly,
  retry,
  said,
  settle,
  stopTime,
} from '../../../tests/helpers/open-chapter.ts';
import { fault } from '../../../shared/faults/failure.ts';

stopTime();

describe('a reply that waits', () => {
  test('says for what, and begins when it can', async () => {
    const opened = await begun();
    opened.studio.wait(0.4);
    await settle();
    expect(opened.session.getState().generation).toMatchObject({ phase: 'waiting', progress: 0.4 });
    await endReply(opened, 'It opens.');
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test('and is refused leaves the page as it was', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    opened.studio.refusals = ['NO_MODEL'];
    await retry(opened);
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test.for(['a reply', 'a retry'])(
    'and of which the studio knows nothing after a restart leaves no empty turn: %s',
    async (kind) => {
      const opened = await begun();
      if (kind === 'a retry') {
        await endReply(opened, 'It opens.');
        await retry(opened);
      }
      opened.studio.crash(0);
      opened.studio.restart();
      await settle();
      expect(opened.shown()).toEqual(kind === 'a retry' ? ['I knock.', 'It opens.', ''] : ['I knock.']);
      expectSaved(opened);
    },
  );

  test('does not keep what is typed from the store', async () => {
    const opened = await begun();
    opened.studio.wait(null);
    opened.view.click('I knock.');
    opened.view.type(' Twice.');
    await settle();
    expect(opened.studio.texts).toEqual(['I knock. Twice.', '']);
    expectSaved(opened);
  });

  test('and is stopped leaves no empty turn', async () => {
    const opened = await begun();
    opened.studio.wait(0.4);
    await settle();
    await opened.session.stop();
    await settle();
    expect(opened.shown()).toEqual(['I knock.']);
    expect(opened.session.getState()).toMatchObject({ generation: null, lastGeneration: null });
    expectSaved(opened);
    opened.view.type(' Twice.');
    await settle();
    expectSaved(opened);
  });

  test('and fails says so under the turn before it', async () => {
    const opened = await begun();
    opened.studio.end('error', fault('INTERNAL', {}));
    await settle();
    expect(opened.shown()).toEqual(['I knock.']);
    expect(opened.view.fault).toMatchObject({ fault: { code: 'INTERNAL' }, actions: [] });
    expect(opened.view.fault?.line()).toBe(2);
    expectSaved(opened);
  });

  test('and was a retry shows the reply before it again', async () => {
    const opened = await answered();
    await retry(opened);
    expect(opened.shown()).toEqual(['I knock.', '']);
    await opened.session.stop();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
    opened.view.type('I go in.');
    await settle();
    expect(opened.studio.texts).toEqual(['I knock.', 'It opens.', 'I go in.']);
    expectSaved(opened);
  });

  test('and is taken away by the person was a retry: the reply before it comes back', async () => {
    const opened = await answered();
    await retry(opened);
    opened.view.cut('\n<|model|>\n');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test('and was a retry leaves what the person wrote above it meanwhile', async () => {
    const opened = await begun(said('user', 'I knock.\nI wait.\nI knock again.'));
    await endReply(opened, 'It opens.');
    await retry(opened);
    opened.view.click('I knock.');
    opened.view.type('\n<|user|>\nI listen.');
    opened.studio.end('error', fault('INTERNAL', {}));
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'I listen.\nI wait.\nI knock again.']);
    expectSaved(opened);
    const living = [...opened.studio.tree.turns.values()].filter(({ tombstone }) => tombstone === null);
    expect(living.map(({ text }) => text)).toContain('It opens.');
  });

  test('and is written over was a retry: the reply before it stays beside what is written', async () => {
    const opened = await answered();
    await retry(opened);
    opened.view.cut('<|model|>\n');
    opened.view.type('<|user|>\nI wait.');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'I wait.']);
    expectSaved(opened);
    const living = [...opened.studio.tree.turns.values()].filter(({ tombstone }) => tombstone === null);
    expect(living.map(({ text }) => text)).toContain('It opens.');
  });

  test('keeps what the person wrote into its empty turn', async () => {
    const opened = await begun();
    opened.view.click('<|model|>\n');
    opened.view.type('I write it myself.');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'I write it myself.', '']);
    expectSaved(opened);
  });

  test('is followed again by a page that comes back to it', async () => {
    const { studio, session } = await begun();
    studio.wait(0.4);
    await settle();
    session.close();
    await settle();
    const back = await openPlainly(studio);
    expect(back.session.getState().generation).toMatchObject({ phase: 'waiting', progress: 0.4 });
    studio.write('It opens.');
    studio.end();
    await settle();
    expect(back.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(back);
  });
});
