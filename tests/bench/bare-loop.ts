import { getLlama } from 'node-llama-cpp';

/**
 * Greedy tokens per second of a bare evaluate loop behind a prompt of so many tokens: node-llama-cpp and nothing else.
 */
const [, , modelPath = '', tokens = '64', promptTokens = '64'] = process.argv;
const threads = Number(process.env['PAPHOS_THREADS'] ?? 1);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, progressLogs: false });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 1024, threads, flashAttention: false });
const sequence = context.getSequence();
const text =
  'Rain has been falling on the harbour since noon. You stand under the last lamp of the pier, holding a key that nobody in town will admit to having cut. ';
const prompt = model.tokenize(text.repeat(Math.ceil(Number(promptTokens) / 8))).slice(0, Number(promptTokens));
let count = 0;
let first = 0;
for await (const _ of sequence.evaluate(prompt, { temperature: 0, topK: 1, yieldEogToken: true })) {
  if (count === 0) first = performance.now();
  count += 1;
  if (count > Number(tokens)) break;
}
console.log((count - 1) / ((performance.now() - first) / 1000));
process.exit(0);
