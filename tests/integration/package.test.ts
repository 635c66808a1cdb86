import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractAll, listPackage } from '@electron/asar';
import { afterAll, expect, test } from 'vitest';
import { connect, engineReaches, ROOT, serve, temporaryFolder } from '../helpers/server.ts';

const work = temporaryFolder('package');
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Where a real Electron keeps its fuses: their mark, a version, how many there are, and each switched off. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.of(1, 9),
  Buffer.from('0'.repeat(9)),
]);

/** What is unpacked of an Electron for Linux, without a program in it. */
function standInElectron(): string {
  const folder = join(work, 'electron');
  mkdirSync(join(folder, 'resources'), { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: { electron: string };
  };
  writeFileSync(join(folder, 'version'), devDependencies.electron);
  writeFileSync(join(folder, 'electron'), FUSES, { mode: 0o755 });
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome_crashpad_handler', 'chrome-sandbox'])
    writeFileSync(join(folder, name), '');
  return folder;
}

test.skipIf(process.platform !== 'linux')(
  'the package has all that the studio runs on and no more, its fuses are set, and a studio starts from it',
  async () => {
    execFileSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/electron-builder/cli.js'),
        '--linux',
        'dir',
        '--publish',
        'never',
        `--config.electronDist=${standInElectron()}`,
        `--config.directories.output=${join(work, 'release')}`,
      ],
      { cwd: ROOT, stdio: 'pipe' },
    );
    const release = join(work, 'release', 'linux-unpacked');
    const resources = join(release, 'resources');

    const fuses = readFileSync(join(release, 'paphos'))
      .subarray(FUSES.indexOf(1) + 2)
      .toString();
    expect(fuses.slice(0, 7)).toBe('0100110');

    const archive = join(resources, 'app.asar');
    const files = listPackage(archive, { isPack: false });
    for (const needed of ['main.js', 'preload.cjs']) expect(files).toContain(`/out/electron/${needed}`);
    expect(files).toContain('/out/renderer/index.html');
    expect(
      files.filter((file) => /\.map$|\/node-(linux|darwin|win)-|-cuda[^.]*\/|\.test\.|\/tests\//.test(file)),
    ).toEqual([]);
    const native = readdirSync(`${archive}.unpacked`, { recursive: true, encoding: 'utf8' });
    expect(native.some((file) => file.endsWith('better_sqlite3.node') || /prebuilds.*\.node$/.test(file))).toBe(true);

    const app = join(work, 'app');
    extractAll(archive, app);
    cpSync(join(resources, 'resources'), join(app, 'resources'), { recursive: true });
    const server = await serve({ data: join(work, 'data'), entry: join(app, 'out', 'electron', 'cli.js') });
    const { client, close } = await connect(server);
    expect(await engineReaches(client, ['ready'])).toMatchObject({ state: 'ready', fault: null });
    close();
    await server.stop();
  },
  120_000,
);
