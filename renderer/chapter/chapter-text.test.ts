import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Paper } from '../../tests/helpers/paper.ts';
import { parse, print } from '../../shared/document/grammar.ts';
import { newId } from '../../shared/document/ids.ts';
import { activePath, applyOps } from '../../shared/document/tree.ts';
import type { Turn, TurnTree } from '../../shared/document/turn.ts';
import { ChapterText } from './chapter-text.ts';
import { StreamingSpan } from './streaming-span.ts';
import { SEED } from '../../tests/helpers/sizes.ts';

fc.configureGlobal({ seed: SEED });

const ASK = '\n<|user|>\n';
const turn = (role: Turn['role'], text: string): Turn => ({ id: newId(), role, speaker: null, marked: true, text });

function stored(turns: readonly Turn[]): TurnTree {
  let after: string | null = null;
  return applyOps(
    { activeRootId: null, turns: new Map() },
    turns.map((one) => {
      const op = { op: 'insert', turn: one, after, as: 'chain' } as const;
      after = one.id;
      return op;
    }),
  );
}

function open(turns: readonly Turn[]) {
  const paper = new Paper(print(turns) + (turns.at(-1)?.role === 'model' ? ASK : ''));
  const ids = [...turns.map(({ id }) => id), ...(turns.at(-1)?.role === 'model' ? [newId()] : [])];
  const document = new ChapterText(paper, ids, paper.version, newId);
  paper.document = document;
  let tree = stored(turns);
  const save = () => {
    const ops = document.take(tree);
    tree = applyOps(tree, ops);
    return ops;
  };
  const path = () => activePath(tree).map(({ role, text }) => `${role}: ${text ?? ''}`);
  return { paper, document, save, path, tree: () => tree };
}

describe('what is saved', () => {
  test('a word in a long turn is sent as the word, wherever it stands', () => {
    const { paper, save, path } = open([turn('user', 'Go.'), turn('model', 'The rain falls.\nThe door knocks.')]);
    paper.replace('door', 'old door');
    expect(save()).toMatchObject([{ op: 'setText', at: 20, del: 4, ins: 'old door' }]);
    expect(path()).toEqual(['user: Go.', 'model: The rain falls.\nThe old door knocks.']);
    expect(save()).toEqual([]);
  });

  test('edits at both ends of a turn between two saves both arrive', () => {
    const { paper, save, path } = open([turn('model', 'One two three.')]);
    paper.replace('One', 'Eins');
    paper.replace('three', 'drei');
    save();
    expect(path()).toEqual(['model: Eins two drei.']);
  });

  test('what the last reply offers is offered until something is written; one dash is a dash, and a thought offers nothing', () => {
    const { paper, document } = open([turn('user', 'Go.'), turn('model', 'A door.\n\n- Knock.\n- Wait.')]);
    expect(document.offered()).toEqual(['Knock.', 'Wait.']);
    paper.edit(paper.text.length, paper.text.length, 'I');
    expect(document.offered()).toEqual([]);
    expect(open([turn('model', 'A door.\n- said she')]).document.offered()).toEqual([]);
    expect(open([turn('model', '<think>\n- Knock.\n- Wait.\n</think>\nA door.')]).document.offered()).toEqual([]);
  });

  test('the ready turn is no turn until something stands in it, and none again when it is emptied', () => {
    const { paper, document, save, path } = open([turn('model', 'It rains.')]);
    expect(document.readyTurn()).not.toBeNull();
    expect(save()).toEqual([]);
    paper.edit(paper.text.length, paper.text.length, 'I wait.');
    expect(document.readyTurn()).toBeNull();
    save();
    expect(path()).toEqual(['model: It rains.', 'user: I wait.']);
    paper.undo();
    expect(document.readyTurn()).not.toBeNull();
    save();
    expect(path()).toEqual(['model: It rains.']);
    paper.redo();
    save();
    expect(path()).toEqual(['model: It rains.', 'user: I wait.']);
  });

  test('a last turn that was emptied here and stays elsewhere is another one from then on', () => {
    const turns = [turn('user', 'Go.'), turn('model', 'The door opens.'), turn('user', 'And then?')];
    const { paper, document, tree } = open(turns);
    const [first, , last] = turns.map(({ id }) => id);
    const theirs = applyOps(tree(), [
      { op: 'setText', turnId: first ?? '', version: 1, at: 0, del: 0, ins: 'Elsewhere. ' },
    ]);
    paper.replace('And then?', '');
    const branched = applyOps(theirs, document.beside(theirs));
    paper.replace(ASK, `${ASK}Who is there?`);
    const after = applyOps(branched, document.take(branched));
    expect(activePath(after).map(({ text }) => text)).toEqual(['Go.', 'The door opens.', 'Who is there?']);
    expect(after.turns.get(last ?? '')).toMatchObject({ text: 'And then?', tombstone: null });
  });

  test('a mark on a line of its own begins a turn; inside a line or escaped it is text', () => {
    const { paper, save, path } = open([turn('user', 'I say it')]);
    paper.edit(paper.text.length, paper.text.length, ' <|user|> aloud\n\\<|user|>\n<|model|>\nIt answers.');
    save();
    expect(path()).toEqual(['user: I say it <|user|> aloud\n<|user|>', 'model: It answers.']);
    paper.replace('<|user|>\n<|model|>', '<|user|>!\n<|model|>');
    save();
    expect(path()[0]).toBe('user: I say it <|user|> aloud\n\\<|user|>!');
  });

  test('a turn that was joined to the one before comes back whole by undo, with its id', () => {
    const { paper, document, save, tree } = open([
      turn('user', 'Go.'),
      turn('model', 'It rains.'),
      turn('user', 'I wait.'),
    ]);
    const { ids } = document.layout;
    paper.replace('\n<|user|>\nI wait.', '\nI wait.');
    save();
    expect(activePath(tree()).map(({ text }) => text)).toEqual(['Go.', 'It rains.\nI wait.']);
    paper.undo();
    save();
    expect(activePath(tree()).map(({ id }) => id)).toEqual(ids);
    expect(activePath(tree()).map(({ text }) => text)).toEqual(['Go.', 'It rains.', 'I wait.']);
  });

  test('everything selected, deleted and undone is what it was, ids included', () => {
    const { paper, document, save, tree } = open([
      turn('system', 'Be brief.'),
      turn('user', 'Go.'),
      turn('model', 'It rains.'),
    ]);
    const before = document.layout.ids;
    paper.edit(0, paper.text.length, '');
    save();
    expect(activePath(tree()).map(({ text }) => text)).toEqual(['']);
    paper.undo();
    save();
    expect(document.layout.ids).toEqual(before);
    expect(activePath(tree()).map(({ id, text }) => [id, text])).toEqual([
      [before[0], 'Be brief.'],
      [before[1], 'Go.'],
      [before[2], 'It rains.'],
    ]);
  });

  test('switching to another branch and undoing it shows the first branch again', () => {
    const first = turn('user', 'Go.');
    const [left, right] = [turn('model', 'It rains.'), turn('model', 'It snows.')];
    const { paper, document, tree } = open([first, left]);
    let known = applyOps(tree(), [{ op: 'insert', turn: right, after: first.id, as: 'alternate' }]);
    const from = paper.text.indexOf('\n<|model|>');
    paper.edit(from, paper.text.length, `\n<|model|>\nIt snows.${ASK}`, {
      ids: [first.id, right.id, newId()],
      mirrored: true,
    });
    expect(document.take(known)).toEqual([]);
    paper.undo();
    known = applyOps(known, document.take(known));
    expect(activePath(known).map(({ id }) => id)).toEqual([first.id, left.id]);
    expect(known.turns.get(right.id)?.tombstone).toBeNull();
  });
});

describe('while a reply streams', () => {
  const live = () => {
    const opened = open([turn('model', 'Before. After.'), turn('user', 'Next.')]);
    const id = opened.document.layout.ids[0] ?? '';
    opened.document.openLive(new StreamingSpan(id, 7));
    const at = () => '<|model|>\n'.length + (opened.document.live?.at ?? 0) + (opened.document.live?.length ?? 0);
    const stream = (text: string) => {
      const where = at();
      opened.paper.edit(where, where, text, { mirrored: true });
      opened.document.live?.grow(text.length);
    };
    return { ...opened, stream };
  };

  test('its text is left out of what is saved, and edits before and after it are kept', () => {
    const { paper, save, path, stream, document } = live();
    stream(' New');
    expect(paper.replace('Before.', 'Long before.')?.disturbed).toBe(false);
    stream(' words.');
    expect(paper.replace('After.', 'Long after.')?.disturbed).toBe(false);
    expect(document.textOf(document.layout.spans[0] ?? expect.fail())).toBe('Long before. New words. Long after.');
    save();
    expect(path()[0]).toBe('model: Long before. Long after.');
    expect(document.live).toMatchObject({ at: 12, length: 11 });
  });

  test('an edit inside it disturbs it, one in another turn does not', () => {
    const { paper, stream } = live();
    stream(' New words.');
    expect(paper.replace('Next', 'Then')?.disturbed).toBe(false);
    expect(paper.replace('New', 'Newer')?.disturbed).toBe(true);
  });

  test('what is replaced at once before it, behind it and in other turns leaves it alone; inside it, that disturbs it', () => {
    const { paper, save, path, stream, document } = live();
    const replaceAll = (...words: readonly (readonly [find: string, text: string])[]) =>
      paper.editAll(
        words.map(([find, text]) => {
          const from = paper.text.indexOf(find);
          return { from, to: from + find.length, text };
        }),
      );
    stream(' New');
    expect(replaceAll(['Bef', 'Long bef'], ['ore', ''], ['After', 'Then'], ['Next', 'And'])?.disturbed).toBe(false);
    stream(' words.');
    expect(paper.text).toBe('<|model|>\nLong bef. New words. Then.\n<|user|>\nAnd.');
    save();
    expect(path()).toEqual(['model: Long bef. Then.', 'user: And.']);
    expect(document.live).toMatchObject({ at: 9, length: 11 });
    expect(replaceAll(['Long', 'Short'], ['New', 'Newer'])?.disturbed).toBe(true);
  });

  test('whatever is replaced at once around it: all but the reply is saved', () => {
    const piece = fc.record({
      from: fc.nat(60),
      length: fc.nat(6),
      text: fc.constantFrom('', 'a', 'word ', '\n', '- x\ny'),
    });
    fc.assert(
      fc.property(fc.array(fc.array(piece, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), (all) => {
        const { paper, document, save, path, stream } = live();
        for (const pieces of all) {
          stream('Ж');
          const { live: before } = document;
          const sorted = pieces
            .map(({ from, length, text }) => ({ from, to: Math.min(from + length, paper.text.length), text }))
            .toSorted((a, b) => a.from - b.from)
            .filter((one, index, list) => one.from <= one.to && list.slice(0, index).every(({ to }) => to < one.from));
          if (sorted.length > 0 && paper.editAll(sorted)?.disturbed === true) return;
          expect(document.live).toBe(before);
          save();
          const shown = parse(paper.text.replaceAll('Ж', '')).slice(0, document.readyTurn() === null ? undefined : -1);
          expect(path()).toEqual(shown.map(({ role, text }) => `${role}: ${text}`));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('taking its turn away disturbs it', () => {
    const { paper, stream } = live();
    stream(' New words.');
    expect(paper.edit(0, paper.text.indexOf('Next'), '<|user|>\n')?.disturbed).toBe(true);
  });
});

test('after any edits, undos and redos what is stored is what the page says', () => {
  const piece = fc.constantFrom(
    'a',
    'word ',
    '\n',
    '\n<|user|>\n',
    '\n<|model|>\nx',
    '<|system|>',
    '\\',
    '\n\\<|user|>\n',
    '- go',
    '😀',
    '<|model|> Maren\n',
    '',
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ from: fc.nat(400), length: fc.nat(30), text: piece }) },
    { weight: 1, arbitrary: fc.constant('undo' as const) },
    { weight: 1, arbitrary: fc.constant('redo' as const) },
    { weight: 2, arbitrary: fc.constant('save' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const { paper, document, save, tree } = open([
        turn('system', 'Be brief.'),
        turn('user', 'Go on.'),
        turn('model', 'It rains.\nThe door knocks.'),
      ]);
      for (const one of steps) {
        if (one === 'undo') paper.undo();
        else if (one === 'redo') paper.redo();
        else if (one === 'save') save();
        else {
          const clean = (at: number) => ((paper.text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at);
          const from = clean(Math.min(one.from, paper.text.length));
          paper.edit(from, Math.max(from, clean(Math.min(from + one.length, paper.text.length))), one.text);
        }
      }
      save();
      const shown = parse(paper.text);
      const last = shown.at(-1);
      const asks = last?.role === 'user' && last.text === '' && last.speaker === null && shown.at(-2)?.role === 'model';
      expect(activePath(tree()).map(({ role, speaker, marked, text }) => ({ role, speaker, marked, text }))).toEqual(
        asks ? shown.slice(0, -1) : shown,
      );
      expect(document.currentTurns().map(({ id }) => id)).toEqual(activePath(tree()).map(({ id }) => id));
    }),
    { numRuns: 600 },
  );
});
