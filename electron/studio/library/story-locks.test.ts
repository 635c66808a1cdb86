import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Hold } from '../../../shared/contract/writing.ts';
import { createConnections } from '../connections.ts';
import { createStoryLocks, GRACE_MS, RELOAD_MS, type StoryLocks } from './story-locks.ts';

const STORY = 'a story';
let locks: StoryLocks;
let connections = createConnections();
let released: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  released = [];
  connections = createConnections();
  locks = createStoryLocks((storyId) => released.push(storyId));
});
afterEach(() => {
  locks.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

interface Page {
  readonly told: Hold['role'][];
  writes(): boolean;
  takeOver(): void;
  /** It goes to another story. */
  leave(): void;
  /** Its connection is gone. */
  lose(): void;
  /** It was closed, or is loaded anew. */
  shut(): void;
}

/** A page that holds the story, over a connection of its own. */
function page(id: string, was?: Hold['role']): Page {
  const request = new AbortController();
  const { client, lost } = connections.open(id, () => request.abort());
  const told: Hold['role'][] = [];
  void (async () => {
    for await (const { role } of locks.hold(STORY, client, was, request.signal)) told.push(role);
  })();
  return {
    told,
    writes() {
      try {
        locks.assertWriter(STORY, client);
        return true;
      } catch {
        return false;
      }
    },
    takeOver: () => locks.takeOver(STORY, client),
    leave: () => request.abort(),
    lose() {
      lost();
      request.abort();
    },
    shut() {
      lost(true);
      request.abort();
    },
  };
}
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
/** What each was told, once all of it has arrived; at most one of them may write. */
async function roles(...pages: readonly Page[]): Promise<(Hold['role'] | undefined)[]> {
  await settle();
  expect(pages.filter((one) => one.writes()).length).toBeLessThanOrEqual(1);
  return pages.map(({ told }) => told.at(-1));
}

describe('a writer that comes back', () => {
  test('finds its story kept, and the reader still reads', async () => {
    const [one, two] = [page('one'), page('two')];
    one.lose();
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(await roles(two)).toEqual(['reader']);
    const again = page('one', 'writer');
    expect(await roles(again, two)).toEqual(['writer', 'reader']);
    await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
    expect(await roles(again, two)).toEqual(['writer', 'reader']);
  });

  test('is never queued behind its own connection of before', async () => {
    const [one, two] = [page('one'), page('two')];
    const again = page('one', 'writer');
    expect(await roles(again, two)).toEqual(['writer', 'reader']);
    one.lose();
    await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
    expect(await roles(again, two)).toEqual(['writer', 'reader']);
    again.leave();
    expect(await roles(two)).toEqual(['writer']);
  });

  test('too late is a reader', async () => {
    const [one, two] = [page('one'), page('two')];
    one.lose();
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    expect(await roles(two)).toEqual(['writer']);
    expect(await roles(page('one', 'writer'), two)).toEqual(['reader', 'writer']);
  });

  test('is a reader where another one took over', async () => {
    const [one, two] = [page('one'), page('two')];
    one.lose();
    two.takeOver();
    expect(await roles(two)).toEqual(['writer']);
    const again = page('one', 'writer');
    expect(await roles(again, two)).toEqual(['reader', 'writer']);
    await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
    expect(await roles(again, two)).toEqual(['reader', 'writer']);
  });
});

test('after a restart of the studio the reader of before waits for the writer of before', async () => {
  const two = page('two', 'reader');
  expect(await roles(two)).toEqual(['reader']);
  expect(two.writes()).toBe(false);
  const [three, one] = [page('three'), page('one', 'writer')];
  expect(await roles(one, two, three)).toEqual(['writer', 'reader', 'reader']);
});

test('after a restart of the studio without the writer of before the reader writes', async () => {
  const two = page('two', 'reader');
  await vi.advanceTimersByTimeAsync(GRACE_MS);
  expect(await roles(two)).toEqual(['writer']);
});

test('a writer that leaves makes room at once, and its edits are closed', async () => {
  const [one, two, three] = [page('one'), page('two'), page('three')];
  expect(await roles(one, two, three)).toEqual(['writer', 'reader', 'reader']);
  one.leave();
  expect(await roles(two, three)).toEqual(['writer', 'reader']);
  expect(released).toEqual([STORY]);
});

test('who takes over writes, and who wrote reads until the other leaves', async () => {
  const [one, two, three] = [page('one'), page('two'), page('three')];
  await settle();
  three.takeOver();
  expect(await roles(one, two, three)).toEqual(['reader', 'reader', 'writer']);
  three.leave();
  expect(await roles(one, two)).toEqual(['writer', 'reader']);
  expect(one.told).toEqual(['writer', 'reader', 'writer']);
});

test('a reader whose connection is lost waits no longer', async () => {
  const [one, two, three] = [page('one'), page('two'), page('three')];
  await settle();
  two.lose();
  one.leave();
  expect(await roles(three)).toEqual(['writer']);
});

describe('a writer that was closed', () => {
  test('leaves its story to the next page at once', async () => {
    const one = page('one');
    await settle();
    one.shut();
    const two = page('two');
    expect(await roles(two)).toEqual(['writer']);
    expect(two.told).toEqual(['writer']);
    expect(await roles(page('three'))).toEqual(['reader']);
  });

  test('leaves it to the page that reads, before any other, unless it was only loaded anew', async () => {
    const [one, two] = [page('one'), page('two')];
    await settle();
    one.shut();
    const again = page('one');
    expect(await roles(again, two)).toEqual(['writer', 'reader']);
    again.shut();
    const three = page('three');
    expect(await roles(two, three)).toEqual(['reader', 'reader']);
    await vi.advanceTimersByTimeAsync(RELOAD_MS);
    expect(await roles(two, three)).toEqual(['writer', 'reader']);
  });

  test('and a lost one is waited for', async () => {
    const one = page('one');
    await settle();
    one.lose();
    expect(await roles(page('two'))).toEqual(['reader']);
  });
});
