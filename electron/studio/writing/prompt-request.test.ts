import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../../shared/document/ids.ts';
import { FORMATS } from '../../../shared/prompt/formats/formats.ts';
import type { Ledger, PromptTurn, Segment } from '../../../shared/prompt/types.ts';
import { openStore } from '../../storage/core/open.ts';
import { createStory } from '../../storage/repositories/stories.ts';
import { promptRequest, wholeLedger } from './prompt-request.ts';

const turn = (id: string): PromptTurn => ({ id, role: 'user', speaker: null, text: id });
const segment = (
  kind: 'turn' | 'note',
  id: string,
  placement: Segment['placement'],
  tokens: number | null,
): Segment => ({
  source: { kind, id },
  role: 'user',
  placement,
  tokens,
  at: null,
  reason: 'recent',
  changes: [],
});

test('turns that were too far back for the planner stand where they belong, with their counts where known; notes keep their place', () => {
  const ledger: Ledger = {
    segments: [
      segment('turn', 'head', 'in', 4),
      segment('turn', 'asked', 'out', null),
      segment('note', 'note', 'in', 3),
      segment('turn', 'last', 'in', 5),
      segment('note', 'end', 'in', 2),
    ],
    total: 14,
    overhead: 0,
    room: 89,
    leastRoom: 11,
    reserve: 10,
    contextSize: 100,
    cut: null,
    heldBack: '',
    date: null,
    toRead: 1,
  };
  const turns = ['head', 'old', 'asked', 'older', 'last'].map(turn);
  const { segments } = wholeLedger(ledger, { turns, versions: new Map(), open: false, speaker: null }, ({ id }) =>
    id === 'older' ? null : id.length,
  );
  expect(segments.map(({ source, placement, tokens }) => [source.id, placement, tokens])).toEqual([
    ['head', 'in', 4],
    ['old', 'out', 3],
    ['asked', 'out', 5],
    ['older', 'out', null],
    ['note', 'in', 3],
    ['last', 'in', 5],
    ['end', 'in', 2],
  ]);
});

test('what a model thought takes no room from the story', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-prompts-'));
  const { db, close } = openStore(folder);
  const chapterId = newId();
  createStory(db, { id: newId(), title: 'Thought', chapterId, turnId: newId() });
  const format = FORMATS.find(({ name }) => name === 'qwen3') ?? expect.fail('there is no format qwen3');
  const turns = Array.from({ length: 9 }, (_, index): PromptTurn =>
    index % 2 === 0
      ? turn(`said ${index}`)
      : {
          id: `answer ${index}`,
          role: 'model',
          speaker: null,
          text: `<think>\n${'Hm. '.repeat(5000)}\n</think>\n\nYes.`,
        },
  );
  const request = promptRequest(
    db,
    chapterId,
    { turns, versions: new Map(), open: false, speaker: null },
    { format, contextSize: 1024, reserve: 256 },
    { head: [], notes: [], names: null },
  );
  expect(request.turns.map(({ id }) => id)).toEqual(turns.map(({ id }) => id));
  close();
  rmSync(folder, { recursive: true });
});
