import { ensureInstalled, runUnderNode24, root } from './bootstrap.mjs';
import { join } from 'node:path';

ensureInstalled();
runUnderNode24(join(root, 'bin', 'test', 'run.mjs'), process.argv.slice(2));
