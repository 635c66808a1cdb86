import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guarded, inBackground, onCaught } from './guarded.ts';

let caught: unknown[] = [];
let heard = new EventEmitter();
let deaf: () => void;
beforeEach(() => {
  caught = [];
  heard = new EventEmitter();
  deaf = onCaught((error) => {
    caught.push(error);
    heard.emit('caught');
  });
});
afterEach(() => deaf());

const dark = new Error('The lamp went out.');
const goOut = (): never => {
  throw dark;
};

test('what a callback throws is told, at once or as its promise, and the others are called', async () => {
  const emitter = new EventEmitter();
  const after: string[] = [];
  emitter.on('night', guarded(goOut));
  emitter.on(
    'night',
    guarded(async () => goOut()),
  );
  emitter.on(
    'night',
    guarded((word: string) => after.push(word)),
  );
  emitter.emit('night', 'dark');
  await once(heard, 'caught');
  expect(caught).toEqual([dark, dark]);
  expect(after).toEqual(['dark']);
});

test('timers, immediates and abort listeners end nothing', async () => {
  const leaving = new AbortController();
  leaving.signal.addEventListener('abort', guarded(goOut));
  setTimeout(guarded(goOut), 0);
  setImmediate(guarded(goOut));
  inBackground(Promise.reject(dark));
  leaving.abort();
  while (caught.length < 4) await once(heard, 'caught');
  expect(caught).toEqual([dark, dark, dark, dark]);
});

test('what has to be done after a throw is done, and what that throws is told too', () => {
  const closed: string[] = [];
  const answer = guarded(goOut as (name: string) => never, (name) => {
    closed.push(name);
    throw new Error('It was closed.');
  });
  answer('socket');
  expect(closed).toEqual(['socket']);
  expect(caught).toMatchObject([dark, { message: 'It was closed.' }]);
});
