import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { createRouter } from '../../electron/rpc/router.ts';
import { openSession } from '../../electron/rpc/browser-session.ts';
import { openHttpDoor } from '../../electron/rpc/http.ts';
import { serveWebSocket } from '../../electron/rpc/websocket.ts';
import { createStudio } from '../../electron/studio/studio.ts';
import { makeModel } from '../helpers/model-maker.ts';
import { connect, temporaryFolder } from '../helpers/server.ts';

/** What this process holds: timers, child processes, sockets and threads by their kind, listeners, open files. */
function held(): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (name: string, number = 1): void => {
    counts[name] = (counts[name] ?? 0) + number;
  };
  for (const resource of process.getActiveResourcesInfo()) add(resource);
  for (const event of process.eventNames()) add(`on ${String(event)}`, process.listenerCount(event));
  if (existsSync('/proc/self/fd')) add('open files', readdirSync('/proc/self/fd').length);
  return counts;
}
const more = (before: Record<string, number>): string[] =>
  Object.entries(held())
    .filter(([name, count]) => count > (before[name] ?? 0))
    .map(([name, count]) => `${name}: ${String(count)} instead of ${String(before[name] ?? 0)}`);

/** A studio as it is served, with a page that opens a chapter, listens to everything and goes. */
async function live(data: string, { chapters, load }: { chapters: number; load: boolean }): Promise<void> {
  const studio = await createStudio({ dataDir: data, modelsDir: null, resourcesDir: data, startEngine: forkEngine() });
  const session = openSession(data);
  const onClient = serveWebSocket(createRouter(studio.services), studio);
  const door = await openHttpDoor({ session, pages: data, port: 0, onClient, assetFor: () => null });
  const { client, close, socket } = await connect(door);
  const [story] = await client.stories.list();
  const [chapter] = await client.chapters.list({ storyId: story?.id ?? '' });
  const streams = [
    await client.writing.hold({ storyId: story?.id ?? '' }),
    await client.models.status(),
    await client.models.changes(),
    await client.jobs.watch(),
  ];
  for (const stream of streams) await stream.next();
  const [model] = await client.models.list();
  if (load) await client.models.load({ id: model?.id ?? '', contextSize: 256 });
  for (let n = 0; n < chapters; n += 1) await client.chapters.open({ id: chapter?.id ?? '' });
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  close();
  await closed;
  await door.close();
  await studio.close();
}

test('a studio that was closed leaves nothing behind: no timer, listener, process, socket or open file', async () => {
  const data = temporaryFolder('leaks');
  mkdirSync(join(data, 'models'));
  copyFileSync(makeModel(), join(data, 'models', 'tiny.gguf'));
  await live(data, { chapters: 1, load: true });
  const before = held();
  for (let n = 0; n < 20; n += 1) await live(data, { chapters: n === 0 ? 50 : 1, load: n % 10 === 0 });
  // Not polled by the runner, whose own timer would be counted.
  for (let tries = 0; tries < 100 && more(before).length > 0; tries += 1) await delay(50);
  expect(more(before)).toEqual([]);
  rmSync(data, { recursive: true });
}, 120_000);
