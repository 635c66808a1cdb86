const only = (name, packages, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: '^(shared|electron|renderer)/', pathNot: allowed },
  to: { path: packages },
});
const tests = '\\.test\\.tsx?$';
const FEATURES = 'characters|library|ledger|models|settings|jobs|backups|notes|cast|manuscript|chat';
/** An arrow of docs/architecture.md that must not be turned round. */
const arrow = (name, from, to) => ({
  name,
  severity: 'error',
  comment: 'Nothing imports upwards: docs/architecture.md has the arrows.',
  from: { path: `^${from}/`, pathNot: tests },
  to: { path: `^${to}` },
});

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A circle has no order to be read in, of types neither.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'What cannot be found cannot be judged.',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.css$|\\?' },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      comment: 'shared/ knows neither side.',
      from: { path: '^shared/', pathNot: tests },
      to: { pathNot: '^shared/|^node_modules/(fflate|zod|@orpc/contract)/' },
    },
    {
      name: 'renderer-only-shared',
      severity: 'error',
      comment: 'The contract is the one door.',
      from: { path: '^renderer/', pathNot: tests },
      to: { path: '^(electron|tests)/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      comment: 'A page has no file system.',
      from: { path: '^renderer/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'chapter-without-its-views',
      severity: 'error',
      comment: 'A chapter knows its view by renderer/chapter/chapter-view.ts alone.',
      from: { path: '^renderer/chapter/', pathNot: tests },
      to: {
        path: '^renderer/(app|characters|chat|jobs|ledger|library|manuscript|models|settings|ui|workspace)/|^node_modules/(monaco-editor|react)/',
      },
    },
    arrow('parts-know-no-feature', 'renderer/(ui|locales|lib)', 'renderer/(?!(ui|locales|lib)/)'),
    arrow('workspace-below-features', 'renderer/workspace', `renderer/(app|${FEATURES})/`),
    arrow('manuscript-is-one-view', 'renderer/manuscript', 'renderer/(?!(manuscript|chapter|ui|locales|lib)/)'),
    arrow('chat-is-one-view', 'renderer/chat', 'renderer/(?!(chat|chapter|ui|locales|lib)/)'),
    arrow('features-below-app', `renderer/(${FEATURES})`, 'renderer/(app/|main)'),
    {
      name: 'electron-only-shared',
      severity: 'error',
      comment: 'The studio does not know its page.',
      from: { path: '^electron/', pathNot: tests },
      to: { path: '^(renderer|tests)/' },
    },
    {
      name: 'studio-without-desktop',
      severity: 'error',
      comment: 'The studio knows nothing of Electron.',
      from: { path: '^electron/', pathNot: '^electron/(desktop/|main\\.ts|preload\\.ts)' },
      to: { path: '^electron/desktop/' },
    },
    arrow('store-below-all', 'electron/storage', 'electron/(?!storage/)'),
    arrow('engines-below-studio', 'electron/engines', 'electron/(?!engines/|log/(guarded|ending-threads)\\.ts)'),
    arrow('studio-below-doors', 'electron/studio', 'electron/(rpc/|cli/|cli\\.ts|server\\.ts|main\\.ts)'),
    arrow('rpc-knows-studio', 'electron/rpc', 'electron/(?!(rpc|studio|log)/)'),
    {
      name: 'local-engine-behind-port',
      severity: 'error',
      comment:
        'What is written knows the port of an engine; only what puts the studio together, the models and the command line know which one it is.',
      from: {
        path: '^electron/',
        pathNot: `${tests}|^electron/(engines/local/|studio/models/|studio/studio\\.ts|(server|main)\\.ts|cli/|desktop/)`,
      },
      to: { path: '^electron/engines/local/' },
    },
    only('store-behind-storage', '^node_modules/better-sqlite3/', `^electron/storage/`, 'Only the store speaks SQL.'),
    only(
      'model-behind-worker',
      '^node_modules/(node-llama-cpp|@node-llama-cpp)/',
      '^electron/engines/local/worker/',
      'A model can take its process with it.',
    ),
    only(
      'electron-behind-desktop',
      '^node_modules/electron/',
      '^electron/(desktop/|main\\.ts|preload\\.ts)',
      'Everything else runs headless too.',
    ),
    only(
      'monaco-behind-manuscript',
      '^node_modules/monaco-editor/',
      '^renderer/manuscript/',
      'One place holds the editor.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^out/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'module', 'types', 'default', 'node'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
    },
  },
};
