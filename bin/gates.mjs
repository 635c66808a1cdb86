// What must hold before a test runs. A gate returns null, or what is wrong.
import { spawnSync } from 'node:child_process';
import { root } from './bootstrap.mjs';

/** Fewer modules than this means that the cruiser read nothing and would praise it. */
const LEAST_MODULES = 60;

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
  try {
    ({ summary } = JSON.parse(stdout));
  } catch {
    return text;
  }
  if (summary.totalCruised < LEAST_MODULES)
    return `only ${summary.totalCruised} modules were read, at least ${LEAST_MODULES} were expected`;
  const broken = summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${from} → ${cycle ? cycle.map((step) => step.name).join(' → ') : to}`,
  );
  return broken.length === 0 ? null : broken.join('\n');
}

export const gates = [
  { name: 'format (oxfmt)', check: () => orNull(tool(['node_modules/oxfmt/bin/oxfmt', '--check', '.'])) },
  { name: 'types (tsc -b)', check: types },
  {
    name: 'lint (oxlint, type-aware)',
    check: () => orNull(tool(['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'])),
  },
  { name: 'walls (dependency-cruiser)', check: walls },
  { name: 'nothing unused (knip)', check: () => orNull(tool(['node_modules/knip/bin/knip.js', '--no-progress'])) },
];
