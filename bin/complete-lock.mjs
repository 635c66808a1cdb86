// After a change of dependencies: `npm install && node bin/complete-lock.mjs`. A registry that does not offer the
// packages of every system (a mirror, mostly) makes npm leave them out of the lock file, and `npm ci` then refuses it.
// Their versions are exact in the packages that ask for them, so their entries can be written down anyway. The registry
// is asked for the hash of each, without which `npm ci` would take whatever it is given.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './bootstrap.mjs';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = { mac: 'darwin', win: 'win32' };
const knownSystems = [
  'darwin',
  'mac',
  'win32',
  'win',
  'linux',
  'android',
  'freebsd',
  'openharmony',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
];
const knownProcessors = ['arm64', 'x64', 'arm', 'armv7l', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'loong64'];

function entryFor(name, version, dev) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => knownSystems.includes(word));
  const cpu = words.find((word) => knownProcessors.includes(word));
  if (!cpu) return null;
  return {
    version,
    cpu: [cpu === 'armv7l' ? 'arm' : cpu],
    ...(dev ? { dev } : {}),
    ...(words.some((word) => word.startsWith('musl'))
      ? { libc: ['musl'] }
      : os === 'linux' && words.some((word) => word.startsWith('gnu'))
        ? { libc: ['glibc'] }
        : {}),
    optional: true,
    ...(os ? { os: [systems[os] ?? os] } : {}),
  };
}

/** What the registry says of a package; null where it does not offer it. */
function integrityOf(spec) {
  const { status, stdout } = spawnSync('npm', ['view', spec, 'dist.integrity'], { cwd: root, encoding: 'utf8' });
  const integrity = stdout?.trim() ?? '';
  return status === 0 && integrity.startsWith('sha512-') ? integrity : null;
}

const added = [];
for (const [path, { optionalDependencies, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    if (
      `${path}/node_modules/${name}` in lock.packages ||
      `node_modules/${name}` in lock.packages ||
      !/^\d+\.\d+\.\d+/.test(version)
    )
      continue;
    const entry = entryFor(name, version, dev);
    if (!entry) continue;
    lock.packages[`node_modules/${name}`] = entry;
    added.push(name);
  }
}
const hashed = [];
const unknown = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link || entry.integrity) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const integrity = integrityOf(`${name}@${entry.version}`);
  if (integrity === null) {
    unknown.push(name);
    continue;
  }
  const { version, ...rest } = entry;
  lock.packages[path] = { version, integrity, ...rest };
  hashed.push(name);
}
if (added.length + hashed.length > 0) {
  const [first, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([first, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
say(
  `${added.length} packages of other systems were added to the lock file${added.length > 0 ? `: ${added.join(', ')}` : '.'}`,
);
say(`The hashes of ${hashed.length} were added.`);
if (unknown.length > 0)
  say(`The registry offers no ${unknown.join(', no ')}: complete the lock file with another one.`);
