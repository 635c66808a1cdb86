import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { StudioApi } from '../../shared/contract/index.ts';
import { PACKED } from '../../shared/contract/packed-turns.ts';
import { newId } from '../../shared/document/ids.ts';
import type { EngineStatus, ModelFile } from '../../shared/contract/models.ts';

export type StudioClient = StudioApi;

export const ROOT = join(import.meta.dirname, '../..');
export const EMBEDDED_MODEL = join(ROOT, 'resources/models/pocket-storyteller-q8_0.gguf');
export const temporaryFolder = (name = 'test'): string => mkdtempSync(join(tmpdir(), `paphos-${name}-`));
process.env['PAPHOS_CONFIG'] ??= temporaryFolder('config');

export interface ServeOptions {
  readonly data: string;
  readonly port?: number;
  readonly models?: string;
  readonly env?: Record<string, string>;
  readonly built?: boolean;
  /** Further arguments. */
  readonly more?: readonly string[];
  /** Another program than `paphos serve` that says on stdout where it serves. */
  readonly entry?: string;
}
export interface Server {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly errors: () => string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A test that failed half way leaves no server behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `paphos serve` as a process of its own, from source or (for benches) from the build. */
export async function serve(options: ServeOptions): Promise<Server> {
  const entry = options.entry ?? join(ROOT, options.built ? 'out/electron/cli.js' : 'electron/cli.ts');
  const args = [
    entry,
    'serve',
    '--json',
    '--no-open',
    '--port',
    String(options.port ?? 0),
    '--data',
    options.data,
    ...(options.models ? ['--models', options.models] : []),
    ...(options.more ?? []),
  ];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PAPHOS_THREADS: '1', PAPHOS_PROMPT_CHUNK: '128', ...options.env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-20_000);
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    exited.then(([code]) => {
      throw new Error(`paphos serve ended with ${String(code)}: ${stderr}`);
    }),
  ]);
  const { url, port, pid } = JSON.parse(line) as { url: string; port: number; pid: number };
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return { url, port, pid, process: child, errors: () => stderr, stop: end('SIGTERM'), kill: end('SIGKILL') };
}

const proc = (path: string): string => readFileSync(`/proc/${path}`, 'utf8');
/** The processes that the studio has started: its engines. One that is still a copy of the studio is none yet. */
export const childrenOf = ({ pid }: Pick<Server, 'pid'>): number[] =>
  proc(`${pid}/task/${pid}/children`)
    .trim()
    .split(' ')
    .filter((child) => child !== '' && proc(`${child}/cmdline`) !== proc(`${pid}/cmdline`))
    .map(Number);

/** Exchanges the one-time token for the session cookie, as a browser does. */
export async function signIn(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`no session cookie (${response.status})`);
  return cookie;
}

export interface Connection {
  readonly client: StudioClient;
  readonly socket: WebSocket;
  readonly cookie: string;
  close(): void;
}

export async function connect(
  server: Pick<Server, 'url' | 'port'>,
  known?: string,
  clientId = newId(),
  /** Another way to the server than the direct one. */
  through = '127.0.0.1',
): Promise<Connection> {
  const cookie = known ?? (await signIn(server.url));
  const host = `127.0.0.1:${server.port}`;
  const headers = { cookie, host, origin: `http://${host}` };
  const socket = new WebSocket(`ws://${through}:${server.port}/rpc?client=${clientId}`, { headers });
  await once(socket, 'open');
  const link = new RPCLink({ websocket: socket, ...PACKED });
  return { client: createORPCClient(link), socket, cookie, close: () => socket.close() };
}

/** The model files as they are: the folders were looked at, and into each file. */
export async function lookedAtModels(client: StudioClient, within = 60_000): Promise<ModelFile[]> {
  await client.models.look();
  const signal = AbortSignal.timeout(within);
  for await (const _ of await client.models.changes(undefined, { signal })) {
    const models = await client.models.list();
    if (models.every(({ architecture, fault }) => architecture !== null || fault !== null)) return models;
  }
  throw new Error('the list of models never came to an end');
}

/** Waits until the engine says one of the given states. */
export async function engineReaches(
  client: StudioClient,
  states: readonly EngineStatus['state'][],
  within = 60_000,
): Promise<EngineStatus> {
  const signal = AbortSignal.timeout(within);
  for await (const status of await client.models.status(undefined, { signal }))
    if (states.includes(status.state)) return status;
  throw new Error(`the engine did not reach ${states.join(' or ')}`);
}
