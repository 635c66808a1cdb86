import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { alternatesOf } from '../../tests/helpers/alternates.ts';
import { openPlainly, said, settle, stopTime, type OpenedChapter } from '../../tests/helpers/open-chapter.ts';
import { ReplyingStudio } from '../../tests/helpers/replying-studio.ts';
import { SEED, sizeOf } from '../../tests/helpers/sizes.ts';
import type { Turn } from '../../shared/document/turn.ts';

stopTime();

/** The same chapter on two pages: one writes, the other reads. */
async function two(...turns: readonly Turn[]): Promise<{ writer: OpenedChapter; reader: OpenedChapter }> {
  const studio = new ReplyingStudio(turns);
  return { writer: await openPlainly(studio), reader: await openPlainly(studio, { readOnly: true }) };
}
const asOf = ({ session }: OpenedChapter) => session.getState().asOf;

/** Of a page, without the turn that may stand ready for the person. */
const textOf = ({ view }: OpenedChapter): string => view.text.replace(/(^|\n)<\|user\|>\n$/, '');

/** Both show the same, and the reader says that it does. */
async function expectSame(writer: OpenedChapter, reader: OpenedChapter): Promise<void> {
  await settle();
  expect(textOf(reader)).toBe(textOf(writer));
  expect(asOf(reader)).toBe('now');
  expect(reader.session.getState().words).toBe(writer.session.getState().words);
}

describe('a page that reads', () => {
  test('shows what is typed on the other one, and says so; the one that writes says nothing of it', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    writer.view.type(' Twice.');
    await expectSame(writer, reader);
    expect(asOf(writer)).toBeNull();
    writer.view.click('I knock');
    writer.view.type(' softly');
    await expectSame(writer, reader);
    expect(reader.shown()).toEqual(['I knock softly. Twice.']);
  });

  test('writes nothing itself, and says that it may not', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    writer.view.type(' Twice.');
    await settle();
    expect(reader.refusals()).toBe(0);
    reader.view.type('x');
    expect(reader.refusals()).toBe(1);
    expect(writer.refusals()).toBe(0);
    await settle();
    expect(writer.studio.texts).toEqual(['I knock. Twice.']);
  });

  test('shows a reply while it is written, and as it ended', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    await writer.session.reply();
    await settle();
    writer.studio.write('It op');
    await settle();
    expect(reader.shown()).toEqual(['I knock.', 'It op']);
    expect(reader.session.getState().generation?.phase).toBe('writing');
    writer.studio.write('ens.');
    writer.studio.end();
    await expectSame(writer, reader);
    expect(reader.shown()).toEqual(['I knock.', 'It opens.', '']);
    expect(reader.session.getState().generation).toBeNull();
  });

  test('shows what is typed while a turn is written on, before the reply and in another turn', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'), said('model', 'It opens. And'));
    writer.view.click('And');
    await writer.session.continue();
    await settle();
    writer.studio.write(' a cat');
    await settle();
    writer.view.click('It opens');
    writer.view.type(' slowly');
    await settle();
    writer.view.click('I knock');
    writer.view.type(' again');
    await settle();
    writer.studio.write(' comes.');
    await settle();
    expect(reader.shown()).toEqual(writer.shown());
    writer.studio.end();
    await expectSame(writer, reader);
    expect(reader.shown()).toEqual(['I knock again.', 'It opens slowly. And a cat comes.', '']);
  });

  test('turns to the branch that is shown there, and shows turns that come and go', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'), said('model', 'It opens.'));
    await writer.session.retry();
    await settle();
    writer.studio.write('Nothing.');
    writer.studio.end();
    await expectSame(writer, reader);
    await writer.session.previousAlternate();
    await expectSame(writer, reader);
    expect(reader.shown()).toEqual(['I knock.', 'It opens.', '']);
    writer.session.removeTurn(alternatesOf(writer.studio.tree, writer.studio.path[1]?.id ?? '')[0] ?? '');
    await expectSame(writer, reader);
    writer.session.addNoteBefore(writer.studio.path[0]?.id ?? '');
    writer.view.type('Rain.\n<|user|>\nI call.\n\\<|user|>');
    await expectSame(writer, reader);
  });

  test('says how a reply was cut short, offers nothing of what may be done about it, and hears what was done', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    const told = ({ view }: OpenedChapter) => view.fault?.fault.params['leftOut'];
    const offered = ({ view }: OpenedChapter) => view.fault?.actions.map(({ label }) => label);
    writer.studio.endsAtSentence = true;
    await writer.session.reply();
    await settle();
    writer.studio.write('It opens. Behind it th');
    writer.studio.end('length');
    await expectSame(writer, reader);
    expect([told(writer), offered(writer)]).toEqual([3, ['Continue', 'Bring back']]);
    expect([told(reader), offered(reader)]).toEqual([3, []]);
    writer.session.setReadOnly(true);
    reader.session.setReadOnly(false);
    await settle();
    expect([told(writer), offered(writer)]).toEqual([3, []]);
    expect([told(reader), offered(reader)]).toEqual([3, ['Continue', 'Bring back']]);
    reader.view.fault?.actions.find(({ label }) => label === 'Bring back')?.run();
    await expectSame(reader, writer);
    expect([told(reader), offered(reader)]).toEqual([0, ['Continue']]);
    expect([told(writer), offered(writer)]).toEqual([0, []]);
  });

  test('shows one emoji in the place of another that begins alike', async () => {
    const { writer, reader } = await two(said('user', 'I knock 😀'));
    writer.view.cut('😀');
    writer.view.type('😁');
    await expectSame(writer, reader);
    expect(reader.shown()).toEqual(['I knock 😁']);
  });

  test('offers nothing where a reply broke off', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    await writer.session.reply();
    await settle();
    writer.studio.write('It op');
    writer.studio.end('error', { code: 'CRASH', params: {} });
    await expectSame(writer, reader);
    const offered = ({ view }: OpenedChapter) => view.fault?.actions.map(({ label }) => label);
    expect(offered(writer)).toEqual(['Continue']);
    expect(offered(reader)).toEqual([]);
  });

  test('misses nothing that is written while it reads', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    const { chapters } = writer.studio;
    const { open } = chapters;
    let isSlow = true;
    chapters.open = async (wish) => {
      const answer = await open(wish);
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 1000));
      return answer;
    };
    writer.view.type(' Twice.');
    await vi.advanceTimersByTimeAsync(700);
    isSlow = false;
    writer.view.type(' Thrice.');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(reader.shown()).toEqual(['I knock. Twice. Thrice.']);
    await expectSame(writer, reader);
  });

  test('says of which moment its text is while the studio is away, and is in step again when it is back', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    await settle();
    const before = Date.now();
    writer.studio.unreachable = 1000;
    writer.studio.cutStreams();
    await settle();
    expect(asOf(reader)).toBeGreaterThanOrEqual(before);
    expect(asOf(reader)).toBeLessThan(before + 1000);
    writer.studio.unreachable = 0;
    writer.view.type(' Twice.');
    await vi.advanceTimersByTimeAsync(5000);
    await expectSame(writer, reader);
  });

  test('stays where the person reads', async () => {
    const { writer, reader } = await two(said('user', 'I knock.\nTwice.\nThrice.'));
    reader.view.click('Twi');
    writer.view.click('I ');
    writer.view.type('really do ');
    await settle();
    writer.view.click('Thrice.');
    writer.view.type(' And wait.');
    await expectSame(writer, reader);
    expect(
      reader.view.text.slice(0, reader.view.offsetAt(reader.view.caret().line, reader.view.caret().column)),
    ).toMatch(/Twi$/);
  });

  test('keeps what was typed before it knew that it reads, and shows nothing else over it', async () => {
    const studio = new ReplyingStudio([said('user', 'I knock.')]);
    const writer = await openPlainly(studio);
    const reader = await openPlainly(studio);
    reader.view.type(' Too early.');
    studio.refuses = (change) => change.ops.some((op) => op.op === 'setText' && op.ins.includes('early'));
    reader.session.setReadOnly(true);
    await settle();
    writer.view.type(' Twice.');
    await settle();
    expect(reader.view.text).toContain('Too early.');
    expect(asOf(reader)).toBeNull();
    expect(reader.session.getState().save).toBe('failed');
  });

  test('writes what it shows once it takes over', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'));
    writer.view.type(' Twice.');
    await settle();
    writer.session.setReadOnly(true);
    reader.session.setReadOnly(false);
    reader.view.click('Twice.');
    reader.view.type(' Thrice.');
    await settle();
    expect(asOf(reader)).toBeNull();
    expect(reader.session.getState().save).toBe('saved');
    await expectSame(reader, writer);
    expect(writer.studio.texts).toEqual(['I knock. Twice. Thrice.']);
  });

  test('knows no turn that changed out of its sight: undone to after it took over, it is what it became', async () => {
    const { writer, reader } = await two(said('user', 'I knock.'), said('model', 'It opens.'));
    const { studio } = writer;
    await writer.session.retry();
    await settle();
    studio.write('Nothing.');
    studio.end();
    await settle();
    await writer.session.previousAlternate();
    await expectSame(writer, reader);
    await writer.session.nextAlternate();
    await expectSame(writer, reader);
    // Between two readings, to the other one, a word, and back.
    const other = [...studio.tree.turns.values()].find(({ text }) => text === 'It opens.') ?? expect.fail('no other');
    studio.change([{ op: 'setText', turnId: other.id, version: other.version, at: 9, del: 0, ins: ' Slowly.' }]);
    studio.tell();
    await settle();
    writer.session.close();
    await settle();
    reader.session.close();
    const after = await openPlainly(studio);
    after.session.undo();
    await settle();
    expect(studio.texts).toEqual(after.shown().filter((text) => text !== ''));
    after.view.click('It opens.');
    after.view.type(' At last.');
    await settle();
    expect(studio.texts).toEqual(after.shown().filter((text) => text !== ''));
    expect(after.session.getState().save).toBe('saved');
  });
});

type Act = (page: OpenedChapter, at: number) => unknown;
const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] ?? expect.fail('nothing to pick');
const WRITTEN = ['a', ' word', '\nline', '\n<|user|>\nSay', '\n<|model|>\n', '\\', '\n\\<|user|>'];
const STREAMED = ['it ', 'rains.\n', 'and <|user|>', '\n<|user|>'];
const acts: Readonly<Record<string, Act>> = {
  click: ({ view }, at) => view.clickAt((at * view.text.length) / 200),
  type: ({ view }, at) => view.type(pick(WRITTEN, at)),
  reply: ({ session }) => session.reply(),
  continue: ({ session }) => session.continue(),
  retry: ({ session }) => session.retry(),
  previous: ({ session }) => session.previousAlternate(),
  next: ({ session }) => session.nextAlternate(),
  undo: ({ session }) => session.undo(),
  redo: ({ session }) => session.redo(),
  stream: ({ studio }, at) => studio.reply !== null && studio.write(pick(STREAMED, at)),
  end: ({ studio }, at) => studio.reply !== null && studio.end(pick(['end', 'stopped', 'length'] as const, at)),
  cut: ({ studio }) => studio.cutStreams(),
  remove: ({ session }) => session.removeTurn(session.getState().caretTurnId ?? ''),
  wait: (_, at) => vi.advanceTimersByTimeAsync(at * 10),
};

test('whatever is written on one page stands on the other', { timeout: 300_000 }, async () => {
  const act = fc.tuple(fc.constantFrom(...Object.keys(acts)), fc.nat(200));
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 30 }), async (all) => {
      const { writer, reader } = await two(said('user', 'I knock.\nTwice.'), said('model', 'It opens.'));
      const { studio } = writer;
      for (const [name, at] of all) {
        void acts[name]?.(writer, at);
        await vi.advanceTimersByTimeAsync(0);
      }
      await settle();
      for (; studio.reply !== null; await settle()) studio.end();
      await expectSame(writer, reader);
      writer.session.close();
      reader.session.close();
    }),
    { seed: SEED, numRuns: sizeOf(100, 3000) },
  );
});
