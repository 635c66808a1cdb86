// Runs some of a table of suites, or all of them, one after the other; the last line is JSON.
import { say } from './bootstrap.mjs';
import { ensureChromium } from './chromium.mjs';
import { chooseSeed, playwright, vitest } from './runners.mjs';

/** `suites`: each by its project and files. Ends the process. */
export function runNamed(suites, named) {
  const unknown = named.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    say(`There is no suite ${unknown.join(', ')}. They are ${Object.keys(suites).join(', ')}.`);
    process.exit(2);
  }
  chooseSeed();
  const results = (named.length > 0 ? named : Object.keys(suites)).map((name) => {
    console.log(`\n── ${name}`);
    const started = performance.now();
    const { passed, failed, skipped } = run(...suites[name]);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return { name, seed: Number(process.env.PAPHOS_SEED), passed, failed, skipped, seconds };
  });
  const held = results.every(({ passed, failed }) => passed > 0 && failed === 0);
  const { PAPHOS_SHARD: shard } = process.env;
  console.log(`\n${JSON.stringify({ result: held ? 'passed' : 'failed', shard, suites: results })}`);
  process.exit(held ? 0 : 1);
}

function run(project, ...files) {
  if (project !== 'browser') return vitest(project, files);
  return ensureChromium() ? playwright(project, {}, files) : { passed: 0, failed: 1, skipped: 0 };
}
