import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { Vocabulary } from '../../electron/engines/local/worker/vocabulary.ts';

/**
 * A process of its own, which may die: loads each file that it is told and writes two tokens with it, answers `opened`
 * or why not.
 */
const llama = await getLlama({
  gpu: false,
  build: 'never',
  maxThreads: 1,
  progressLogs: false,
  skipDownload: true,
  logLevel: LlamaLogLevel.disabled,
});

async function open(modelPath: string): Promise<string> {
  try {
    await using model = await llama.loadModel({ modelPath });
    await using context = await model.createContext({
      contextSize: 256,
      batchSize: 128,
      threads: 1,
      flashAttention: false,
      failedCreationRemedy: false,
    });
    const vocabulary = new Vocabulary(model);
    const prompt = vocabulary.tokenize('The lamp — 灯 🙂 — went out.\n') as Token[];
    let written = 0;
    for await (const _ of context.getSequence().evaluate(prompt, { temperature: 0, yieldEogToken: true }))
      if (++written === 2) break;
    return 'opened';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

process.on('message', (path) => {
  void open(String(path)).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
