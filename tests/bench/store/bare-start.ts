import { constants, setPriority } from 'node:os';

// As the studio's own: what else the machine does meets both alike.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const started = performance.now();
const { getLlama } = await import('node-llama-cpp');
await getLlama({ gpu: false, build: 'never', progressLogs: false });
console.log(performance.now() - started);
process.exit(0);
