// The random suites in full: `npm run deep`, or those that are named: `npm run deep -- spec kills`.
import { runNamed } from './named-suites.mjs';

/** Each suite by its project and files. Their sizes stand in the tests, as sizeOf(each, deep). */
const SUITES = {
  spec: ['unit', 'shared/document/fuzz.test.ts'],
  prompt: ['unit', 'shared/prompt/plan/rules.test.ts', 'shared/prompt/plan/open-end.test.ts'],
  sampling: ['unit', 'electron/engines/local/worker/sampling/open-assistant.test.ts'],
  continue: ['model', 'tests/model/continue.test.ts'],
  'makers-tokenizer': ['model', 'tests/model/makers-tokenizer.test.ts'],
  tree: ['unit', 'electron/storage/repositories/tree.fuzz.test.ts'],
  sync: ['unit', 'renderer/chapter/saving'],
  chapter: ['unit', 'renderer/chapter/chapter-session.fuzz.test.ts', 'renderer/chapter/reading-along.test.ts'],
  replies: ['unit', 'electron/studio/writing/generations.fuzz.test.ts', 'electron/studio/writing/reply-life.test.ts'],
  cards: ['unit', 'shared/cards/hostile.test.ts'],
  kills: ['integration', 'tests/crash/characters.test.ts', 'tests/crash/server.test.ts', 'tests/crash/jobs.test.ts'],
  'odd-requests': ['integration', 'tests/integration/odd-requests.test.ts'],
  mutants: ['model', 'tests/model/bad-models.test.ts'],
  'read-ahead': ['model', 'tests/model/read-ahead.test.ts'],
  'read-ahead-studio': ['integration', 'tests/integration/read-ahead.test.ts'],
  forecast: ['model', 'tests/model/forecast.test.ts'],
  'browser-fuzz': ['browser', 'tests/browser/fuzz.spec.ts'],
  failures: ['browser', 'tests/browser/failures.fuzz.spec.ts'],
  disk: ['browser', 'tests/browser/disk.spec.ts'],
};

process.env.PAPHOS_DEEP = '1';
runNamed(SUITES, process.argv.slice(2));
