import { runRepair } from '../../electron/cli/repair.ts';

/** `repair-writer.ts FOLDER`: repairs a library, and may be killed at any moment of it. */
process.stdout.write('begins\n');
runRepair({ data: process.argv[2] });
