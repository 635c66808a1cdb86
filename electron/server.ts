import { spawn } from 'node:child_process';
import { engineCache } from './engines/local/host/engine-cache.ts';
import { forkEngine } from './engines/local/host/fork-wire.ts';
import { assertLibraryThere, rememberLibrary } from './known-libraries.ts';
import { chooseDataDir, pagesDir, resourcesDir } from './places.ts';
import { openHttpDoor, type HttpDoor } from './rpc/http.ts';
import { openSession } from './rpc/browser-session.ts';
import { createRouter } from './rpc/router.ts';
import { serveWebSocket } from './rpc/websocket.ts';
import { failure } from '../shared/faults/failure.ts';
import { assertFolderAnswers } from './studio/disk-answer.ts';
import { openingFault } from './storage/core/opening-fault.ts';
import { closeEach } from './studio/close-each.ts';
import { createStudio } from './studio/studio.ts';
import { guarded } from './log/guarded.ts';
import { closeToOthers, makePrivateFiles } from './private-files.ts';

export interface ServeOptions {
  /** Null: the port of last time if it is free. 0: any. */
  readonly port: number | null;
  readonly dataDir?: string | undefined;
  readonly modelsDir?: string | undefined;
  /** Also where a library was kept that is missing now. */
  readonly newLibrary?: boolean;
  readonly open: boolean;
}
export interface Serving {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  close(): Promise<void>;
}

const portTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');

/** The studio for a browser on this machine. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const dataDir = chooseDataDir(options.dataDir);
  makePrivateFiles();
  await assertFolderAnswers(dataDir);
  if (options.newLibrary !== true) assertLibraryThere(dataDir);
  closeToOthers(dataDir);
  const studio = await createStudio({
    dataDir,
    modelsDir: options.modelsDir ?? null,
    resourcesDir,
    startEngine: forkEngine(engineCache(dataDir)),
  });
  rememberLibrary(dataDir);
  let door: HttpDoor;
  try {
    const session = openSession(dataDir);
    const attach = serveWebSocket(createRouter(studio.services, session), studio);
    door = await openHttpDoor({
      session,
      pages: pagesDir,
      port: options.port,
      onClient: attach,
      assetFor: studio.services.characters.file,
    });
  } catch (error) {
    await studio.close();
    if (portTaken(error)) throw failure('PORT_IN_USE', { port: options.port });
    throw openingFault(error, dataDir);
  }
  if (options.open) openBrowser(door.url);
  return {
    url: door.url,
    port: door.port,
    dataDir,
    close: () => closeEach([() => door.close(), () => studio.close()], () => undefined),
  };
}

/** A convenience: where there is no browser, the printed address is enough. */
function openBrowser(url: string): void {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  const [command, args] =
    process.platform === 'darwin'
      ? (['open', [url]] as const)
      : process.platform === 'win32'
        ? (['rundll32', ['url.dll,FileProtocolHandler', url]] as const)
        : (['xdg-open', [url]] as const);
  const browser = spawn(command, args, { stdio: 'ignore', detached: true });
  browser.on(
    'error',
    guarded(() => undefined),
  );
  browser.unref();
}
