import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../shared/document/ids.ts';
import { connect, serve, signIn, temporaryFolder, type Server } from '../helpers/server.ts';
import { SEED, sizeOf } from '../helpers/sizes.ts';

const CASES = sizeOf(150, 2000);
const data = temporaryFolder('odd');
let server: Server;
let cookie = '';
beforeAll(async () => {
  server = await serve({ data });
  cookie = await signIn(server.url);
}, 30_000);
afterAll(async () => {
  await server.stop();
});

const sample = <T>(of: fc.Arbitrary<T>): T[] => fc.sample(of, { seed: SEED, numRuns: CASES });

/** Says something and waits until it is answered, refused or left alone for a moment. */
async function say(bytes: string | Buffer, greeting = ''): Promise<string> {
  const socket: Socket = dial(server.port, '127.0.0.1');
  const heard = Promise.withResolvers<string>();
  let greeted = greeting === '';
  socket.on('data', (chunk) => {
    if (greeted) return heard.resolve(chunk.toString('latin1').slice(0, 12));
    greeted = true;
    socket.end(bytes);
  });
  socket.on('error', () => heard.resolve('cut off'));
  socket.on('close', () => heard.resolve('closed'));
  socket.write(greeting === '' ? bytes : greeting, 'latin1');
  if (greeting === '') socket.end();
  const answer = await heard.promise;
  socket.destroy();
  return answer;
}

async function expectAlive(): Promise<void> {
  const { client, close } = await connect(server, cookie);
  expect(await client.stories.list()).toHaveLength(1);
  close();
  expect(server.process.exitCode).toBeNull();
  expect(readFileSync(join(data, 'logs', 'paphos.log'), 'utf8')).not.toMatch(/process\./);
}

const target = fc.oneof(
  fc.constantFrom(
    ...['//', '///', '//[', '/\\', 'http://', 'http://[', '*', '', '?', '#', '/%', '/%00', '//:0', '//@', '/?token=%'],
    ...['http://user:pass@[::1', 'javascript:alert(1)', 'data:,', '/rpc', '/rpc?client=%zz', '//127.0.0.1:99999/'],
    ...['\\\\', '/\u00e9', '/..%c0%af', 'http://a:b:c/', '/rpc//', '////////rpc?client', '/%2e%2e%2f', '/session?'],
  ),
  fc.array(fc.constantFrom(...'/\\:@[]?#%.~|^{} a0\u00e9'), { maxLength: 12 }).map((marks) => marks.join('')),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);
const value = fc.oneof(
  fc.constantFrom('', ',', ';=', '"', '=', 'a'.repeat(9000), '\t', '\u00ff', 'paphos-1=', '0'.repeat(64), '[::1]:1'),
  fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
);
const header = fc.tuple(
  fc.constantFrom(
    ...['Host', 'Cookie', 'Origin', 'Upgrade', 'Connection', 'Content-Length', 'Transfer-Encoding', 'Expect'],
    ...['Range', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Sec-WebSocket-Extensions', 'If-None-Match', 'X-Odd'],
  ),
  value,
);

test(`${CASES} odd request targets and headers: each is answered or refused, and the next one too`, async () => {
  const own = `Host: 127.0.0.1:${server.port}`;
  const request = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT', 'TRACE', 'get', ''),
    to: target,
    isOurs: fc.boolean(),
    isUpgrade: fc.boolean(),
    headers: fc.array(header, { maxLength: 4 }),
  });
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}`;
  for (const { method, to, isOurs, isUpgrade, headers } of sample(request)) {
    const lines = [
      `${method} ${to} HTTP/1.1`,
      ...(isOurs ? [own, `Cookie: ${cookie}`, `Origin: http://127.0.0.1:${server.port}`] : []),
      ...(isUpgrade ? [upgrade] : []),
      ...headers.map(([name, text]) => `${name}: ${text}`),
    ];
    expect(await say(`${lines.join('\r\n')}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 [1-5]|^closed$|^cut off$/);
  }
  await expectAlive();
}, 300_000);

const path = fc.constantFrom(
  ...['/stories/list', '/writing/applyChange', '/chapters/open', '/writing/follow', '/models/status', '/', '//[', ''],
  ...['http://[', '/__proto__/constructor', '/stories', '/jobs/watch', '/log/defects', '/connection/beat/more'],
);
const body = fc.oneof(
  fc.json(),
  fc.constantFrom(
    '{"json":{"__proto__":{"x":1}},"meta":[[1,"__proto__"]]}',
    '{"json":{"id":"0"},"meta":[[0,"id"],[99,"no"],[4]]}',
    '{"json":[],"maps":[["a"]],"meta":7}',
    '{"meta":[[3,"a","b"]]}',
    '{"json":{"id":7},"meta":[[21,"id"]]}',
    '{"json":{"id":"{}\\n"},"meta":[[21,"id"]]}',
    '{"json":{"id":"{\\"ids\\":9,\\"lengths\\":[1e9,-7,null]}\\n"},"meta":[[21,"id"]]}',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  ),
);
const message = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.json(),
  fc
    .record({
      id: fc.constantFrom('"1"', '"2"', '1', 'null', '{}', '"__proto__"'),
      type: fc.constantFrom('', '"t":3,', '"t":4,', '"t":"x",'),
      to: path,
      method: fc.constantFrom('', ',"m":"GET"', ',"m":7'),
      headers: fc.constantFrom(
        ...['', ',"h":null', ',"h":{"content-type":"multipart/form-data"}', ',"h":{"content-disposition":"x"}'],
        ',"h":{"content-type":"text/event-stream"}',
      ),
      body,
    })
    .map((m) => `{"i":${m.id},${m.type}"p":{"u":"${m.to}"${m.method}${m.headers},"b":${m.body}}}`),
);

/** A frame as a client sends it: masked, with whatever length it says it has. */
function frame(first: number, payload: Buffer, said = payload.length): Buffer {
  const length = said < 126 ? Buffer.from([0x80 | said]) : Buffer.from([0xfe, (said >> 8) & 0xff, said & 0xff]);
  const long = said > 65_535 ? Buffer.concat([Buffer.from([0xff]), Buffer.from('ffffffffffffffff', 'hex')]) : length;
  return Buffer.concat([Buffer.from([first]), long, Buffer.alloc(4), payload]);
}
const frames = fc.oneof(
  { weight: 4, arbitrary: message.map((text) => frame(0x81, Buffer.from(text))) },
  message.map((text) => frame(0x82, Buffer.from(text))),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 40 }))
    .map(([first, bytes]) => frame(first, Buffer.from(bytes))),
  fc.integer({ min: 0, max: 70_000 }).map((said) => frame(0x81, Buffer.from('{}'), said)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

test(`${CASES} odd frames on a socket that was let in: each costs that socket at most`, async () => {
  const greeting = (): string =>
    [
      `GET /rpc?client=${newId()} HTTP/1.1`,
      `Host: 127.0.0.1:${server.port}`,
      `Origin: http://127.0.0.1:${server.port}`,
      `Cookie: ${cookie}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n');
  for (const several of sample(fc.array(frames, { minLength: 1, maxLength: 3 })))
    expect(await say(Buffer.concat(several), greeting())).not.toMatch(/^HTTP/);
  await expectAlive();
}, 300_000);
