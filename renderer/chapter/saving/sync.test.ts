import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alternatesOf } from '../../../tests/helpers/alternates.ts';
import { MemoryStudio } from '../../../tests/helpers/memory-studio.ts';
import { Paper } from '../../../tests/helpers/paper.ts';
import { parse, print } from '../../../shared/document/grammar.ts';
import { newId } from '../../../shared/document/ids.ts';
import type { Op, Turn, TurnTree } from '../../../shared/document/turn.ts';
import { MOST_TEXT } from '../../../shared/contract/limits.ts';
import { change as changeSchema } from '../../../shared/contract/common.ts';
import { ChapterText } from '../chapter-text.ts';
import { StreamingSpan } from '../streaming-span.ts';
import { NotSaved, Sync } from './sync.ts';

const ASK = '\n<|user|>\n';
const turn = (role: Turn['role'], text: string): Turn => ({ id: newId(), role, speaker: null, marked: true, text });

function open(turns: readonly Turn[]) {
  const studio = new MemoryStudio(turns);
  const paper = new Paper(print(turns) + (turns.at(-1)?.role === 'model' ? ASK : ''));
  const document = new ChapterText(
    paper,
    [...turns.map(({ id }) => id), ...(turns.at(-1)?.role === 'model' ? [newId()] : [])],
    paper.version,
    newId,
  );
  paper.document = document;
  const states: string[] = [];
  let conflicts = 0;
  const sync: Sync = new Sync({
    api: studio,
    chapterId: studio.chapterId,
    tree: studio.tree,
    structureRev: studio.structureRev,
    unsaved: document,
    newId,
    reconcile: (theirs) => {
      conflicts++;
      return document.beside(theirs);
    },
    live: () => new Set(document.live === null ? [] : [document.live.turnId]),
    onState: () => states.push(sync.state),
  });
  const type = (find: string, text: string): void => {
    paper.replace(find, text);
    sync.edited();
  };
  const texts = () => studio.path.map(({ text }) => text);
  return { studio, paper, document, sync, states, type, texts, conflicts: () => conflicts };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('saving', () => {
  test('says saved only when the studio has acknowledged everything', async () => {
    const { sync, type, texts, states } = open([turn('user', 'I wait.')]);
    type('wait', 'run');
    expect(sync.state).toBe('saving');
    expect(texts()).toEqual(['I wait.']);
    await vi.advanceTimersByTimeAsync(250);
    expect(texts()).toEqual(['I run.']);
    expect(states).toEqual(['saving', 'saved']);
  });

  test('several keys within a moment are one change', async () => {
    const { studio, type } = open([turn('user', 'I wait.')]);
    type('wait', 'w');
    type('I w', 'I wa');
    type('I wa', 'I walk');
    await vi.advanceTimersByTimeAsync(250);
    expect(studio.changes.map(({ ops }) => ops.length)).toEqual([1]);
    expect(studio.path[0]?.text).toBe('I walk.');
  });

  test('flush does not wait for the moment to pass', async () => {
    const { sync, type, texts } = open([turn('user', 'I wait.')]);
    type('wait', 'run');
    await sync.flush();
    expect(texts()).toEqual(['I run.']);
  });

  test('what is typed while a change is under way follows it', async () => {
    const { sync, type, texts } = open([turn('user', 'I wait.')]);
    type('wait', 'run');
    const flushed = sync.flush();
    type('I run', 'You run');
    await flushed;
    await sync.flush();
    expect(texts()).toEqual(['You run.']);
    expect(sync.state).toBe('saved');
  });
});

describe('without a connection', () => {
  test('nothing is lost, and it is saved once it is back', async () => {
    const { studio, sync, type, texts, states } = open([turn('user', 'I wait.')]);
    studio.unreachable = 3;
    type('wait', 'run');
    await vi.advanceTimersByTimeAsync(300);
    expect(sync.state).toBe('offline');
    type('I run', 'You run');
    expect(sync.state).toBe('offline');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(texts()).toEqual(['You run.']);
    expect(states.at(-1)).toBe('saved');
  });

  test('an answer that is lost on the way does not make the change twice', async () => {
    const { studio, type, texts } = open([turn('user', 'ab')]);
    studio.lostAnswers = 2;
    type('ab', 'aXb');
    await vi.advanceTimersByTimeAsync(5000);
    expect(texts()).toEqual(['aXb']);
    expect(studio.changes).toHaveLength(1);
  });

  test('a reply is not begun on text that could not be saved', async () => {
    const { studio, sync, type } = open([turn('user', 'I wait.')]);
    studio.unreachable = 100;
    type('wait', 'run');
    const begun = sync.generate({ kind: 'reply', turnId: null, offset: null }, () => expect.fail('it was begun'));
    const refused = begun.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(300);
    expect(await refused).toBeInstanceOf(NotSaved);
  });

  test('a store that refuses says so, and the text is saved when it takes it again', async () => {
    const { studio, sync, type, texts } = open([turn('user', 'I wait.')]);
    studio.refusals = ['DISK_FULL', 'DISK_FULL'];
    type('wait', 'run');
    await vi.advanceTimersByTimeAsync(300);
    expect(sync.state).toBe('failed');
    expect(sync.fault?.code).toBe('DISK_FULL');
    await vi.advanceTimersByTimeAsync(5000);
    expect(texts()).toEqual(['I run.']);
    expect(sync.state).toBe('saved');
  });
});

test('a fault of the page itself is told as one, nothing is called saved, and the text is saved once it goes', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const { sync, document, type, texts } = open([turn('user', 'I wait.')]);
  const take = vi.spyOn(document, 'take').mockImplementation(() => {
    throw new TypeError('x is not a function');
  });
  type('wait', 'run');
  await vi.advanceTimersByTimeAsync(5000);
  expect(sync.state).toBe('failed');
  expect(sync.fault).toEqual({ code: 'INTERNAL', params: {}, detail: 'TypeError: x is not a function' });
  expect(logged).toHaveBeenCalledWith(expect.any(TypeError));
  await expect(sync.flush()).rejects.toBeInstanceOf(NotSaved);
  expect(texts()).toEqual(['I wait.']);
  take.mockRestore();
  logged.mockRestore();
  await vi.advanceTimersByTimeAsync(5000);
  expect(texts()).toEqual(['I run.']);
  expect(sync.state).toBe('saved');
});

describe('a chapter that was changed elsewhere', () => {
  test('keeps the other text and ours beside it', async () => {
    const { studio, sync, type, texts, document, conflicts } = open([turn('user', 'Go.'), turn('model', 'It rains.')]);
    const theirs = studio.path[1];
    studio.change([{ op: 'setText', turnId: theirs?.id ?? '', version: 1, at: 3, del: 5, ins: 'snows' }]);
    type('rains', 'hails');
    await vi.advanceTimersByTimeAsync(1000);
    expect(conflicts()).toBe(1);
    expect(texts()).toEqual(['Go.', 'It hails.']);
    const ours = studio.path[1]?.id ?? '';
    expect(alternatesOf(studio.tree, ours).map((id) => studio.tree.turns.get(id)?.text)).toEqual([
      'It snows.',
      'It hails.',
    ]);
    expect(document.layout.ids[1]).toBe(ours);
    expect(sync.state).toBe('saved');
    type('hails', 'pours');
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts()).toEqual(['Go.', 'It pours.']);
  });

  test('a new turn of ours and one of theirs at the same place are two branches', async () => {
    const { studio, paper, sync, texts } = open([turn('user', 'Go.'), turn('model', 'It rains.')]);
    const last = studio.path[1]?.id ?? '';
    studio.change([{ op: 'insert', turn: turn('user', 'Theirs.'), after: last, as: 'chain' }]);
    paper.edit(paper.text.length, paper.text.length, 'Ours.');
    sync.edited();
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts()).toEqual(['Go.', 'It rains.', 'Ours.']);
    expect(alternatesOf(studio.tree, studio.path[2]?.id ?? '')).toHaveLength(2);
  });
});

describe('branches and replies', () => {
  const branches = async () => {
    const opened = open([turn('user', 'Go.'), turn('model', 'It rains.')]);
    const { studio, sync, paper, document } = opened;
    const left = studio.path[1]?.id ?? '';
    await sync.generate({ kind: 'retry', turnId: left, offset: null }, (start) => {
      paper.edit(paper.text.indexOf('\n<|model|>'), paper.text.length, '\n<|model|>\n', {
        ids: [...document.layout.ids.slice(0, 1), start.turnId],
        mirrored: true,
      });
    });
    return { ...opened, left, right: studio.path[1]?.id ?? '' };
  };

  test('retry leaves the old reply beside the new one', async () => {
    const { studio, left, right, document } = await branches();
    expect(alternatesOf(studio.tree, right)).toEqual([left, right]);
    expect(document.hasUnsaved).toBe(false);
  });

  test('what is typed while a branch is fetched stays with the branch it was typed in', async () => {
    const { studio, sync, paper, document, left, right } = await branches();
    paper.edit(paper.text.length, paper.text.length, 'It snows.');
    await sync.flush();
    await sync.activate(left, ({ path }) => {
      expect(path.map(({ text }) => text)).toEqual(['It rains.']);
      paper.edit(paper.text.indexOf('\n<|model|>'), paper.text.length, `\n<|model|>\nIt rains.${ASK}`, {
        ids: [document.layout.ids[0] ?? '', left, newId()],
        mirrored: true,
      });
    });
    expect(studio.path.map(({ id }) => id)[1]).toBe(left);
    expect(studio.tree.turns.get(right)?.text).toBe('It snows.');
    expect(document.hasUnsaved).toBe(false);
    paper.undo();
    sync.edited();
    await vi.advanceTimersByTimeAsync(1000);
    expect(studio.path.map(({ id }) => id)[1]).toBe(right);
    expect(studio.path[1]?.text).toBe('It snows.');
  });

  test('what is refused of a branch that the page turned away from is kept, also where the page turns once more', async () => {
    const { studio, sync, paper, document, left, right } = await branches();
    await sync.flush();
    studio.refuses = ({ ops }) => JSON.stringify(ops).includes('Hard.');
    const show = (id: string) => () => {
      const text = studio.tree.turns.get(id)?.text ?? '';
      paper.edit(paper.text.indexOf('\n<|model|>'), paper.text.length, `\n<|model|>\n${text}${ASK}`, {
        ids: [document.layout.ids[0] ?? '', id, newId()],
        mirrored: true,
      });
    };
    const turned = [sync.activate(left, show(left)), sync.activate(right, show(right))];
    const at = paper.text.indexOf('<|model|>\n') + '<|model|>\n'.length;
    paper.edit(at, at, 'Hard. ');
    sync.edited();
    await vi.advanceTimersByTimeAsync(5000);
    await Promise.all(turned);
    expect(sync.state).toBe('failed');
    studio.refuses = () => false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect([...studio.tree.turns.values()].filter(({ text }) => text?.includes('Hard.'))).toHaveLength(1);
    expect(sync.state).toBe('saved');
  });

  test('an edit that crosses the end of a reply on its way is kept', async () => {
    const { studio, sync, paper, document, texts } = open([turn('model', 'It rains.'), turn('user', 'Next.')]);
    const id = studio.path[0]?.id ?? '';
    document.openLive(new StreamingSpan(id, 9));
    const at = paper.text.indexOf('It rains.') + 9;
    paper.edit(at, at, ' Hard.', { mirrored: true });
    document.live?.grow(6);
    paper.replace('rains', 'pours');
    sync.edited();
    const version = studio.finishReply(id, 9, ' Hard.');
    await vi.advanceTimersByTimeAsync(300);
    await sync.between(() => {
      sync.adopt(id, { text: 'It rains. Hard.', version });
      document.closeLive(true);
    });
    sync.edited();
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts()).toEqual(['It pours. Hard.', 'Next.']);
    expect(parse(paper.text).map(({ text }) => text)).toEqual(['It pours. Hard.', 'Next.']);
  });

  test('an alternate that is heard of only after later answers stands where the studio has it', async () => {
    const { studio, sync, paper } = open([turn('user', 'I wait.'), turn('user', 'Still.'), turn('model', 'It rains.')]);
    const [first, second, reply] = studio.path.map(({ id }) => id);
    const ops: Op[] = [{ op: 'insert', turn: turn('model', ''), after: second ?? '', as: 'beside' }];
    studio.change(ops);
    const next = { ops, structureRev: studio.structureRev };
    await sync.activate(reply ?? '', () => undefined);
    paper.replace('\n<|user|>\nStill.', '');
    sync.edited();
    await sync.flush();
    expect(studio.tree.turns.get(reply ?? '')?.parentId).toBe(first);
    await sync.between(() => sync.takeIn(next));
    const places = (tree: TurnTree) => [...tree.turns.values()].map((one) => ({ ...one, text: null }));
    expect(places(sync.tree)).toEqual(places(studio.tree));
    expect(alternatesOf(sync.tree, reply ?? '')).toHaveLength(2);
  });

  test('a chapter that is read again while a reply has ended but not yet said so loses nothing of it', async () => {
    const { studio, sync, paper, document, texts } = open([turn('user', 'Next.'), turn('model', '')]);
    const id = studio.path[1]?.id ?? '';
    document.openLive(new StreamingSpan(id, 0));
    paper.edit(paper.text.indexOf(ASK), paper.text.indexOf(ASK), 'It rains.', { mirrored: true });
    document.live?.grow(9);
    const version = studio.finishReply(id, 0, 'It rains.');
    await sync.between(() => sync.reload());
    paper.replace('Next.', 'What next?');
    sync.edited();
    await vi.advanceTimersByTimeAsync(300);
    await sync.between(() => {
      sync.adopt(id, { text: 'It rains.', version });
      document.closeLive(true);
    });
    sync.edited();
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts()).toEqual(['What next?', 'It rains.']);
  });
});

describe('a change that is too large or is refused', () => {
  test('a long text goes in parts that fit, and no change is larger than the contract allows', async () => {
    const { studio, sync, paper, texts } = open([turn('user', 'Go.')]);
    const long = 'A long letter. '.repeat(MOST_TEXT / 10);
    paper.edit(paper.text.length, paper.text.length, long);
    sync.edited();
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts()).toEqual([`Go.${long}`]);
    expect(studio.changes.length).toBeGreaterThan(1);
    for (const { ops } of studio.changes) expect(changeSchema.shape.ops.safeParse(ops).success).toBe(true);
    expect(sync.state).toBe('saved');
  });

  test('a turn whose id another chapter has is saved under one of its own, with all that follows it', async () => {
    const { studio, sync, paper, document } = open([turn('user', 'I wait.')]);
    studio.taken.add('mine');
    const ids = [...document.layout.ids.slice(0, 1), 'mine', newId()];
    paper.edit(paper.text.length, paper.text.length, '\n<|model|>\nIt rains.\n<|user|>\nI go.', { ids });
    sync.edited();
    await sync.flush();
    expect(studio.path.map(({ text }) => text)).toEqual(['I wait.', 'It rains.', 'I go.']);
    expect(studio.path.map(({ id }) => id)).not.toContain('mine');
    expect(studio.path.map(({ id }) => id)).toEqual(document.layout.ids.slice(0, 3));
    expect(sync.state).toBe('saved');
  });

  test('what the studio refuses for good keeps nothing else from being saved, is told, and is saved once it is taken', async () => {
    const { studio, sync, type } = open([turn('user', 'One.'), turn('user', 'Two.')]);
    studio.refuses = (change) => change.ops.some((op) => op.op === 'setText' && op.ins.includes('bad'));
    type('One', 'bad');
    type('Two', 'good');
    await vi.advanceTimersByTimeAsync(2000);
    expect(studio.path.map(({ text }) => text)).toEqual(['One.', 'good.']);
    expect(sync.state).toBe('failed');
    expect(sync.fault?.code).toBe('BAD_REQUEST');
    await expect(sync.flush()).rejects.toBeInstanceOf(NotSaved);
    studio.refuses = () => false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(studio.path.map(({ text }) => text)).toEqual(['bad.', 'good.']);
    expect(sync.state).toBe('saved');
  });
});

describe('nothing is called saved before its time', () => {
  test('flush waits for what was taken but is not sent yet', async () => {
    const { studio, sync, type, texts, document, paper } = open([turn('user', 'Go.'), turn('model', 'It rains.')]);
    const answered = sync.generate({ kind: 'retry', turnId: studio.path[1]?.id ?? '', offset: null }, (start) => {
      paper.edit(paper.text.indexOf('\n<|model|>'), paper.text.length, '\n<|model|>\n', {
        ids: [...document.layout.ids.slice(0, 1), start.turnId],
        mirrored: true,
      });
    });
    // While the studio is asked.
    type('Go', 'Stay');
    await answered;
    expect(document.hasUnsaved).toBe(false);
    expect(sync.state).toBe('saving');
    await sync.flush();
    expect(texts()[0]).toBe('Stay.');
  });

  test('drain resolves when all is stored, also after a time without a connection', async () => {
    const { studio, sync, type, texts } = open([turn('user', 'I wait.')]);
    studio.unreachable = 5;
    type('wait', 'run');
    let drained = false;
    void sync.drain().then(() => {
      drained = true;
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(drained).toBe(false);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(drained).toBe(true);
    expect(texts()).toEqual(['I run.']);
  });
});

test('an answer to generate that is lost is asked for again, and it is the same reply', async () => {
  const { studio, sync } = open([turn('user', 'Go.')]);
  studio.lostAnswers = 2;
  const begun: string[] = [];
  const asked = sync.generate({ kind: 'reply', turnId: studio.path[0]?.id ?? '', offset: null }, ({ turnId }) => {
    begun.push(turnId);
  });
  await vi.advanceTimersByTimeAsync(5000);
  await asked;
  expect(studio.path.filter(({ role }) => role === 'model').map(({ id }) => id)).toEqual(begun);
});

test('a conflict whose chapter cannot be read at once is settled when it can', async () => {
  const { studio, sync, type, texts } = open([turn('user', 'Go.'), turn('model', 'It rains.')]);
  const theirs = studio.path[1]?.id ?? '';
  studio.change([{ op: 'setText', turnId: theirs, version: 1, at: 3, del: 5, ins: 'snows' }]);
  type('rains', 'hails');
  await vi.advanceTimersByTimeAsync(199);
  studio.refusals = ['CONFLICT', 'IO', 'IO'];
  await vi.advanceTimersByTimeAsync(5000);
  expect(texts()).toEqual(['Go.', 'It hails.']);
  expect(alternatesOf(studio.tree, studio.path[1]?.id ?? '')).toHaveLength(2);
  expect(sync.state).toBe('saved');
});
