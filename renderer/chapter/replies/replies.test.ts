import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { alternatesOf } from '../../../tests/helpers/alternates.ts';
import {
  answered,
  begun,
  endReply,
  expectSaved,
  open,
  retry,
  said,
  settle,
  stopTime,
} from '../../../tests/helpers/open-chapter.ts';
import { lostConnection } from '../../../tests/helpers/lost-connection.ts';
import { StudioRefusal } from '../../../tests/helpers/memory-studio.ts';
import { SEED } from '../../../tests/helpers/sizes.ts';
import { parse } from '../../../shared/document/grammar.ts';

stopTime();

describe('a reply', () => {
  test('streams in, is one undo step, and leaves the caret in the turn that is ready', async () => {
    const opened = await begun();
    const { studio, session, view, shown } = opened;
    studio.write('The door ');
    await settle();
    expect(shown()).toEqual(['I knock.', 'The door ']);
    expect(session.getState().generation).toMatchObject({ phase: 'writing', words: 2 });
    expect(session.getState().words).toBe(4);
    expect(view.slice(view.offsetAt(view.stream?.from.line ?? 0, 1), view.text.length)).toBe('The door ');
    studio.write('opens.');
    studio.end();
    await settle();
    expect(shown()).toEqual(['I knock.', 'The door opens.', '']);
    expect(view.caret()).toEqual({ line: 6, column: 1 });
    expect(view.stream).toBeNull();
    expectSaved(opened);
    session.undo();
    await settle();
    expect(shown()).toEqual(['I knock.']);
    expectSaved(opened);
    session.redo();
    await settle();
    expect(shown()).toEqual(['I knock.', 'The door opens.', '']);
    expectSaved(opened);
  });

  test('that is written for the person stands where their words were waited for, and the caret behind it', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    const { studio, session, view, shown } = opened;
    view.click('It opens.\n<|user|>\n');
    void session.writeForMe();
    await settle();
    studio.write('I go ');
    await settle();
    expect(shown()).toEqual(['I knock.', 'It opens.', 'I go ']);
    studio.write('in.');
    studio.end();
    await settle();
    expect(shown()).toEqual(['I knock.', 'It opens.', 'I go in.']);
    view.type(' Slowly.');
    await settle();
    expect(studio.texts).toEqual(['I knock.', 'It opens.', 'I go in. Slowly.']);
    expectSaved(opened);
  });

  test('that was to be written for the person and has no words leaves the turn that waits for theirs', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    void opened.session.writeForMe();
    await settle();
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test('goes below the mark that the person has just written', async () => {
    const opened = await open(said('user', 'I knock.'));
    opened.view.openMark = 3;
    opened.view.click('I knock.');
    opened.view.type('\n<|model|> Anna');
    await settle();
    await opened.session.continue();
    opened.studio.write('Come in.');
    await settle();
    opened.studio.end();
    await settle();
    expect(parse(opened.view.text)).toMatchObject([
      { role: 'user', text: 'I knock.' },
      { role: 'model', speaker: 'Anna', text: 'Come in.' },
      { role: 'user', text: '' },
    ]);
    expectSaved(opened);
  });

  test('that is stopped keeps what it wrote', async () => {
    const opened = await begun();
    opened.studio.write('The door');
    await settle();
    await opened.session.stop();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'The door', '']);
    expect(opened.session.getState()).toMatchObject({ generation: null, lastGeneration: { reason: 'stopped' } });
    expectSaved(opened);
  });

  test('into which the person writes stops, and keeps their words', async () => {
    const opened = await begun();
    opened.studio.write('The door opens.');
    await settle();
    opened.view.click('The');
    opened.view.type(' red');
    await settle();
    expect(opened.shown()[1]).toBe('The red door opens.');
    expectSaved(opened);
  });

  test('goes on where the connection broke', async () => {
    const opened = await begun();
    opened.studio.write('The door ');
    await settle();
    opened.studio.cutStreams();
    await endReply(opened, 'opens.');
    expect(opened.shown()).toEqual(['I knock.', 'The door opens.', '']);
    expectSaved(opened);
  });

  test('that the studio forgot over a restart stays as far as it came, and is stored', async () => {
    const opened = await begun();
    opened.studio.write('The door ');
    await settle();
    opened.studio.restart();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'The door ', '']);
    expect(opened.view.fault?.fault.code).toBe('NOT_FOUND');
    expectSaved(opened);
  });

  test.for([0, 4])(
    'stays whole on the page when the studio was killed with %i letters of it stored',
    async (stored) => {
      const opened = await begun(said('user', 'I knock.'), said('model', 'Nothing.'));
      opened.studio.end();
      await settle();
      await retry(opened);
      opened.studio.write('The door ');
      await settle();
      opened.studio.crash(stored);
      await settle();
      expect(opened.shown()).toEqual(['I knock.', 'The door ', '']);
      expectSaved(opened);
      expect(alternatesOf(opened.studio.tree, opened.studio.path[1]?.id ?? '')).toHaveLength(2);
    },
  );

  test('of which the studio stored less than a reader shows is shown there as it is stored', async () => {
    const opened = await begun();
    opened.studio.write('The door ');
    await settle();
    opened.session.setReadOnly(true);
    opened.studio.crash(4);
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'The ', '']);
    expectSaved(opened);
  });

  test('leaves words that are typed elsewhere meanwhile, each in its own undo step', async () => {
    const opened = await begun();
    opened.studio.write('The door ');
    await settle();
    opened.view.click('I knock.');
    opened.view.type(' Twice.');
    opened.studio.write('opens.');
    await settle();
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock. Twice.', 'The door opens.', '']);
    expect(opened.view.caret()).toEqual({ line: 2, column: 16 });
    expectSaved(opened);
    opened.session.undo();
    expect(opened.shown()).toEqual(['I knock. Twice.', 'The door ']);
    opened.session.undo();
    expect(opened.shown()).toEqual(['I knock.', 'The door ']);
    await settle();
    expectSaved(opened);
  });
});

describe('the caret', () => {
  test('stays where the person has put it when a reply ends', async () => {
    const opened = await begun(said('user', 'I knock.\nI wait.'));
    opened.studio.write('It opens.');
    await settle();
    opened.view.click('I knock.');
    opened.studio.end();
    await settle();
    expect(opened.view.caret()).toEqual({ line: 2, column: 9 });
  });

  test('stays there also where they have put it while the reply was asked for', async () => {
    const opened = await open(said('user', 'I knock.\nI wait.'));
    // Its answer is lost, and comes with the next asking.
    opened.studio.lostAnswers = 1;
    void opened.session.reply();
    await vi.advanceTimersByTimeAsync(50);
    opened.view.click('I knock.');
    await settle();
    await endReply(opened, 'It opens.');
    expect(opened.shown()).toEqual(['I knock.\nI wait.', 'It opens.', '']);
    expect(opened.view.caret()).toEqual({ line: 2, column: 9 });
  });

  test('stands behind what was written into the middle of a turn', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens. At last.'));
    opened.view.click('It opens.');
    await opened.session.continue();
    opened.studio.write(' Slowly.');
    await settle();
    opened.studio.end();
    await settle();
    expect(opened.shown()[1]).toBe('It opens. Slowly. At last.');
    expect(opened.view.caret()).toEqual({ line: 4, column: 18 });
  });
});

describe('what is typed while a reply begins', () => {
  test('after Retry does not stand in the reply, before its first word or later', async () => {
    for (const first of ['', 'It stays ']) {
      const opened = await answered();
      await retry(opened);
      if (first !== '') opened.studio.write(first);
      await settle();
      opened.view.type(' Twice.');
      opened.studio.write('shut.');
      await settle();
      opened.studio.end();
      await settle();
      expect(opened.shown()).toEqual(['I knock. Twice.', `${first}shut.`, '']);
      expectSaved(opened);
    }
  });

  test('after Retry, before the studio has answered, stands there too', async () => {
    const opened = await answered();
    opened.studio.lostAnswers = 1;
    void opened.session.retry();
    await vi.advanceTimersByTimeAsync(50);
    opened.view.type(' Tw');
    await settle();
    opened.view.type('ice.');
    await endReply(opened, 'It stays shut.');
    expect(opened.shown()).toEqual(['I knock. Twice.', 'It stays shut.', '']);
    expectSaved(opened);
  });

  test('after Reply from the ready turn stands in a turn of its own behind the reply', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens.'));
    opened.view.click('<|user|>\n');
    await opened.session.reply();
    await settle();
    opened.view.type('I go in.');
    opened.studio.write(' Slowly.');
    await settle();
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens. Slowly.', 'I go in.']);
    expectSaved(opened);
  });

  test('after Continue at the caret stands where the person put the caret', async () => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens. At last.'));
    opened.view.click('It opens.');
    await opened.session.continue();
    opened.studio.write(' Slowly.');
    await settle();
    opened.view.type(' Now.');
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens. Now. Slowly. At last.', '']);
    expectSaved(opened);
  });
});

describe('a Continue that has to wait', () => {
  /** The page is saved, or the reply is begun, so slowly that the person types meanwhile. */
  const slowly = (opened: Awaited<ReturnType<typeof open>>, what: 'applyChange' | 'generate'): void => {
    const { writing } = opened.studio;
    const act = writing[what] as unknown as (wish: never) => Promise<never>;
    Object.assign(writing, {
      [what]: async (wish: never) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return act(wish);
      },
    });
  };

  test.each(['applyChange', 'generate'] as const)('goes on where the caret was (%s is slow)', async (what) => {
    const opened = await open(said('user', 'I knock.'), said('model', 'It opens. The keeper smiles.'));
    const { session, view, shown } = opened;
    view.click('It opens.');
    slowly(opened, what);
    view.type(' Slowly.');
    void session.continue();
    await vi.advanceTimersByTimeAsync(100);
    view.click('It ');
    view.type('really ');
    await settle();
    await endReply(opened, ' A cat comes.');
    expect(shown()[1]).toBe('It really opens. Slowly. A cat comes. The keeper smiles.');
    expectSaved(opened);
  });

  test('goes on there wherever is typed meanwhile', async () => {
    const place = fc.nat(26);
    const typed = (...texts: string[]) =>
      fc.array(fc.tuple(place, fc.constantFrom(...texts)), { minLength: 1, maxLength: 4 });
    const turn = fc.oneof(
      fc.record({ text: fc.constant('abc\ndefgh\n<|user|>\nijk'), all: typed('X', 'XY') }),
      fc.record({ text: fc.constant('abc\ndefgh\n\nijk'), all: typed('X', 'X\n', '\nX\n') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...'abcdfghijk'), turn, async (letter, { text: whole, all }) => {
        const opened = await open(said('user', 'I knock.'), said('model', whole));
        const { session, view, shown } = opened;
        view.click('k');
        view.type('.');
        view.click(letter);
        slowly(opened, 'applyChange');
        void session.continue();
        await vi.advanceTimersByTimeAsync(100);
        const start = view.text.indexOf('a');
        for (const [at, text] of all) {
          const before = view.text.indexOf(letter, start);
          view.clickAt(start + at);
          if (view.offsetAt(view.caret().line, view.caret().column) === before + 1) continue;
          view.type(text);
        }
        await settle();
        await settle();
        await endReply(opened, '#');
        expect(shown()[1]).toContain(`${letter}#`);
        expectSaved(opened);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

describe('a stop', () => {
  /** The first `count` stops do not arrive. */
  const losesStops = ({ studio }: Awaited<ReturnType<typeof open>>, count: number): void => {
    let left = count;
    studio.stopping = () => {
      if (left-- <= 0) return;
      studio.cutStreams();
      throw lostConnection();
    };
  };

  test('whose connection breaks is asked for again: what was typed into the reply is stored soon', async () => {
    const opened = await begun();
    const { studio, session, view } = opened;
    losesStops(opened, 2);
    studio.write('It opens slowly.');
    await settle();
    view.click('It opens');
    view.type(' very');
    await settle();
    expect(studio.reply).toBeNull();
    expect(studio.texts[1]).toBe('It opens very slowly.');
    expectSaved(opened);
    expect(session.getState().generation).toBeNull();
  });

  test('of the button is asked for again too', async () => {
    const opened = await begun();
    losesStops(opened, 2);
    opened.studio.write('It opens.');
    await opened.session.stop();
    await settle();
    expect(opened.studio.reply).toBeNull();
    expectSaved(opened);
  });

  test('that is refused is no promise: what was typed into the reply is said not to be saved, until it ends', async () => {
    const opened = await begun();
    const { studio, session, view } = opened;
    studio.stopping = () => {
      throw new StudioRefusal('READ_ONLY');
    };
    studio.write('It opens slowly.');
    await settle();
    view.click('It opens');
    view.type(' very');
    const saved = session.flush().then(
      () => 'saved',
      () => 'not saved',
    );
    await settle();
    await settle();
    expect(session.getState()).toMatchObject({ save: 'failed', saveFault: { code: 'REPLY_GOES_ON' } });
    expect(await saved).toBe('not saved');
    await expect(session.flush()).rejects.toMatchObject({ fault: { code: 'REPLY_GOES_ON' } });
    studio.end();
    await settle();
    expectSaved(opened);
    await session.flush();
  });

  test('that is pressed while a reply is asked for stops it, also where its turn is gone when the answer comes', async () => {
    const opened = await open(said('user', 'I knock.'), said('user', 'Again.'));
    const { studio, session, view } = opened;
    const { generate } = studio.writing;
    studio.writing.generate = async (wish) => {
      const start = await generate(wish);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return start;
    };
    view.click('Again.');
    void session.reply();
    await vi.advanceTimersByTimeAsync(100);
    view.cut('\n<|user|>\nAgain.');
    await session.stop();
    await settle();
    expect(studio.reply).toBeNull();
  });
});
