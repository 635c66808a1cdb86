import { getLlama } from 'node-llama-cpp';

/**
 * A process of its own: reads `[[{marker, text}…]…]` from standard input, answers with the token counts, by
 * node-llama-cpp's tokeniser and nothing of ours.
 */
const [, , modelPath = ''] = process.argv;
let input = '';
for await (const chunk of process.stdin) input += String(chunk);
const prompts = JSON.parse(input) as { marker: string; text: string }[][];
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false });
const model = await llama.loadModel({ modelPath, vocabOnly: true });
console.log(
  JSON.stringify(
    prompts.map((turns) =>
      turns.map(({ marker, text }) => model.tokenize(marker, true).length + model.tokenize(text, false).length),
    ),
  ),
);
process.exit(0);
