import { constants, setPriority } from 'node:os';
import { getLlama } from 'node-llama-cpp';
import { MAX_BRANCHES } from '../../../electron/engines/local/protocol.ts';

// As the studio's own: what else the machine does meets both alike.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const [, , modelPath = '', state = '', ...numbers] = process.argv;
const [contextSize = 0, threads = 1, tokens = 1] = numbers.map(Number);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, progressLogs: false });
const model = await llama.loadModel({ modelPath });
// A state is one of a context with as many sequences.
const context = await model.createContext({ contextSize, sequences: MAX_BRANCHES, threads, flashAttention: false });
const sequence = context.getSequence();
const started = performance.now();
await sequence.loadStateFromFile(state, { acceptRisk: true });
const rest = sequence.contextTokens.slice(0, tokens);
for await (const _ of sequence.evaluate(rest, { temperature: 0, yieldEogToken: true })) break;
console.log(performance.now() - started);
process.exit(0);
