import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root, runUnderNode24 } from './bootstrap.mjs';

ensureInstalled();
ensureBuilt();
runUnderNode24(join(root, 'bin', 'crash-suites.mjs'), process.argv.slice(2));
