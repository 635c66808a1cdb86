import { parseArgs } from 'node:util';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { pagesDir, resourcesDir } from '../../electron/places.ts';
import { openSession } from '../../electron/rpc/browser-session.ts';
import { openHttpDoor } from '../../electron/rpc/http.ts';
import { createRouter } from '../../electron/rpc/router.ts';
import { serveWebSocket } from '../../electron/rpc/websocket.ts';
import type { Services } from '../../electron/studio/services.ts';
import { createStudio, type Studio } from '../../electron/studio/studio.ts';

/** Serves a studio whose services a test has changed, as `paphos serve --json` does. */
export async function serveStudio(change: (studio: Studio) => Services): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { json: flag, 'no-open': flag, port: text, data: text },
  });
  const dataDir = values.data ?? '';
  const studio = await createStudio({ dataDir, modelsDir: null, resourcesDir, startEngine: forkEngine() });
  const door = await openHttpDoor({
    session: openSession(dataDir),
    pages: pagesDir,
    port: Number(values.port),
    assetFor: studio.services.characters.file,
    onClient: serveWebSocket(createRouter(change(studio)), studio),
  });
  process.stdout.write(`${JSON.stringify({ url: door.url, port: door.port, pid: process.pid })}\n`);
  process.once('SIGTERM', () => {
    void door
      .close()
      .then(() => studio.close())
      .then(() => process.exit(0));
  });
}
