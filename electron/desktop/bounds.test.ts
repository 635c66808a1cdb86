import { expect, test } from 'vitest';
import { parseWindowState, placeWindow } from './bounds.ts';

const laptop = { x: 0, y: 25, width: 1280, height: 775 };
const desk = { x: 1280, y: 0, width: 2560, height: 1440 };

test('the first window stands in the middle of the main screen and fits it', () => {
  expect(placeWindow(null, [desk])).toEqual({
    bounds: { x: 1840, y: 270, width: 1440, height: 900 },
    maximized: false,
  });
  expect(placeWindow(null, [laptop]).bounds).toEqual(laptop);
});

test('a window opens where it was', () => {
  const saved = { bounds: { x: 1400, y: 100, width: 1000, height: 800 }, maximized: true };
  expect(placeWindow(saved, [laptop, desk])).toEqual(saved);
});

test('a window of an unplugged screen comes back to the one that is left', () => {
  const saved = { bounds: { x: 3000, y: 100, width: 1000, height: 800 }, maximized: false };
  expect(placeWindow(saved, [laptop]).bounds).toEqual(laptop);
});

test('its title bar can be reached, and it is not larger than its screen', () => {
  expect(placeWindow({ bounds: { x: 100, y: 0, width: 9000, height: 10 }, maximized: false }, [laptop]).bounds).toEqual(
    { x: 100, y: 25, width: 1280, height: 480 },
  );
});

test.each([
  '',
  'null',
  '{}',
  '{"bounds":{"x":"0"},"maximized":true}',
  '{"bounds":{"x":0,"y":0,"width":0,"height":5},"maximized":true}',
])('a damaged note is forgotten: %s', (text) => {
  expect(parseWindowState(text)).toBeNull();
});
