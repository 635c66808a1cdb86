import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCard } from '../../shared/cards/read-card.ts';
import { newId } from '../../shared/document/ids.ts';
import { makeCards, makePng, textChunk } from '../helpers/card-maker.ts';
import { connect, ROOT, serve, temporaryFolder, type Connection, type Server } from '../helpers/server.ts';

const data = temporaryFolder('characters');
let server: Server;
let page: Connection;

beforeAll(async () => {
  server = await serve({ data });
  page = await connect(server);
});
afterAll(async () => {
  page.close();
  await server.stop();
});

const card = makePng({}, [textChunk('chara', Buffer.from('{"name":"Maren"}').toString('base64'))]);
const at = (address: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`http://127.0.0.1:${String(server.port)}/${address}`, { headers });

async function importCard(bytes: Uint8Array): Promise<string> {
  const [uploadId, id] = [newId(), newId()];
  await page.client.characters.upload({ uploadId, offset: 0, piece: Buffer.from(bytes).toString('base64') });
  await page.client.characters.import({ uploadId, id, kind: 'character' });
  return id;
}

test('a picture is served behind the session, as a picture and nothing else', async () => {
  const id = await importCard(card);
  const { summary } = await page.client.characters.open({ id });
  const address = summary.avatar ?? expect.fail('no picture');
  expect((await at(address, {})).status).toBe(401);
  const answer = await at(address, { cookie: page.cookie });
  expect(Buffer.from(await answer.arrayBuffer()).equals(card)).toBe(true);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
  for (const nothing of [newId(), '..%2fstore.db', 'x', ''])
    expect((await at(`asset/${nothing}`, { cookie: page.cookie })).status).toBe(404);
});

test('what is exported is a file with a name, whatever is in it', async () => {
  const id = await importCard(new TextEncoder().encode('{"name":"<b>Ilse</b>"}'));
  const { address, name } = await page.client.characters.export({ id, as: 'original' });
  expect(name).toBe('b Ilse b.json');
  const answer = await at(address, { cookie: page.cookie });
  expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''b%20Ilse%20b.json");
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
});

const paphos = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'electron/cli.ts'), 'characters', ...args], { encoding: 'utf8', cwd: ROOT });

test('the command line lists, imports and exports characters, and says why a file is none', async () => {
  expect(paphos('list', '--data', data).stdout).toContain('Maren (');
  expect(paphos('import', 'x.png', '--data', data).stderr).toContain('Another Paphos is using');
  page.close();
  await server.stop();
  const folder = temporaryFolder('cards');
  mkdirSync(folder, { recursive: true });
  const V3 = makeCards().find(({ spec, container }) => spec === 'v3' && container === 'charx') ?? expect.fail();
  const [good, bad] = [join(folder, 'tobias.charx'), join(folder, 'none.png')];
  writeFileSync(good, V3.bytes);
  writeFileSync(bad, makePng());
  const imported = paphos('import', good, bad, '--data', data);
  expect(imported).toMatchObject({ status: 1, stdout: expect.stringMatching(/^Old Tobias \(/) as string });
  expect(imported.stderr).toContain('none.png: This picture has no character card inside.');
  const out = join(folder, 'out.charx');
  expect(paphos('export', 'Old Tobias', '--original', '--out', out, '--data', data).stderr).toBe('');
  expect(readFileSync(out).equals(V3.bytes)).toBe(true);
  expect(paphos('export', 'Old Tobias', '--out', join(folder, 'edited.charx'), '--data', data).status).toBe(0);
  expect(readCard(readFileSync(join(folder, 'edited.charx')))).toMatchObject({ text: V3.text });
  expect(paphos('export', 'Nobody', '--data', data).stderr).toContain('names no character');
  expect(paphos('sing', '--data', data).stderr).toContain('list, import FILE…');
  server = await serve({ data });
  page = await connect(server);
}, 60_000);
