// Vitest and Playwright as processes, and what their reports count.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const reports = join(root, 'out', 'reports');
mkdirSync(reports, { recursive: true });

/** Every commit looks at other random cases; the same commit at the same ones. */
export function chooseSeed() {
  process.env.PAPHOS_SEED ??= seedOfCommit();
  console.log(`seed ${process.env.PAPHOS_SEED} (PAPHOS_SEED chooses another one)`);
}

function seedOfCommit() {
  try {
    return String(
      Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).slice(0, 7), 16),
    );
  } catch {
    return '1';
  }
}

function run(args, env = {}) {
  return spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
  }).status;
}

/** A suite that ended badly without a failed test (a crash, a file that cannot be read) counts as a failure. */
function counted(report, status, count) {
  const result = existsSync(report)
    ? count(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  return status !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

export function vitest(project, files = []) {
  const report = join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const status = run([
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    ...(files.length === 0 ? ['--passWithNoTests'] : files),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  return counted(report, status, (json) => ({
    passed: json.numPassedTests,
    failed:
      json.numFailedTests +
      json.testResults.filter(
        (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
      ).length,
    skipped: json.numPendingTests + json.numTodoTests,
  }));
}

export function playwright(project, env = {}, files = []) {
  const report = join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const status = run(
    ['node_modules/@playwright/test/cli.js', 'test', ...files, '--project', project, '--reporter=list,json'],
    {
      ...env,
      NO_COLOR: undefined,
      FORCE_COLOR: '0',
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    },
  );
  return counted(report, status, ({ stats, errors }) => ({
    passed: stats.expected,
    // A test that passes only now and then has failed.
    failed: stats.unexpected + stats.flaky + (stats.unexpected === 0 ? errors.length : 0),
    skipped: stats.skipped,
  }));
}
