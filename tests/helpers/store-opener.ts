/** Opens the library of a folder, which may be one of an older Paphos, and closes it. Argument: folder. */
import { readSync, writeSync } from 'node:fs';
import { openStore } from '../../electron/storage/core/open.ts';

writeSync(1, 'ready\n');
readSync(0, Buffer.alloc(1));
const { close } = openStore(process.argv[2] ?? '');
close();
writeSync(1, 'opened\n');
