import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Op } from '../../../shared/document/turn.ts';
import { newId } from '../../../shared/document/ids.ts';
import { countWords } from '../../../shared/document/count-words.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { applyChange } from './changes.ts';
import { listChapters } from './chapters.ts';
import { checkStore } from '../integrity/check.ts';
import { turnHash } from '../core/checksum.ts';
import {
  appendJournal,
  beginGeneration,
  endedReply,
  endGeneration,
  lastCut,
  recordPlan,
  spanOf,
} from './generation-records.ts';
import { listRevisions, revisionText } from './history.ts';
import { lastCutShort, lastReply } from './last-reply.ts';
import { openStore, type Store } from '../core/open.ts';
import { closeRevision } from './revisions.ts';
import { createStory } from './stories.ts';
import { readTree, turnText } from './turns.ts';

const settings = {
  sampling: { ...DEFAULT_SAMPLING, maxTokens: 9, seed: 7 },
  format: 'plain',
  model: { name: 'm', sha256: null },
  contextSize: 512,
  setup: { promptChunk: 128 },
};
let folder: string;
let store: Store;
let version: number;
const chapter = newId();
const story = newId();
const turn = newId();
const generation = newId();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paphos-generations-'));
  store = openStore(folder);
  createStory(store.db, { id: story, title: 'Story', chapterId: chapter, turnId: turn });
  version = 1;
  write(0, 0, 'The door. The end.');
  beginGeneration(store.db, {
    id: generation,
    chapterId: chapter,
    turnId: turn,
    kind: 'continue',
    offset: 9,
    sampling: settings.sampling,
    made: null,
    asked: null,
  });
  appendJournal(store.db, generation, 1, ' It opened');
  appendJournal(store.db, generation, 2, ' slowly.');
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function write(at: number, del: number, ins: string): void {
  applyChange(store.db, {
    changeId: newId(),
    chapterId: chapter,
    structureRev: 1,
    ops: [{ op: 'setText', turnId: turn, version, at, del, ins }],
  });
  version += 1;
}

/** The folder as a killed process leaves it, opened again. */
function afterKill(): { text: string; interrupted: boolean | undefined; recovered: unknown } {
  const killed = mkdtempSync(join(tmpdir(), 'paphos-killed-'));
  cpSync(folder, killed, { recursive: true });
  const again = openStore(killed);
  const seen = {
    text: turnText(again.db, turn),
    interrupted: readTree(again.db, chapter, { texts: 'none' }).turns.get(turn)?.interrupted,
    recovered: again.recovered,
  };
  again.close();
  const { problems } = checkStore(killed);
  rmSync(killed, { recursive: true });
  expect(problems).toEqual([]);
  return seen;
}

describe('a reply as it is written', () => {
  test('is the last of its turn where no later one was, whatever the clock says', () => {
    endGeneration(store.db, { generationId: generation, reason: 'end', stats: null, candidates: null });
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    const later = newId();
    beginGeneration(store.db, {
      id: later,
      chapterId: chapter,
      turnId: turn,
      kind: 'continue',
      offset: 0,
      sampling: settings.sampling,
      made: null,
      asked: null,
    });
    appendJournal(store.db, later, 1, 'Later. ');
    endGeneration(store.db, { generationId: later, reason: 'end', stats: null, candidates: null });
    now.mockRestore();
    expect(lastReply(store.db, turn)?.text).toBe('Later. ');
  });

  test('is known when it has ended, until its turn is changed', () => {
    expect(endedReply(store.db, generation)).toBeNull();
    write(0, 0, 'Once. ');
    const ended = endGeneration(store.db, { generationId: generation, reason: 'end', stats: null, candidates: null });
    expect(endedReply(store.db, generation)).toEqual({
      ...ended,
      reason: 'end',
      stats: null,
      sampling: settings.sampling,
    });
    expect(ended).toMatchObject({ offset: 15, text: ' It opened slowly.' });
    version = ended.version;
    write(0, 1, 'o');
    expect(endedReply(store.db, generation)).toBeNull();
    expect(endedReply(store.db, newId())).toBeNull();
  });

  test('leaves the turn and its version alone until it ends, then is one change of it', () => {
    expect(turnText(store.db, turn)).toBe('The door. The end.');
    const ended = endGeneration(store.db, { generationId: generation, reason: 'end', stats: null, candidates: null });
    const text = 'The door. It opened slowly. The end.';
    expect(ended).toEqual({
      interrupted: false,
      version: 3,
      hash: turnHash('user', null, text),
      offset: 9,
      text: ' It opened slowly.',
      leftOut: null,
      undone: null,
    });
    expect(turnText(store.db, turn)).toBe(text);
    expect(spanOf(store.db, generation).text).toBe('');
  });

  test('that a fault cut off is interrupted, in the turn as in what is told of its end', () => {
    const ended = endGeneration(store.db, { generationId: generation, reason: 'error', stats: null, candidates: null });
    expect(ended.interrupted).toBe(true);
    expect(endedReply(store.db, generation)?.interrupted).toBe(true);
    expect(afterKill()).toMatchObject({ interrupted: true, recovered: [] });
  });

  test('edits before it move it, edits after it do not', () => {
    write(0, 3, 'An old');
    write(14, 0, ' really');
    expect(spanOf(store.db, generation)).toEqual({ turnId: turn, offset: 12, text: ' It opened slowly.' });
    endGeneration(store.db, { generationId: generation, reason: 'stop', stats: null, candidates: null });
    expect(turnText(store.db, turn)).toBe('An old door. It opened slowly. T reallyhe end.');
  });

  test('after a kill the journaled text is in its turn, which says that it was interrupted', () => {
    write(0, 0, 'Wait. ');
    expect(afterKill()).toEqual({
      text: 'Wait. The door. It opened slowly. The end.',
      interrupted: true,
      recovered: [
        { generationId: generation, chapterId: chapter, turnId: turn, offset: 15, text: ' It opened slowly.' },
      ],
    });
    endGeneration(store.db, { generationId: generation, reason: 'end', stats: null, candidates: null });
    expect(afterKill()).toMatchObject({ interrupted: false, recovered: [] });
  });

  test('the same batch twice is journaled once', () => {
    appendJournal(store.db, generation, 2, ' slowly.');
    expect(spanOf(store.db, generation).text).toBe(' It opened slowly.');
  });

  test('the cut of its window is remembered for its branch', () => {
    const ledger = { total: 10, overhead: 1, reserve: 5, contextSize: 512, cut: { turnId: turn, offset: 4 } };
    recordPlan(store.db, generation, settings, ledger);
    expect(lastCut(store.db, chapter, new Set([turn]), 512)).toEqual({ turnId: turn, offset: 4 });
    expect(lastCut(store.db, chapter, new Set([turn]), 1024)).toBeNull();
    expect(lastCut(store.db, chapter, new Set([newId()]), 512)).toBeNull();
  });
});

describe('the history of a turn', () => {
  test('keeps what was written before the reply, the reply, and every closed stretch of typing', () => {
    endGeneration(store.db, { generationId: generation, reason: 'end', stats: null, candidates: null });
    version = 3;
    for (const letter of 'Done') write(turnText(store.db, turn).length, 0, letter);
    closeRevision(store.db, turn, 'rest');
    expect(closeRevision(store.db, turn, 'rest')).toBeNull();
    expect(
      listRevisions(store.db, turn).map(({ seq, reason }) => [seq, reason, revisionText(store.db, turn, seq)]),
    ).toEqual([
      [4, 'rest', 'The door. It opened slowly. The end.Done'],
      [3, 'reply', 'The door. It opened slowly. The end.'],
      [2, 'generation', 'The door. The end.'],
      [1, 'start', ''],
    ]);
  });

  test('is right through many revisions, with a full text every 32', () => {
    endGeneration(store.db, { generationId: generation, reason: 'end', stats: null, candidates: null });
    version = 3;
    let expected = turnText(store.db, turn);
    const texts = new Map<number, string>();
    for (let i = 0; i < 100; i += 1) {
      const at = expected.indexOf('e', (i * 7) % expected.length) + 1;
      const ins = `${i}é😀 e `;
      write(at, 0, ins);
      expected = expected.slice(0, at) + ins + expected.slice(at);
      const seq = closeRevision(store.db, turn, 'rest');
      if (seq !== null) texts.set(seq, expected);
    }
    for (const [seq, text] of texts) expect(revisionText(store.db, turn, seq)).toBe(text);
    store.close();
    store = openStore(folder);
    expect(turnText(store.db, turn)).toBe(expected);
    expect(listChapters(store.db, story)[0]?.words).toBe(countWords(expected));
    expect(checkStore(folder).problems).toEqual([]);
  });
});

describe('a reply that is written in front of something', () => {
  /** A reply in front of `behind` that ends so. */
  function replied(behind: string, text: string, how: Partial<Parameters<typeof endGeneration>[1]> = {}) {
    const [another, id] = [newId(), newId()];
    const op = { id: another, role: 'model', speaker: null, marked: true, text: `I see. ${behind}` } as const;
    const { structureRev } = readTree(store.db, chapter, { texts: 'none' });
    const ops = [{ op: 'insert', turn: op, after: turn, as: 'chain' }] as const;
    applyChange(store.db, { changeId: newId(), chapterId: chapter, structureRev, ops: [...ops] });
    const begun = { id, chapterId: chapter, turnId: another, offset: 7, sampling: settings.sampling };
    beginGeneration(store.db, { ...begun, kind: 'continue', made: null, asked: null });
    recordPlan(store.db, id, settings, { total: 1, overhead: 0, reserve: 9, contextSize: 512, cut: null });
    appendJournal(store.db, id, 1, text);
    const ended = endGeneration(store.db, {
      generationId: id,
      reason: 'length',
      stats: null,
      candidates: null,
      ...how,
    });
    return { ended, id, turnId: another, stored: turnText(store.db, another) };
  }

  test('ends with a space before a word, and only there', () => {
    expect(replied('inside it was dark.', 'Now').stored).toBe('I see. Now inside it was dark.');
    expect(replied(', it was dark.', 'Now').stored).toBe('I see. Now, it was dark.');
    expect(replied('inside it was dark.', 'Now ').ended.text).toBe('Now ');
    expect(replied('inside it was dark.', 'Now', { reason: 'error' }).stored).toBe('I see. Nowinside it was dark.');
  });

  test.each(['', 'Inside it was dark.'])('and is cut short keeps its whole sentences, before %j', (behind) => {
    const { ended, id, turnId, stored } = replied(behind, 'It opens. Behind it th', { endsAtSentence: true });
    expect(stored).toBe(behind === '' ? 'I see. It opens.' : 'I see. It opens. Inside it was dark.');
    expect(ended.leftOut).toEqual({ at: 16, text: ' Behind it th' });
    expect(ended.text.trimEnd()).toBe('It opens. Behind it th');
    expect(endedReply(store.db, id)).toMatchObject({ ...ended, reason: 'length' });
    const shown = () => readTree(store.db, chapter, { texts: 'path' });
    const write = (at: number, ins: string): void => {
      const { structureRev, turns } = shown();
      const { version = 0 } = turns.get(turnId) ?? {};
      const ops: Op[] = [{ op: 'setText', turnId, version, at, del: 0, ins }];
      applyChange(store.db, { changeId: newId(), chapterId: chapter, structureRev, ops });
    };
    const cut = { turnId, by: 'length', tokens: null, unfinished: ended.leftOut };
    expect(lastCutShort(store.db, shown())).toEqual({ ...cut, isLeftOut: true });
    expect(lastReply(store.db, turnId)?.text.trimEnd()).toBe('It opens. Behind it th');
    write(ended.leftOut?.at ?? 0, ended.leftOut?.text ?? '');
    expect(lastCutShort(store.db, shown())).toEqual({ ...cut, isLeftOut: false });
    write(0, '!');
    expect(lastCutShort(store.db, shown())).toBeNull();
    store.close();
    expect(checkStore(folder).problems).toEqual([]);
    store = openStore(folder);
  });

  test('and came to its end keeps all of it', () => {
    const how = { endsAtSentence: true, reason: 'end' } as const;
    expect(replied('', 'It opens. Behind it th', how).stored).toBe('I see. It opens. Behind it th');
  });
});
