import { describe, expect, test } from 'vitest';
import { failure, FaultError } from '../../../../shared/faults/failure.ts';
import type { TaskOptions } from '../../port.ts';
import { TaskQueue } from './task-queue.ts';

/** A queue whose tasks last until they are told to end; `begun` is the order in which they began. */
function line(width = 1) {
  const queue = new TaskQueue(() => width);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const tasks = new Map<string, (stop: AbortSignal) => Promise<string>>();
  const add = (name: string, options?: TaskOptions & { alone?: boolean }): Promise<string> => {
    const task = (stop: AbortSignal): Promise<string> =>
      new Promise((resolve, reject) => {
        begun.push(name);
        ends.set(name, () => {
          resolve(name);
        });
        stop.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    tasks.set(name, task);
    const result = queue.add(task, options);
    result.catch(() => undefined);
    return result;
  };
  const raise = (name: string): void => {
    queue.raise(tasks.get(name) ?? expect.fail(name));
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await settled();
  };
  return { queue, begun, add, raise, end };
}

const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof FaultError ? error.fault.code : String(error)),
  );

test('one at a time, in order; what was asked for goes before idle work that waits', async () => {
  const { begun, add, end } = line();
  void add('reply');
  for (const name of ['idle 1', 'idle 2']) void add(name, { priority: 'idle' });
  void add('next reply');
  for (const name of ['reply', 'next reply', 'idle 1']) await end(name);
  expect(begun).toEqual(['reply', 'next reply', 'idle 1', 'idle 2']);
});

describe('idle work gives way', () => {
  test('and ends with a word, or begins again before other idle work', async () => {
    const { begun, add, end } = line();
    const dropped = add('dropped', { priority: 'idle' });
    void add('reply');
    expect(await codeOf(dropped)).toBe('YIELDED');
    const kept = add('kept', { priority: 'idle', again: true });
    void add('other', { priority: 'idle' });
    await end('reply');
    void add('second reply');
    await settled();
    expect(begun).toEqual(['dropped', 'reply', 'kept', 'second reply']);
    for (const name of ['second reply', 'kept', 'other']) await end(name);
    expect(await kept).toBe('kept');
    expect(begun.slice(4)).toEqual(['kept', 'other']);
  });

  test('not to other idle work, and never begins beside a reply', async () => {
    const { begun, add, end } = line(2);
    void add('idle', { priority: 'idle', again: true });
    void add('more idle', { priority: 'idle' });
    expect(begun).toEqual(['idle']);
    void add('reply');
    await settled();
    expect(begun).toEqual(['idle', 'reply']);
    await end('reply');
    expect(begun).toEqual(['idle', 'reply', 'idle']);
  });
});

describe('idle work that somebody waits for by now', () => {
  test('gives way no more', async () => {
    const { begun, add, raise, end } = line();
    const prepared = add('prepared', { priority: 'idle' });
    raise('prepared');
    void add('reply');
    await end('prepared');
    expect(await prepared).toBe('prepared');
    expect(begun).toEqual(['prepared', 'reply']);
  });

  test('goes before idle work, which gives way to it', async () => {
    const { begun, add, raise, end } = line();
    void add('other', { priority: 'idle', again: true });
    for (const name of ['third', 'prepared']) void add(name, { priority: 'idle' });
    raise('prepared');
    await settled();
    for (const name of ['prepared', 'other']) await end(name);
    expect(begun).toEqual(['other', 'prepared', 'other', 'third']);
  });
});

test('a task can be taken back while it waits and while it runs', async () => {
  const { begun, add, end } = line();
  const [running, waiting] = [new AbortController(), new AbortController()];
  const first = add('first', { signal: running.signal });
  const second = add('second', { signal: waiting.signal, priority: 'idle', again: true });
  waiting.abort();
  expect(await codeOf(second)).toBe('STOPPED');
  running.abort();
  expect(await codeOf(first)).toBe('STOPPED');
  expect(await codeOf(add('late', { signal: running.signal }))).toBe('STOPPED');
  void add('third');
  await end('third');
  expect(begun).toEqual(['first', 'third']);
});

test('as many side by side as the engine can, and what must be alone waits for all of them', async () => {
  const { begun, add, end } = line(2);
  for (const name of ['a', 'b', 'c']) void add(name);
  void add('load', { alone: true });
  void add('d');
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('b');
  expect(begun).toHaveLength(3);
  await end('c');
  expect(begun.slice(3)).toEqual(['load']);
  await end('load');
  expect(begun.slice(4)).toEqual(['d']);
});

test('closing refuses what waits and what comes, and waits for what runs', async () => {
  const { queue, add, end } = line();
  const running = add('running');
  const waiting = add('waiting');
  const closed = queue.close(failure('CLOSED', {}));
  expect(await codeOf(waiting)).toBe('CLOSED');
  expect(await codeOf(add('late'))).toBe('CLOSED');
  await end('running');
  expect(await running).toBe('running');
  await closed;
});
