import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { NOTE_KINDS, type NoteContent, type NoteKind, type StoryNote } from '../../shared/contract/notes.ts';
import { createNoteDrafts } from './note-drafts.ts';

const STORY = 'story';
const content = (text: string): NoteContent => ({ text, depth: 4, role: 'system', sends: 'always' });

/** A studio with the notes of one story, and a clock that moves when it is told to. */
function desk() {
  const stored = new Map<NoteKind, StoryNote>(
    NOTE_KINDS.map((kind) => [kind, { kind, ...content(''), isSent: false, version: 0 }]),
  );
  const timers = new Set<() => void>();
  const world = { isAway: false, sent: [] as string[] };
  const drafts = createNoteDrafts({
    async set({ kind, content: next, version }) {
      world.sent.push(next.text);
      if (world.isAway) throw new DOMException('gone', 'AbortError');
      const before = stored.get(kind);
      if (before?.text === next.text) return before;
      if (before?.version !== version)
        throw new ORPCError('NOTE_CHANGED', { data: { code: 'NOTE_CHANGED', params: {} } });
      const note = { kind, ...next, isSent: false, version: version + 1 };
      stored.set(kind, note);
      return note;
    },
    after(_, act) {
      timers.add(act);
      return () => timers.delete(act);
    },
  });
  drafts.hear(STORY, [...stored.values()]);
  return {
    world,
    drafts,
    stored,
    write: (text: string) => drafts.change(STORY, 'memory', content(text)),
    elsewhere(text: string): void {
      const version = (stored.get('memory')?.version ?? 0) + 1;
      stored.set('memory', { kind: 'memory', ...content(text), isSent: false, version });
      drafts.hear(STORY, [...stored.values()]);
    },
    /** All that waits is done, and all that follows from it. */
    async rest(): Promise<void> {
      for (const act of [...timers]) {
        timers.delete(act);
        act();
      }
      for (let step = 0; step < 20; step++) await Promise.resolve();
    },
    get memory() {
      return drafts.store.getState()[`${STORY}/memory`];
    },
  };
}

test('what is typed is shown at once, and said to be saved when it is', async () => {
  const page = desk();
  page.write('The key');
  page.write('The key is warm.');
  expect(page.memory).toMatchObject({ content: { text: 'The key is warm.' }, state: 'saving' });
  await page.rest();
  expect(page.memory).toMatchObject({ content: { text: 'The key is warm.' }, state: 'saved' });
  expect(page.world.sent).toEqual(['The key is warm.']);
});

test('what is typed while it is saved is saved after it', async () => {
  const page = desk();
  page.write('One.');
  page.drafts.flush();
  page.write('One. Two.');
  page.drafts.flush();
  for (let round = 0; round < 4; round++) await page.rest();
  expect([page.memory?.state, page.stored.get('memory')?.text]).toEqual(['saved', 'One. Two.']);
});

test('a studio that is away is told again and again; meanwhile nothing is said to be saved', async () => {
  const page = desk();
  page.world.isAway = true;
  page.write('Kept.');
  await page.rest();
  expect(page.memory).toMatchObject({ state: 'notSaved', fault: { code: 'UNREACHABLE' }, content: { text: 'Kept.' } });
  await page.rest();
  page.world.isAway = false;
  await page.rest();
  expect([page.memory?.state, page.stored.get('memory')?.text]).toEqual(['saved', 'Kept.']);
});

test('what another window wrote is shown where nothing was typed here', () => {
  const page = desk();
  page.elsewhere('Theirs.');
  expect(page.memory).toMatchObject({ state: 'saved', content: { text: 'Theirs.' } });
});

test('where two windows wrote, neither text is lost until the person chooses', async () => {
  const page = desk();
  page.world.isAway = true;
  page.write('Mine.');
  await page.rest();
  page.elsewhere('Theirs.');
  page.world.isAway = false;
  await page.rest();
  expect(page.memory).toMatchObject({
    state: 'notSaved',
    fault: { code: 'NOTE_CHANGED' },
    content: { text: 'Mine.' },
    latest: { text: 'Theirs.' },
  });
  page.write('Mine, and more.');
  await page.rest();
  expect(page.stored.get('memory')?.text).toBe('Theirs.');
  expect(page.drafts.choose(STORY, 'memory', 'mine')?.text).toBe('Theirs.');
  await page.rest();
  expect([page.memory?.state, page.stored.get('memory')?.text]).toEqual(['saved', 'Mine, and more.']);
});

test('the other text is taken, and what gave way can come back', async () => {
  const page = desk();
  page.world.isAway = true;
  page.write('Mine.');
  await page.rest();
  page.elsewhere('Theirs.');
  page.world.isAway = false;
  await page.rest();
  const mine = page.drafts.choose(STORY, 'memory', 'theirs');
  expect(page.memory).toMatchObject({ state: 'saved', content: { text: 'Theirs.' } });
  page.drafts.change(STORY, 'memory', mine ?? content(''));
  await page.rest();
  expect([page.memory?.state, page.stored.get('memory')?.text]).toEqual(['saved', 'Mine.']);
});
