import { once } from 'node:events';
import { expect, test } from 'vitest';
import { enableQuit } from '../../electron/desktop/quit.ts';
import type { Desktop } from '../../electron/desktop/desktop.ts';
import { failure } from '../../shared/faults/failure.ts';
import { app, asked } from './fake-electron.ts';

test('a desktop that could not store everything at its end says what is missing', async () => {
  const studio = { close: () => Promise.reject(failure('REPLY_CUT_OFF', { replies: 1 })) };
  enableQuit({ studio: () => Promise.resolve(studio) } as unknown as Desktop);
  const exited = once(app, 'exited');
  app.quit();
  await exited;
  expect(asked.exitCode).toBe(1);
  expect(asked.errors).toEqual([expect.stringContaining('did not take the last words of a reply')]);
});
