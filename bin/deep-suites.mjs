// The random suites in full: `npm run deep`, or those that are named: `npm run deep -- spec kills`.
import { say } from './bootstrap.mjs';
import { ensureChromium } from './chromium.mjs';
import { chooseSeed, playwright, vitest } from './runners.mjs';

/** Each suite by its project and files. Their sizes stand in the tests, as sizeOf(each, deep). */
const suites = {
  spec: ['unit', 'shared/document/fuzz.test.ts'],
  prompt: ['unit', 'shared/prompt/plan/rules.test.ts', 'shared/prompt/plan/open-end.test.ts'],
  sampling: ['unit', 'electron/engines/local/worker/sampling/open-assistant.test.ts'],
  continue: ['model', 'tests/model/continue.test.ts'],
  'makers-tokenizer': ['model', 'tests/model/makers-tokenizer.test.ts'],
  tree: ['unit', 'electron/storage/repositories/tree.fuzz.test.ts'],
  sync: ['unit', 'renderer/chapter/saving'],
  chapter: ['unit', 'renderer/chapter/chapter-session.fuzz.test.ts'],
  replies: ['unit', 'electron/studio/writing/generations.fuzz.test.ts', 'electron/studio/writing/reply-life.test.ts'],
  'store-kills': ['unit', 'electron/storage/core/kill.test.ts'],
  damage: ['unit', 'electron/storage/integrity/damage.test.ts'],
  backups: ['unit', 'electron/storage/backups/backups.test.ts'],
  kills: ['integration', 'tests/crash'],
  'odd-requests': ['integration', 'tests/integration/odd-requests.test.ts'],
  mutants: ['model', 'tests/model/bad-models.test.ts'],
  forecast: ['model', 'tests/model/forecast.test.ts'],
  'browser-fuzz': ['browser', 'tests/browser/fuzz.spec.ts'],
  failures: ['browser', 'tests/browser/failures.fuzz.spec.ts'],
  disk: ['browser', 'tests/browser/disk.spec.ts'],
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in suites));
if (unknown.length > 0) {
  say(`There is no deep suite ${unknown.join(', ')}. They are ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

process.env.PAPHOS_DEEP = '1';
chooseSeed();

const results = (named.length > 0 ? named : Object.keys(suites)).map((name) => {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const { passed, failed, skipped } = run(...suites[name]);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return { name, seed: Number(process.env.PAPHOS_SEED), passed, failed, skipped, seconds };
});
const held = results.every(({ passed, failed }) => passed > 0 && failed === 0);
console.log(`\n${JSON.stringify({ result: held ? 'passed' : 'failed', suites: results })}`);
process.exit(held ? 0 : 1);

function run(project, ...files) {
  if (project !== 'browser') return vitest(project, files);
  return ensureChromium() ? playwright(project, {}, files) : { passed: 0, failed: 1, skipped: 0 };
}
