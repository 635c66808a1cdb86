/** A studio that acknowledges typed text 250 ms before it is stored: the kill test must notice. Arguments: those of `paphos serve`. */
import { parseArgs } from 'node:util';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { pagesDir, resourcesDir } from '../../electron/places.ts';
import { openSession } from '../../electron/rpc/browser-session.ts';
import { openHttpDoor } from '../../electron/rpc/http.ts';
import { createRouter } from '../../electron/rpc/router.ts';
import { serveWebSocket } from '../../electron/rpc/websocket.ts';
import { createStudio } from '../../electron/studio/studio.ts';
import type { Writing } from '../../electron/studio/writing/writing.ts';

const DELAY_MS = 250;

const acknowledgeTooEarly =
  (apply: Writing['applyChange']): Writing['applyChange'] =>
  (change, clientId) => {
    const patches = change.ops.flatMap((op) => (op.op === 'setText' ? [[op.turnId, op.version + 1] as const] : []));
    if (patches.length < change.ops.length) return apply(change, clientId);
    setTimeout(() => {
      apply(change, clientId).catch(() => undefined);
    }, DELAY_MS);
    return Promise.resolve({ structureRev: change.structureRev, versions: Object.fromEntries(patches) });
  };

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    json: { type: 'boolean' },
    'no-open': { type: 'boolean' },
    port: { type: 'string' },
    data: { type: 'string' },
  },
});
const dataDir = values.data ?? '';
const { services, close } = await createStudio({ dataDir, modelsDir: null, resourcesDir, startEngine: forkEngine() });
const writing = { ...services.writing, applyChange: acknowledgeTooEarly(services.writing.applyChange) };
const { url, port } = await openHttpDoor({
  session: openSession(dataDir),
  pages: pagesDir,
  port: Number(values.port),
  onClient: serveWebSocket(createRouter({ ...services, writing })),
});
process.stdout.write(`${JSON.stringify({ url, port, pid: process.pid })}\n`);
process.once('SIGTERM', () => {
  void close().then(() => process.exit(0));
});
