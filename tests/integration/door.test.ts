import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { newId } from '../../shared/document/ids.ts';
import { MOST_MESSAGE } from '../../shared/contract/limits.ts';
import { forkEngine } from '../../electron/engines/local/host/fork-wire.ts';
import { openSession } from '../../electron/rpc/browser-session.ts';
import { openHttpDoor } from '../../electron/rpc/http.ts';
import { openStore } from '../../electron/storage/core/open.ts';
import { createStudio } from '../../electron/studio/studio.ts';
import { connect, engineReaches, ROOT, serve, signIn, temporaryFolder, type Server } from '../helpers/server.ts';

const data = temporaryFolder('door');
let server: Server;
beforeAll(async () => {
  server = await serve({ data });
}, 30_000);
afterAll(async () => {
  await server.stop();
});

/** As it is: fetch would not send a foreign Host or a path with dots. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  port = server.port,
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((done, fail) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (text: string) => {
          body += text;
        })
        .on('end', () => {
          done({ status: response.statusCode ?? 0, body, headers: response.headers });
        });
    });
    sent.on('error', fail).end();
  });
}

async function upgrade(
  headers: Record<string, string>,
  path = `/rpc?client=${newId()}`,
  port = server.port,
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const [, response] = await Promise.race([
    once(socket, 'unexpected-response') as Promise<[unknown, { statusCode: number }]>,
    once(socket, 'open').then(() => [null, { statusCode: 101 }] as const),
  ]);
  socket.on('error', () => undefined);
  socket.terminate();
  return response.statusCode;
}

test('the printed address is exchanged once for a cookie that no script sees', async () => {
  const response = await fetch(server.url, { redirect: 'manual' });
  const cookie = response.headers.getSetCookie()[0] ?? '';
  expect(response.status).toBe(303);
  expect(cookie).toMatch(new RegExp(`^paphos-${server.port}=[0-9a-f]{64}; .*HttpOnly; SameSite=Strict`));
  expect((await fetch(server.url, { redirect: 'manual' })).status).toBe(403);
  expect((await ask('/?token=00000000000000000000000000000000')).status).toBe(403);
  expect((await ask('/session')).status).toBe(401);
  expect((await ask('/session', { cookie: cookie.split(';')[0] ?? '' })).status).toBe(200);
  expect(statSync(join(data, 'session.json')).mode & 0o777).toBe(0o600);

  const origin = `http://127.0.0.1:${server.port}`;
  const mine = { cookie: cookie.split(';')[0] ?? '' };
  expect(await upgrade({ ...mine, origin })).toBe(101);
  expect(await upgrade({ ...mine, origin }, '/other')).toBe(404);
  expect(await upgrade({ ...mine, origin }, '/rpc')).toBe(400);
  expect(await upgrade({ ...mine, origin }, '/rpc?client=me')).toBe(400);
  expect(await upgrade({ ...mine, origin: 'http://evil.example' })).toBe(403);
  expect(await upgrade({ ...mine, origin: 'null' })).toBe(403);
  expect(await upgrade({ ...mine })).toBe(403);
  expect(
    await upgrade({ ...mine, origin: `http://evil.example:${server.port}`, host: `evil.example:${server.port}` }),
  ).toBe(421);
  expect(await upgrade({ origin })).toBe(401);
  expect(await upgrade({ origin, cookie: `paphos-${server.port}=${'0'.repeat(64)}` })).toBe(401);
});

test('a foreign name for this machine is turned away', async () => {
  for (const host of ['evil.example', `evil.example:${server.port}`, `127.0.0.1:${server.port + 1}`])
    expect((await ask('/', { host })).status).toBe(421);
  expect((await ask('/session', { host: `localhost:${server.port}` })).status).toBe(401);
});

test('every answer carries the policy of the page; nothing can be written by HTTP', async () => {
  const answer = await ask('/');
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  expect(answer.headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${server.port}`);
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  expect((await ask('/', {}, 'POST')).status).toBe(405);
  expect((await ask('/rpc', {}, 'OPTIONS')).status).toBe(405);
});

test('no path leads out of the pages', async () => {
  for (const path of [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/..%5cpackage.json',
    '/assets/../../../package.json',
    '//etc/passwd',
    '/%00',
    '/%',
  ]) {
    const { status, body } = await ask(path);
    expect([path, status]).toEqual([path, 404]);
    expect(body).not.toContain('paphos"');
  }
});

test('what is no address is a bad request, with or without a key, and ends nothing', async () => {
  const own = await serve({ data: temporaryFolder('no-address') });
  const host = `127.0.0.1:${own.port}`;
  const mine = { host, origin: `http://${host}`, cookie: await signIn(own.url) };
  for (const path of ['//', '///', '//:0', '//[', '/\\', 'http://', 'http://['])
    expect([path, (await ask(path, {}, 'GET', own.port)).status]).toEqual([path, 400]);
  for (const path of ['//', '///', '//:0', '//[', '/\\'])
    expect([path, await upgrade(mine, path, own.port)]).toEqual([path, 400]);
  expect(own.errors()).toBe('');
  await own.stop();
}, 30_000);

test('a handler that throws answers 500 and is in the log; what only this one asked for is broken', async () => {
  const folder = temporaryFolder('broken');
  const studio = await createStudio({
    dataDir: folder,
    modelsDir: null,
    resourcesDir: folder,
    startEngine: forkEngine(),
  });
  const session = openSession(folder);
  const door = await openHttpDoor({
    session: {
      ...session,
      exchange: () => {
        throw new Error('The key broke.');
      },
    },
    pages: folder,
    port: 0,
    assetFor: () => null,
    onClient: () => {
      throw new Error('The page fell over.');
    },
  });
  expect((await ask('/?token=x', {}, 'GET', door.port)).status).toBe(500);
  expect((await ask('/session', {}, 'GET', door.port)).status).toBe(401);
  const cookie = session.cookie(door.port).split(';')[0] ?? '';
  const origin = `http://127.0.0.1:${door.port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}/rpc?client=${newId()}`, { headers: { cookie, origin } });
  await once(socket, 'close');
  expect((await ask('/session', { cookie }, 'GET', door.port)).status).toBe(200);
  expect(studio.log.tail().filter((line) => line.includes('process.caught'))).toHaveLength(2);
  await door.close();
  await studio.close();
});

test('a message over the limit is refused with a sentence, and its socket lives', async () => {
  const folder = temporaryFolder('large');
  const own = await serve({ data: folder });
  const { client, socket, close } = await connect(own);
  const [chapterId, turnId] = [newId(), newId()];
  await client.stories.create({ id: newId(), title: 'Large', chapterId, turnId });
  const ops = [{ op: 'setText' as const, turnId, version: 1, at: 0, del: 0, ins: 'a'.repeat(MOST_MESSAGE) }];
  const refused = await client.writing.applyChange({ changeId: newId(), chapterId, structureRev: 1, ops }).then(
    () => null,
    (error: { data: unknown }) => error.data,
  );
  expect(refused).toMatchObject({ code: 'TOO_LARGE' });
  expect((await client.chapters.open({ id: chapterId })).turns.map(({ text }) => text)).toEqual(['']);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  close();
  await own.stop();
}, 30_000);

test.skipIf(process.platform === 'win32')(
  'all that is kept is its person’s alone, also in a folder that is open to others and was written by an older Paphos',
  async () => {
    const folder = temporaryFolder('private');
    chmodSync(folder, 0o755);
    openStore(folder).close();
    for (const name of ['logs', 'backups']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'mine.txt'), 'of the person');
    for (const name of ['store.db', 'store.lock', 'mine.txt']) chmodSync(join(folder, name), 0o644);
    for (const name of ['logs', 'backups']) chmodSync(join(folder, name), 0o755);
    const own = await serve({ data: folder });
    const { client, close } = await connect(own);
    await client.stories.create({ id: newId(), title: 'Mine', chapterId: newId(), turnId: newId() });
    const modes = Object.fromEntries(
      readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
    );
    expect(modes).toMatchObject({ 'store.db-wal': '600', 'session.json': '600', logs: '700', models: '700' });
    expect(modes['mine.txt']).toBe('644');
    const others = Object.entries(modes).filter(([name, mode]) => name !== 'mine.txt' && !/^[67]00$/.test(mode));
    expect(others).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    close();
    await own.stop();
  },
  30_000,
);

test('a cookie lives for 30 days after each visit, and signing out other browsers ends all but this one, also after a restart', async () => {
  const folder = temporaryFolder('sign-out');
  const first = await serve({ data: folder });
  const { client, socket, cookie } = await connect(first);
  const session = async (mine: string) => (await ask('/session', { cookie: mine }, 'GET', first.port)).status;
  const visit = await ask('/', { cookie }, 'GET', first.port);
  expect(visit.headers['set-cookie']).toEqual([`${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`]);

  const token = await client.connection.signOutOthers();
  expect(await session(cookie)).toBe(200);
  const cut = once(socket, 'close');
  const mine = await signIn(`http://127.0.0.1:${first.port}/?token=${token}`);
  await cut;
  expect([await session(cookie), await session(mine)]).toEqual([401, 200]);
  expect((await ask(`/?token=${token}`, {}, 'GET', first.port)).status).toBe(403);
  const again = await connect(first, mine);
  expect((await again.client.stories.list()).length).toBe(1);
  again.close();
  await first.stop();

  const second = await serve({ data: folder, port: first.port });
  expect([await session(cookie), await session(mine)]).toEqual([401, 200]);
  await second.stop();
}, 30_000);

test('a page survives a restart: the port and the cookie stay', async () => {
  const folder = temporaryFolder('restart');
  const first = await serve({ data: folder });
  const cookie = await signIn(first.url);
  await first.kill();
  const second = await serve({ data: folder, port: first.port });
  const { client, close } = await connect(second, cookie);
  expect((await client.stories.list()).length).toBe(1);
  close();
  await second.stop();
}, 30_000);

test('an orderly end says nothing and is no failure', async () => {
  const ending = await serve({ data: temporaryFolder('ending') });
  const connection = await connect(ending);
  await engineReaches(connection.client, ['ready']);
  connection.close();
  await ending.stop();
  expect([ending.process.exitCode, ending.errors()]).toEqual([0, '']);
});

test('a port in use, a data folder in use or unusable: a sentence and no trace', async () => {
  const taken = serve({ data: temporaryFolder('port'), port: server.port });
  await expect(taken).rejects.toThrow(/Paphos: Port \d+ is in use by another program\. Choose another one with --port/);
  await expect(serve({ data })).rejects.toThrow(/Paphos: Another Paphos is using the data folder/);
  const file = join(temporaryFolder('file'), 'a-file');
  writeFileSync(file, 'not a folder');
  await expect(serve({ data: file })).rejects.toThrow(
    /Paphos: There is no folder .* for the stories, and it cannot be made\. .* start with another folder: --data DIR/,
  );
  expect(readFileSync(file, 'utf8')).toBe('not a folder');
}, 30_000);

test.skipIf(process.platform === 'win32')('a read-only data folder gets a sentence', () => {
  const folder = join(temporaryFolder('read-only'), 'data');
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  chmodSync(join(folder, '..'), 0o755);
  // The system's administrator may write anywhere, so it is tried as nobody.
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'electron/cli.ts'), 'serve', '--json', '--data', folder],
    { encoding: 'utf8', cwd: '/', ...asNobody },
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Paphos: Paphos needs to write to \S*\/data and may not\. Nothing was changed\. /);
});

test('a client that keeps its half of a refused upgrade open does not keep the door from closing', async () => {
  const folder = temporaryFolder('half-open');
  const door = await openHttpDoor({
    session: openSession(folder),
    pages: folder,
    port: null,
    onClient: () => undefined,
    assetFor: () => null,
  });
  const socket = connectSocket({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
  const lines = [
    'GET /rpc HTTP/1.1',
    `Host: 127.0.0.1:${door.port}`,
    'Origin: http://elsewhere.example',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  expect(String(((await once(socket, 'data')) as [Buffer])[0])).toMatch(/^HTTP\/1\.1 403/);
  await door.close();
  socket.destroy();
});
