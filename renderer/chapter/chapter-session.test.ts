import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alternatesOf } from '../../tests/helpers/alternates.ts';
import { openPlainly, settle, type OpenedChapter } from '../../tests/helpers/open-chapter.ts';
import { ReplyingStudio } from '../../tests/helpers/replying-studio.ts';
import { parse } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import type { Turn } from '../../shared/document/turn.ts';
import { fault } from '../../shared/faults/failure.ts';
import type { Whereabouts } from './whereabouts.ts';

const ASK = '\n<|user|>\n';
const turn = (role: Turn['role'], text: string): Turn => ({ id: newId(), role, speaker: null, marked: true, text });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const open = (studio: ReplyingStudio, place: Whereabouts | null = null): Promise<Opened> =>
  openPlainly(studio, { place });

/** Leaves a chapter and opens it again. */
async function comeBack({ studio, session, places }: Opened): Promise<Opened> {
  session.close();
  await settle();
  return open(studio, places.at(-1));
}

async function begun(turns: readonly Turn[] = [turn('user', 'I knock.')]) {
  const opened = await open(new ReplyingStudio(turns));
  await opened.session.reply();
  await settle();
  return opened;
}

type Opened = OpenedChapter;

/** What the page shows is in the store, and is said to be. */
function expectSaved({ studio, session, view }: Opened): void {
  const shown = parse(view.text);
  const last = shown.at(-1);
  const isReady = last?.role === 'user' && last.text === '' && shown.at(-2)?.role === 'model';
  expect(studio.path.map(({ role, text }) => ({ role, text }))).toEqual(
    (isReady ? shown.slice(0, -1) : shown).map(({ role, text }) => ({ role, text })),
  );
  expect(session.getState().save).toBe('saved');
}

describe('writing', () => {
  test('what is typed is stored, and undone as it is undone', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.')]));
    opened.view.type(' Twice.');
    expect(opened.session.getState().save).toBe('saving');
    await settle();
    expect(opened.studio.texts).toEqual(['I knock. Twice.']);
    opened.session.undo();
    await settle();
    expect(opened.studio.texts).toEqual(['I knock.']);
    expectSaved(opened);
  });

  test('and pasted with what no text can hold is undone and redone as one step', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.')]));
    opened.view.type('\0Twice\uD800.');
    opened.view.closeStep();
    await settle();
    expect(opened.shown()).toEqual(['I knock.\uFFFDTwice\uFFFD.']);
    opened.session.undo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.']);
    opened.session.redo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.\uFFFDTwice\uFFFD.']);
    expectSaved(opened);
  });

  test('is counted while it goes on, and with Saved stands how much was saved', async () => {
    const { session, view } = await open(new ReplyingStudio([turn('user', 'I knock.')]));
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
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    expect(opened.studio.texts).toEqual(['It opens.']);
    opened.session.getState().notice?.action?.run();
    await settle();
    expect(opened.studio.texts).toEqual(['I knock.', 'It opens.']);
    expectSaved(opened);
  });

  test('a notice of what was deleted goes when it is back another way, and does not come again', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    const told = opened.session.getState().notice;
    expect(told?.message).toBe('The turn was deleted.');
    opened.session.undo();
    await settle();
    expect(opened.session.getState().notice).toBeNull();
    opened.session.removeTurn(opened.studio.path[0]?.id ?? '');
    await settle();
    expect(opened.session.getState().notice?.key).toBeGreaterThan(told?.key ?? Infinity);
  });

  test.for([
    ['is deleted', (opened: Opened) => opened.session.removeTurn(opened.studio.path[1]?.id ?? '')],
    ['is cut with its mark', (opened: Opened) => opened.view.cut('\n<|model|>\nIt opens.')],
    ['is joined to the turn before', (opened: Opened) => opened.view.cut('\n<|model|>')],
    ['becomes the person’s', (opened: Opened) => opened.session.setRole(opened.studio.path[1]?.id ?? '', 'user')],
  ] as const)('the ready turn goes where the reply before it %s, and is never stored', async ([, act]) => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
    act(opened);
    await settle();
    expect(opened.studio.texts.every((text) => text !== '')).toBe(true);
    expect(opened.shown().at(-1)).not.toBe('');
    expect([...opened.studio.tree.turns.values()].filter(({ text }) => text === '')).toEqual([]);
    expectSaved(opened);
    opened.session.undo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expect(opened.studio.texts).toEqual(['I knock.', 'It opens.']);
    expectSaved(opened);
  });

  test('a letter that is typed into the ready turn and erased again leaves nothing that was deleted', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
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
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
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
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', long)]));
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

  test('goes below the mark that the person has just written', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.')]));
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
    opened.studio.write('opens.');
    opened.studio.end();
    await settle();
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
      const opened = await begun([turn('user', 'I knock.'), turn('model', 'Nothing.')]);
      opened.studio.end();
      await settle();
      await opened.session.retry();
      await settle();
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

describe('alternates', () => {
  async function two() {
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
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
    await opened.session.previousAlternate();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
    opened.session.undo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', '']);
    expectSaved(opened);
    expect(alternatesOf(opened.studio.tree, opened.studio.path[1]?.id ?? '')).toHaveLength(2);
  });

  test.for(['the first', 'the second'])('of two, %s is deleted: the other one is shown', async (which) => {
    const opened = await two();
    opened.studio.end();
    await settle();
    if (which === 'the first') await opened.session.previousAlternate();
    await settle();
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
    await opened.session.previousAlternate();
    await settle();
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
    opened.session.undo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', '']);
    expectSaved(opened);
  });

  test('a reply in an earlier turn says where the rest is, and shows it again', async () => {
    const opened = await open(
      new ReplyingStudio([
        turn('user', 'I knock.'),
        turn('model', 'It opens.'),
        turn('user', 'I go in.'),
        turn('model', 'It is dark in here.'),
      ]),
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
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    await opened.session.retry();
    opened.studio.write('It stays shut.');
    opened.studio.end();
    await settle();
    opened.view.type('I call.');
    await opened.session.previousAlternate();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    await opened.session.nextAlternate();
    await settle();
    opened.view.type(' Loudly.');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut.', 'I call. Loudly.']);
    expectSaved(opened);
  });

  test('left by a retry and turned back to, what is typed goes on where the person was below it', async () => {
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    opened.view.type('I go in.');
    await opened.session.retry();
    opened.studio.write('It stays shut.');
    opened.studio.end();
    await settle();
    await opened.session.previousAlternate();
    await settle();
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
      new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.'), turn('user', 'I go in.')]),
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
    await opened.session.previousAlternate();
    await settle();
    expect(opened.session.getState()).toMatchObject({ generation: null, others: 1 });
    opened.studio.write(' For good.');
    await settle();
    opened.session.undo();
    await settle();
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
    await opened.session.nextAlternate();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It stays shut. For good.']);
    opened.studio.end();
    await settle();
    expectSaved(opened);
  });
});

describe('what is typed while a reply begins', () => {
  test('after Retry does not stand in the reply, before its first word or later', async () => {
    for (const first of ['', 'It stays ']) {
      const opened = await begun();
      opened.studio.write('It opens.');
      opened.studio.end();
      await settle();
      await opened.session.retry();
      await settle();
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
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    opened.studio.lostAnswers = 1;
    void opened.session.retry();
    await vi.advanceTimersByTimeAsync(50);
    opened.view.type(' Tw');
    await settle();
    opened.view.type('ice.');
    opened.studio.write('It stays shut.');
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock. Twice.', 'It stays shut.', '']);
    expectSaved(opened);
  });

  test('after Reply from the ready turn stands in a turn of its own behind the reply', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
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
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens. At last.')]));
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

describe('a reply that waits', () => {
  test('says for what, and begins when it can', async () => {
    const opened = await begun();
    opened.studio.wait(0.4);
    await settle();
    expect(opened.session.getState().generation).toMatchObject({ phase: 'waiting', progress: 0.4 });
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test('and is refused leaves the page as it was', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens.')]));
    opened.studio.refusals = ['NO_MODEL'];
    await opened.session.retry();
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test.for(['a reply', 'a retry'])(
    'and of which the studio knows nothing after a restart leaves no empty turn: %s',
    async (kind) => {
      const opened = await begun();
      if (kind === 'a retry') {
        opened.studio.write('It opens.');
        opened.studio.end();
        await settle();
        await opened.session.retry();
        await settle();
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
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    await opened.session.retry();
    await settle();
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
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    await opened.session.retry();
    await settle();
    opened.view.cut('\n<|model|>\n');
    await settle();
    expect(opened.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(opened);
  });

  test('and was a retry leaves what the person wrote above it meanwhile', async () => {
    const opened = await begun([turn('user', 'I knock.\nI wait.\nI knock again.')]);
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    await opened.session.retry();
    await settle();
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
    const opened = await begun();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    await opened.session.retry();
    await settle();
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
    const back = await open(studio);
    expect(back.session.getState().generation).toMatchObject({ phase: 'waiting', progress: 0.4 });
    studio.write('It opens.');
    studio.end();
    await settle();
    expect(back.shown()).toEqual(['I knock.', 'It opens.', '']);
    expectSaved(back);
  });
});

test('a page that another one took over lets go of nothing that is not saved', async () => {
  const { studio, session, view } = await open(new ReplyingStudio([turn('user', 'I knock.')]));
  studio.refusals = Array.from({ length: 5 }, () => 'READ_ONLY');
  view.type(' Twice.');
  await vi.advanceTimersByTimeAsync(500);
  session.setReadOnly(true);
  session.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(studio.texts).toEqual(['I knock. Twice.']);
});

test('a chapter that was left while the studio was away is shown as it was left, as soon as the studio is back', async () => {
  const { studio, session, view } = await open(new ReplyingStudio([turn('user', 'I knock.')]));
  studio.unreachable = 1000;
  view.click('I knock.');
  view.type(' Twice.');
  session.close();
  // It has just been tried in vain; by itself it is tried again in 4 s.
  await vi.advanceTimersByTimeAsync(8000);
  studio.unreachable = 0;
  const back = await open(studio);
  expect(back.shown()).toEqual(['I knock. Twice.']);
  back.view.type(' Thrice.');
  await settle();
  expectSaved(back);
  expect(back.session.getState().notice).toBeNull();
});

test('what was left and is not stored yet is not called saved in the next chapter', async () => {
  const { studio, session, view } = await open(new ReplyingStudio([turn('user', 'I knock.')]));
  studio.unreachable = 1000;
  view.type(' Twice.');
  await settle();
  session.close();
  const next = await open(new ReplyingStudio([turn('user', 'I wait.')]));
  expect(next.session.getState().save).toBe('offline');
  studio.unreachable = 0;
  await vi.advanceTimersByTimeAsync(4000);
  expect(studio.texts).toEqual(['I knock. Twice.']);
  expect(next.session.getState().save).toBe('saved');
});

describe('leaving in a reply', () => {
  test('stores an edit that its end crosses, then lets go of the text', async () => {
    const { studio, session, view } = await begun([turn('user', 'I knock.'), turn('model', 'It opens.')]);
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
    const back = await open(studio);
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
    const back = await open(studio);
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
    const back = await open(studio);
    expect(back.shown()).toEqual(['I knock.', 'The door opens.']);
    studio.end();
    await settle();
    expect(back.view.text.endsWith(ASK)).toBe(true);
    expectSaved(back);
  });
});

describe('coming back to a chapter', () => {
  test('each earlier text of the visits before can be undone to, and done again', async () => {
    let opened = await open(new ReplyingStudio([turn('user', 'I knock.')]));
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
      opened.session.undo();
      await settle();
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
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    await opened.session.retry();
    opened.studio.write('It stays shut.');
    opened.studio.end();
    await settle();
    await opened.session.previousAlternate();
    await settle();
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
      opened.session.undo();
      await settle();
      expect(opened.shown()).toEqual(shown);
      expectSaved(opened);
    }
  });

  test('all can be undone after a reply that was stopped before a word, its end not yet heard of', async () => {
    let opened = await open(new ReplyingStudio([turn('user', 'I knock.')]));
    opened.view.click('I knock.');
    opened.view.type(' Twice.');
    await settle();
    opened.studio.isSilent = true;
    await opened.session.reply();
    await opened.session.stop();
    opened.session.close();
    await settle();
    opened.studio.isSilent = false;
    opened = await open(opened.studio);
    expect(opened.shown()).toEqual(['I knock. Twice.']);
    while (opened.view.canUndo) opened.session.undo();
    await settle();
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
    opened = await open(opened.studio);
    expect(opened.shown()).toEqual(['I knock.', 'The door opens.', '']);
    expectSaved(opened);
    opened.session.undo();
    opened.session.undo();
    await settle();
    expect(opened.shown()).toEqual(['I knock.']);
    expectSaved(opened);
  });

  test('caret and scroll are as they were, whatever was written before them since', async () => {
    const [first, last] = [turn('model', 'It opens.'), turn('model', 'It is dark in here.')];
    let opened = await open(new ReplyingStudio([first, turn('user', 'I go in.'), last]));
    opened.view.click('It is dark');
    opened.view.top = { line: 4, column: 1 };
    opened = await comeBack(opened);
    expect(opened.view.caret()).toEqual({ line: 6, column: 11 });
    expect(opened.view.top).toEqual({ line: 4, column: 1 });
    opened.view.click('I go in.');
    opened.session.close();
    await settle();
    opened.studio.change([{ op: 'setText', turnId: first.id, version: 1, at: 0, del: 0, ins: 'A lamp.\n' }]);
    opened = await open(opened.studio, opened.places.at(-1));
    expect(opened.view.caret()).toEqual({ line: 5, column: 9 });
    opened.view.click('<|user|>\n');
    opened = await comeBack(opened);
    expect(opened.view.caret()).toEqual({ line: 9, column: 1 });
  });
});

describe('the caret', () => {
  test('stays where the person has put it when a reply ends', async () => {
    const opened = await begun([turn('user', 'I knock.\nI wait.')]);
    opened.studio.write('It opens.');
    await settle();
    opened.view.click('I knock.');
    opened.studio.end();
    await settle();
    expect(opened.view.caret()).toEqual({ line: 2, column: 9 });
  });

  test('stays there also where they have put it while the reply was asked for', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.\nI wait.')]));
    // Its answer is lost, and comes with the next asking.
    opened.studio.lostAnswers = 1;
    void opened.session.reply();
    await vi.advanceTimersByTimeAsync(50);
    opened.view.click('I knock.');
    await settle();
    opened.studio.write('It opens.');
    opened.studio.end();
    await settle();
    expect(opened.shown()).toEqual(['I knock.\nI wait.', 'It opens.', '']);
    expect(opened.view.caret()).toEqual({ line: 2, column: 9 });
  });

  test('stands behind what was written into the middle of a turn', async () => {
    const opened = await open(new ReplyingStudio([turn('user', 'I knock.'), turn('model', 'It opens. At last.')]));
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
