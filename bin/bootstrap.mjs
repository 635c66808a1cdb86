// Runs on whatever Node the machine has (20 or newer) and needs no package: it is what installs them.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installStamp = join(root, 'node_modules', '.paphos-install');
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const buildStamp = join(root, 'out', '.paphos-build');

export const say = (line) => process.stderr.write(`${line}\n`);
export function fail(line) {
  say(line);
  process.exit(1);
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);
const mark = (file, text) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

function runNpm(args) {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // What npm prints belongs on stderr: stdout is for replies and for `serve --json`.
  return spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  }).status;
}

/**
 * `npm ci` when node_modules is missing or belongs to another lock file. No install script is needed: every binary
 * comes inside its package. A linked folder is somebody else's to fill: npm would empty it first.
 */
export function ensureInstalled() {
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const wanted = sha256(`${readFileSync(join(root, 'package-lock.json'), 'utf8')}${process.platform}-${process.arch}`);
  if (read(installStamp) === wanted) return;
  say('Paphos: installing its packages (once, a few minutes) …');
  if (runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) {
    fail(
      'Paphos: the packages could not be installed. Check the network connection (the lines above say what npm missed) and run the same command again; nothing else was changed.',
    );
  }
  mark(installStamp, wanted);
}

/** The Node 24 that comes with the project. better-sqlite3 crashes on Node 20. */
export function bundledNode() {
  const folder = join(root, 'node_modules', nodePackage, 'bin');
  const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) return node;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `Paphos: there is no bundled Node for ${process.platform} ${process.arch}, and this Node is ${process.versions.node}. Install Node 24 or newer and run the same command again.`,
  );
}

const sources = [
  'shared',
  'electron',
  'renderer',
  'electron.vite.config.ts',
  'package-lock.json',
  'tsconfig.base.json',
];
function* files(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info?.isDirectory()) for (const name of readdirSync(path).sort()) yield* files(join(path, name));
  else if (info && !/\.test\.tsx?$|\.md$/.test(path)) yield `${relative(root, path)} ${info.size} ${info.mtimeMs}`;
}
const sourcesKey = () => sha256(sources.flatMap((source) => [...files(join(root, source))]).join('\n'));

export function ensureBuilt() {
  if (read(buildStamp) !== sourcesKey()) build('warn');
}

/** Builds with electron-vite; `level` is how much it says. */
export function build(level = 'info') {
  const key = sourcesKey();
  say('Paphos: building …');
  const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { status } = spawnSync(bundledNode(), [electronVite, 'build', '--logLevel', level], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) fail('Paphos: the build failed; the lines above say where.');
  mark(buildStamp, key);
}

/** Runs `script` under the bundled Node and ends as it ends. If this process is killed, the script ends too. */
export function runUnderNode24(script, args, env = process.env) {
  const follow = pathToFileURL(join(root, 'bin', 'follow-parent.mjs')).href;
  return become(bundledNode(), ['--import', follow, script, ...args], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
}

export function become(command, args, options) {
  const child = spawn(command, args, options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`Paphos: ${command} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : (code ?? 1)));
}
