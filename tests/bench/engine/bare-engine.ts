import { constants, setPriority } from 'node:os';
import { getLlama, type LlamaContextSequence } from 'node-llama-cpp';
import type { BareAnswer, BareRequest } from './bare.ts';

/**
 * A process of its own with node-llama-cpp and nothing of ours: reads a text from nothing and writes on greedily, as
 * fast as its evaluate loop goes.
 */
const [, , modelPath = '', contextSize = '', threadCount = ''] = process.argv;
const threads = Number(threadCount);
// As the studio's own: what else the machine does meets both alike.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, progressLogs: false });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: Number(contextSize), threads, flashAttention: false });
const sequence = context.getSequence();

async function write(sequence: LlamaContextSequence, { text, tokens }: BareRequest): Promise<BareAnswer> {
  await sequence.clearHistory();
  const prompt = [
    ...(model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? [model.tokens.bos] : []),
    ...model.tokenize(text),
  ];
  const started = performance.now();
  let first = 0;
  let count = 0;
  for await (const _ of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    count += 1;
    if (count === 1) first = performance.now();
    if (count === tokens) break;
  }
  return {
    promptPerSecond: prompt.length / ((first - started) / 1000),
    tokensPerSecond: (count - 1) / ((performance.now() - first) / 1000),
  };
}

process.on('message', (request: BareRequest) => {
  void write(sequence, request).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
