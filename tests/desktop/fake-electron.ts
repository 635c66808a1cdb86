import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import { newId } from '../../shared/document/ids.ts';

/**
 * The parts of Electron that the desktop uses, without Electron: it records what is asked of it, and what can be real
 * is real (the utility process is a child process, a port is a port).
 */
export const asked = {
  menu: [] as { label?: string; submenu?: { label?: string; click?: () => void }[] }[],
  errors: [] as string[],
  files: [] as string[],
  opened: [] as string[],
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  exitCode: null as number | null,
  /** With what it is to start again. */
  again: null as readonly string[] | null,
  sandboxed: false,
};

type Handler<A extends unknown[], R> = ((...given: A) => R) | null;

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly paths: Record<string, string> = {};
  lockTaken = false;
  private announce: () => void = () => undefined;
  private readonly ready = new Promise<void>((done) => {
    this.announce = done;
  });
  whenReady(): Promise<void> {
    return this.ready;
  }
  becomeReady(): void {
    this.announce();
  }
  enableSandbox(): void {
    asked.sandboxed = true;
  }
  setName(name: string): void {
    this.paths['name'] = name;
  }
  setPath(name: string, path: string): void {
    this.paths[name] = path;
  }
  requestSingleInstanceLock(): boolean {
    return !this.lockTaken;
  }
  quit(): void {
    for (const window of BrowserWindow.all) window.close();
    this.emit('will-quit', { preventDefault: () => undefined });
  }
  relaunch({ args }: { args: readonly string[] }): void {
    asked.again = args;
  }
  exit(code: number): void {
    asked.exitCode = code;
    this.emit('exited');
  }
}
export const app = new App();

export class WebContents extends EventEmitter {
  readonly mainFrame = { url: 'about:blank' };
  windowOpen: Handler<[{ url: string }], { action: string }> = null;
  readonly sent: [string, unknown][] = [];
  send(channel: string, value: unknown): void {
    this.sent.push([channel, value]);
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.windowOpen = handler;
  }
  /** What the page would try; true: it was let through. */
  attempt(
    event: 'will-frame-navigate' | 'will-redirect' | 'will-attach-webview',
    url: string,
    isMainFrame = true,
  ): boolean {
    let allowed = true;
    this.emit(event, {
      url,
      isMainFrame,
      preventDefault: () => {
        allowed = false;
      },
    });
    return allowed;
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = [];
  readonly webContents = new WebContents();
  readonly options: Record<string, unknown> & { webPreferences: Record<string, unknown> };
  focused = 0;
  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    BrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url;
    queueMicrotask(() => this.emit('ready-to-show'));
    return Promise.resolve();
  }
  show(): void {
    this.emit('shown');
  }
  focus(): void {
    this.focused += 1;
  }
  maximize(): void {
    this.emit('maximized');
  }
  reload(): void {
    this.emit('reloaded');
  }
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  getNormalBounds(): object {
    return { x: 10, y: 20, width: 900, height: 600 };
  }
  close(): void {
    BrowserWindow.all.splice(BrowserWindow.all.indexOf(this), 1);
    this.emit('close');
    this.emit('closed');
  }
}

class Session extends EventEmitter {
  permissionRequest: Handler<[unknown, string, (granted: boolean) => void], void> = null;
  permissionCheck: Handler<[unknown, string], boolean> = null;
  device: Handler<[], boolean> = null;
  beforeRequest: Handler<[{ url: string }, (answer: { cancel: boolean }) => void], void> = null;
  readonly webRequest = {
    onBeforeRequest: (handler: NonNullable<Session['beforeRequest']>): void => {
      this.beforeRequest = handler;
    },
  };
  setPermissionRequestHandler(handler: NonNullable<Session['permissionRequest']>): void {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: NonNullable<Session['permissionCheck']>): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.device = handler;
  }
}
export const session = { defaultSession: new Session() };

export const handlers: Record<string, (request: Request) => Promise<Response>> = {};
export const protocol = {
  registerSchemesAsPrivileged: (schemes: typeof asked.schemes): void => {
    asked.schemes.push(...schemes);
  },
  handle: (scheme: string, handler: (request: Request) => Promise<Response>): void => {
    handlers[scheme] = handler;
  },
};

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (menu: typeof asked.menu): void => {
    asked.menu = menu;
  },
};
export const dialog = {
  showErrorBox: (_title: string, text: string): void => {
    asked.errors.push(text);
  },
  showMessageBox: (...given: readonly unknown[]): Promise<{ response: number }> => {
    asked.errors.push((given.at(-1) as { detail: string }).detail);
    return Promise.resolve({ response: 0 });
  },
  /** The button that is chosen. */
  choice: 0,
  showMessageBoxSync: (_window: unknown, { detail }: { detail: string }): number => {
    asked.errors.push(detail);
    return dialog.choice;
  },
  showOpenDialog: (): Promise<{ filePaths: string[] }> => Promise.resolve({ filePaths: asked.files }),
};
export const shell = {
  openPath: (path: string): Promise<string> => {
    asked.opened.push(path);
    return Promise.resolve('');
  },
};
export const nativeTheme = { shouldUseDarkColors: false };
const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } };
export const screen = { getAllDisplays: () => [display], getPrimaryDisplay: () => display };
export const ipcMain = new EventEmitter();

/** MessagePortMain: an emitter with `start`, over a port of Node's. */
export class MessagePortMain extends EventEmitter {
  closed = false;
  private readonly port: NodePort;
  constructor(port: NodePort) {
    super();
    this.port = port;
    port.on('message', (data: unknown) => this.emit('message', { data }));
    port.on('close', () => this.emit('close'));
    port.removeAllListeners('newListener');
  }
  start(): void {
    this.port.start();
  }
  close(): void {
    this.closed = true;
    this.port.close();
  }
  postMessage(data: unknown): void {
    this.port.postMessage(data);
  }
}

/** What the preload script does in a page: a channel, one end for the page, the other sent to main. */
export function knock(from: { sender: WebContents; frame?: { url: string } | null; clientId?: unknown }): {
  page: NodePort;
  main: MessagePortMain;
} {
  const { port1, port2 } = new MessageChannel();
  const main = new MessagePortMain(port2);
  const senderFrame = from.frame === undefined ? from.sender.mainFrame : from.frame;
  const clientId = 'clientId' in from ? from.clientId : newId();
  ipcMain.emit('paphos:connect', { sender: from.sender, senderFrame, ports: [main] }, clientId);
  return { page: port1, main };
}

class UtilityProcess extends EventEmitter {
  private readonly child: ChildProcess;
  constructor(entry: string) {
    super();
    this.child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
      execArgv: [],
    });
    this.child.on('message', (message) => this.emit('message', message));
    this.child.on('exit', (code) => this.emit('exit', code));
  }
  get pid(): number | undefined {
    return this.child.pid;
  }
  get stderr(): ChildProcess['stderr'] {
    return this.child.stderr;
  }
  postMessage(message: object): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
  kill(): boolean {
    return this.child.kill();
  }
}
export const utilityProcess = { fork: (entry: string): UtilityProcess => new UtilityProcess(entry) };
